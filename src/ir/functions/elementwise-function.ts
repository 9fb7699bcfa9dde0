// How a row of the table of scalar functions, which holds its meaning, derivative and loop program, becomes a function of tensors.
import { applyUnary } from "../graph/traced-tensor.ts";
import type { UnaryFn } from "../scalar/unary.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, NeedsDType } from "../types/static/check.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** A function of each element, of tensors of the element types `Allowed`. */
export interface ElementwiseFunction<Fn extends string, Allowed extends readonly DType[]> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<NeedsDType<Fn, S, D, Allowed>>, Tensor<S, D>>,
  ): ResultOf<NeedsDType<Fn, S, D, Allowed>, D>;
}

/** A function of real numbers. */
export type RealFunction<Fn extends string> = ElementwiseFunction<Fn, readonly ["f32", "f64"]>;

/** A function of numbers, whole or real. */
export type NumberFunction<Fn extends string> = ElementwiseFunction<Fn, readonly ["f32", "f64", "i32"]>;

/** The function of a row of the table. */
export const elementwise = <Fn extends UnaryFn, Allowed extends readonly DType[]>(
  fn: Fn,
): ElementwiseFunction<Fn, Allowed> => {
  return <S extends Dims, D extends DType>(x: unknown) =>
    described<ResultOf<NeedsDType<Fn, S, D, Allowed>, D>>(() => applyUnary(fn, tensorOf(fn, x)));
};
