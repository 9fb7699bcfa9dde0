// Functions of one tensor, element by element: a line for each row of the table of scalar functions, which holds their
// meaning, derivative and loop program.
import { applyUnary } from "../graph/traced-tensor.ts";
import { requireDType } from "../ops/typing.ts";
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

/** A function of numbers, whole or real. */
export type NumberFunction<Fn extends string> = ElementwiseFunction<Fn, readonly ["f32", "f64", "i32"]>;

const elementwise = <Fn extends UnaryFn, Allowed extends readonly DType[]>(
  fn: Fn,
): ElementwiseFunction<Fn, Allowed> => {
  return <S extends Dims, D extends DType>(x: unknown) =>
    described<Tensor<S, D>>(() => applyUnary(fn, tensorOf(fn, x)));
};

/**
 * -x of each element; the shape stays.
 *
 * @throws W204 bools and u8.
 * @see `torch.neg`.
 * @example
 * neg(constant(Float32Array.of(1, -2), [2])); // Tensor<[2], "f32">: [-1, 2]
 */
export const neg: NumberFunction<"neg"> = elementwise("neg");

/**
 * |x|; the derivative at 0 is 0.
 *
 * @throws W204 bools and u8.
 * @see `torch.abs`.
 * @example
 * abs(constant(Float32Array.of(1, -2), [2])); // Tensor<[2], "f32">: [1, 2]
 */
export const abs: NumberFunction<"abs"> = elementwise("abs");

/**
 * -1, 0 or 1 by the sign of x; -0 and NaN as they are.
 *
 * @throws W204 bools and u8.
 * @see `torch.sign`.
 * @example
 * sign(constant(Float32Array.of(3, -2, 0), [3])); // Tensor<[3], "f32">: [1, -1, 0]
 */
export const sign: NumberFunction<"sign"> = elementwise("sign");

/**
 * x^2
 *
 * @throws W204 integers and bools.
 * @see `torch.square`.
 * @example
 * square(constant(Float32Array.of(3, -2), [2])); // Tensor<[2], "f32">: [9, 4]
 */
export const square: RealFunction<"square"> = elementwise("square");

/**
 * 1 / x
 *
 * @throws W204 integers and bools.
 * @see `torch.reciprocal`.
 * @example
 * reciprocal(constant(Float32Array.of(4, -2), [2])); // Tensor<[2], "f32">: [0.25, -0.5]
 */
export const reciprocal: RealFunction<"reciprocal"> = elementwise("reciprocal");

/**
 * sqrt(x), the square root; NaN below 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.sqrt`.
 * @example
 * sqrt(constant(Float32Array.of(4, 2), [2])); // Tensor<[2], "f32">: [2, 1.4142]
 */
export const sqrt: RealFunction<"sqrt"> = elementwise("sqrt");

/**
 * 1 / sqrt(x)
 *
 * @throws W204 integers and bools.
 * @see `torch.rsqrt`.
 * @example
 * rsqrt(constant(Float32Array.of(4, 0.25), [2])); // Tensor<[2], "f32">: [0.5, 2]
 */
export const rsqrt: RealFunction<"rsqrt"> = elementwise("rsqrt");

/**
 * floor(x): the greatest whole number that is at most x. Its derivative is 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.floor`.
 * @example
 * floor(constant(Float32Array.of(1.5, -1.5), [2])); // Tensor<[2], "f32">: [1, -2]
 */
export const floor: RealFunction<"floor"> = elementwise("floor");

/**
 * ceil(x): the least whole number that is at least x. Its derivative is 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.ceil`.
 * @example
 * ceil(constant(Float32Array.of(1.5, -1.5), [2])); // Tensor<[2], "f32">: [2, -1]
 */
export const ceil: RealFunction<"ceil"> = elementwise("ceil");

/**
 * round(x): the nearest whole number, halves to even. Its derivative is 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.round`.
 * @example
 * round(constant(Float32Array.of(0.5, 1.5, -2.6), [3])); // Tensor<[3], "f32">: [0, 2, -3]
 */
export const round: RealFunction<"round"> = elementwise("round");

/**
 * trunc(x): the whole part, towards 0. Its derivative is 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.trunc`.
 * @example
 * trunc(constant(Float32Array.of(1.5, -1.5), [2])); // Tensor<[2], "f32">: [1, -1]
 */
