// Runs one kernel as WebAssembly: arrays in, the same arrays as the kernel left them out. The first buffer lies at the very
// start of memory, so that an address which drops below its buffer traps instead of reading its neighbour.
import { engine } from "../../../src/backends/wasm/engine.ts";
import { type AssembleOptions, assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { entryExport, memoryExport } from "../../../src/backends/wasm/module.ts";
import { type BlockBuilder, buildBody } from "../../../src/ir/loop/build.ts";
import { interpretKernel } from "../../../src/ir/loop/interpret.ts";
import type { Buffer, Kernel, PlannedProgram } from "../../../src/ir/loop/kernel.ts";
import { assertSound } from "../../../src/ir/loop/verify.ts";
import { verifyKernel } from "../../../src/ir/loop/verify-kernel.ts";
import { type DataArray, type DType, dtypes } from "../../../src/ir/types/dtype.ts";

/** A buffer of a kernel under test and what it holds before the run. */
export interface Place {
  readonly name: string;
  readonly dtype: DType;
  readonly data: readonly number[];
}

export const place = (name: string, dtype: DType, data: readonly number[]): Place => ({ name, dtype, data });

/** So many elements that are not what a kernel would leave by chance. */
export const room = (name: string, dtype: DType, length: number): Place =>
  place(name, dtype, new Array<number>(length).fill(dtype === "bool" ? 1 : 77));

/** A kernel over the places; all of them may be read and written. */
export const kernelOver = (places: readonly Place[], fill: (body: BlockBuilder) => void): Kernel => ({
  name: "kernel",
  parameters: places.map(({ name, dtype, data }) => ({ name, dtype, length: data.length, access: "update" })),
  body: buildBody(fill),
  inPlace: [],
});

/** A program of one entry "main" that calls the kernel once. */
export const programOver = (kernel: Kernel, places: readonly Place[]): PlannedProgram => {
  const buffers = new Map<string, Buffer>();
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const { name, dtype, data } of places) {
    buffers.set(name, { name, dtype, length: data.length, role: "temporary" });
    offsets.set(name, bytes);
    bytes = Math.ceil((bytes + data.length * dtypes[dtype].bytes) / 16) * 16;
  }
  const calls = [{ kernel: kernel.name, buffers: kernel.parameters.map(({ name }) => name) }];
  return {
    name: "program",
    buffers,
    kernels: new Map([[kernel.name, kernel]]),
    parameters: [],
    entries: [{ name: "main", inputs: [], outputs: [], updates: [], calls }],
    prepare: [],
    memory: {
      bytes: Math.ceil(bytes / 65536) * 65536,
      offsets,
      constantBytes: 0,
      parameterBytes: 0,
      preparedBytes: 0,
      arenaBytes: bytes,
    },
  };
};

/** Elements by buffer. */
export type Contents = Readonly<Record<string, readonly number[]>>;

const contentsOf = (places: readonly Place[], arrays: readonly DataArray[]): Contents =>
  Object.fromEntries(places.map(({ name }, at) => [name, [...(arrays[at] ?? [])]]));

/** Memory and entry point of a program made with options that the backend leaves alone. */
const instantiate = (program: PlannedProgram, options: AssembleOptions) => {
  const { exports } = new engine.Instance(new engine.Module(assembleModule(program, options).bytes));
  const memory = exports[memoryExport];
  const run = exports[entryExport(0)];
  if (!(memory instanceof engine.Memory) || typeof run !== "function") throw new Error("memory and one entry point");
  return { memory: memory.buffer, run: run as () => void };
};

/** What the buffers hold after the kernel ran as WebAssembly. To `toEqual` all NaNs are one, 0 and -0 are two. */
export const runKernel = (kernel: Kernel, places: readonly Place[], options: AssembleOptions = {}): Contents => {
  assertSound(verifyKernel(kernel));
  const program = programOver(kernel, places);
  const { memory, run } = instantiate(program, options);
  const views = places.map(({ name, dtype, data }) => {
    const view = dtypes[dtype].view(memory, program.memory.offsets.get(name) ?? 0, data.length);
    view.set(data);
    return view;
  });
  run();
  return contentsOf(places, views);
};

/** What the interpreter of the loop IR leaves: what is right. */
export const interpreted = (kernel: Kernel, places: readonly Place[]): Contents => {
  const arrays = places.map(({ dtype, data }) => {
    const array = dtypes[dtype].allocate(data.length);
    array.set(data);
    return array;
  });
  interpretKernel(kernel, arrays);
  return contentsOf(places, arrays);
};

/** Builds and runs a kernel in one go. */
export const run = (places: readonly Place[], fill: (body: BlockBuilder) => void): Contents =>
  runKernel(kernelOver(places, fill), places);
