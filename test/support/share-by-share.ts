// Runs a program whose work is shared as threads would, but one thread after the other for each phase, in any order: what a thread must not
// rely on, others having or not having done their part, then shows. Memory that no thread has written is garbage, and threads that
// meet in an element which one of them writes are found.
import { isForAll, phasesOf } from "../../src/backends/wasm/phases.ts";
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { interpretKernel } from "../../src/ir/loop/interpret.ts";
import {
  type Buffer,
  type Call,
  copyBytes,
  type Kernel,
  type PlannedProgram,
  type Port,
} from "../../src/ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../src/ir/types/dtype.ts";
import type { Outcome, PortArrays } from "../../src/testing/run-everywhere.ts";

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

/**
 * Runs an entry point phase by phase, each phase thread by thread, in the order of `threads`, which are all numbers below their count.
 * Throws where two threads meet, within a phase, in memory that one of them writes.
 */
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
  const fill = (ports: readonly Port[]): void => {
    for (const port of ports) view(port.buffer).set(feeds.get(port.name) ?? []);
  };
  const share = program.sharing?.buffer;
  const run = ({ kernel: name, buffers }: Call, thread: number, logs: Logs): void => {
    const kernel = program.kernels.get(name);
    invariant(kernel !== undefined, `kernel ${name}`);
    for (const buffer of buffers)
      if ((bufferOf(buffer).copies ?? 1) > 1 && buffer !== share) {
        const { byteOffset, byteLength } = view(buffer, thread);
        new Uint8Array(memory, byteOffset, byteLength).fill(0xa5);
      }
    interpretKernel(
      kernel,
      buffers.map((buffer) => watched(view(buffer, thread), thread, logs)),
    );
  };
  for (const thread of share === undefined ? [] : threads) view(share ?? "", thread).set([thread, threads.length]);
  const runPhases = (calls: readonly Call[]): void => {
    for (const phase of phasesOf(program, calls)) {
      const logs: Logs = new Map();
      for (const thread of threads)
        for (const call of phase.calls) if (thread === 0 || isForAll(program, call)) run(call, thread, logs);
    }
  };
  fill(program.parameters);
  runPhases(program.prepare);
  // The preparation may use the memory of inputs.
  fill(entry.inputs);
  runPhases(entry.calls);
  const read = (ports: readonly Port[]): PortArrays =>
    new Map(ports.map((port) => [port.name, view(port.buffer).slice()]));
  return { backend: `${threads.length} threads`, outputs: read(entry.outputs), parameters: read(program.parameters) };
};

/** Orders in which parts may be done. */
export const ordersOf = (count: number): readonly (readonly number[])[] => {
  const forward = Array.from({ length: count }, (_, thread) => thread);
  return [forward, forward.toReversed()];
};
