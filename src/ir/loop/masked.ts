// Choices that are seldom made, `if c { v := select(c, e, v) }`: what assignments leave is the same whether the branch is taken or not,
// so that the branch only saves work. Loops that have no others may run several iterations at once: the branch is then
// taken where one of the iterations needs it.
import { cast, compare, i32, reduceLanes } from "./build.ts";
import type { Expr } from "./expr.ts";
import { sameExpr } from "./key.ts";
import { someExpr } from "./rewrite.ts";
import type { Stmt, StmtOf } from "./stmt.ts";

/** Whether a mask holds in some lane; a condition of one iteration is itself. */
export const anyLane = (mask: Expr): Expr =>
  mask.type === "boolx4" ? compare("ne", reduceLanes("max", cast("i32x4", mask)), i32(0)) : mask;

/** The mask that `anyLane` was made of. */
export const maskOf = (condition: Expr): Expr => {
  if (condition.kind !== "compare" || condition.fn !== "ne" || condition.left.kind !== "reduceLanes") return condition;
  const { fn, operand } = condition.left;
  const isZero = condition.right.kind === "const" && condition.right.value === 0;
  return isZero && fn === "max" && operand.kind === "cast" && operand.operand.type === "boolx4"
    ? operand.operand
    : condition;
};

const readsMemory = (expr: Expr): boolean => someExpr(expr, ({ kind }) => kind === "load");

/** Whether a branch could as well be taken always. */
export const isMasked = ({ condition, then, otherwise }: StmtOf<"if">): boolean => {
  const mask = maskOf(condition);
  const isHarmless = (stmt: Stmt): boolean => {
    if (stmt.kind === "let") return !stmt.mutable && !readsMemory(stmt.value);
    if (stmt.kind !== "assign" || stmt.value.kind !== "select" || readsMemory(stmt.value)) return false;
    const { condition: chosen, otherwise: kept } = stmt.value;
    return sameExpr(chosen, mask) && kept.kind === "var" && kept.name === stmt.name;
  };
  return otherwise.length === 0 && then.every(isHarmless);
};

/** The statements with such branches always taken. */
export const withoutMaskedBranches = (stmts: readonly Stmt[]): readonly Stmt[] =>
  stmts.flatMap((stmt): readonly Stmt[] => {
    if (stmt.kind === "for") return [{ ...stmt, body: withoutMaskedBranches(stmt.body) }];
    return stmt.kind === "if" && isMasked(stmt) ? stmt.then : [stmt];
  });

/** The statements without what stands in such branches. */
export const withoutSeldom = (stmts: readonly Stmt[]): readonly Stmt[] =>
  stmts.flatMap((stmt): readonly Stmt[] => {
    if (stmt.kind === "for") return [{ ...stmt, body: withoutSeldom(stmt.body) }];
    return stmt.kind === "if" && isMasked(stmt) ? [] : [stmt];
  });
