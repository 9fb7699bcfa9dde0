// Recognises the accumulators of a loop: variables from outside that its body changes in one statement only,
// `acc = fn(acc, element)`, and mentions nowhere else. Those may run in lanes, in the order that `vectorize` defines.
import { literal } from "../../ir/loop/build.ts";
import { type Expr, type LaneReducer, type LoopBinary, type LoopType } from "../../ir/loop/expr.ts";
import { assignedNames, declaredNames, exprsOf, someExpr, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

/** An accumulator and what each iteration folds into it. */
export interface Reduction {
  readonly name: string;
  readonly fn: LaneReducer;
  readonly type: "f32" | "i32";
  readonly element: Expr;
}

const isLaneReducer = (fn: LoopBinary): fn is LaneReducer =>
  fn === "add" || fn === "mul" || fn === "min" || fn === "max";

const mentions = (expr: Expr, name: string): boolean =>
  someExpr(expr, (each) => each.kind === "var" && each.name === name);

/** `acc = fn(acc, element)` or `acc = fn(element, acc)`; the four operators give the same bits both ways round. */
const reductionOf = ({ name, value }: StmtOf<"assign">): Reduction | undefined => {
  if (value.kind !== "binary" || !isLaneReducer(value.fn) || (value.type !== "f32" && value.type !== "i32"))
    return undefined;
  const { fn, type, left, right } = value;
  const [accumulator, element] = left.kind === "var" && left.name === name ? [left, right] : [right, left];
  const isAccumulator = accumulator.kind === "var" && accumulator.name === name;
  return isAccumulator && !mentions(element, name) ? { name, fn, type, element } : undefined;
};

/** The reductions of a loop's body by accumulator; undefined where it changes an outer variable in another way. */
export const reductionsOf = (body: readonly Stmt[]): ReadonlyMap<string, Reduction> | undefined => {
  const inner = declaredNames(body);
  const outer = [...assignedNames(body)].filter((name) => !inner.has(name));
  if (outer.length > 0 && body.some((stmt) => stmt.kind === "for")) return undefined;
  const reductions = new Map<string, Reduction>();
  for (const name of outer) {
    const uses: Stmt[] = [];
    visitStmts(body, (stmt) => {
      if ((stmt.kind === "assign" && stmt.name === name) || exprsOf(stmt).some((expr) => mentions(expr, name)))
        uses.push(stmt);
    });
    const [use, ...others] = uses;
    const reduction = use?.kind === "assign" && use.name === name ? reductionOf(use) : undefined;
    if (reduction === undefined || others.length > 0) return undefined;
    reductions.set(name, reduction);
  }
  return reductions;
};

const identities: { readonly [F in LaneReducer]: { readonly f32: number; readonly i32: number } } = {
  add: { f32: 0, i32: 0 },
  mul: { f32: 1, i32: 1 },
  min: { f32: Number.POSITIVE_INFINITY, i32: 2 ** 31 - 1 },
  max: { f32: Number.NEGATIVE_INFINITY, i32: -(2 ** 31) },
};

/** What lanes start from: the number that changes nothing (but for the sign of a sum of zeros, which is +). */
export const identityOf = ({ fn, type }: Reduction): Expr => {
  const vector: LoopType = type === "f32" ? "f32x4" : "i32x4";
  return literal(vector, identities[fn][type]);
};
