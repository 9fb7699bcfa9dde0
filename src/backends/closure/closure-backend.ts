// Runs programs by composing their loops into closures: no text is evaluated, so it works where code generation is
// forbidden. The innermost loops run over chunks of iterations in small loops over typed arrays, one per operator and
// type, so the cost of calling closures is paid per chunk and not per number.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Call, Kernel, PlannedProgram } from "../../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { Backend, Instance } from "../backend.ts";
import { compileBlock } from "./compile-block.ts";
import { newRegisters, type Registers } from "./registers.ts";
import type { Binding } from "./scope.ts";
import type { Step } from "./value.ts";

const overlap = (a: DataArray, b: DataArray): boolean =>
  a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;

/** Binds a kernel's parameters to arrays, and finds out which of them share memory. */
const bind = (kernel: Kernel, arrays: readonly DataArray[]): ReadonlyMap<string, Binding> =>
  new Map(
    kernel.parameters.map(({ name }, position) => {
      const array = arrays[position];
      invariant(array !== undefined, `kernel ${kernel.name}: no buffer for ${name}`);
      const sharing = arrays.filter((other) => overlap(array, other));
      const exact = sharing.every(
        (other) => other.byteOffset === array.byteOffset && other.constructor === array.constructor,
      );
      // An empty array overlaps nothing, not even itself. All that overlap in part are one region, to be safe.
      const first = sharing.length === 0 ? position : arrays.findIndex((other) => overlap(array, other));
      return [name, { array, region: exact ? first : -1, exact }];
    }),
  );

const kernelOf = (program: PlannedProgram, { kernel }: Call): Kernel => {
  const found = program.kernels.get(kernel);
  invariant(found !== undefined, `program ${program.name} has no kernel ${kernel}`);
  return found;
};

/** W315 where the engine has no room for it. */
const newMemory = (bytes: number): ArrayBuffer => {
  try {
    return new ArrayBuffer(bytes);
  } catch (cause) {
    if (cause instanceof RangeError) return reject("W315", { bytes }, { cause });
    throw cause;
  }
};

/** A program's memory with its constants in place, and a view of each buffer. */
const allocate = (program: PlannedProgram): { memory: ArrayBuffer; arrays: ReadonlyMap<string, DataArray> } => {
  const memory = newMemory(program.memory.bytes);
  const arrays = new Map<string, DataArray>();
  for (const [name, { dtype, length, data }] of program.buffers) {
    const offset = program.memory.offsets.get(name);
    invariant(offset !== undefined, `program ${program.name}: buffer ${name} has no place`);
    const array = dtypes[dtype].view(memory, offset, length);
    if (data !== undefined) array.set(data);
    arrays.set(name, array);
  }
  return { memory, arrays };
};

/** Compiles kernels for the buffers they are called with; the same call twice is compiled once. */
const callCompiler = (
  program: PlannedProgram,
  arrays: ReadonlyMap<string, DataArray>,
  registers: Registers,
): ((call: Call) => Step) => {
  const compiled = new Map<string, Step>();
  return (call) => {
    const key = JSON.stringify([call.kernel, call.buffers]);
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const kernel = kernelOf(program, call);
    const bound = call.buffers.map((name) => {
      const array = arrays.get(name);
      invariant(array !== undefined, `program ${program.name} has no buffer ${name}`);
      return array;
    });
    const step = compileBlock(kernel.body, { bindings: bind(kernel, bound), registers }, new Map());
    compiled.set(key, step);
    return step;
  };
};

const instantiate = (program: PlannedProgram, chunkValues: number): Instance => {
  const { memory, arrays } = allocate(program);
  const compile = callCompiler(program, arrays, newRegisters(chunkValues));
  const entries = new Map(program.entries.map(({ name, calls }) => [name, calls.map(compile)]));
  const preparation = program.prepare.map(compile);
  return {
    memory,
    run: (entry) => {
      const steps = entries.get(entry);
      invariant(steps !== undefined, `program ${program.name} has no entry ${entry}`);
      for (const step of steps) step();
    },
    prepare: () => {
      for (const step of preparation) step();
    },
  };
};

/**
 * The backend with so many values to a register, a multiple of four. The results do not depend on it.
 * By default a register of f32 has 2 KB, so that a dozen of them stay in the first-level cache.
 */
export const closureBackendOf = (chunkValues = 512): Backend =>
  Object.freeze({ name: "closure", instantiate: (program: PlannedProgram) => instantiate(program, chunkValues) });

/** The backend that needs neither code generation nor WebAssembly. */
export const closureBackend: Backend = closureBackendOf();
