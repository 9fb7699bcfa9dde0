// A planned program as one WebAssembly module: functions for each kernel, an exported function per entry point that calls
// kernels with the byte offsets of their buffers, and the constants as data. The memory has the size that planning found.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Buffer, Call, PlannedProgram } from "../../ir/loop/kernel.ts";
import { emitKernel } from "./emit-kernel.ts";
import { type DataSegment, type Instruction, i32Const, type WasmFunction, type WasmModule } from "./instruction.ts";
import { uniqueNames } from "./locals.ts";
import type { OutlineLimits } from "./outline.ts";

/** Bytes in a page of WebAssembly memory. */
const pageBytes = 65536;

/** The largest memory that 32-bit addresses reach. */
const memoryLimit = 2 ** 32;

/** The name under which the module exports its memory. */
export const memoryExport = "memory";

/** The exported name of the entry point at a position: names that users gave never become identifiers. */
export const entryExport = (position: number): string => `entry${position}`;

/** The exported name of what prepares parameters for the entry points, where there is something to prepare. */
export const prepareExport = "prepare";

/** What may be chosen about a module. */
export interface ModuleOptions {
  /** How the module gets its memory: its own, or one of the same size that the importer gives as `env.memory`. */
  readonly importMemory?: boolean;
  /** Which loops are functions of their own. */
  readonly outlining?: OutlineLimits;
}

const offsetOf = ({ memory }: PlannedProgram, buffer: string): number => {
  const offset = memory.offsets.get(buffer);
  invariant(offset !== undefined, `buffer ${buffer} has no place in memory`);
  return offset;
};

const bytesOf = ({ data }: Buffer): Uint8Array =>
  data === undefined ? new Uint8Array() : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The constants that are not all zeros, which memory is to begin with. */
const dataSegments = (program: PlannedProgram): readonly DataSegment[] =>
  [...program.buffers.values()]
    .filter(({ role }) => role === "constant")
    .map((buffer) => ({
      offset: offsetOf(program, buffer.name),
      bytes: bytesOf(buffer),
      comment: `${buffer.name}: ${buffer.dtype}[${buffer.length}]`,
    }))
    .filter(({ bytes }) => bytes.some((byte) => byte !== 0));

/** The module of a program. Rejects a program whose memory 32-bit addresses cannot reach (W311). */
export const emitModule = (
  program: PlannedProgram,
  { importMemory = false, outlining }: ModuleOptions = {},
): WasmModule => {
  const { bytes } = program.memory;
  if (bytes > memoryLimit) reject("W311", { bytes });

  const unique = uniqueNames();
  const called = [
    ...program.entries.map(({ name, calls }, position) => ({
      exported: entryExport(position),
      comment: `entry point ${name}`,
      calls,
    })),
    ...(program.prepare.length === 0
      ? []
      : [{ exported: prepareExport, comment: "what depends on parameters alone", calls: program.prepare }]),
  ].map((each) => ({ ...each, name: unique(each.exported) }));
  const kernelIndices = new Map([...program.kernels.keys()].map((name, index) => [name, index]));
  // Behind the kernels stand the loops of theirs that are called.
  const parts: WasmFunction[] = [];
  const addPart = (part: WasmFunction): number =>
    program.kernels.size + parts.push({ ...part, name: unique(part.name) }) - 1;
  const kernels = [...program.kernels.values()].map((kernel, index) =>
    emitKernel(kernel, unique(`${kernel.name}_${index}`), addPart, outlining),
  );

  const emitCall = ({ kernel, buffers }: Call): Instruction => {
    const index = kernelIndices.get(kernel);
    invariant(index !== undefined, `call of kernel ${kernel}, which the program does not have`);
    invariant(
      kernels[index]?.parameters.length === buffers.length,
      `call of kernel ${kernel} with ${buffers.length} buffers`,
    );
    return { kind: "call", function: index, operands: buffers.map((buffer) => i32Const(offsetOf(program, buffer))) };
  };
  const entries = called.map(
    ({ name, comment, calls }): WasmFunction => ({
      name,
      comment,
      parameters: [],
      locals: [],
      body: calls.map(emitCall),
    }),
  );

  return {
    comment: program.name,
    memory: {
      pages: Math.ceil(bytes / pageBytes),
      ...(importMemory ? { importedAs: { module: "env", name: memoryExport } } : { exportedAs: memoryExport }),
    },
    functions: [...kernels, ...parts, ...entries],
    exports: called.map(({ exported }, position) => ({
      name: exported,
      function: kernels.length + parts.length + position,
    })),
    data: dataSegments(program),
  };
};
