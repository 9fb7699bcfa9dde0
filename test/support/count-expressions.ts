// How often something is computed for an element: guards that are not needed cost time, and change no result.
import type { Expr } from "../../src/ir/loop/expr.ts";
import { exprsOf, visitExpr, visitStmts } from "../../src/ir/loop/rewrite.ts";
import type { Stmt } from "../../src/ir/loop/stmt.ts";

const countOf = (stmts: readonly Stmt[], wanted: (expr: Expr) => boolean): number => {
  let count = 0;
  visitStmts(stmts, (stmt) => {
    for (const expr of exprsOf(stmt))
      visitExpr(expr, (each) => {
        if (wanted(each)) count++;
      });
  });
  return count;
};

/** Comparisons. */
export const comparisons = (stmts: readonly Stmt[]): number => countOf(stmts, ({ kind }) => kind === "compare");

/** Conditions that hold where two do. */
export const conjunctions = (stmts: readonly Stmt[]): number =>
  countOf(stmts, (each) => each.kind === "binary" && each.fn === "and");

/** Remainders of divisions. */
export const remainders = (stmts: readonly Stmt[]): number =>
  countOf(stmts, (each) => each.kind === "binary" && each.fn === "rem");

/** The smaller or larger of two. */
export const clamps = (stmts: readonly Stmt[]): number =>
  countOf(stmts, (each) => each.kind === "binary" && (each.fn === "min" || each.fn === "max"));
