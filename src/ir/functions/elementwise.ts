// Functions of one tensor, element by element: a line for each row of the table of scalar functions, which holds their
// meaning, derivative and loop program.
import { applyUnary } from "../graph/traced-tensor.ts";
import { requireDType } from "../ops/typing.ts";
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

const elementwise = <Fn extends UnaryFn, Allowed extends readonly DType[]>(
  fn: Fn,
): ElementwiseFunction<Fn, Allowed> => {
  return <S extends Dims, D extends DType>(x: unknown) =>
    described<ResultOf<NeedsDType<Fn, S, D, Allowed>, D>>(() => applyUnary(fn, tensorOf(fn, x)));
};

/** -x */
export const neg: NumberFunction<"neg"> = elementwise("neg");

/** |x|; the derivative at 0 is 0 */
export const abs: NumberFunction<"abs"> = elementwise("abs");

/** -1, 0 or 1 by the sign of x; -0 and NaN as they are */
export const sign: NumberFunction<"sign"> = elementwise("sign");

/** x^2 */
export const square: RealFunction<"square"> = elementwise("square");

/** 1 / x */
export const reciprocal: RealFunction<"reciprocal"> = elementwise("reciprocal");

/** The square root of x. */
export const sqrt: RealFunction<"sqrt"> = elementwise("sqrt");

/** 1 / sqrt(x) */
export const rsqrt: RealFunction<"rsqrt"> = elementwise("rsqrt");

/** The greatest whole number that is at most x. */
export const floor: RealFunction<"floor"> = elementwise("floor");

/** The least whole number that is at least x. */
export const ceil: RealFunction<"ceil"> = elementwise("ceil");

/** The nearest whole number, halves to even. */
export const round: RealFunction<"round"> = elementwise("round");

/** The whole part of x. */
export const trunc: RealFunction<"trunc"> = elementwise("trunc");

/** Whether x is false. */
export const logicalNot: ElementwiseFunction<"not", readonly ["bool"]> = elementwise("not");

/** e^x */
export const exp: RealFunction<"exp"> = elementwise("exp");

/** e^x - 1, accurate near 0 */
export const expm1: RealFunction<"expm1"> = elementwise("expm1");

/** e^min(x, 0), cheaper than `exp`: for weights that fall, such as those of a softmax; the derivative at 0 is 0 */
export const decay: RealFunction<"decay"> = elementwise("decay");

/** ln x */
export const log: RealFunction<"log"> = elementwise("log");

/** The logarithm of x to base 2. */
export const log2: RealFunction<"log2"> = elementwise("log2");

/** ln(1 + x), accurate near 0 */
export const log1p: RealFunction<"log1p"> = elementwise("log1p");

/** sin x; the f32 program gives sin 0 where |x| > 2^17, the f64 program where |x| > 2^20 */
export const sin: RealFunction<"sin"> = elementwise("sin");

/** cos x; the f32 program gives cos 0 where |x| > 2^17, the f64 program where |x| > 2^20 */
export const cos: RealFunction<"cos"> = elementwise("cos");

/** tan x; the f32 program gives tan 0 where |x| > 2^17, the f64 program where |x| > 2^20 */
export const tan: RealFunction<"tan"> = elementwise("tan");

/** The angle whose sine is x; NaN beyond 1. */
export const asin: RealFunction<"asin"> = elementwise("asin");

/** The angle whose cosine is x; NaN beyond 1. */
export const acos: RealFunction<"acos"> = elementwise("acos");

/** The angle whose tangent is x. */
export const atan: RealFunction<"atan"> = elementwise("atan");

/** (e^x - e^-x) / 2 */
export const sinh: RealFunction<"sinh"> = elementwise("sinh");

/** (e^x + e^-x) / 2 */
export const cosh: RealFunction<"cosh"> = elementwise("cosh");

/** tanh x */
export const tanh: RealFunction<"tanh"> = elementwise("tanh");

/** The number whose sinh is x. */
export const asinh: RealFunction<"asinh"> = elementwise("asinh");

/** The positive number whose cosh is x; NaN below 1. */
export const acosh: RealFunction<"acosh"> = elementwise("acosh");

/** The number whose tanh is x; infinite at -1 and 1, and NaN beyond. */
export const atanh: RealFunction<"atanh"> = elementwise("atanh");

/** The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf: RealFunction<"erf"> = elementwise("erf");

/** 1 - erf(x), accurate in the tail */
export const erfc: RealFunction<"erfc"> = elementwise("erfc");

/** max(x, 0); the derivative at 0 is 0 */
export const relu: NumberFunction<"relu"> = elementwise("relu");

/** min(max(x, 0), 6); the derivative at 0 and at 6 is 0 */
export const relu6: NumberFunction<"relu6"> = elementwise("relu6");

/** An activation with a parameter for its left side. */
export interface SlopedFunction<Fn extends string> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<NeedsDType<Fn, S, D, readonly ["f32", "f64"]>>, Tensor<S, D>>,
    parameter?: number,
  ): ResultOf<NeedsDType<Fn, S, D, readonly ["f32", "f64"]>, D>;
}

/** The row of the table, or its formula where the parameter is another. */
const sloped = <Fn extends "leakyRelu" | "elu">(
  fn: Fn,
  usual: number,
  left: (x: Tensor, parameter: number) => Tensor,
): SlopedFunction<Fn> => {
  return <S extends Dims, D extends DType>(x: unknown, parameter = usual) =>
    described<ResultOf<NeedsDType<Fn, S, D, readonly ["f32", "f64"]>, D>>(() => {
      const tensor = tensorOf(fn, x);
      requireDType(fn, tensor.type, ["f32", "f64"]);
      if (parameter === usual) return applyUnary(fn, tensor);
      const isRight = tensor.greater(0);
      // What stands on the right is kept from the left side's formula, whose derivative might overflow there.
      return isRight.select(tensor, left(isRight.select(0, tensor), parameter));
    });
};

/** x where x > 0, otherwise slope x, with a slope of 0.01 unless said; the derivative at 0 is the slope */
export const leakyRelu: SlopedFunction<"leakyRelu"> = sloped("leakyRelu", 0.01, (x, slope) => x.mul(slope));

/** x where x > 0, otherwise alpha (e^x - 1), with an alpha of 1 unless said */
export const elu: SlopedFunction<"elu"> = sloped("elu", 1, (x, alpha) => applyUnary("expm1", x).mul(alpha));

/** 1.0507 x where x > 0, otherwise 1.7581 (e^x - 1) */
export const selu: RealFunction<"selu"> = elementwise("selu");

/** 1 / (1 + e^-x) */
export const sigmoid: RealFunction<"sigmoid"> = elementwise("sigmoid");

/** min(max(x + 3, 0), 6) / 6; the derivative at -3 and at 3 is 0 */
export const hardsigmoid: RealFunction<"hardsigmoid"> = elementwise("hardsigmoid");

/** x sigmoid(x), also known as swish */
export const silu: RealFunction<"silu"> = elementwise("silu");

/** x min(max(x + 3, 0), 6) / 6; the derivative at -3 is 0 and at 3 is 1 */
export const hardswish: RealFunction<"hardswish"> = elementwise("hardswish");

/** x times the normal distribution's integral up to x */
export const gelu: RealFunction<"gelu"> = elementwise("gelu");

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
export const geluTanh: RealFunction<"geluTanh"> = elementwise("geluTanh");

/** x tanh(ln(1 + e^x)) */
export const mish: RealFunction<"mish"> = elementwise("mish");

/** ln(1 + e^x) */
export const softplus: RealFunction<"softplus"> = elementwise("softplus");
