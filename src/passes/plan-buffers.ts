// Gives every buffer its place in one memory: constants, parameters, what is prepared of these, then one arena that the temporaries,
// inputs and outputs of all entry points share, since only one entry point runs at a time. Within an entry point, buffers whose lives
// do not overlap may lie on top of each other, and a kernel may write over an operand that it reads for the last time
// where the kernel says that this is safe.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import {
  type Buffer,
  type Call,
  copyBytes,
  type EntryPoint,
  type PlannedProgram,
  type Program,
  preparationOf,
} from "../ir/loop/kernel.ts";
import type { Pass } from "./pass.ts";

/** WebAssembly's unit of memory, in bytes. */
const page = 65536;

/** What 32-bit addresses reach. */
const addressable = 2 ** 32;

const bytesOf = (buffer: Buffer): number => copyBytes(buffer) * (buffer.copies ?? 1);

/** Whether a buffer keeps its contents from run to run, so that its place is its own. */
const persists = ({ role }: Buffer): boolean => role === "constant" || role === "parameter" || role === "prepared";

/** From the first call that touches a buffer to the last; inputs live from the start, outputs to the end. */
interface Life {
  readonly buffer: Buffer;
  readonly first: number;
  last: number;
}

const livesOf = (program: Program, entry: EntryPoint): readonly Life[] => {
  const lives = new Map<string, Life>();
  const touch = (name: string, at: number): void => {
    const life = lives.get(name);
    if (life !== undefined) {
      life.last = Math.max(life.last, at);
      return;
    }
    const buffer = program.buffers.get(name);
    invariant(buffer !== undefined, `buffer ${name} is declared`);
    if (!persists(buffer)) lives.set(name, { buffer, first: at, last: at });
  };
  for (const { buffer } of entry.inputs) touch(buffer, -1);
  for (const [at, { buffers }] of entry.calls.entries()) for (const buffer of buffers) touch(buffer, at);
  for (const { buffer } of entry.outputs) touch(buffer, entry.calls.length);
  return [...lives.values()];
};

/** A stretch of the arena in use. */
interface Placed {
  readonly life: Life;
  readonly offset: number;
  readonly end: number;
}

/** The buffer that the call that first writes `life` may write it over, if that one dies there. */
const reusable = (
  program: Program,
  call: Call | undefined,
  life: Life,
  placed: ReadonlyMap<string, Placed>,
): Placed | undefined => {
  const kernel = call === undefined ? undefined : program.kernels.get(call.kernel);
  if (call === undefined || kernel === undefined || life.buffer.role === "input") return undefined;
  const written = call.buffers.indexOf(life.buffer.name);
  for (const [to, from] of kernel.inPlace) {
    const source = placed.get(call.buffers[from] ?? "");
    if (
      to === written &&
      source !== undefined &&
      source.life.last === life.first &&
      source.life.buffer.role === "temporary"
    )
      return source;
  }
  return undefined;
};

/** Offsets within the arena for one entry point: in order of first use, each in the tightest gap that fits. */
const placeEntry = (program: Program, entry: EntryPoint): ReadonlyMap<string, number> => {
  const placed = new Map<string, Placed>();
  const takenOver = new Set<Placed>();
  const offsets = new Map<string, number>();
  let active: Placed[] = [];
  const lives = livesOf(program, entry).toSorted((a, b) => a.first - b.first || bytesOf(b.buffer) - bytesOf(a.buffer));
  for (const life of lives) {
    active = active.filter(({ life: other }) => other.last >= life.first);
    const size = bytesOf(life.buffer);
    const host = reusable(program, entry.calls[life.first], life, placed);
    const mine =
      host !== undefined && !takenOver.has(host) && host.end - host.offset === size
        ? host.offset
        : tightestGap(active, size);
    if (host !== undefined && mine === host.offset) takenOver.add(host);
    const place: Placed = { life, offset: mine, end: mine + size };
    placed.set(life.buffer.name, place);
    offsets.set(life.buffer.name, mine);
    active.push(place);
  }
  return offsets;
};

const tightestGap = (active: readonly Placed[], size: number): number => {
  let best: { readonly offset: number; readonly slack: number } | undefined;
  let free = 0;
  for (const { offset, end } of active.toSorted((a, b) => a.offset - b.offset)) {
    const slack = offset - free - size;
    if (slack >= 0 && (best === undefined || slack < best.slack)) best = { offset: free, slack };
    free = Math.max(free, end);
  }
  return best?.offset ?? free;
};

/** Plans the memory of a program; `reject`s one that 32-bit addresses cannot reach. */
export const planBuffers: Pass<Program, PlannedProgram> = {
  name: "plan-buffers",
  summary: "Gives every buffer a byte offset in one memory: liveness, reuse in place, one arena for all entry points.",
  run: (program) => {
    const offsets = new Map<string, number>();
    let end = 0;
    const region = (role: Buffer["role"]): number => {
      const start = end;
      for (const buffer of program.buffers.values())
        if (buffer.role === role) {
          offsets.set(buffer.name, end);
          end += bytesOf(buffer);
        }
      return end - start;
    };
    const constantBytes = region("constant");
    const parameterBytes = region("parameter");
    const preparedBytes = region("prepared");
    let arenaBytes = 0;
    // An input that several entry points take has one place for all of them: after what any of them needs.
    const perEntry = [...program.entries, preparationOf(program)].map((entry) => placeEntry(program, entry));
    const sharedInputs = sharedBetween(perEntry);
    for (const places of perEntry)
      for (const [name, offset] of places) {
        const buffer = program.buffers.get(name);
        invariant(buffer !== undefined, `buffer ${name} is declared`);
        if (sharedInputs.has(name)) continue;
        offsets.set(name, end + offset);
        arenaBytes = Math.max(arenaBytes, offset + bytesOf(buffer));
      }
    for (const name of sharedInputs) {
      const buffer = program.buffers.get(name);
      if (buffer === undefined) continue;
      offsets.set(name, end + arenaBytes);
      arenaBytes += bytesOf(buffer);
    }
    const bytes = Math.max(1, Math.ceil((end + arenaBytes) / page)) * page;
    if (bytes > addressable) reject("W311", { bytes });
    return { ...program, memory: { bytes, offsets, constantBytes, parameterBytes, preparedBytes, arenaBytes } };
  },
};

const sharedBetween = (entries: readonly ReadonlyMap<string, number>[]): ReadonlySet<string> => {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const places of entries)
    for (const name of places.keys()) {
      if (seen.has(name)) shared.add(name);
      seen.add(name);
    }
  return shared;
};
