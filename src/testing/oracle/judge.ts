// The verdict on what a backend computed: element by element within its bound, NaN and infinities by their class. No tolerance is
// chosen here or anywhere: bounds come from the oracle alone.
import type { DataArray } from "../../ir/types/dtype.ts";
import { type Bounded, sameClass } from "./bounded.ts";

/** An element outside of its bound. */
export interface OutOfBound {
  /** Which element, in row-major order. */
  readonly element: number;
  /** What was computed. */
  readonly got: number;
  /** What the oracle says. */
  readonly wanted: number;
  /** How far it may be off. */
  readonly bound: number;
}

/** How much a judgement is worth. */
export interface Counts {
  /** Elements that were judged. */
  readonly elements: number;
  /** Elements about which nothing is known. */
  readonly uninformative: number;
  /** Elements whose bound is more than half their magnitude. */
  readonly illConditioned: number;
}

/** What was found, and how much of it could have been. */
export interface Judgement extends Counts {
  /** The element farthest outside of its bound, if there is one. */
  readonly violation?: OutOfBound;
  /** How far the farthest number is from the oracle's, of those with a bound; and as a share of its bound. */
  readonly largestError: number;
  /** The largest error as a share of its bound. */
  readonly largestShare: number;
}

/** Whether a number may stand where the oracle has another, within an error. */
const isWithin = (got: number, wanted: number, error: number): boolean => {
  if (error === Infinity) return true;
  if (!Number.isFinite(wanted)) return sameClass(got, wanted);
  return Math.abs(got - wanted) <= error;
};

/** How far off, and as a share of the bound; what is exactly right is no share of any bound. */
const distance = (got: number, wanted: number, bound: number): readonly [error: number, share: number] => {
  if (bound === Infinity || sameClass(got, wanted)) return [0, 0];
  const error = Math.abs(got - wanted);
  return Number.isFinite(error) ? [error, error / bound] : [Infinity, Infinity];
};

/**
 * Compares what was computed with what the oracle says; `got` has the bounded array's elements in its order.
 *
 * @example
 * const bounded = { dtype: "f32", shape: [2], data: Float64Array.of(1, 2), error: Float64Array.of(0, 0.1) } as const;
 * judge(Float32Array.of(1, 2.5), bounded).violation; // { element: 1, got: 2.5, wanted: 2, bound: 0.1 }
 */
export const judge = (got: DataArray | Float64Array, { data, error }: Bounded): Judgement => {
  let violation: OutOfBound | undefined;
  let [uninformative, illConditioned, largestError, largestShare] = [0, 0, 0, 0];
  data.forEach((wanted, element) => {
    const [value, bound] = [got[element] ?? Number.NaN, error[element] ?? Infinity];
    if (bound === Infinity) uninformative += 1;
    else if (bound > Math.abs(wanted) / 2) illConditioned += 1;
    const [off, share] = distance(value, wanted, bound);
    largestError = Math.max(largestError, off);
    largestShare = Math.max(largestShare, share);
    if (violation === undefined && !isWithin(value, wanted, bound)) violation = { element, got: value, wanted, bound };
  });
  const counts = { elements: data.length, uninformative, illConditioned, largestError, largestShare };
  return violation === undefined ? counts : { ...counts, violation };
};
