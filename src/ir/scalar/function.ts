// The rows of the scalar tables. A row is everything the compiler knows about one function of numbers; adding a function
// is adding a row.
import type { BlockBuilder } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { DType } from "../types/dtype.ts";
import type { Operand, Tensor } from "../types/tensor.ts";

/** The real dtypes. */
export const floats: readonly DType[] = ["f32", "f64"];

/** The dtypes of numbers. */
export const numbers: readonly DType[] = ["f32", "f64", "i32", "u8"];

/** Where a unary function is smooth: numeric derivatives are compared there. */
export type Domain = readonly [low: number, high: number];

/** A function of one number. */
export interface UnaryFunction {
  /** What it is, in words, with what the formula does not say: kinks, accuracy. */
  readonly summary: string;
  /** What it is of x, as a paper writes it. */
  readonly formula: string;
  /** The meaning in double precision. */
  readonly evaluate: (x: number) => number;
  /** dy/dx as a tensor expression of x and y = f(x), or a constant; "zero" where it is 0 almost everywhere. */
  readonly derivative: ((x: Tensor, y: Tensor) => Operand) | "zero";
  /**
   * The loop program. Must work for every type in `dtypes` and, where f32 is among them, for f32x4 as well: build it
   * from constructors that take their type from the operand.
   */
  readonly lower: (body: BlockBuilder, x: Expr) => Expr;
  readonly domain: Domain;
  readonly dtypes: readonly DType[];
  /** Promised accuracy of the f32 lowering, in units in the last place; 0 means correctly rounded. */
  readonly ulp: number;
}

/** A function of two numbers of one dtype. */
export interface BinaryFunction {
  readonly summary: string;
  /** What it is of x and y. */
  readonly formula: string;
  readonly evaluate: (x: number, y: number, dtype: DType) => number;
  /** Partial derivatives of z = f(x, y). */
  readonly derivative:
    | readonly [(x: Tensor, y: Tensor, z: Tensor) => Operand, (x: Tensor, y: Tensor, z: Tensor) => Operand]
    | "zero";
  readonly lower: (body: BlockBuilder, x: Expr, y: Expr) => Expr;
  readonly domain: readonly [Domain, Domain];
  readonly dtypes: readonly DType[];
  readonly ulp: number;
}
