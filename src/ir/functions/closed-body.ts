// What is written once and used in many graphs is described in a graph of its own: the parts of functions by name, which may
// use no tensor but those that they are given.
import { isLocated, locate, type Note, WeftError } from "../diagnostics/diagnostic.ts";
import { type Location, onBehalfOf } from "../diagnostics/location.ts";
import { bodyWith, finishBody } from "../graph/body.ts";
import { graphBuilder } from "../graph/builder.ts";
import { type Trace, withTrace } from "../graph/trace.ts";
import { traceOver } from "../graph/traced-tensor.ts";
import type { Body } from "../ops/body.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";

/** Where a function is defined, and what it is called. */
export interface Definition {
  readonly name: string;
  readonly place: Location;
}

/** The place of a definition, as a note of an error about it. */
export const definedAt = ({ place }: Definition): readonly Note[] => [{ label: "defined", text: "", location: place }];

/** Runs a part of a definition in a graph of its own. What it takes from a graph around it goes to `capture`, which refuses it. */
export const describeClosed = (
  { name, place }: Definition,
  enclosure: { readonly outer: Trace | undefined; readonly capture: () => never },
  inputs: readonly (readonly [name: string, type: TensorType])[],
  describe: (inputs: readonly Tensor[]) => readonly Tensor[],
): Body => {
  const builder = graphBuilder();
  const trace = traceOver(builder, enclosure);
  const tensors = onBehalfOf(place, () => inputs.map(([input, type]) => trace.input(input, type)));
  const given = tensors.map((tensor) => trace.value(tensor));
  try {
    const values = withTrace(trace, () => describe(tensors)).map((result) => trace.value(result, name));
    return bodyWith(finishBody(builder, values), given, values);
  } catch (error) {
    throw error instanceof WeftError ? locate(error, place) : error;
  }
};

/** The error with the place of the call: as its own where it has none, beside it otherwise. */
export const calledFrom = (error: WeftError, site: Location): WeftError => {
  const [first, ...rest] = error.diagnostics;
  if (first === undefined || !isLocated(error)) return locate(error, site);
  const notes = [...first.notes, { label: "called", text: "", location: site }];
  return new WeftError([{ ...first, notes }, ...rest], { cause: error.cause });
};
