// What a bound rule is: how the errors of an op's operands, and its own rounding, become errors of its results.
import type { Body } from "../../ir/ops/body.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { Bounded } from "./bounded.ts";

/** One use of an op: bounded operands, and results as the reference computed them from the operands' numbers. */
export interface Use<A> {
  readonly operands: readonly Bounded[];
  readonly attrs: A;
  readonly results: readonly NdArray[];
  /** Runs a body on bounded arrays, for ops that have one. */
  readonly run: (body: Body, inputs: readonly Bounded[]) => readonly Bounded[];
}

/** For each result one error per element. NaN and Infinity both stand for "nothing is known". */
export type BoundRule<A> = (use: Use<A>) => readonly Float64Array[];
