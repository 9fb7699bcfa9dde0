// The comparisons. Their names are those of the loop IR, whose operators they are.
import type { LoopCompare } from "../loop/expr.ts";
import { foldCompare } from "../loop/fold.ts";

/** The name of a comparison. */
export type CompareFn = LoopCompare;

/** A comparison of two numbers of one dtype. Whatever is compared with NaN is only unequal. */
export interface CompareFunction {
  readonly summary: string;
  readonly evaluate: (x: number, y: number) => boolean;
}

const row = (fn: CompareFn, summary: string): CompareFunction => ({
  summary,
  evaluate: (x, y) => foldCompare(fn, x, y),
});

/** The comparisons. */
export const compares: { readonly [F in CompareFn]: CompareFunction } = {
  eq: row("eq", "x = y"),
  ne: row("ne", "x differs from y"),
  lt: row("lt", "x < y"),
  le: row("le", "x <= y"),
  gt: row("gt", "x > y"),
  ge: row("ge", "x >= y"),
};
