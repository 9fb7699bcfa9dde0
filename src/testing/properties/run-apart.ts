// A loop program run without a plan: each buffer is an array of its own, so nothing can lie on top of anything, and the loop
// interpreter runs one kernel after the other. What plans, fusion and passes over kernels are compared with.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { graphName } from "../../ir/graph/entry-inputs.ts";
import { interpretKernel } from "../../ir/loop/interpret.ts";
import type { Buffer, Call, EntryPoint, Kernel, Port, Program } from "../../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { ElementsByName } from "./same-arrays.ts";

/** The array of each buffer. */
export type Arrays = ReadonlyMap<string, DataArray>;

/** The byte that fills memory before anybody writes to it. Floats begin as NaN, integers far outside of any range of indices. */
const freshByte = (array: DataArray): number =>
  array instanceof Float32Array || array instanceof Float64Array ? 0xff : 0x9d;

const allocate = ({ dtype, length, data }: Buffer): DataArray => {
  const array = dtypes[dtype].allocate(length);
  new Uint8Array(array.buffer).fill(freshByte(array));
  if (data !== undefined) array.set(data);
  return array;
};

/** Whether an element of an array still is as it was allocated, which kernels may leave so in scratch memory. */
export const isFresh = (array: DataArray, element: number): boolean => {
  const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = array;
  return new Uint8Array(buffer, byteOffset + element * size, size).every((byte) => byte === freshByte(array));
};

export const kernelOf = ({ name, kernels }: Program, call: Call): Kernel => {
  const kernel = kernels.get(call.kernel);
  invariant(kernel !== undefined, `program ${name} has a kernel ${call.kernel}`);
  return kernel;
};

export const arrayOf = (arrays: Arrays, buffer: string): DataArray => {
  const array = arrays.get(buffer);
  invariant(array !== undefined, `there is a buffer ${buffer}`);
  return array;
};

/** Makes a call: runs its kernel over the arrays that it is given. */
export type Calling = (kernel: Kernel, buffers: readonly DataArray[], call: Call) => void;

const fill = (arrays: Arrays, { buffer }: Port, value: NdArray | undefined): void => {
  if (value !== undefined) arrayOf(arrays, buffer).set(value.data);
};

/** Puts the parameters of a case where the program wants them. */
export const fillParameters = (program: Program, arrays: Arrays, { parameters }: GraphCase): void => {
  for (const port of program.parameters) fill(arrays, port, parameters[port.name]);
};

/** Puts the feeds of a case where an entry point wants them. */
export const fillInputs = (entry: EntryPoint, arrays: Arrays, { graph, feeds }: GraphCase): void => {
  for (const port of entry.inputs) fill(arrays, port, feeds[graphName(graph, entry.name, port.name)]);
};

/** What an entry point leaves: its outputs, and the parameters it updates. */
export const resultsOf = (
  program: Program,
  entry: EntryPoint,
  arrays: Arrays,
): { readonly outputs: ElementsByName; readonly updates: ElementsByName } => {
  const read = (ports: readonly Port[]): ElementsByName =>
    Object.fromEntries(ports.map(({ name, buffer }) => [name, { data: arrayOf(arrays, buffer).slice() }]));
  return { outputs: read(entry.outputs), updates: read(program.parameters) };
};

/** Runs one entry point of a program, planned or not, on the values of a case. */
export const runApart = (
  program: Program,
  entry: EntryPoint,
  drawn: GraphCase,
  calling: Calling = interpretKernel,
): { readonly outputs: ElementsByName; readonly updates: ElementsByName } => {
  const arrays: Arrays = new Map([...program.buffers].map(([name, buffer]) => [name, allocate(buffer)] as const));
  const run = (calls: readonly Call[]): void => {
    for (const call of calls) {
      const buffers = call.buffers.map((name) => arrayOf(arrays, name));
      calling(kernelOf(program, call), buffers, call);
    }
  };
  fillParameters(program, arrays, drawn);
  run(program.prepare);
  fillInputs(entry, arrays, drawn);
  run(entry.calls);
  return resultsOf(program, entry, arrays);
};
