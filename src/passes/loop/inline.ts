// Puts a value that is read only once into the statement that reads it, if that stands in the same block and nothing in
// between changes what the value is made of. Names are for what is needed twice, or known outside a loop; without the
// others, generated code is shorter and reads like what one would have written.
//
//   let x0 = x[i]    let v0 = x0 + 1    y[i] = v0
//   y[i] = x[i] + 1
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import {
  exprsOf,
  freeVariables,
  mapBlocks,
  mapOwnExprs,
  sizeOfExpr,
  someExpr,
  substitute,
  visitOwnExprs,
  visitStmts,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import type { KernelPass } from "./kernel-pass.ts";

/** How many statements a value may move past. */
const farthest = 16;

/** Expressions of more nodes than this keep their name: lines stay readable. */
const largest = 24;

const reads = (stmt: Stmt, name: string): boolean =>
  exprsOf(stmt).some((expr) => someExpr(expr, (each) => each.kind === "var" && each.name === name));

const loads = (expr: Expr): boolean => someExpr(expr, (each) => each.kind === "load");

/** Whether the value is the same after the statement as before it. */
const survives = (value: Expr, stmt: Stmt): boolean => {
  if (stmt.kind === "store") return !loads(value);
  return stmt.kind === "let" || (stmt.kind === "assign" && !freeVariables(value).has(stmt.name));
};

/** The names that are read exactly once in the kernel. */
const namesReadOnce = (kernel: Kernel): ReadonlySet<string> => {
  const seen = new Set<string>();
  const again = new Set<string>();
  visitStmts(kernel.body, (stmt) => {
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "var") (seen.has(each.name) ? again : seen).add(each.name);
    });
  });
  return new Set([...seen].filter((name) => !again.has(name)));
};

/** The statement with values in it that were named before, whose names are taken away. */
const withValues = (stmt: Stmt, before: Stmt[], readOnce: ReadonlySet<string>): Stmt => {
  let result = stmt;
  const passed: Stmt[] = [];
  for (let at = before.length - 1; at >= 0 && passed.length < farthest; at--) {
    const earlier = before[at];
    if (earlier === undefined || earlier.kind === "for" || earlier.kind === "if") break;
    const fits =
      earlier.kind === "let" &&
      !earlier.mutable &&
      readOnce.has(earlier.name) &&
      reads(result, earlier.name) &&
      sizeOfExpr(earlier.value) <= largest &&
      passed.every((each) => survives(earlier.value, each));
    if (fits) {
      const values = new Map([[earlier.name, earlier.value]]);
      result = mapOwnExprs(result, (expr) => substitute(expr, values));
      before.splice(at, 1);
    } else passed.push(earlier);
  }
  return result;
};

const inlineBlock = (block: readonly Stmt[], readOnce: ReadonlySet<string>): readonly Stmt[] => {
  const out: Stmt[] = [];
  for (const stmt of block) {
    const own = stmt.kind === "for" ? stmt : withValues(stmt, out, readOnce);
    out.push(mapBlocks(own, (inner) => inlineBlock(inner, readOnce)));
  }
  return out;
};

/** Values that are read once, where they are read. */
export const inline: KernelPass = {
  name: "inline",
  summary: "puts values that are read once where they are read",
  run: (kernel: Kernel): Kernel => withBody(kernel, inlineBlock(kernel.body, namesReadOnce(kernel))),
};