export const trunc: RealFunction<"trunc"> = elementwise("trunc");

/**
 * not x: whether each element is false.
 *
 * @throws W204 what is no bool.
 * @see `torch.logical_not`.
 * @example
 * const x = constant(Float32Array.of(1, -2), [2]);
 * logicalNot(greater(x, 0)); // Tensor<[2], "bool">: [0, 1]
 */
export const logicalNot: ElementwiseFunction<"not", readonly ["bool"]> = elementwise("not");

/**
 * e^x
 *
 * @throws W204 integers and bools.
 * @see `torch.exp`.
 * @example
 * exp(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [1, 2.7183]
 */
export const exp: RealFunction<"exp"> = elementwise("exp");

/**
 * e^x - 1, accurate near 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.expm1`.
 * @example
 * expm1(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 1.7183]
 */
export const expm1: RealFunction<"expm1"> = elementwise("expm1");

/**
 * e^min(x, 0), cheaper than `exp`: for weights that fall, such as those of a softmax. The derivative at 0 is 0.
 *
 * @throws W204 integers and bools.
 * @example
 * decay(constant(Float32Array.of(-1, 1), [2])); // Tensor<[2], "f32">: [0.3679, 1]
 */
export const decay: RealFunction<"decay"> = elementwise("decay");

/**
 * ln x, the natural logarithm; NaN below 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.log`.
 * @example
 * log(constant(Float32Array.of(1, 10), [2])); // Tensor<[2], "f32">: [0, 2.3026]
 */
export const log: RealFunction<"log"> = elementwise("log");

/**
 * log2(x), the logarithm to base 2.
 *
 * @throws W204 integers and bools.
 * @see `torch.log2`.
 * @example
 * log2(constant(Float32Array.of(1, 8), [2])); // Tensor<[2], "f32">: [0, 3]
 */
export const log2: RealFunction<"log2"> = elementwise("log2");

/**
 * ln(1 + x), accurate near 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.log1p`.
 * @example
 * log1p(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.6931]
 */
export const log1p: RealFunction<"log1p"> = elementwise("log1p");

/**
 * sin x of an angle in radians; the f32 program gives sin 0 where |x| > 2^17, the f64 program where |x| > 2^20.
 *
 * @throws W204 integers and bools.
 * @see `torch.sin`.
 * @example
 * sin(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8415]
 */
export const sin: RealFunction<"sin"> = elementwise("sin");

/**
 * cos x of an angle in radians; the f32 program gives cos 0 where |x| > 2^17, the f64 program where |x| > 2^20.
 *
 * @throws W204 integers and bools.
 * @see `torch.cos`.
 * @example
 * cos(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [1, 0.5403]
 */
export const cos: RealFunction<"cos"> = elementwise("cos");

/**
 * tan x of an angle in radians; the f32 program gives tan 0 where |x| > 2^17, the f64 program where |x| > 2^20.
 *
 * @throws W204 integers and bools.
 * @see `torch.tan`.
 * @example
 * tan(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 1.5574]
 */
export const tan: RealFunction<"tan"> = elementwise("tan");

/**
 * asin(x): the angle in radians whose sine is x; NaN beyond 1.
 *
 * @throws W204 integers and bools.
 * @see `torch.asin`.
 * @example
 * asin(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 1.5708]
 */
export const asin: RealFunction<"asin"> = elementwise("asin");

/**
 * acos(x): the angle in radians whose cosine is x; NaN beyond 1.
 *
 * @throws W204 integers and bools.
 * @see `torch.acos`.
 * @example
 * acos(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [1.5708, 0]
 */
export const acos: RealFunction<"acos"> = elementwise("acos");

/**
 * atan(x): the angle in radians whose tangent is x.
 *
 * @throws W204 integers and bools.
 * @see `torch.atan`.
 * @example
 * atan(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.7854]
 */
export const atan: RealFunction<"atan"> = elementwise("atan");

/**
 * (e^x - e^-x) / 2
 *
 * @throws W204 integers and bools.
 * @see `torch.sinh`.
 * @example
 * sinh(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 1.1752]
 */
export const sinh: RealFunction<"sinh"> = elementwise("sinh");

