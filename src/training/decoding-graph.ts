// The graph of a decoding: one entry point for each length of piece, over shared parameters and shared state. The state is how
// many positions came before, and the rows that layers append; each entry point counts on, and writes the rows of its own
// positions behind the others.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { dynamicUpdateSlice } from "../ir/functions/dynamic-slicing.ts";
import { graphBuilder } from "../ir/graph/builder.ts";
import { ownInput } from "../ir/graph/entry-inputs.ts";
import type { Entry, Graph } from "../ir/graph/graph.ts";
import { type Trace, withTrace } from "../ir/graph/trace.ts";
import { traceOver } from "../ir/graph/traced-tensor.ts";
import { bindDim } from "../ir/types/dim.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { printType, sameType, type TensorType, tensorType } from "../ir/types/tensor-type.ts";
import { withMode } from "../model/mode.ts";
import {
  closeGraph,
  declareInputs,
  declareParameters,
  type InputSpecs,
  located,
  namedValues,
  runForward,
} from "../model/model.ts";
import { type Past, positionState, rowsState, withPast } from "../model/past.ts";
import type { AnyDecoding } from "./decoding.ts";

/** State by name: declared by the entry point that first asks for it, and the same in the others. */
type StateOf = (name: string, type: TensorType) => Tensor;

const sharedState = (trace: Trace): StateOf => {
  const declared = new Map<string, Tensor>();
  return (name, type) => {
    const tensor = declared.get(name) ?? trace.parameter(name, type);
    declared.set(name, tensor);
    if (!sameType(tensor.type, type)) reject("W524", { before: printType(tensor.type), now: printType(type) });
    return tensor;
  };
};

/** The pieces before one of `length` positions, and what becomes of the state: by name. */
const pastOf = (
  { options: { capacity } }: AnyDecoding,
  stateOf: StateOf,
  length: number,
): { readonly past: Past; readonly updates: Map<string, Tensor> } => {
  // An i32 scalar, as it is declared.
  const position = stateOf(positionState, tensorType("i32", [])) as Tensor<[], "i32">;
  const updates = new Map<string, Tensor>([[positionState, position.add(length)]]);
  const append = (rows: Tensor): Tensor => {
    const [axis, name] = [rows.shape.length - 2, rowsState(updates.size - 1)];
    const kept = stateOf(name, tensorType(rows.dtype, rows.shape.with(axis, capacity)));
    const appended = dynamicUpdateSlice(kept, rows, position, axis);
    updates.set(name, appended);
    return appended;
  };
  return { past: { position, capacity, append }, updates };
};

/** Inputs of one entry point, with its own number of positions. */
const inputsOf = (trace: Trace, { model, options }: AnyDecoding, entry: string, length: number) => {
  const bound: InputSpecs = Object.fromEntries(
    Object.entries(model.inputs).map(([name, input]) => [
      ownInput(entry, name),
      { ...input, shape: input.shape.map((extent) => bindDim(extent, { [options.positions]: length })) },
    ]),
  );
  const declared = declareInputs(trace, bound);
  return Object.fromEntries(
    Object.keys(model.inputs).flatMap((name) => {
      const tensor = declared[ownInput(entry, name)];
      return tensor === undefined ? [] : [[name, tensor] as const];
    }),
  );
};

/** The graph of a decoding: an entry point for each length of piece. */
export const decodingGraph = (description: AnyDecoding): Graph => {
  const { model, options, location } = description;
  return located(location, () => {
    const trace = traceOver(graphBuilder());
    const parameters = declareParameters(trace, model);
    const stateOf = sharedState(trace);
    const entries = Object.entries(options.entries).map(([name, length]): Entry => {
      const inputs = inputsOf(trace, description, name, length);
      const { past, updates } = pastOf(description, stateOf, length);
      const describe = () => withPast(past, () => runForward(trace, model, parameters, inputs));
      const { result: outputs } = withMode("inference", describe);
      return {
        name,
        outputs: namedValues(trace, outputs),
        updates: namedValues(trace, Object.fromEntries(updates)),
      };
    });
    return withTrace(trace, () => closeGraph(trace, model.name, entries));
  });
};
