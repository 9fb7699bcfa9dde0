// What an emitted module must know of its program to be called: for each entry point and parameter the name, type and
// place in memory. Plain data, written into the module as JSON; names occur in it only as string values.
import { invariant } from "../ir/diagnostics/invariant.ts";
import type { PlannedProgram, Port } from "../ir/loop/kernel.ts";
import type { DType } from "../ir/types/dtype.ts";
import { knownShape } from "../ir/types/shape.ts";

/** A tensor at the border of the module. */
export interface EmittedPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Byte offset in the module's memory. */
  readonly offset: number;
  /** For an input of indices: they must be below this. */
  readonly range?: number;
}

/** One entry point; the module's code knows it by its position. */
export interface EmittedEntry {
  readonly name: string;
  readonly inputs: readonly EmittedPort[];
  readonly outputs: readonly EmittedPort[];
}

/** Everything the module needs to check feeds and find results. */
export interface InterfaceTable {
  /** The names of all inputs: each may be fed to every entry point, whether or not it reads it. */
  readonly inputs: readonly string[];
  readonly entries: readonly EmittedEntry[];
  readonly parameters: readonly EmittedPort[];
}

/** The table of a program whose graph has these inputs, some of which may be indices that must stay below a range. */
export const interfaceTable = (
  program: PlannedProgram,
  inputs: readonly string[],
  ranges: ReadonlyMap<string, number>,
): InterfaceTable => {
  const port = ({ name, type, buffer }: Port): EmittedPort => {
    const offset = program.memory.offsets.get(buffer);
    invariant(offset !== undefined, `buffer ${buffer} has its place`);
    const range = ranges.get(name);
    return {
      name,
      dtype: type.dtype,
      shape: knownShape(type.shape),
      offset,
      ...(range === undefined ? {} : { range }),
    };
  };
  return {
    inputs,
    entries: program.entries.map(({ name, inputs, outputs }) => ({
      name,
      inputs: inputs.map(port),
      outputs: outputs.map((output) => {
        const { name: outputName, dtype, shape, offset } = port(output);
        return { name: outputName, dtype, shape, offset };
      }),
    })),
    parameters: program.parameters.map((parameter) => {
      const { name, dtype, shape, offset } = port(parameter);
      return { name, dtype, shape, offset };
    }),
  };
};
