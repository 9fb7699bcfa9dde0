// Runs a program whose work is shared as threads would, but one thread after the other for each call, in any order: what a thread must not
// rely on, others having or not having done their part, then shows. Memory that no thread has written is garbage, and threads that
// meet in an element which one of them writes are found.
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { interpretKernel } from "../../src/ir/loop/interpret.ts";
import { type Buffer, copyBytes, type Kernel, type PlannedProgram, type Port } from "../../src/ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../src/ir/types/dtype.ts";
import type { Outcome, PortArrays } from "../../src/testing/backends-agree.ts";

/** Who has accessed which address of one memory during a call. */
interface Log {
  readonly writers: Map<number, number>;
  readonly readers: Map<number, Set<number>>;
}

type Logs = Map<ArrayBufferLike, Log>;

const logOf = (logs: Logs, memory: ArrayBufferLike): Log => {
  const log = logs.get(memory) ?? { writers: new Map(), readers: new Map() };
  logs.set(memory, log);
  return log;
};

/** The array, noting what a thread does with its elements. */
const watched = (array: DataArray, thread: number, logs: Logs): DataArray => {
  const { writers, readers } = logOf(logs, array.buffer);
  const addressOf = (key: string | symbol): number | undefined =>
    typeof key === "string" && /^\d+$/.test(key) ? array.byteOffset + Number(key) * array.BYTES_PER_ELEMENT : undefined;
  const requireAlone = (address: number, others: Iterable<number>): void => {
    for (const other of others) invariant(other === thread, `threads ${thread} and ${other} meet at ${address}`);
  };
  return new Proxy(array, {
    get: (target, key) => {
      const address = addressOf(key);
      if (address !== undefined) {
        const writer = writers.get(address);
        requireAlone(address, writer === undefined ? [] : [writer]);
        readers.set(address, (readers.get(address) ?? new Set()).add(thread));
      }
      // Its own getters want the array itself.
      return Reflect.get(target, key, target) as unknown;
    },
    set: (target, key, value) => {
      const address = addressOf(key);
      if (address !== undefined) {
        requireAlone(address, [...(readers.get(address) ?? []), writers.get(address) ?? thread]);
        writers.set(address, thread);
      }
      return Reflect.set(target, key, value, target);
    },
  });
};

/** Runs a shared kernel thread by thread, each on its arrays; throws where two threads meet in memory that one of them writes. */
export const runParts = (
  kernel: Kernel,
  arraysOf: (thread: number) => readonly DataArray[],
  threads: readonly number[],
): void => {
  const logs: Logs = new Map();
  for (const thread of threads)
    interpretKernel(
      kernel,
      arraysOf(thread).map((array) => watched(array, thread, logs)),
    );
};

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
  for (const { kernel: kernelName, buffers } of [...program.prepare, ...entry.calls]) {
    const kernel = program.kernels.get(kernelName);
    invariant(kernel !== undefined, `kernel ${kernelName}`);
    const isShared = share !== undefined && buffers.includes(share);
    if (!isShared) {
      interpretKernel(
        kernel,
        buffers.map((name) => view(name)),
      );
      continue;
    }
    for (const thread of threads) {
      view(share, thread).set([thread, threads.length]);
      for (const name of buffers)
        if ((bufferOf(name).copies ?? 1) > 1 && name !== share) {
          const scratch = view(name, thread);
          new Uint8Array(scratch.buffer, scratch.byteOffset, scratch.byteLength).fill(0xa5);
        }
    }
    runParts(kernel, (thread) => buffers.map((name) => view(name, thread)), threads);
  }
  const read = (ports: readonly Port[]): PortArrays =>
    new Map(ports.map((port) => [port.name, view(port.buffer).slice()]));
  return { backend: `${threads.length} threads`, outputs: read(entry.outputs), parameters: read(program.parameters) };
};

/** Orders in which parts may be done. */
export const ordersOf = (count: number): readonly (readonly number[])[] => {
  const forward = Array.from({ length: count }, (_, thread) => thread);
  return [forward, forward.toReversed()];
};
