// Which innermost loops may run statement by statement over many iterations at once, instead of iteration by iteration.
// They may when no iteration can see what another has done:
//
//   - the body is straight-line: lets, stores, and reductions `acc = fn(acc, value)` whose accumulator is read nowhere
//     else, so that folding the values in order afterwards gives the same bits;
//   - memory that is stored to is either stored to by one statement and not read at all, or each iteration keeps to a
//     window of its own: all indices are the same multiple c of the loop's index, plus constants that differ, lanes
//     included, by at most |c|.
import { childrenOf, type Expr, isVector } from "../../ir/loop/expr.ts";
import { type Linear, linearOf } from "../../ir/loop/linear.ts";
import { assignedNames, exprsOf, someExpr, visitExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import type { Binding } from "./scope.ts";
import { lanesOf } from "./value.ts";

/** A reduction of a loop: what it does to its accumulator. */
export interface Fold {
  readonly fn: (Expr & { readonly kind: "binary" })["fn"];
  readonly value: Expr;
}

/** What is known of a loop that may run in chunks. */
export interface ChunkPlan {
  /** The reductions, by the name of the accumulator. */
  readonly folds: ReadonlyMap<string, Fold>;
  /** Whether an expression may differ from one iteration to the next. */
  readonly isVarying: (expr: Expr) => boolean;
  /** The linear form of an index, with the varying variables of the body replaced by what they mean. */
  readonly linear: (index: Expr) => Linear;
  /** Whether an expression loads from memory that the body stores to. */
  readonly readsStored: (expr: Expr) => boolean;
}

const commutes: ReadonlySet<string> = new Set(["add", "mul", "min", "max", "and", "or", "xor"]);

const mentions = (expr: Expr, name: string): boolean =>
  someExpr(expr, (each) => each.kind === "var" && each.name === name);

const foldOf = ({ name, value }: StmtOf<"assign">): Fold | undefined => {
  if (value.kind !== "binary") return undefined;
  const { fn, left, right } = value;
  const isAccumulator = (expr: Expr): boolean => expr.kind === "var" && expr.name === name;
  if (isAccumulator(left) && !mentions(right, name)) return { fn, value: right };
  if (isAccumulator(right) && commutes.has(fn) && !mentions(left, name)) return { fn, value: left };
  return undefined;
};

/** The reductions of a body, or nothing where variables are carried along in any other way. */
const foldsOf = (body: readonly Stmt[]): ReadonlyMap<string, Fold> | undefined => {
  const folds = new Map<string, Fold>();
  for (const stmt of body) {
    if (stmt.kind === "for" || stmt.kind === "if" || (stmt.kind === "let" && stmt.mutable)) return undefined;
    if (stmt.kind !== "assign") continue;
    const fold = foldOf(stmt);
    if (fold === undefined || folds.has(stmt.name)) return undefined;
    folds.set(stmt.name, fold);
  }
  const carried = assignedNames(body);
  const readsCarried = (expr: Expr): boolean => someExpr(expr, (each) => each.kind === "var" && carried.has(each.name));
  const clean = body.every((stmt) =>
    stmt.kind === "assign" ? !readsCarried(folds.get(stmt.name)?.value ?? stmt.value) : !exprsOf(stmt).some(readsCarried),
  );
  return clean ? folds : undefined;
};

interface Access {
  readonly region: number;
  readonly stores: boolean;
  readonly exact: boolean;
  readonly index: Expr;
  readonly lanes: number;
}

const accessesOf = (body: readonly Stmt[], bindings: ReadonlyMap<string, Binding>): readonly Access[] => {
  const accesses: Access[] = [];
  const add = (buffer: string, index: Expr, type: Expr["type"], stores: boolean): void => {
    const { region = -1, exact = false } = bindings.get(buffer) ?? {};
    accesses.push({ region, exact, stores, index, lanes: lanesOf(type) });
  };
  for (const stmt of body) {
    for (const expr of exprsOf(stmt))
      visitExpr(expr, (each) => {
        if (each.kind === "load") add(each.buffer, each.index, each.type, false);
      });
    if (stmt.kind === "store") add(stmt.buffer, stmt.index, stmt.value.type, true);
  }
  return accesses;
};

/** All of an index but its constant, as text. */
export const variablePartOf = ({ terms }: Linear): string =>
  [...terms]
    .map(([key, { coefficient }]) => `${coefficient} ${key}`)
    .sort()
    .join("\n");

/** Whether each iteration keeps to its own window of a region. */
const staysInWindow = (accesses: readonly Access[], index: string, step: number, plan: ChunkPlan): boolean => {
  const forms = accesses.map((access) => plan.linear(access.index));
  const [first] = forms;
  if (first === undefined || accesses.some(({ exact }) => !exact)) return false;
  for (const [key, { atom }] of first.terms) if (key !== index && plan.isVarying(atom)) return false;
  const part = variablePartOf(first);
  if (forms.some((form) => variablePartOf(form) !== part)) return false;
  const low = Math.min(...forms.map(({ constant }) => constant));
  const high = Math.max(...forms.map(({ constant }, at) => constant + (accesses[at]?.lanes ?? 1)));
  return high - low <= Math.abs((first.terms.get(index)?.coefficient ?? 0) * step);
};

/** The test for what varies: what depends on the loop's index, or on memory that the body stores to. */
const varyingTest = (loop: StmtOf<"for">, readsStored: (expr: Expr) => boolean): ((expr: Expr) => boolean) => {
  const names = new Set([loop.index]);
  const known = new WeakMap<Expr, boolean>();
  const isVarying = (expr: Expr): boolean => {
    const before = known.get(expr);
    if (before !== undefined) return before;
    const varies =
      (expr.kind === "var" && names.has(expr.name)) ||
      (expr.kind === "load" && readsStored(expr)) ||
      childrenOf(expr).some(isVarying);
    known.set(expr, varies);
    return varies;
  };
  for (const stmt of loop.body) if (stmt.kind === "let" && isVarying(stmt.value)) names.add(stmt.name);
  return isVarying;
};

/** How the loop may run in chunks, if it may. */
export const planChunks = (loop: StmtOf<"for">, bindings: ReadonlyMap<string, Binding>): ChunkPlan | undefined => {
  const folds = foldsOf(loop.body);
  if (folds === undefined) return undefined;
  const accesses = accessesOf(loop.body, bindings);
  const stored = new Set(accesses.filter(({ stores }) => stores).map(({ region }) => region));
  const readsStored = (expr: Expr): boolean =>
    someExpr(expr, (each) => each.kind === "load" && stored.has(bindings.get(each.buffer)?.region ?? -1));
  const isVarying = varyingTest(loop, readsStored);
  const definitions = new Map<string, Linear>();
  const linear = (index: Expr): Linear => linearOf(index, (name) => definitions.get(name));
  for (const stmt of loop.body)
    if (stmt.kind === "let" && stmt.value.type === "i32" && isVarying(stmt.value))
      definitions.set(stmt.name, linear(stmt.value));
  const plan: ChunkPlan = { folds, isVarying, linear, readsStored };
  for (const region of stored) {
    const within = accesses.filter((access) => access.region === region);
    if (within.length > 1 && !staysInWindow(within, loop.index, loop.step, plan)) return undefined;
  }
  return plan;
};

/** Whether the body computes with vectors. */
export const usesVectors = (body: readonly Stmt[]): boolean =>
  body.some((stmt) => exprsOf(stmt).some((expr) => someExpr(expr, ({ type }) => isVector(type))));
