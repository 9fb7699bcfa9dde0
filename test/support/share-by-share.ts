// Runs a program whose work is shared as threads would, but one thread after the other for each call, in any order: what a thread must not
// rely on, others having or not having done their part, then shows. Memory that no thread has written is garbage.
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { interpretKernel } from "../../src/ir/loop/interpret.ts";
import { type Buffer, copyBytes, type PlannedProgram, type Port } from "../../src/ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../src/ir/types/dtype.ts";
import type { Outcome, PortArrays } from "../../src/testing/backends-agree.ts";

/** Runs an entry point with the parts of each call in the order of `threads`, which are all numbers below their count. */
export const runShareByShare = (
  program: PlannedProgram,
  entryName: string,
  feeds: PortArrays,
  threads: readonly number[],
): Outcome => {
  const memory = new ArrayBuffer(program.memory.bytes);
  new Uint8Array(memory).fill(0xa5);
  const bufferOf = (name: string): Buffer => {
    const buffer = program.buffers.get(name);
    invariant(buffer !== undefined, `buffer ${name}`);
    return buffer;
  };
  const view = (name: string, copy = 0): DataArray => {
    const buffer = bufferOf(name);
    const own = (buffer.copies ?? 1) > 1 ? copy * copyBytes(buffer) : 0;
    return dtypes[buffer.dtype].view(memory, (program.memory.offsets.get(name) ?? 0) + own, buffer.length);
  };
  for (const { name, data } of program.buffers.values()) if (data !== undefined) view(name).set(data);
  const entry = program.entries.find(({ name }) => name === entryName);
  invariant(entry !== undefined, `entry ${entryName}`);
  for (const port of [...program.parameters, ...entry.inputs]) view(port.buffer).set(feeds.get(port.name) ?? []);
  const share = program.sharing?.buffer;
  for (const { kernel: kernelName, buffers } of entry.calls) {
    const kernel = program.kernels.get(kernelName);
    invariant(kernel !== undefined, `kernel ${kernelName}`);
    const isShared = share !== undefined && buffers.includes(share);
    for (const thread of isShared ? threads : [0]) {
      if (isShared) view(share, thread).set([thread, threads.length]);
      for (const name of buffers)
        if ((bufferOf(name).copies ?? 1) > 1 && name !== share) {
          const scratch = view(name, thread);
          new Uint8Array(scratch.buffer, scratch.byteOffset, scratch.byteLength).fill(0xa5);
        }
      interpretKernel(kernel, buffers.map((name) => view(name, thread)));
    }
  }
  const read = (ports: readonly Port[]): PortArrays => new Map(ports.map((port) => [port.name, view(port.buffer).slice()]));
  return { backend: `${threads.length} threads`, outputs: read(entry.outputs), parameters: read(program.parameters) };
};

/** Orders in which parts may be done. */
export const ordersOf = (count: number): readonly (readonly number[])[] => {
  const forward = Array.from({ length: count }, (_, thread) => thread);
  return [forward, forward.toReversed()];
};
