// Removes values that nothing reads, variables that are only written, and loops and branches left empty. Loop programs
// have no effects but stores, so what no store, bound or condition needs can go.
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { exprsOf, flatMapStmts, freeVariables, visitStmts, withBody } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import type { KernelPass } from "./kernel-pass.ts";

/** The names that some store, bound or condition depends on. */
const neededNames = (stmts: readonly Stmt[]): ReadonlySet<string> => {
  const valuesOf = new Map<string, Expr[]>();
  const needed = new Set<string>();
  const pending: string[] = [];
  const need = (expr: Expr): void => {
    for (const name of freeVariables(expr)) {
      if (needed.has(name)) continue;
      needed.add(name);
      pending.push(name);
    }
  };
  visitStmts(stmts, (stmt) => {
    if (stmt.kind === "let" || stmt.kind === "assign") {
      const values = valuesOf.get(stmt.name);
      if (values === undefined) valuesOf.set(stmt.name, [stmt.value]);
      else values.push(stmt.value);
    } else for (const expr of exprsOf(stmt)) need(expr);
  });
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) valuesOf.get(name)?.forEach(need);
  return needed;
};

const isEmpty = (stmt: Stmt): boolean =>
  (stmt.kind === "for" && stmt.body.length === 0) ||
  (stmt.kind === "if" && stmt.then.length === 0 && stmt.otherwise.length === 0);

/** The block without dead code. */
export const withoutDead = (stmts: readonly Stmt[]): readonly Stmt[] => {
  const needed = neededNames(stmts);
  const kept = flatMapStmts(stmts, (stmt) => {
    const unread = (stmt.kind === "let" || stmt.kind === "assign") && !needed.has(stmt.name);
    return unread || isEmpty(stmt) ? [] : [stmt];
  });
  // A loop that went may have been the last to need its bounds.
  return kept === stmts ? stmts : withoutDead(kept);
};

/** Dead code elimination within a kernel. */
export const removeDead: KernelPass = {
  name: "remove-dead",
  summary: "removes values that nothing reads, and loops and branches that do nothing",
  run: (kernel: Kernel): Kernel => withBody(kernel, withoutDead(kernel.body)),
};
