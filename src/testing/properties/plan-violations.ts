// An independent checker of memory plans: it knows buffers, calls and offsets, and nothing of how plans are made. Each buffer is
// in use from the call that first touches it to the one that last does; a sweep over these intervals in the order of their
// beginnings keeps, for every stretch of memory, until when it is in use, in a tree over all places where a buffer
// begins or ends. So a plan of n buffers is checked in O(n log n) steps.
import type { Buffer, Call, EntryPoint, Kernel, PlannedProgram, Program } from "../../ir/loop/kernel.ts";
import { bufferAlignment } from "../../ir/loop/kernel.ts";
import { dtypes } from "../../ir/types/dtype.ts";

/**
 * When a buffer is in use. Call number n reads at time 2n and writes at time 2n + 1; a buffer counts as read and written by each
 * call that touches it, but for one that is written over, or that is written over another.
 */
export interface Usage {
  readonly buffer: Buffer;
  first: number;
  last: number;
}

const always = { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY } as const;

/** Whether contents stay from run to run. */
export const isKept = ({ role }: Buffer): boolean => role === "constant" || role === "parameter" || role === "prepared";

/** A run as a list of calls: the preparation, and an entry point. */
interface Run {
  readonly where: string;
  readonly calls: readonly Call[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const runsOf = (program: Program): readonly Run[] => [
  { where: "preparation", calls: program.prepare, inputs: [], outputs: [] },
  ...program.entries.map((entry: EntryPoint) => ({
    where: `entry ${JSON.stringify(entry.name)}`,
    calls: entry.calls,
    inputs: entry.inputs.map(({ buffer }) => buffer),
    outputs: entry.outputs.map(({ buffer }) => buffer),
  })),
];

/** When each buffer of a run is in use, whoever lies where. */
const usagesIn = (program: Program, { calls, inputs, outputs }: Run): ReadonlyMap<string, Usage> => {
  const usages = new Map<string, Usage>();
  for (const buffer of program.buffers.values()) if (isKept(buffer)) usages.set(buffer.name, { buffer, ...always });
  const touch = (name: string, from: number, to: number): void => {
    const buffer = program.buffers.get(name);
    if (buffer === undefined) return;
    const known = usages.get(name) ?? { buffer, first: from, last: to };
    usages.set(name, { buffer, first: Math.min(known.first, from), last: Math.max(known.last, to) });
  };
  for (const name of inputs) touch(name, -1, -1);
  calls.forEach(({ buffers }, at) => {
    for (const name of buffers) touch(name, 2 * at, 2 * at + 1);
  });
  for (const name of outputs) touch(name, 2 * calls.length, 2 * calls.length);
  return usages;
};

/** Where one buffer takes over the place of another in one call, and the kernel allows that, the one is read before the other is written. */
const handOver = (
  { offsets }: PlannedProgram["memory"],
  usages: ReadonlyMap<string, Usage>,
  kernel: Kernel | undefined,
  { buffers }: Call,
  at: number,
): void => {
  for (const [writtenAt, readAt] of kernel?.inPlace ?? []) {
    const [written, read] = [usages.get(buffers[writtenAt] ?? ""), usages.get(buffers[readAt] ?? "")];
    if (written === undefined || read === undefined || written === read) continue;
    if (offsets.get(written.buffer.name) !== offsets.get(read.buffer.name)) continue;
    if (written.first !== 2 * at || read.last !== 2 * at + 1) continue;
    written.first = 2 * at + 1;
    read.last = 2 * at;
  }
};

/** A segment tree over stretches of memory: by whom each is in use the longest. Buffers are numbers, -1 is nobody. */
interface BusyTree {
  /** Who uses any of these stretches the longest. */
  readonly latest: (from: number, to: number) => number;
  /** Says that these stretches are in use by a buffer. */
  readonly use: (from: number, to: number, by: number) => void;
}

const busyTree = (stretches: number, lastOf: (buffer: number) => number): BusyTree => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, stretches)));
  // `whole` uses all stretches below a node, `some` at least one of them.
  const [whole, some] = [new Int32Array(2 * size).fill(-1), new Int32Array(2 * size).fill(-1)];
  const later = (a: number, b: number): number => (lastOf(b) > lastOf(a) ? b : a);
  const visit = (from: number, to: number, covered: (node: number) => void, split: (node: number) => void): void => {
    const within = (node: number, low: number, high: number): void => {
      if (to <= low || high <= from) return;
      if (from <= low && high <= to) return covered(node);
      const middle = (low + high) / 2;
      within(2 * node, low, middle);
      within(2 * node + 1, middle, high);
      split(node);
    };
    within(1, 0, size);
  };
  const raise = (users: Int32Array, node: number, by: number): void => {
    users[node] = later(users[node] ?? -1, by);
  };
  return {
    latest: (from, to) => {
      let found = -1;
      const see = (users: Int32Array, node: number): void => {
        found = later(found, users[node] ?? -1);
      };
      visit(
        from,
        to,
        (node) => see(some, node),
        (node) => see(whole, node),
      );
      return found;
    },
    use: (from, to, by) => {
      const cover = (node: number): void => {
        raise(whole, node, by);
        raise(some, node, by);
      };
      visit(from, to, cover, (node) => raise(some, node, by));
    },
  };
};

