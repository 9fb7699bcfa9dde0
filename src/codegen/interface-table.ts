// What an emitted module must know of its program to be called: for each entry point and parameter the name, type and
// place in memory. Plain data, written into the module as JSON; names occur in it only as string values.
import { invariant } from "../ir/diagnostics/invariant.ts";
import type { IndexFacts } from "../ir/graph/index-ranges.ts";
import type { PlannedProgram, Port } from "../ir/loop/kernel.ts";
import type { DType } from "../ir/types/dtype.ts";
import { knownShape } from "../ir/types/shape.ts";
import { isDecodingState } from "../model/past.ts";

/** A tensor at the border of the module. */
export interface EmittedPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Byte offset in the module's memory. */
  readonly offset: number;
  /** For an input, or state, of indices: they must be below this. */
  readonly range?: number;
}

/** One entry point; the module's code knows it by its position. */
export interface EmittedEntry {
  readonly name: string;
  readonly inputs: readonly EmittedPort[];
  readonly outputs: readonly EmittedPort[];
  /** State that must leave room for what the entry point does with it. */
  readonly states: readonly EmittedPort[];
}

/** Everything the module needs to check feeds and find results. */
export interface InterfaceTable {
  /** The names of all inputs: each may be fed to every entry point, whether or not it reads it. */
  readonly inputs: readonly string[];
  readonly entries: readonly EmittedEntry[];
  readonly parameters: readonly EmittedPort[];
  /** What belongs to the sequence that is being decoded, and not to the model. */
  readonly state: readonly EmittedPort[];
}

/** The table of a program whose graph has these inputs, some of which may be indices that must stay below a range. */
export const interfaceTable = (program: PlannedProgram, { names, ranges, states }: IndexFacts): InterfaceTable => {
  const port = ({ name, type, buffer }: Port, range?: number): EmittedPort => {
    const offset = program.memory.offsets.get(buffer);
    invariant(offset !== undefined, `buffer ${buffer} has its place`);
    return {
      name,
      dtype: type.dtype,
      shape: knownShape(type.shape),
      offset,
      ...(range === undefined ? {} : { range }),
    };
  };
  const isState = ({ name }: Port): boolean => isDecodingState(name);
  return {
    inputs: names,
    entries: program.entries.map(({ name, inputs, outputs }) => ({
      name,
      inputs: inputs.map((input) => port(input, ranges.get(input.name))),
      outputs: outputs.map((output) => port(output)),
      states: program.parameters.flatMap((parameter) => {
        const range = states.get(name)?.get(parameter.name);
        return range === undefined ? [] : [port(parameter, range)];
      }),
    })),
    parameters: program.parameters.filter((parameter) => !isState(parameter)).map((parameter) => port(parameter)),
    state: program.parameters.filter(isState).map((parameter) => port(parameter)),
  };
};
