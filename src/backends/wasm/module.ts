// A planned program as one WebAssembly module: a function per kernel, an exported function per entry point that calls
// kernels with the byte offsets of their buffers, and the constants as data. The memory has the size that planning found.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Buffer, type Call, copyBytes, type PlannedProgram } from "../../ir/loop/kernel.ts";
import { phaseName } from "../threads/barrier.ts";
import { emitKernel } from "./emit-kernel.ts";
import {
  type DataSegment,
  type Instruction,
  i32Const,
  localGet,
  plain,
  type WasmFunction,
  type WasmModule,
} from "./instruction.ts";
import { uniqueNames } from "./locals.ts";
import { isForAll, phasesOf } from "./phases.ts";

/** Bytes in a page of WebAssembly memory. */
export const pageBytes = 65536;

/** The largest memory that 32-bit addresses reach. */
const memoryLimit = 2 ** 32;

/** The name under which the module exports its memory. */
export const memoryExport = "memory";

/** The exported name of the entry point at a position: names that users gave never become identifiers. */
export const entryExport = (position: number): string => `entry${position}`;

/** The exported name of what prepares parameters for the entry points, where there is something to prepare. */
export const prepareExport = "prepare";

/** How the module gets its memory, and who runs it. */
export interface ModuleOptions {
  /** A memory of the same size that the importer gives as `env.memory`, instead of its own. */
  readonly importMemory?: boolean;
  /** For several threads: memory is imported and shared, and entry points are exported phase by phase (`phases.ts`). */
  readonly shared?: boolean;
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

/** A function that calls kernels, under the name by which it is exported. */
interface Exported {
  readonly exported: string;
  readonly comment: string;
  readonly calls: readonly Call[];
}

/** What the module exports. */
const exportedOf = (program: PlannedProgram, shared: boolean): readonly Exported[] => {
  const whole: readonly Exported[] = [
    ...program.entries.map(({ name, calls }, position) => ({
      exported: entryExport(position),
      comment: `entry point ${name}`,
      calls,
    })),
    ...(program.prepare.length === 0
      ? []
      : [{ exported: prepareExport, comment: "what depends on parameters alone", calls: program.prepare }]),
  ];
  if (!shared) return whole;
  return whole.flatMap(({ exported, comment, calls }) =>
    phasesOf(program, calls).map((phase, at) => ({
      exported: phaseName(exported, at),
      comment: `${comment}, phase ${at}`,
      calls: phase.calls,
    })),
  );
};

/** Writes calls of kernels; for threads, with the copies of buffers that belong to the thread whose number is the local 0. */
const callEmitter = (program: PlannedProgram, kernels: readonly WasmFunction[], shared: boolean) => {
  const indices = new Map([...program.kernels.keys()].map((name, index) => [name, index]));
  const addressOf = (name: string): Instruction => {
    const buffer = program.buffers.get(name);
    const first = i32Const(offsetOf(program, name));
    if (!shared || buffer === undefined || (buffer.copies ?? 1) === 1) return first;
    return plain("i32.add", first, plain("i32.mul", localGet(0), i32Const(copyBytes(buffer))));
  };
  return (call: Call): Instruction => {
    const { kernel, buffers } = call;
    const index = indices.get(kernel);
    invariant(index !== undefined, `call of kernel ${kernel}, which the program does not have`);
    invariant(
      kernels[index]?.parameters.length === buffers.length,
      `call of kernel ${kernel} with ${buffers.length} buffers`,
    );
    const emitted: Instruction = { kind: "call", function: index, operands: buffers.map(addressOf) };
    if (!shared || isForAll(program, call)) return emitted;
    return { kind: "if", condition: plain("i32.eqz", localGet(0)), then: [emitted], otherwise: [] };
  };
};

/** The module of a program. Rejects a program whose memory 32-bit addresses cannot reach (W311). */
export const emitModule = (
  program: PlannedProgram,
  { importMemory = false, shared = false }: ModuleOptions = {},
): WasmModule => {
  const { bytes } = program.memory;
  if (bytes > memoryLimit) reject("W311", { bytes });

  const unique = uniqueNames();
  const called = exportedOf(program, shared).map((each) => ({ ...each, name: unique(each.exported) }));
  const kernels = [...program.kernels.values()].map((kernel, index) =>
    emitKernel(kernel, unique(`${kernel.name}_${index}`)),
  );
  const emitCall = callEmitter(program, kernels, shared);
  const functions = called.map(
    ({ name, comment, calls }): WasmFunction => ({
      name,
      comment,
      parameters: shared ? [{ name: "thread", type: "i32" }] : [],
      locals: [],
      body: calls.map(emitCall),
    }),
  );

  return {
    comment: program.name,
    memory: {
      pages: Math.ceil(bytes / pageBytes),
      ...(shared ? { shared } : {}),
      ...(importMemory || shared
        ? { importedAs: { module: "env", name: memoryExport } }
        : { exportedAs: memoryExport }),
    },
    functions: [...kernels, ...functions],
    exports: called.map(({ exported }, position) => ({ name: exported, function: kernels.length + position })),
    data: dataSegments(program),
  };
};
