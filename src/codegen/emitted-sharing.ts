// What an emitted module must know of how threads share its program.
import { memoryExport, pageBytes } from "../backends/wasm/module.ts";
import { tasksOf } from "../backends/wasm/threaded.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import { copyBytes, type PlannedProgram } from "../ir/loop/kernel.ts";
import type { EmittedSharing } from "./threads-runtime.ts";

/** The import of a memory that threads share: after its names come the kind, memory, and the flags of its limits, 3. */
const sharedImport: readonly number[] = [
  ...Array.from(`\u0003env\u0006${memoryExport}`, (character) => character.charCodeAt(0)),
  0x02,
  0x03,
];

/** Where the bytes of a module say that its memory is shared. */
const sharedFlag = (bytes: Uint8Array): number => {
  const start = bytes.findIndex((_, at) => sharedImport.every((byte, offset) => bytes[at + offset] === byte));
  invariant(start >= 0, "the module imports a shared memory");
  return start + sharedImport.length - 1;
};

/** The table of a program whose work is shared, and of the module that was made of it. */
export const emittedSharing = (program: PlannedProgram, bytes: Uint8Array): EmittedSharing => {
  const { sharing, memory, buffers } = program;
  const buffer = buffers.get(sharing?.buffer ?? "");
  const offset = memory.offsets.get(sharing?.buffer ?? "");
  invariant(sharing !== undefined && buffer !== undefined && offset !== undefined, "the program is shared");
  return {
    threads: sharing.threads,
    pages: Math.ceil(memory.bytes / pageBytes),
    flag: sharedFlag(bytes),
    offset,
    stride: copyBytes(buffer),
    tasks: tasksOf(program).map(({ name, phases }, at) => ({
      name,
      phases,
      worthwhile: sharing.worthwhile[at] === true,
    })),
  };
};