/** The bytes of a buffer, all its copies; copies are as far apart as their alignment makes them. */
export const extentOf = ({ dtype, length, copies = 1 }: Buffer): number => {
  const bytes = dtypes[dtype].bytes * length;
  return copies === 1 ? bytes : (copies - 1) * Math.ceil(bytes / bufferAlignment) * bufferAlignment + bytes;
};

/** Overlaps within one run. */
const overlapsIn = (program: PlannedProgram, run: Run): readonly string[] => {
  const { offsets } = program.memory;
  const usages = usagesIn(program, run);
  run.calls.forEach((call, at) => handOver(program.memory, usages, program.kernels.get(call.kernel), call, at));
  const placed = [...usages.values()].flatMap((usage) => {
    const start = offsets.get(usage.buffer.name);
    const bytes = extentOf(usage.buffer);
    return start === undefined || bytes === 0 ? [] : [{ ...usage, start, end: start + bytes }];
  });
  const inOrder = placed.sort((a, b) => a.first - b.first);
  const borders = [...new Set(placed.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const stretchOf = new Map(borders.map((border, at) => [border, at] as const));
  const tree = busyTree(borders.length, (by) => inOrder[by]?.last ?? Number.NEGATIVE_INFINITY);
  return inOrder.flatMap(({ buffer, first, start, end }, by) => {
    const [from, to] = [stretchOf.get(start) ?? 0, stretchOf.get(end) ?? 0];
    const other = inOrder[tree.latest(from, to)];
    tree.use(from, to, by);
    return other !== undefined && other.last >= first
      ? [`${run.where}: ${other.buffer.name} and ${buffer.name} overlap while both are in use`]
      : [];
  });
};

/** What is wrong with the places as such: alignment, the end of memory, more memory than without any sharing. */
const misplaced = ({ buffers, memory }: PlannedProgram): readonly string[] => {
  const found: string[] = [];
  let apart = 0;
  for (const buffer of buffers.values()) {
    const offset = memory.offsets.get(buffer.name);
    apart += Math.ceil(extentOf(buffer) / bufferAlignment) * bufferAlignment;
    if (offset === undefined) found.push(`${buffer.name} has no place`);
    else if (!Number.isSafeInteger(offset) || offset < 0 || offset % bufferAlignment !== 0)
      found.push(`${buffer.name} is at ${offset}, which is no multiple of ${bufferAlignment}`);
    else if (offset + extentOf(buffer) > memory.bytes)
      found.push(`${buffer.name} ends at ${offset + extentOf(buffer)}, behind the ${memory.bytes} bytes of memory`);
  }
  const page = 65536;
  if (memory.bytes % page !== 0) found.push(`memory of ${memory.bytes} bytes is not whole pages`);
  if (memory.bytes > Math.max(1, Math.ceil(apart / page)) * page)
    found.push(`memory of ${memory.bytes} bytes, where ${apart} are enough for every buffer to have its own`);
  return found;
};

/**
 * Everything that is wrong with a plan, a sentence each; nothing for one in which no two buffers in use share a byte.
 *
 * @example
 * planViolations(compileGraph(graph, { dims: { B: 2 } }).program); // []
 */
export const planViolations = (program: PlannedProgram): readonly string[] => [
  ...misplaced(program),
  ...runsOf(program).flatMap((run) => overlapsIn(program, run)),
];
