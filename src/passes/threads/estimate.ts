// How much work a kernel is, roughly: numbers and vectors computed, read and written. Good enough to tell kernels that are worth
// sharing between threads from those that are over before another thread has looked.
import { type Bounds, intervalOf } from "../../ir/loop/bounds.ts";
import { childrenOf, type Expr } from "../../ir/loop/expr.ts";
import { exprsOf } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

/** Steps that take about a nanosecond: between those of products in registers (20) and those that wait for memory (3). */
export const stepsPerNanosecond = 8;

/** Iterations of a loop; where its ends are computed, half of what there may be. */
export const tripsOf = ({ from, to, step }: StmtOf<"for">, bounds: Bounds): number => {
  if (from.kind === "const" && to.kind === "const") return Math.max(0, Math.ceil((to.value - from.value) / step));
  const [first, end] = [intervalOf(from, bounds), intervalOf(to, bounds)];
  return Math.max(1, Math.ceil((end.high - first.low) / step / 2));
};

const stepsOfValue = (expr: Expr): number =>
  expr.kind === "const" || expr.kind === "var"
    ? 0
    : // An index is a pointer that moves along.
      1 + (expr.kind === "load" ? 0 : childrenOf(expr).reduce((sum, child) => sum + stepsOfValue(child), 0));

const stepsOfStmt = (stmt: Stmt, bounds: Bounds): number => {
  switch (stmt.kind) {
    case "let":
    case "assign":
      return stepsOfValue(stmt.value);
    case "store":
      return 1 + stepsOfValue(stmt.value);
    case "for":
      return tripsOf(stmt, bounds) * (1 + stepsOf(stmt.body, bounds));
    case "if":
      return exprsOf(stmt).length + Math.max(stepsOf(stmt.then, bounds), stepsOf(stmt.otherwise, bounds));
  }
};

/** About how many steps some statements take. */
export const stepsOf = (stmts: readonly Stmt[], bounds: Bounds): number =>
  stmts.reduce((sum, stmt) => sum + stepsOfStmt(stmt, bounds), 0);
