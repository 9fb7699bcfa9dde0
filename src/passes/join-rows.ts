// Joins neighbouring kernels that go over the same rows: what normalizations and losses are made of, a sum of each row, what is made of
// row and sum, the next sum. Joined, a row is still in the nearest cache when it is read again, and values that live no longer than
// their row take the place of one row instead of a tensor's (loop fusion and array contraction: Wolfe 1996, chapter 9).
//
//   for i { m[i] = sum(x[i, :]) / n }   for i { d[i, :] = x[i, :] - m[i] }   ->   for i { m[0] = ...   d[0, :] = x[i, :] - m[0] }
import { invariant } from "../ir/diagnostics/invariant.ts";
import {
  type Buffer,
  type Call,
  callsOf,
  type EntryPoint,
  type Kernel,
  type Program,
  usedBuffers,
} from "../ir/loop/kernel.ts";
import { buffersIn, visitOwnExprs, visitStmts } from "../ir/loop/rewrite.ts";
import { dtypes } from "../ir/types/dtype.ts";
import { contractRows } from "./join-rows/contract-rows.ts";
import { withRowPairs } from "./join-rows/row-pairs.ts";
import { bufferOf, joined, type RowWork, rowWorkOf, statementsOf, tripsOf } from "./join-rows/work.ts";
import { type KernelTable, kernelTable } from "./lowering/finish-kernel.ts";
import type { Pass } from "./pass.ts";

/** More than this of a row would not be in cache when it is read again. */
const mostRowBytes = 1 << 17;

/** Statements and the parts of their expressions: larger functions reach an engine's optimizing tier late. */
const mostParts = 800;

const partsOf = (work: RowWork): number => {
  let count = 0;
  const countPart = (): void => {
    count += 1;
  };
  visitStmts(statementsOf(work), (stmt) => {
    countPart();
    visitOwnExprs(stmt, countPart);
  });
  return count;
};

/** Calls of two layers stay apart, so that a profile can tell them apart. */
const layerOf = ({ calls }: RowWork): string | undefined =>
  calls.map(({ origin }) => origin?.location?.layer).find((layer) => layer !== undefined);

const areOfOneLayer = (first: RowWork, second: RowWork): boolean => {
  const [mine, theirs] = [layerOf(first), layerOf(second)];
  return mine === undefined || theirs === undefined || mine === theirs;
};

/** Whether joining would be worth it: a buffer in common, rows that stay in cache, a kernel of moderate size. */
const isWorthwhile = (program: Program, first: RowWork, second: RowWork): boolean => {
  if (!areOfOneLayer(first, second) || tripsOf(first) <= 1 || partsOf(first) + partsOf(second) > mostParts)
    return false;
  const [mine, theirs] = [buffersIn(statementsOf(first)), buffersIn(statementsOf(second))];
  if (![...theirs].some((name) => mine.has(name))) return false;
  const bytes = [...new Set([...mine, ...theirs])].map((name) => {
    const { dtype, length } = bufferOf(program, name);
    return dtypes[dtype].bytes * length;
  });
  return bytes.reduce((sum, each) => sum + each, 0) / tripsOf(first) <= mostRowBytes;
};

/** How many calls use each buffer. */
const usesIn = (calls: readonly Call[]): ReadonlyMap<string, number> => {
  const uses = new Map<string, number>();
  for (const { buffers } of calls) for (const name of new Set(buffers)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
};

/** Calls with those that can be joined joined. */
const joinCalls = (program: Program, calls: readonly Call[]): readonly (Call | RowWork)[] => {
  const done: (Call | RowWork)[] = [];
  for (const call of calls) {
    const [work, before] = [rowWorkOf(program, call), done.at(-1)];
    const isPair = work !== undefined && before !== undefined && "loop" in before;
    const both = isPair && isWorthwhile(program, before, work) ? joined(program, before, work) : undefined;
    if (both === undefined) done.push(work ?? call);
    else done[done.length - 1] = both;
  }
  return done;
};

/** What has been made so far: kernels, and shorter buffers. */
interface Making {
  readonly kernels: KernelTable;
  readonly lengths: Map<string, number>;
  readonly uses: ReadonlyMap<string, number>;
}

/** The call that work has become: of a kernel of its own, if several were joined. */
const callOf = (program: Program, { kernels, lengths, uses }: Making, work: RowWork): Call => {
  const [first, last] = [work.calls[0], work.calls.at(-1)];
  invariant(first !== undefined && last !== undefined, "work over rows is that of a call");
  if (first === last) return first;
  const isOwn = (name: string): boolean =>
    bufferOf(program, name).role === "temporary" &&
    work.calls.filter(({ buffers }) => buffers.includes(name)).length === uses.get(name);
  const own = [...buffersIn(statementsOf(work))].filter(isOwn);
  const contracted = contractRows(program, work, own);
  for (const [name, length] of contracted.lengths) lengths.set(name, length);
  const shortened = (name: string) => ({
    ...bufferOf(program, name),
    length: contracted.lengths.get(name) ?? bufferOf(program, name).length,
  });
  const call = kernels.add(`${first.kernel}_to_${last.kernel}`, statementsOf(contracted.work), shortened);
  const operations = work.calls.flatMap(({ origin }) => origin?.operations ?? []);
  const location = work.calls.find(({ origin }) => origin?.location !== undefined)?.origin?.location;
  return { ...call, origin: location === undefined ? { operations } : { operations, location } };
};

/** The kernels that calls still name. */
const calledOf = (program: Program, made: ReadonlyMap<string, Kernel>): ReadonlyMap<string, Kernel> => {
  const named = new Set(callsOf(program).map(({ kernel }) => kernel));
  return new Map([...program.kernels, ...made].filter(([name]) => named.has(name)));
};

/** The buffers of a program that it still needs, some of them shorter. */
const buffersFor = (program: Program, lengths: ReadonlyMap<string, number>): ReadonlyMap<string, Buffer> =>
  new Map(
    [...usedBuffers(program)].map(
      ([name, buffer]) => [name, { ...buffer, length: lengths.get(name) ?? buffer.length }] as const,
    ),
  );

/** The program with its entry points joined; the very program where there is nothing to join. */
const joinAll = (program: Program): Program => {
  const uses = usesIn(callsOf(program));
  const making: Making = { kernels: kernelTable(program.numerics ?? "exact"), lengths: new Map(), uses };
  const entries = program.entries.map((entry): EntryPoint => {
    const done = joinCalls(program, entry.calls);
    return done.length === entry.calls.length
      ? entry
      : { ...entry, calls: done.map((each) => ("loop" in each ? callOf(program, making, each) : each)) };
  });
  if (entries.every((entry, at) => entry === program.entries[at])) return program;
  const made = new Map([...making.kernels.kernels].map(([name, kernel]) => [name, withRowPairs(kernel)] as const));
  const joinedProgram = { ...program, entries };
  const buffers = buffersFor(joinedProgram, making.lengths);
  return { ...program, entries, buffers, kernels: calledOf(joinedProgram, made) };
};

/** Joins neighbouring kernels that go over the same rows. */
export const joinRows: Pass<Program, Program> = {
  name: "join-rows",
  summary: "Joins neighbouring kernels that go over the same rows, so that a row is read again while it is in cache.",
  run: joinAll,
};
