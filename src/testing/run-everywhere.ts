// A program on closures, printed JavaScript and WebAssembly, from memory filled with garbage, and where what they leave differs in a bit
// (NaN as one class).

import type { Backend, Instance } from "../backends/backend.ts";
import { closureBackend } from "../backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../backends/javascript/instantiate-javascript.ts";
import { differingElement } from "../backends/runtime/differing-element.ts";
import { wasmBackend } from "../backends/wasm/instantiate.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import type { PlannedProgram, Port } from "../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../ir/types/dtype.ts";

/** Arrays by the names of ports. */
export type PortArrays = ReadonlyMap<string, DataArray>;

/** What one entry point left: its outputs, and all parameters after it. */
export interface Outcome {
  /** Who computed it. */
  readonly backend: string;
  /** Outputs by name. */
  readonly outputs: PortArrays;
  /** All parameters afterwards, by name. */
  readonly parameters: PortArrays;
}

/** Where two backends differ. */
export interface Difference {
  /** Who differ. */
  readonly backends: readonly [string, string];
  /** The output or parameter. */
  readonly name: string;
  /** Which element of it, in row-major order. */
  readonly element: number;
  /** What they have there. */
  readonly values: readonly [number, number];
}

const viewOf = (program: PlannedProgram, { memory }: Instance, { buffer }: Port): DataArray => {
  const declared = program.buffers.get(buffer);
  const offset = program.memory.offsets.get(buffer);
  invariant(declared !== undefined && offset !== undefined, `buffer ${buffer} has its place`);
  return dtypes[declared.dtype].view(memory, offset, declared.length);
};

/** Fills inputs and parameters, runs one entry point, and reads what it left. Other memory starts as garbage. */
export const runInstance = (
  program: PlannedProgram,
  backend: string,
  instance: Instance,
  entryName: string,
  feeds: PortArrays,
): Outcome => {
  const entry = program.entries.find(({ name }) => name === entryName);
  invariant(entry !== undefined, `the program has an entry point ${entryName}`);
  const fill = (port: Port): void => {
    const data = feeds.get(port.name);
    if (data !== undefined) viewOf(program, instance, port).set(data);
  };
  for (const port of program.parameters) fill(port);
  instance.prepare();
  for (const port of entry.inputs) fill(port);
  instance.run(entryName);
  const read = (ports: readonly Port[]): PortArrays =>
    new Map(ports.map((port) => [port.name, viewOf(program, instance, port).slice()]));
  return { backend, outputs: read(entry.outputs), parameters: read(program.parameters) };
};

/** Overwrites everything but constants, so that a read of memory nobody wrote shows. */
export const poison = (program: PlannedProgram, { memory }: Instance): void => {
  const bytes = new Uint8Array(memory);
  for (const { name, role, dtype, length } of program.buffers.values()) {
    const offset = program.memory.offsets.get(name) ?? 0;
    if (role !== "constant") bytes.fill(0xa5, offset, offset + length * dtypes[dtype].bytes);
  }
};

/**
 * The first element in which two outcomes differ in bits; undefined where they agree.
 *
 * @example
 * const one = { backend: "wasm", outputs: new Map([["y", Float32Array.of(0)]]), parameters: new Map() };
 * const other = { ...one, backend: "closure", outputs: new Map([["y", Float32Array.of(-0)]]) };
 * firstDifference(one, other); // { backends: ["wasm", "closure"], name: "y", element: 0, values: [0, -0] }
 */
export const firstDifference = (left: Outcome, right: Outcome): Difference | undefined => {
  for (const [group, other] of [
    [left.outputs, right.outputs],
    [left.parameters, right.parameters],
  ] as const)
    for (const [name, array] of group) {
      const against = other.get(name) ?? [];
      const element = differingElement(array, against);
      const values = (at: number): readonly [number, number] => [array[at] ?? Number.NaN, against[at] ?? Number.NaN];
      if (element !== undefined)
        return { backends: [left.backend, right.backend], name, element, values: values(element) };
    }
  return undefined;
};

/**
 * Runs an entry point on closures, printed JavaScript and WebAssembly, from memory that is filled with garbage.
 *
 * @example
 * const { program } = compileGraph(graph, { dims: { B: 1 } });
 * const outcomes = await runEverywhere(program, "predict", new Map([["x", Float32Array.of(1, 2, 3, 4)]]));
 * outcomes.map(({ backend }) => backend); // ["closure", "javascript", "wasm"]
 */
export const runEverywhere = async (
  program: PlannedProgram,
  entry: string,
  feeds: PortArrays,
): Promise<readonly [Outcome, Outcome, Outcome]> => {
  const on = (name: string, instance: Instance): Outcome => {
    poison(program, instance);
    return runInstance(program, name, instance, entry, feeds);
  };
  const made = (backend: Backend): Outcome => on(backend.name, backend.instantiate(program));
  return [made(closureBackend), on("javascript", await instantiateJavaScript(program)), made(wasmBackend)];
};