/**
 * (e^x + e^-x) / 2
 *
 * @throws W204 integers and bools.
 * @see `torch.cosh`.
 * @example
 * cosh(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [1, 1.5431]
 */
export const cosh: RealFunction<"cosh"> = elementwise("cosh");

/**
 * tanh x = (e^x - e^-x) / (e^x + e^-x)
 *
 * @throws W204 integers and bools.
 * @see `torch.tanh`.
 * @example
 * tanh(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.7616]
 */
export const tanh: RealFunction<"tanh"> = elementwise("tanh");

/**
 * asinh(x): the number whose sinh is x.
 *
 * @throws W204 integers and bools.
 * @see `torch.asinh`.
 * @example
 * asinh(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8814]
 */
export const asinh: RealFunction<"asinh"> = elementwise("asinh");

/**
 * acosh(x): the positive number whose cosh is x; NaN below 1.
 *
 * @throws W204 integers and bools.
 * @see `torch.acosh`.
 * @example
 * acosh(constant(Float32Array.of(1, 2), [2])); // Tensor<[2], "f32">: [0, 1.317]
 */
export const acosh: RealFunction<"acosh"> = elementwise("acosh");

/**
 * atanh(x): the number whose tanh is x; infinite at -1 and 1, and NaN beyond.
 *
 * @throws W204 integers and bools.
 * @see `torch.atanh`.
 * @example
 * atanh(constant(Float32Array.of(0, 0.5), [2])); // Tensor<[2], "f32">: [0, 0.5493]
 */
export const atanh: RealFunction<"atanh"> = elementwise("atanh");

/**
 * The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
 *
 * @throws W204 integers and bools.
 * @see `torch.erf`.
 * @example
 * erf(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8427]
 */
export const erf: RealFunction<"erf"> = elementwise("erf");

/**
 * 1 - erf(x), accurate in the tail.
 *
 * @throws W204 integers and bools.
 * @see `torch.erfc`.
 * @example
 * erfc(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [1, 0.1573]
 */
export const erfc: RealFunction<"erfc"> = elementwise("erfc");

/**
 * max(x, 0); the derivative at 0 is 0.
 *
 * @throws W204 bools and u8.
 * @see `torch.nn.functional.relu`.
 * @example
 * relu(constant(Float32Array.of(-1, 2), [2])); // Tensor<[2], "f32">: [0, 2]
 */
export const relu: NumberFunction<"relu"> = elementwise("relu");

/**
 * min(max(x, 0), 6); the derivative at 0 and at 6 is 0.
 *
 * @throws W204 bools and u8.
 * @see `torch.nn.functional.relu6`.
 * @example
 * relu6(constant(Float32Array.of(-1, 2, 8), [3])); // Tensor<[3], "f32">: [0, 2, 6]
 */
export const relu6: NumberFunction<"relu6"> = elementwise("relu6");

/** An activation with a parameter for its left side. */
export interface SlopedFunction<Fn extends string> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<NeedsDType<Fn, S, D, readonly ["f32", "f64"]>>, Tensor<S, D>>,
    parameter?: number,
  ): Tensor<S, D>;
}

/** The row of the table, or its formula where the parameter is another. */
const sloped = <Fn extends "leakyRelu" | "elu">(
  fn: Fn,
  usual: number,
  left: (x: Tensor, parameter: number) => Tensor,
): SlopedFunction<Fn> => {
  return <S extends Dims, D extends DType>(x: unknown, parameter = usual) =>
    described<Tensor<S, D>>(() => {
      const tensor = tensorOf(fn, x);
      requireDType(fn, tensor.type, ["f32", "f64"]);
      if (parameter === usual) return applyUnary(fn, tensor);
      const isRight = tensor.greater(0);
      // What stands on the right is kept from the left side's formula, whose derivative might overflow there.
      return isRight.select(tensor, left(isRight.select(0, tensor), parameter));
    });
};

/**
 * x where x > 0, otherwise slope x, with a slope of 0.01 unless said; the derivative at 0 is the slope.
 *
 * @throws W204 integers and bools.
 * @see Maas, Hannun and Ng 2013; `torch.nn.functional.leaky_relu`.
 * @example
 * leakyRelu(constant(Float32Array.of(-1, 2), [2]), 0.1); // Tensor<[2], "f32">: [-0.1, 2]
 */
