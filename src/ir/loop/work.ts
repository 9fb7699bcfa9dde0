// How much a kernel does in one call: floating-point operations, and bytes of its buffers. A pure function of the loop
// program, so it counts what runs, and not what a formula says should: packing, padding and what is computed twice are
// in it. A loop whose body does the same each time is counted once; where its extent or a condition depends on an index
// (causal attention, borders of an image), iteration for iteration. Only what depends on data is estimated.
import { invariant } from "../diagnostics/invariant.ts";
import { dtypes } from "../types/dtype.ts";
import { type Bounds, type Interval, intervalOf } from "./bounds.ts";
import { childrenOf, type Expr, isVector, laneType } from "./expr.ts";
import { foldBinary, foldCast, foldCompare, foldUnary } from "./fold.ts";
import type { Kernel } from "./kernel.ts";
import { boundsOfNames } from "./relations.ts";
import { blocksOf, exprsOf, freeVariables, visitOwnExprs, visitStmts } from "./rewrite.ts";
import type { Stmt, StmtOf } from "./stmt.ts";

/** What one call of a kernel does. */
export interface Work {
  /**
   * Additions, subtractions, multiplications, divisions, square roots, minima and maxima of f32 and f64, each lane of a vector
   * counted: what processors count as floating-point operations. exp, tanh and their kin are polynomials by now and count as
   * these; comparisons, choices, conversions, changes of sign and whole numbers do not count.
   */
  readonly flops: number;
  /**
   * Bytes of the buffers that are read and written, each element once each way: the traffic that memory cannot be spared,
   * whatever caches there are. An upper bound where only some elements of a buffer are touched, some of them repeatedly.
   */
  readonly bytes: number;
  /** Bytes that loads and stores move between registers and memory or cache. */
  readonly accessedBytes: number;
  /** Whether the numbers are those of every call: not where the extent of a loop, or a condition, depends on data. */
  readonly exact: boolean;
}

/** Operations, then how often something was estimated, then elements loaded and stored, by parameter. */
type Tally = Float64Array;

const firstBuffer = 2;

/** How many iterations of a loop are looked at, evenly spread, where each may differ. */
const mostIterations = 128;

const counted: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "min", "max", "sqrt"]);

const lanesOf = (expr: Expr): number => (isVector(expr.type) ? 4 : 1);

const isFloating = ({ type }: Expr): boolean => ["f32", "f64"].includes(laneType(type));

const flopsOf = (expr: Expr): number => {
  if (!isFloating(expr)) return 0;
  if (expr.kind === "reduceLanes") return 3;
  return (expr.kind === "unary" || expr.kind === "binary") && counted.has(expr.fn) ? lanesOf(expr) : 0;
};

const isWhole = ({ type }: Expr): boolean => type === "i32" || type === "bool";

/** The value of a whole number all of whose names have one; undefined where something is not known. */
const valueOf = (expr: Expr, bounds: Bounds): number | undefined => {
  if (expr.kind === "const") return expr.value;
  if (expr.kind === "var") {
    const known = bounds.get(expr.name);
    return known !== undefined && known.low === known.high ? known.low : undefined;
  }
  const [a, b, c] = childrenOf(expr).map((child) => valueOf(child, bounds));
  if (expr.kind === "select") return a === undefined ? undefined : a === 0 ? c : b;
  if (a === undefined) return undefined;
  if (expr.kind === "unary") return foldUnary(expr.fn, expr.type, a);
  if (expr.kind === "cast") return foldCast(expr.operand.type, expr.type, a);
  if (b === undefined) return undefined;
  if (expr.kind === "binary") return foldBinary(expr.fn, expr.type, a, b);
  return expr.kind === "compare" ? Number(foldCompare(expr.fn, a, b)) : undefined;
};

const rangeOf = (expr: Expr, bounds: Bounds): Interval => {
  const value = valueOf(expr, bounds);
  return value === undefined ? intervalOf(expr, bounds) : { low: value, high: value };
};

/** For each block the names on which it depends how often its statements run, through whatever names these come from. */
const decidingNames = (kernel: Kernel): ((block: readonly Stmt[]) => readonly string[]) => {
  const definitions = new Map<string, ReadonlySet<string>>();
  visitStmts(kernel.body, (stmt) => {
    if (stmt.kind === "let" && !stmt.mutable) definitions.set(stmt.name, freeVariables(stmt.value));
  });
  const known = new Map<readonly Stmt[], readonly string[]>();
  const namesOf = (block: readonly Stmt[]): readonly string[] => {
    const names = new Set<string>();
    const add = (name: string): void => {
      if (names.has(name)) return;
      names.add(name);
      for (const inner of definitions.get(name) ?? []) add(inner);
    };
    for (const stmt of block) {
      const inner = blocksOf(stmt);
      if (inner.length > 0) for (const expr of exprsOf(stmt)) for (const name of freeVariables(expr)) add(name);
      for (const nested of inner) for (const name of decide(nested)) add(name);
    }
    return [...names];
  };
  const decide = (block: readonly Stmt[]): readonly string[] => {
    const names = known.get(block) ?? namesOf(block);
    known.set(block, names);
    return names;
  };
  return decide;
};

