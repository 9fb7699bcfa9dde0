// Functions of one tensor, element by element: a line for each row of the table of scalar functions, which holds their
// meaning, derivative and loop program.
import { applyUnary } from "../graph/traced-tensor.ts";
import type { UnaryFn } from "../scalar/unary.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, NeedsDType } from "../types/static/check.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** A function of each element, of tensors of the element types `Allowed`. */
export interface ElementwiseFunction<Fn extends string, Allowed extends readonly DType[]> {
  <S extends Dims, D extends DType>(x: Check<NoInfer<NeedsDType<Fn, S, D, Allowed>>, Tensor<S, D>>): Tensor<S, D>;
}

/** A function of real numbers. */
export type RealFunction<Fn extends string> = ElementwiseFunction<Fn, readonly ["f32", "f64"]>;

const elementwise = <Fn extends UnaryFn, Allowed extends readonly DType[]>(
  fn: Fn,
): ElementwiseFunction<Fn, Allowed> => {
  return <S extends Dims, D extends DType>(x: unknown) =>
    described<Tensor<S, D>>(() => applyUnary(fn, tensorOf(fn, x)));
};

/** -x */
export const neg: RealFunction<"neg"> = elementwise("neg");

/** The magnitude; its derivative at 0 is 0. */
export const abs: RealFunction<"abs"> = elementwise("abs");

/** -1, 0 or 1. */
export const sign: RealFunction<"sign"> = elementwise("sign");

/** e to the power of x. */
export const exp: RealFunction<"exp"> = elementwise("exp");

/** exp(x) - 1, exact near 0. */
export const expm1: RealFunction<"expm1"> = elementwise("expm1");

/** The natural logarithm. */
export const log: RealFunction<"log"> = elementwise("log");

/** The square root. */
export const sqrt: RealFunction<"sqrt"> = elementwise("sqrt");

/** 1 / sqrt(x) */
export const rsqrt: RealFunction<"rsqrt"> = elementwise("rsqrt");

/** The sine. */
export const sin: RealFunction<"sin"> = elementwise("sin");

/** The cosine. */
export const cos: RealFunction<"cos"> = elementwise("cos");

/** The hyperbolic tangent. */
export const tanh: RealFunction<"tanh"> = elementwise("tanh");

/** 1 / (1 + exp(-x)) */
export const sigmoid: RealFunction<"sigmoid"> = elementwise("sigmoid");

/** max(x, 0); its derivative at 0 is 0, and NaN stays NaN. */
export const relu: RealFunction<"relu"> = elementwise("relu");

/** Whether it does not hold, of bool tensors. */
export const logicalNot: ElementwiseFunction<"not", readonly ["bool"]> = elementwise("not");
