// Programs of a single kernel, for tests of backends: each parameter gets a buffer, or shares that of another, at an
// aligned offset of one memory; contents are set before a run and all of them compared after.

import type { Instance } from "../../src/backends/backend.ts";
import { type BlockBuilder, buildBody } from "../../src/ir/loop/build.ts";
import { interpretEntry } from "../../src/ir/loop/interpret.ts";
import type { Access, Buffer, Kernel, KernelParameter, PlannedProgram } from "../../src/ir/loop/kernel.ts";
import { type DataArray, type DType, dtypes } from "../../src/ir/types/dtype.ts";
import { buffersFor } from "../../src/testing/arbitraries/kernel.ts";
import { randomFrom, type ValueProfile } from "../../src/testing/arbitraries/values.ts";

/** A parameter as a short row. */
export type ParameterRow = readonly [name: string, dtype: DType, length: number, access: Access];

/** A kernel made with the builder. */
export const kernelOf = (parameters: readonly ParameterRow[], fill: (body: BlockBuilder) => void): Kernel => ({
  name: "kernel",
  parameters: parameters.map(([name, dtype, length, access]) => ({ name, dtype, length, access })),
  body: buildBody(fill),
  inPlace: [],
});

const aligned = (offset: number): number => Math.ceil(offset / 16) * 16;

/** A program whose entry "main" calls the kernel once; `shared` names parameters and the parameters whose buffers they take. */
export const programOf = (kernel: Kernel, shared: Readonly<Record<string, string>> = {}): PlannedProgram => {
  const bufferOf = ({ name }: KernelParameter): string => `${shared[name] ?? name} buffer`;
  const buffers = new Map<string, Buffer>();
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const parameter of kernel.parameters) {
    const name = bufferOf(parameter);
    if (buffers.has(name)) continue;
    buffers.set(name, { name, dtype: parameter.dtype, length: parameter.length, role: "input" });
    offsets.set(name, bytes);
    bytes = aligned(bytes + parameter.length * dtypes[parameter.dtype].bytes);
  }
  const calls = [{ kernel: kernel.name, buffers: kernel.parameters.map(bufferOf) }];
  return {
    name: "program",
    buffers,
    kernels: new Map([[kernel.name, kernel]]),
    parameters: [],
    entries: [{ name: "main", inputs: [], outputs: [], updates: [], calls }],
    prepare: [],
    memory: {
      bytes: Math.max(1, Math.ceil(bytes / 65536)) * 65536,
      offsets,
      constantBytes: 0,
      parameterBytes: 0,
      preparedBytes: 0,
      arenaBytes: bytes,
    },
  };
};

/** Programs of kernels over the same parameters, as one: entry "0" calls the first, "1" the second. In-place pairs are one buffer. */
export const programOfEach = (kernels: readonly [Kernel, ...Kernel[]]): PlannedProgram => {
  const entries = kernels.map((kernel, at) => {
    const sources = new Map(kernel.inPlace.map(([written, read]) => [read, written]));
    const buffers = kernel.parameters.map((_, position) => {
      const shared = kernel.parameters[sources.get(position) ?? position];
      return `${shared?.name} buffer`;
    });
    return { name: `${at}`, inputs: [], outputs: [], updates: [], calls: [{ kernel: `${at}`, buffers }] };
  });
  return {
    ...programOf(kernels[0]),
    kernels: new Map(kernels.map((kernel, at) => [`${at}`, { ...kernel, name: `${at}` }])),
    entries,
  };
};

/** A name for a test's title, and a program of one kernel. */
export type KernelCase = readonly [title: string, program: PlannedProgram];

/** A case made with the builder; `shared` as for `programOf`. */
export const kernelCase = (
  title: string,
  parameters: readonly ParameterRow[],
  fill: (body: BlockBuilder) => void,
  shared: Readonly<Record<string, string>> = {},
): KernelCase => [title, programOf(kernelOf(parameters, fill), shared)];

