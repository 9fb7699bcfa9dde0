// Which loops may run statement by statement over many iterations at once, instead of iteration by iteration. Loops inside
// such a loop run their own iterations one by one, each for the whole chunk. That is allowed where no iteration can see
// what another has done:
//
//   - there are no branches, and loops inside run equally often in every iteration;
//   - variables of the body belong to one iteration; those from outside are only folded, `acc = fn(acc, value)`, and read
//     nowhere else, so that folding the values in order afterwards gives the same bits;
//   - no element of memory is touched by two iterations if one of them stores it (chunk-memory.ts).
import { type Bounds, type Interval, intervalOf } from "../../ir/loop/bounds.ts";
import { childrenOf, type Expr, isVector, type LoopBinary } from "../../ir/loop/expr.ts";
import { type Linear, linearOf } from "../../ir/loop/linear.ts";
import { assignedNames, declaredNames, exprsOf, someExpr, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { accessesOf, iterationsAreApart } from "./chunk-memory.ts";
import type { Binding } from "./scope.ts";

/** A reduction of a loop: what it does to its accumulator. */
export interface Fold {
  readonly fn: LoopBinary;
  readonly value: Expr;
}

/** What is known of a loop that may run in chunks. */
export interface ChunkPlan {
  /** The reductions, by the name of the accumulator. */
  readonly folds: ReadonlyMap<string, Fold>;
  /** Whether an expression may differ between the iterations of the loop. */
  readonly isVarying: (expr: Expr) => boolean;
  /** Whether an expression reads what the body changes: variables it assigns to, memory it stores to. */
  readonly isUnstable: (expr: Expr) => boolean;
  /** The linear form of an index, in which the values of the body are replaced by what they mean. */
  readonly linear: (index: Expr) => Linear;
}

type Bindings = ReadonlyMap<string, Binding>;

const commutes: ReadonlySet<LoopBinary> = new Set<LoopBinary>(["add", "mul", "min", "max", "and", "or", "xor"]);

const isVariable = (expr: Expr, name: string): boolean => expr.kind === "var" && expr.name === name;

const foldOf = ({ name, value }: StmtOf<"assign">): Fold | undefined => {
  if (value.kind !== "binary") return undefined;
  const { fn, left, right } = value;
  if (isVariable(left, name)) return { fn, value: right };
  return isVariable(right, name) && commutes.has(fn) ? { fn, value: left } : undefined;
};

/** The reductions of a body, or nothing where variables are carried along in any other way. */
const foldsOf = (body: readonly Stmt[]): ReadonlyMap<string, Fold> | undefined => {
  const inside = declaredNames(body);
  const carried = new Set([...assignedNames(body)].filter((name) => !inside.has(name)));
  const folds = new Map<string, Fold>();
  for (const stmt of body) {
    if (stmt.kind !== "assign" || !carried.has(stmt.name)) continue;
    const fold = foldOf(stmt);
    if (fold === undefined || folds.has(stmt.name)) return undefined;
    folds.set(stmt.name, fold);
  }
  const readsCarried = (expr: Expr): boolean => someExpr(expr, (each) => each.kind === "var" && carried.has(each.name));
  let clean = true;
  visitStmts(body, (stmt) => {
    const fold = stmt.kind === "assign" && body.includes(stmt) ? folds.get(stmt.name) : undefined;
    const reads = fold === undefined ? exprsOf(stmt) : [fold.value];
    const assignsWithin = stmt.kind === "assign" && carried.has(stmt.name) && fold === undefined;
    if (stmt.kind === "if" || assignsWithin || reads.some(readsCarried)) clean = false;
  });
  return clean ? folds : undefined;
};

/** A test of expressions that holds where it holds of a part. */
const somewhere = (test: (expr: Expr) => boolean): ((expr: Expr) => boolean) => {
  const known = new WeakMap<Expr, boolean>();
  const holds = (expr: Expr): boolean => {
    const before = known.get(expr);
    if (before !== undefined) return before;
    const result = test(expr) || childrenOf(expr).some(holds);
    known.set(expr, result);
    return result;
  };
  return holds;
};

const loadsFrom = (regions: ReadonlySet<number>, bindings: Bindings): ((expr: Expr) => boolean) => {
  return (expr) => expr.kind === "load" && regions.has(bindings.get(expr.buffer)?.region ?? -1);
};

/** The tests of a plan; they are complete once all values of the body have been looked at, in order. */
const dependence = (
  loop: StmtOf<"for">,
  stored: (expr: Expr) => boolean,
): Pick<ChunkPlan, "isVarying" | "isUnstable"> => {
  const varying = new Set([loop.index]);
  const changing = new Set<string>();
  const isVarying = somewhere((expr) => (expr.kind === "var" && varying.has(expr.name)) || stored(expr));
  const isUnstable = somewhere((expr) => (expr.kind === "var" && changing.has(expr.name)) || stored(expr));
  visitStmts(loop.body, (stmt) => {
    if (stmt.kind !== "let") return;
    if (stmt.mutable) changing.add(stmt.name);
    if (stmt.mutable || isVarying(stmt.value)) varying.add(stmt.name);
  });
  return { isVarying, isUnstable };
};

/** Where the index of a loop lies: up to its last value, if it is known where it starts. */
const indexBounds = ({ from, to, step }: StmtOf<"for">, bounds: Bounds): Interval => {
  const start = intervalOf(from, bounds);
  const end = intervalOf(to, bounds).high - 1;
  const last = start.low === start.high ? start.low + Math.floor((end - start.low) / step) * step : end;
  return { low: start.low, high: Math.max(start.low, last) };
};

/** How many iterations a loop has at most. */
const iterationsOf = (loop: StmtOf<"for">, bounds: Bounds = new Map()): number => {
  const { low, high } = indexBounds(loop, bounds);
  return Math.floor((high - low) / loop.step) + 1;
};

/** How the loop may run in chunks, if it may at all. */
export const planChunks = (loop: StmtOf<"for">, bindings: Bindings): ChunkPlan | undefined => {
  const folds = foldsOf(loop.body);
  if (folds === undefined) return undefined;
  const accesses = accessesOf(loop.body, bindings);
  const regions = new Set(accesses.filter(({ stores }) => stores).map(({ region }) => region));
  const { isVarying, isUnstable } = dependence(loop, loadsFrom(regions, bindings));
  const definitions = new Map<string, Linear>();
  const linear = (index: Expr): Linear => linearOf(index, (name) => definitions.get(name));
  const bounds = new Map<string, Interval>();
  let equal = true;
  visitStmts(loop.body, (stmt) => {
    if (stmt.kind === "let" && stmt.value.type === "i32" && !stmt.mutable && !isUnstable(stmt.value))
      definitions.set(stmt.name, linear(stmt.value));
    if (stmt.kind !== "for") return;
    bounds.set(stmt.index, indexBounds(stmt, bounds));
    if (isVarying(stmt.from) || isVarying(stmt.to)) equal = false;
  });
  const plan: ChunkPlan = { folds, isVarying, isUnstable, linear };
  const inside = declaredNames(loop.body);
  const apart = [...regions].every((region) =>
    iterationsAreApart({
      accesses: accesses.filter((access) => access.region === region),
      index: loop.index,
      step: loop.step,
      // As if a loop of one iteration had a next one: what is apart from that has its lanes apart, which a store writes one by one.
      iterations: Math.max(2, iterationsOf(loop)),
      linear,
      inside,
      bounds,
    }),
  );
  return equal && apart ? plan : undefined;
};

/** Whether a body computes with vectors. */
export const usesVectors = (body: readonly Stmt[]): boolean => {
  let found = false;
  visitStmts(body, (stmt) => {
    if (exprsOf(stmt).some((expr) => someExpr(expr, ({ type }) => isVector(type)))) found = true;
  });
  return found;
};

const loopsIn = (body: readonly Stmt[]): readonly StmtOf<"for">[] => {
  const loops: StmtOf<"for">[] = [];
  visitStmts(body, (stmt) => {
    if (stmt.kind === "for") loops.push(stmt);
  });
  return loops;
};

/** About how many values each statement of a loop computes. */
const valuesOf = (loop: StmtOf<"for">): number => iterationsOf(loop) * (usesVectors(loop.body) ? 4 : 1);

/** From so many values on, calling the leaf loops costs less than what they do. */
const enoughValues = 32;

/**
 * How the loop is best run in chunks, if it may and no loop inside is better suited: memory is walked most evenly by the
 * innermost loops, so these go first where they have enough iterations, or more than this one.
 */
export const bestPlan = (loop: StmtOf<"for">, bindings: Bindings): ChunkPlan | undefined => {
  const enough = Math.min(enoughValues, valuesOf(loop));
  const better = loopsIn(loop.body).some(
    (inner) => valuesOf(inner) >= enough && bestPlan(inner, bindings) !== undefined,
  );
  return better ? undefined : planChunks(loop, bindings);
};
