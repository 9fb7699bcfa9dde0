// The comparisons. Their names are those of the loop IR, whose operators they are.
import type { LoopCompare } from "../loop/expr.ts";
import { foldCompare } from "../loop/fold.ts";

/** The name of a comparison. */
export type CompareFn = LoopCompare;

/** A comparison of two numbers of one dtype. Whatever is compared with NaN is only unequal. */
export interface CompareFunction {
  readonly summary: string;
  /** What it asks of x and y. */
  readonly formula: string;
  readonly evaluate: (x: number, y: number) => boolean;
}

const row = (fn: CompareFn, formula: string, summary: string): CompareFunction => ({
  summary,
  formula,
  evaluate: (x, y) => foldCompare(fn, x, y),
});

/** The comparisons. */
export const compares: { readonly [F in CompareFn]: CompareFunction } = {
  eq: row("eq", "x = y", "equal"),
  ne: row("ne", "x != y", "unequal"),
  lt: row("lt", "x < y", "less"),
  le: row("le", "x <= y", "less or equal"),
  gt: row("gt", "x > y", "greater"),
  ge: row("ge", "x >= y", "greater or equal"),
};