/** What each buffer of a program holds. */
export type Contents = ReadonlyMap<string, DataArray>;

const viewOf = (program: PlannedProgram, memory: ArrayBuffer, name: string): DataArray => {
  const { dtype, length } = program.buffers.get(name) ?? { dtype: "u8", length: 0 };
  return dtypes[dtype].view(memory, program.memory.offsets.get(name) ?? 0, length);
};

const fill = (program: PlannedProgram, memory: ArrayBuffer, contents: Contents): void => {
  for (const [name, data] of contents) viewOf(program, memory, name).set(data);
};

/** One word per element: its bits, all NaNs being alike. */
const words = (array: DataArray): readonly (string | number)[] =>
  Array.from(array, (value) => (Number.isNaN(value) ? "NaN" : Object.is(value, -0) ? "-0" : value));

const read = (program: PlannedProgram, memory: ArrayBuffer): Record<string, readonly (string | number)[]> =>
  Object.fromEntries([...program.buffers.keys()].map((name) => [name, words(viewOf(program, memory, name))]));

/** All buffers after an instance has run an entry. */
export const resultsOf = (
  program: PlannedProgram,
  instance: Instance,
  contents: Contents,
  entry = "main",
): Record<string, readonly (string | number)[]> => {
  fill(program, instance.memory, contents);
  instance.run(entry);
  return read(program, instance.memory);
};

/** All buffers after the interpreter has run an entry: what is right. */
export const expectedOf = (
  program: PlannedProgram,
  contents: Contents,
  entry = "main",
): Record<string, readonly (string | number)[]> => {
  const memory = new ArrayBuffer(program.memory.bytes);
  for (const { name, data } of program.buffers.values())
    if (data !== undefined) viewOf(program, memory, name).set(data);
  fill(program, memory, contents);
  interpretEntry(program, entry, memory);
  return read(program, memory);
};

/** Contents for a program of one kernel from the generator of random buffers. */
export const contentsFor = (kernel: Kernel, seed: number, profile?: ValueProfile): Contents => {
  const buffers = buffersFor(kernel, seed, profile);
  return new Map(kernel.parameters.map(({ name }, at) => [`${name} buffer`, buffers[at] ?? new Float32Array(0)]));
};

const interesting: { readonly [D in DType]: readonly number[] } = {
  f32: [0, -0, 1, -1, 0.5, -2.5, 1.1, 3e38, -3e38, 1e-45, -1e-40, Infinity, -Infinity, NaN, 16777217, 0.1, 2147483648],
  f64: [0, -0, 1, -1, 0.1, -2.5, 1e300, -1e300, 5e-324, Infinity, -Infinity, NaN, 4503599627370495.5],
  i32: [0, 1, -1, 2, 7, -13, 31, 32, 2147483647, -2147483648, 123456789],
  u8: [0, 1, 2, 127, 128, 255],
  bool: [0, 1],
};

/**
 * Contents for every buffer: the values that are hard to get right among ordinary ones, or only floats of a size at
 * which long sums and products still tell one order from another; in an order that `seed` gives.
 */
export const contentsOf = (program: PlannedProgram, seed: number, profile: "hard" | "ordinary" = "hard"): Contents => {
  const random = randomFrom(seed);
  const element = (dtype: DType): number => {
    const special = interesting[dtype];
    const isFloat = dtype === "f32" || dtype === "f64";
    if (profile === "hard" && random() < 0.3) return special[Math.floor(random() * special.length)] ?? 0;
    if (profile === "ordinary" && isFloat) return (random() < 0.5 ? -1 : 1) * (0.9 + random() * 0.2);
    return dtype === "bool" ? Math.round(random()) : isFloat ? (random() - 0.5) * 8 : Math.floor(random() * 200);
  };
  return new Map(
    [...program.buffers].map(([name, { dtype, length }]) => {
      const data = dtypes[dtype].allocate(length);
      for (let at = 0; at < length; at++) data[at] = element(dtype);
      return [name, data];
    }),
  );
};