/** What counting a kernel goes by. */
interface Counting {
  readonly kernel: Kernel;
  /** Where in a tally the loads of a buffer are; its stores follow. */
  readonly positions: ReadonlyMap<string, number>;
  readonly deciding: (block: readonly Stmt[]) => readonly string[];
  /** Blocks by what is known of the names that decide. */
  readonly known: Map<readonly Stmt[], Map<string, Tally>>;
}

const bump = (total: Tally, at: number, by: number): void => {
  total[at] = (total[at] ?? 0) + by;
};

const addTally = (total: Tally, part: Tally, times: number): void => {
  for (const [at, count] of part.entries()) bump(total, at, count * times);
};

/** Adds what a statement does by itself, without its blocks. */
const addOwn = (counting: Counting, total: Tally, stmt: Stmt): void => {
  const place = (buffer: string): number => {
    const position = counting.positions.get(buffer);
    invariant(position !== undefined, `kernel ${counting.kernel.name}: ${buffer} is a parameter`);
    return position;
  };
  visitOwnExprs(stmt, (part) => {
    bump(total, 0, flopsOf(part));
    if (part.kind === "load") bump(total, place(part.buffer), lanesOf(part));
  });
  if (stmt.kind === "store") bump(total, place(stmt.buffer) + 1, lanesOf(stmt.value));
};

/** Adds the iterations of a loop: one for all, or one by one where they may differ. */
const addLoop = (counting: Counting, total: Tally, loop: StmtOf<"for">, bounds: Bounds): void => {
  const { index, from, to, step, body } = loop;
  const [first, end] = [rangeOf(from, bounds), rangeOf(to, bounds)];
  const iterations = (start: number, stop: number): number => Math.max(0, Math.ceil((stop - start) / step));
  const [least, most] = [iterations(first.high, end.low), iterations(first.low, end.high)];
  const count = (least + most) / 2;
  if (least !== most) bump(total, 1, 1);
  if (least !== most || !counting.deciding(body).includes(index)) {
    if (count > 0) addTally(total, tallyOf(counting, body, bounds), count);
    return;
  }
  const looked = Math.min(count, mostIterations);
  if (looked < count) bump(total, 1, 1);
  for (let at = 0; at < looked; at++) {
    const value = first.low + step * Math.floor(((at + 0.5) * count) / looked);
    const known = new Map(bounds).set(index, { low: value, high: value });
    addTally(total, tallyOf(counting, body, known), count / looked);
  }
};

/** Adds the branch that is taken; half of each where that is not known. */
const addChoice = (counting: Counting, total: Tally, stmt: StmtOf<"if">, bounds: Bounds): void => {
  const { low, high } = rangeOf(stmt.condition, bounds);
  const share = low === high ? 1 : 0.5;
  if (low !== high) bump(total, 1, 1);
  if (high > 0) addTally(total, tallyOf(counting, stmt.then, bounds), share);
  if (low === 0) addTally(total, tallyOf(counting, stmt.otherwise, bounds), share);
};

const sumOf = (counting: Counting, block: readonly Stmt[], outer: Bounds): Tally => {
  const total = new Float64Array(firstBuffer + 2 * counting.positions.size);
  const bounds = new Map(outer);
  for (const stmt of block) {
    addOwn(counting, total, stmt);
    if (stmt.kind === "let" && !stmt.mutable) {
      const value = isWhole(stmt.value) ? valueOf(stmt.value, bounds) : undefined;
      if (value !== undefined) bounds.set(stmt.name, { low: value, high: value });
    }
    if (stmt.kind === "for") addLoop(counting, total, stmt, bounds);
    if (stmt.kind === "if") addChoice(counting, total, stmt, bounds);
  }
  return total;
};

/** The work of a block under what is known of names; found once for the same values of those that decide. */
const tallyOf = (counting: Counting, block: readonly Stmt[], bounds: Bounds): Tally => {
  const key = counting
    .deciding(block)
    .map((name) => bounds.get(name))
    .map((interval) => (interval === undefined ? "" : `${interval.low},${interval.high}`))
    .join(" ");
  const tallies = counting.known.get(block) ?? new Map<string, Tally>();
  counting.known.set(block, tallies);
  const total = tallies.get(key) ?? sumOf(counting, block, bounds);
  tallies.set(key, total);
  return total;
};

const countKernel = (kernel: Kernel): Tally => {
  const positions = new Map(kernel.parameters.map(({ name }, position) => [name, firstBuffer + 2 * position]));
  const counting: Counting = { kernel, positions, deciding: decidingNames(kernel), known: new Map() };
  return tallyOf(counting, kernel.body, boundsOfNames(kernel.body));
};

const results = new WeakMap<Kernel, Work>();

/** The work of one call of a kernel; found once for each kernel. */
export const workOf = (kernel: Kernel): Work => {
  const before = results.get(kernel);
  if (before !== undefined) return before;
  const [flops = 0, estimates = 0, ...elements] = countKernel(kernel);
  const sum = (count: (moved: number, length: number) => number): number =>
    kernel.parameters.reduce((total, { dtype, length }, position) => {
      const moved = elements.slice(2 * position, 2 * position + 2);
      return total + dtypes[dtype].bytes * moved.reduce((all, each) => all + count(each, length), 0);
    }, 0);
  const work: Work = Object.freeze({
    flops,
    bytes: sum(Math.min),
    accessedBytes: sum((moved) => moved),
    exact: estimates === 0,
  });
  results.set(kernel, work);
  return work;
};
