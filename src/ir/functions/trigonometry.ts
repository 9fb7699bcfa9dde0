// Angles, element by element: trigonometric and hyperbolic functions, and their inverses.
import { elementwise, type RealFunction } from "./elementwise-function.ts";

/**
 * sin x of an angle in radians, of every f32 number; the f64 program gives sin 0 where |x| > 2^20.
 *
 * @throws W204 integers and bools.
 * @see `torch.sin`.
 * @example
 * sin(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [0, 0.8415]
 */
export const sin: RealFunction<"sin"> = elementwise("sin");

/**
 * cos x of an angle in radians, of every f32 number; the f64 program gives cos 0 where |x| > 2^20.
 *
 * @throws W204 integers and bools.
 * @see `torch.cos`.
 * @example
 * cos(constant(Float32Array.of(0, 1), [2])); // Tensor<[2], "f32">: [1, 0.5403]
 */
export const cos: RealFunction<"cos"> = elementwise("cos");

/**
 * tan x of an angle in radians, of every f32 number; the f64 program gives tan 0 where |x| > 2^20.
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
