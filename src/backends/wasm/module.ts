// A planned program as one WebAssembly module: functions for each kernel, an exported function per entry point that calls
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
  localSet,
  plain,
  type WasmFunction,
  type WasmModule,
} from "./instruction.ts";
import { uniqueNames } from "./locals.ts";
import type { OutlineLimits } from "./outline.ts";
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

/** Parameters that engines let a function have. */
const mostParameters = 1000;

/** The function for one call alone: what were its parameters are locals that begin as the call says. */
const calledOnce = (called: WasmFunction, name: string, operands: readonly Instruction[]): WasmFunction => ({
  ...called,
  name,
  parameters: [],
  locals: [...called.parameters, ...called.locals],
  body: [...operands.map((value, local) => localSet(local, value)), ...called.body],
});

/** What may be chosen about a module. */
export interface ModuleOptions {
  /** How the module gets its memory: its own, or one of the same size that the importer gives as `env.memory`. */
  readonly importMemory?: boolean;
  /** For several threads: memory is imported and shared, and entry points are exported phase by phase (`phases.ts`). */
  readonly shared?: boolean;
  /** Which loops are functions of their own. */
  readonly outlining?: OutlineLimits | undefined;
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

const constantOffset = (program: PlannedProgram, name: string): Instruction => i32Const(offsetOf(program, name));

/** For threads: of buffers with copies the one that belongs to the thread, whose number is the local 0. */
const threadOffset = (program: PlannedProgram, name: string): Instruction => {
  const buffer = program.buffers.get(name);
  const first = constantOffset(program, name);
  if (buffer === undefined || (buffer.copies ?? 1) === 1) return first;
  return plain("i32.add", first, plain("i32.mul", localGet(0), i32Const(copyBytes(buffer))));
};

/** The functions of a program's kernels, and how a call of one is written, which may add a function. */
const kernelFunctions = (
  program: PlannedProgram,
  unique: (wanted: string) => string,
  { shared: forThreads = false, outlining }: ModuleOptions,
): { readonly functions: readonly WasmFunction[]; readonly emitCall: (call: Call) => Instruction } => {
  const functions: WasmFunction[] = [];
  const shared = new Map<string, number>();
  const alone = new Map<string, WasmFunction>();
  // Loops that are called stand before their kernel.
  const addPart = (part: WasmFunction): number => functions.push({ ...part, name: unique(part.name) }) - 1;
  for (const [index, kernel] of [...program.kernels.values()].entries()) {
    const emitted = emitKernel(kernel, unique(`${kernel.name}_${index}`), addPart, {
      outlining,
      numerics: program.numerics,
    });
    if (emitted.parameters.length > mostParameters) alone.set(kernel.name, emitted);
    else shared.set(kernel.name, functions.push(emitted) - 1);
  }
  const offsetFor = forThreads ? threadOffset : constantOffset;
  const emitAlways = ({ kernel, buffers }: Call): Instruction => {
    const [index, own] = [shared.get(kernel), alone.get(kernel)];
    const emitted = own ?? functions[index ?? -1];
    invariant(emitted !== undefined, `call of kernel ${kernel}, which the program does not have`);
    invariant(emitted.parameters.length === buffers.length, `call of kernel ${kernel} with ${buffers.length} buffers`);
    const offsets = buffers.map((buffer) => offsetFor(program, buffer));
    if (index !== undefined) return { kind: "call", function: index, operands: offsets };
    const position = functions.push(calledOnce(emitted, unique(emitted.name), offsets)) - 1;
    return { kind: "call", function: position, operands: [] };
  };
  const emitCall = (call: Call): Instruction =>
    !forThreads || isForAll(program, call)
      ? emitAlways(call)
      : { kind: "if", condition: plain("i32.eqz", localGet(0)), then: [emitAlways(call)], otherwise: [] };
  return { functions, emitCall };
};

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

/** The module of a program. Rejects a program whose memory 32-bit addresses cannot reach (W311). */
export const emitModule = (
  program: PlannedProgram,
  { importMemory = false, shared = false, outlining }: ModuleOptions = {},
): WasmModule => {
  const { bytes } = program.memory;
  if (bytes > memoryLimit) reject("W311", { bytes });

  const unique = uniqueNames();
  const called = exportedOf(program, shared).map((each) => ({ ...each, name: unique(each.exported) }));
  const { functions, emitCall } = kernelFunctions(program, unique, { shared, outlining });
  const entries = called.map(
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
    functions: [...functions, ...entries],
    exports: called.map(({ exported }, position) => ({ name: exported, function: functions.length + position })),
    data: dataSegments(program),
  };
};
