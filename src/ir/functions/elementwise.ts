// Functions of one tensor, element by element: a line for each row of the table of scalar functions, which holds their
// meaning, derivative and loop program. Angles are in trigonometry.ts, what stands between layers in activation.ts.
import {
  type ElementwiseFunction,
  elementwise,
  type NumberFunction,
  type RealFunction,
} from "./elementwise-function.ts";

export type { ElementwiseFunction, NumberFunction, RealFunction } from "./elementwise-function.ts";

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
 * !x: whether each element is false.
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
 * ln(x), the natural logarithm; NaN below 0.
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
