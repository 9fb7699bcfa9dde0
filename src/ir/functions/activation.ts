// Activations, element by element: what stands between the layers of a network.
import { applyUnary } from "../graph/traced-tensor.ts";
import { requireDType } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, NeedsDType } from "../types/static/check.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";
import { elementwise, type NumberFunction, type RealFunction } from "./elementwise-function.ts";

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
