// Gives every buffer its place in one memory: constants, parameters, what is prepared of these, then one arena that the temporaries,
// inputs and outputs of all entry points share, since only one entry point runs at a time. Within an entry point, buffers whose lives
// do not overlap may lie on top of each other, and a kernel may write over an operand that it reads for the last time
// where the kernel says that this is safe.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import { type Buffer, type EntryPoint, type PlannedProgram, type Program, preparationOf } from "../ir/loop/kernel.ts";
import type { Pass } from "./pass.ts";
import type { Block } from "./planning/blocks.ts";
import { boundOf } from "./planning/liveness-bound.ts";
import { bytesOf, handoversOf, type Life, livesOf } from "./planning/lives.ts";
import { placeBlocks } from "./planning/place-blocks.ts";

/** WebAssembly's unit of memory, in bytes. */
const page = 65536;

/** What 32-bit addresses reach. */
const addressable = 2 ** 32;

/** Buffers that lie in one place, each written over the one before it. */
interface Chain {
  readonly begins: Life;
  readonly ends: Life;
  readonly names: readonly string[];
}

/** The buffers of one entry point before they have places. */
interface Unplaced {
  readonly chains: readonly Chain[];
  /** The least memory that holds them all. */
  readonly bound: number;
}

const unplaced = (program: Program, entry: EntryPoint): Unplaced => {
  const lives = livesOf(program, entry);
  const handovers = handoversOf(program, entry, lives);
  const takers = new Set(handovers.values());
  const chainFrom = (begins: Life): Chain => {
    let ends = begins;
    const names = [begins.buffer.name];
    for (let name = handovers.get(begins.buffer.name); name !== undefined; name = handovers.get(name)) {
      ends = lives.get(name) ?? ends;
      names.push(name);
    }
    return { begins, ends, names };
  };
  const chains = [...lives.values()].filter(({ buffer }) => !takers.has(buffer.name)).map(chainFrom);
  return { chains, bound: boundOf(entry.calls.length, lives, handovers) };
};

/** Offsets within the arena for one entry point, some of which are known already; `enough` is what need not be undercut. */
const placeEntry = (
  { chains }: Unplaced,
  known: ReadonlyMap<string, number>,
  enough: number,
): ReadonlyMap<string, number> => {
  const blocks = chains.map(({ begins, ends }): Block => {
    const pinned = known.get(begins.buffer.name);
    const times = { bytes: begins.bytes, first: begins.first, last: ends.last };
    return pinned === undefined ? times : { ...times, pinned };
  });
  const { offsets } = placeBlocks(blocks, enough);
  return new Map(chains.flatMap(({ names }, at) => names.map((name) => [name, offsets[at] ?? 0] as const)));
};

/** Places for the inputs that several entry points take, which are the same for all of them: those that meet in none may share one. */
const placeShared = ({ buffers, entries }: Program): ReadonlyMap<string, number> => {
  const takers = new Map<string, Set<EntryPoint>>();
  for (const entry of entries)
    for (const { buffer } of entry.inputs) takers.set(buffer, (takers.get(buffer) ?? new Set()).add(entry));
  const ends = new Map<EntryPoint, number>();
  const offsets = new Map<string, number>();
  for (const [name, sharing] of takers) {
    const buffer = buffers.get(name);
    if (buffer === undefined || sharing.size < 2) continue;
    const offset = Math.max(...[...sharing].map((entry) => ends.get(entry) ?? 0));
    offsets.set(name, offset);
    for (const entry of sharing) ends.set(entry, offset + bytesOf(buffer));
  }
  return offsets;
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
    const shared = placeShared(program);
    const entries = [...program.entries, preparationOf(program)].map((entry) => unplaced(program, entry));
    const enough = Math.max(0, ...entries.map(({ bound }) => bound));
    for (const entry of entries)
      for (const [name, offset] of placeEntry(entry, shared, enough)) {
        const buffer = program.buffers.get(name);
        invariant(buffer !== undefined, `buffer ${name} is declared`);
        offsets.set(name, end + offset);
        arenaBytes = Math.max(arenaBytes, offset + bytesOf(buffer));
      }
    const bytes = Math.max(1, Math.ceil((end + arenaBytes) / page)) * page;
    if (bytes > addressable) reject("W311", { bytes });
    return { ...program, memory: { bytes, offsets, constantBytes, parameterBytes, preparedBytes, arenaBytes } };
  },
};
