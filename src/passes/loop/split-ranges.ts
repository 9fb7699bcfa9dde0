// Splits loops where a condition on the index changes: concatenation, padding and masks choose by position, and a loop in which
// the choice is always the same needs no choice, reads contiguous elements, and can be taken by the vectoriser. Index-set
// splitting, as loop optimisers have done since Banerjee (1979).
//
//   for i in 0..8 { y[i] = select(i < 4, a[min(i, 3)], b[max(i - 4, 0)]) }
//   for i in 0..4 { y[i] = a[i] }   for i in 4..8 { y[i] = b[i - 4] }
//
// The conditions themselves are decided by the simplification of indices that follows. A loop that folds something into a
// variable from outside is left alone: its order is part of what it means.
import { i32, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { addScaled, coefficientOf, type Linear, linearOf } from "../../ir/loop/linear.ts";
import {
  assignedNames,
  declaredNames,
  flatMapStmts,
  freshNames,
  renameDeclared,
  someExpr,
  substituteStmts,
  visitOwnExprs,
  visitStmts,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { linearNames, varyingNames } from "./widen.ts";

type Loop = StmtOf<"for">;

/** No loop is split into more pieces, or into more statements than this. */
const mostPieces = 6;
const mostStatements = 192;
/** A piece of fewer iterations gains nothing by itself; one piece at least must be longer. */
const lanes = 4;

/** Where s * i + c, with s other than 0 and c known, crosses zero; that may be between two indices. */
interface Crossing {
  readonly sign: number;
  readonly at: number;
}

/** The indices at which a comparison of the index with a constant may change. */
const changesOf = (
  fn: "lt" | "le" | "gt" | "ge" | "eq" | "ne" | "min" | "max",
  { sign, at }: Crossing,
): readonly number[] => {
  const [notBefore, behind] = [Math.ceil(at), Math.floor(at) + 1];
  switch (fn) {
    case "eq":
    case "ne":
      return Number.isInteger(at) ? [at, at + 1] : [];
    case "lt":
    case "ge":
    case "max":
      return [sign > 0 ? notBefore : behind];
    // The smaller of two changes behind the place where they are equal, as "less or equal" does; the larger at it.
    case "le":
    case "gt":
    case "min":
      return [sign > 0 ? behind : notBefore];
  }
};

const crossingOf = (form: Linear, index: string): Crossing | undefined => {
  const sign = coefficientOf(form, index, (atom) => someExpr(atom, ({ kind }) => kind !== "var"));
  if (sign === undefined || sign === 0 || form.terms.size !== 1) return undefined;
  return { sign, at: -form.constant / sign };
};

/** The indices within the loop at which some choice changes. */
const splitsOf = (loop: Loop, from: number, to: number): readonly number[] => {
  const forms = linearNames(loop, varyingNames(loop));
  const form = (expr: Expr): Linear => linearOf(expr, (name) => forms.get(name));
  const splits = new Set<number>();
  const look = (expr: Expr): void => {
    const isChoice = expr.kind === "compare" || (expr.kind === "binary" && (expr.fn === "min" || expr.fn === "max"));
    if (!isChoice || expr.left.type !== "i32") return;
    const crossing = crossingOf(addScaled(form(expr.left), form(expr.right), -1), loop.index);
    if (crossing === undefined) return;
    // What `isChoice` says of the function.
    for (const at of changesOf(expr.fn as Parameters<typeof changesOf>[0], crossing))
      if (at > from && at < to) splits.add(at);
  };
  visitStmts(loop.body, (stmt) => {
    visitOwnExprs(stmt, look);
  });
  return [...splits].toSorted((a, b) => a - b);
};

/** Whether no iteration leaves something to the next one in a variable. */
const isPlain = ({ body }: Loop): boolean => {
  const own = declaredNames(body);
  return [...assignedNames(body)].every((name) => own.has(name));
};

const sizeOf = (stmts: readonly Stmt[]): number => {
  let size = 0;
  visitStmts(stmts, () => {
    size++;
  });
  return size;
};

const split = (loop: Loop, fresh: (hint: string) => string): readonly Stmt[] => {
  const { from, to, step, mode, body } = loop;
  if (mode !== "vector" || step !== 1 || from.kind !== "const" || to.kind !== "const" || !isPlain(loop)) return [loop];
  const splits = splitsOf(loop, from.value, to.value);
  const ends = [...splits, to.value];
  const starts = [from.value, ...splits];
  const isWorthIt =
    splits.length > 0 &&
    ends.length <= mostPieces &&
    ends.length * sizeOf(body) <= mostStatements &&
    ends.some((end, at) => end - (starts[at] ?? 0) >= lanes);
  if (!isWorthIt) return [loop];
  return ends.map((end, at): Loop => {
    const index = fresh(loop.index);
    const piece = substituteStmts(renameDeclared(body, fresh), new Map([[loop.index, variable("i32", index)]]));
    return { ...loop, index, from: i32(starts[at] ?? 0), to: i32(end), body: piece };
  });
};

/** Splitting of loops where a choice by position changes. */
export const splitRanges: KernelPass = {
  name: "split-ranges",
  summary: "splits loops where a condition on the index changes",
  run: (kernel: Kernel): Kernel => {
    const fresh = freshNames(kernel);
    return withBody(
      kernel,
      flatMapStmts(kernel.body, (stmt) => (stmt.kind === "for" ? split(stmt, fresh) : [stmt])),
    );
  },
};
