// How a dimension is folded away: the neutral element, and the operator of the loop IR that combines two values.
import type { LaneReducer } from "../loop/expr.ts";
import { foldBinary } from "../loop/fold.ts";
import { type DType, isFloat } from "../types/dtype.ts";
import { numbers } from "./function.ts";

/** The name of a reduction. */
export type ReduceFn = "sum" | "max" | "min" | "prod";

/** An associative function of two numbers that has a neutral element. */
export interface Reducer {
  readonly summary: string;
  /** What it is of the elements x_1 to x_n. */
  readonly formula: string;
  /** What changes nothing when combined with. */
  readonly identity: (dtype: DType) => number;
  /** The operator in a loop program. */
  readonly fn: LaneReducer;
  /** Combines two numbers: in double precision, or wrapping where the dtype is an integer. */
  readonly evaluate: (x: number, y: number, dtype: DType) => number;
  readonly dtypes: readonly DType[];
}

/** The least and the greatest number of a dtype. */
const range = (dtype: DType): readonly [least: number, greatest: number] => {
  if (isFloat(dtype)) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return dtype === "u8" ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
};

const combine =
  (fn: LaneReducer) =>
  (x: number, y: number, dtype: DType): number =>
    foldBinary(fn, isFloat(dtype) ? "f64" : "i32", x, y);

/** The reductions; max and min are NaN as soon as one element is. */
export const reducers: { readonly [F in ReduceFn]: Reducer } = {
  sum: {
    summary: "the sum; 0 of nothing",
    formula: "x_1 + ... + x_n",
    identity: () => 0,
    fn: "add",
    evaluate: combine("add"),
    dtypes: numbers,
  },
  prod: {
    summary: "the product; 1 of nothing",
    formula: "x_1 ... x_n",
    identity: () => 1,
    fn: "mul",
    evaluate: combine("mul"),
    dtypes: numbers,
  },
  max: {
    summary: "the greatest; NaN if one is",
    formula: "max {x_1, ..., x_n}",
    identity: (dtype) => range(dtype)[0],
    fn: "max",
    evaluate: combine("max"),
    dtypes: numbers,
  },
  min: {
    summary: "the least; NaN if one is",
    formula: "min {x_1, ..., x_n}",
    identity: (dtype) => range(dtype)[1],
    fn: "min",
    evaluate: combine("min"),
    dtypes: numbers,
  },
};