export const leakyRelu: SlopedFunction<"leakyRelu"> = sloped("leakyRelu", 0.01, (x, slope) => x.mul(slope));

/**
 * x where x > 0, otherwise alpha (e^x - 1), with an alpha of 1 unless said.
 *
 * @throws W204 integers and bools.
 * @see Clevert, Unterthiner and Hochreiter 2016, equation 15; `torch.nn.functional.elu`.
 * @example
 * elu(constant(Float32Array.of(-1, 2), [2])); // Tensor<[2], "f32">: [-0.6321, 2]
 */
export const elu: SlopedFunction<"elu"> = sloped("elu", 1, (x, alpha) => applyUnary("expm1", x).mul(alpha));

/**
 * 1.0507 x where x > 0, otherwise 1.7581 (e^x - 1).
 *
 * @throws W204 integers and bools.
 * @see Klambauer et al. 2017, equation 2; `torch.nn.functional.selu`.
 * @example
 * selu(constant(Float32Array.of(-1, 2), [2])); // Tensor<[2], "f32">: [-1.1113, 2.1014]
 */
export const selu: RealFunction<"selu"> = elementwise("selu");

/**
 * 1 / (1 + e^-x)
 *
 * @throws W204 integers and bools.
 * @see `torch.sigmoid`.
 * @example
 * sigmoid(constant(Float32Array.of(0, 2), [2])); // Tensor<[2], "f32">: [0.5, 0.8808]
 */
export const sigmoid: RealFunction<"sigmoid"> = elementwise("sigmoid");

/**
 * min(max(x + 3, 0), 6) / 6; the derivative at -3 and at 3 is 0.
 *
 * @throws W204 integers and bools.
 * @see `torch.nn.functional.hardsigmoid`.
 * @example
 * hardsigmoid(constant(Float32Array.of(-4, 0, 1.5), [3])); // Tensor<[3], "f32">: [0, 0.5, 0.75]
 */
export const hardsigmoid: RealFunction<"hardsigmoid"> = elementwise("hardsigmoid");

/**
 * x sigmoid(x), also known as swish.
 *
 * @throws W204 integers and bools.
 * @see Elfwing, Uchibe and Doya 2018; `torch.nn.functional.silu`.
 * @example
 * silu(constant(Float32Array.of(0, 2), [2])); // Tensor<[2], "f32">: [0, 1.7616]
 */
export const silu: RealFunction<"silu"> = elementwise("silu");

/**
 * x min(max(x + 3, 0), 6) / 6; the derivative at -3 is 0 and at 3 is 1.
 *
 * @throws W204 integers and bools.
 * @see Howard et al. 2019, section 5.2; `torch.nn.functional.hardswish`.
 * @example
 * hardswish(constant(Float32Array.of(-4, 0, 1.5), [3])); // Tensor<[3], "f32">: [-0, 0, 1.125]
 */
export const hardswish: RealFunction<"hardswish"> = elementwise("hardswish");

/**
 * x (1 + erf(x / sqrt(2))) / 2: x times the normal distribution's integral up to x.
 *
 * @throws W204 integers and bools.
 * @see Hendrycks and Gimpel 2016; `torch.nn.functional.gelu`.
 * @example
 * gelu(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8413]
 */
export const gelu: RealFunction<"gelu"> = elementwise("gelu");

/**
 * x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, the approximation of `gelu` that GPT-2 was trained with.
 *
 * @throws W204 integers and bools.
 * @see Hendrycks and Gimpel 2016; `torch.nn.functional.gelu`.
 * @example
 * geluTanh(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8412]
 */
export const geluTanh: RealFunction<"geluTanh"> = elementwise("geluTanh");

/**
 * x tanh(ln(1 + e^x))
 *
 * @throws W204 integers and bools.
 * @see Misra 2020; `torch.nn.functional.mish`.
 * @example
 * mish(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8651]
 */
export const mish: RealFunction<"mish"> = elementwise("mish");

/**
 * ln(1 + e^x)
 *
 * @throws W204 integers and bools.
 * @see `torch.nn.functional.softplus`.
 * @example
 * softplus(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0.6931, 1.3133]
 */
export const softplus: RealFunction<"softplus"> = elementwise("softplus");
