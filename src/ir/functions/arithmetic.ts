// Functions of two operands, element by element: shapes broadcast by NumPy's rule, element types must agree, and one of the
// operands may be a number.
import { applyBinary } from "../graph/traced-tensor.ts";
import type { BinaryFn } from "../scalar/binary.ts";
import type { OperandsDType, OperandsShape } from "../types/static/broadcasting.ts";
import type { Check } from "../types/static/check.ts";
import type { Operand, ResultOf } from "../types/tensor.ts";
import { described, operandsOf } from "./argument.ts";

/** A function of each pair of elements, of which one may be a number. */
export interface ArithmeticFunction<Name extends string> {
  <A extends Operand, B extends Operand>(
    a: A,
    b: Check<NoInfer<OperandsShape<Name, A, B>>, B>,
  ): ResultOf<OperandsShape<Name, A, B>, OperandsDType<A, B>>;
}

const arithmetic = <Name extends string>(name: Name, fn: BinaryFn): ArithmeticFunction<Name> => {
  return <A extends Operand, B extends Operand>(a: unknown, b: unknown) =>
    described<ResultOf<OperandsShape<Name, A, B>, OperandsDType<A, B>>>(() =>
      applyBinary(fn, ...operandsOf(name, a, b), name),
    );
};

/**
 * a + b; shapes broadcast by NumPy's rule, and either may be a number.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see `torch.add`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * const b = constant(Float32Array.of(10, 20), [2]);
 * add(a, b); // Tensor<[2, 2], "f32">: [[11, 22], [13, 24]]
 * add(a, 1); // Tensor<[2, 2], "f32">: [[2, 3], [4, 5]]
 */
export const add: ArithmeticFunction<"add"> = arithmetic("add", "add");

/**
 * a - b; shapes broadcast, and either may be a number.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see `torch.sub`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * const b = constant(Float32Array.of(10, 20), [2]);
 * sub(b, a); // Tensor<[2, 2], "f32">: [[9, 18], [7, 16]]
 */
export const sub: ArithmeticFunction<"sub"> = arithmetic("sub", "sub");

/**
 * a * b; shapes broadcast, and either may be a number.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see `torch.mul`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * const b = constant(Float32Array.of(10, 20), [2]);
 * mul(a, b); // Tensor<[2, 2], "f32">: [[10, 40], [30, 80]]
 */
export const mul: ArithmeticFunction<"mul"> = arithmetic("mul", "mul");

/**
 * a / b; integers are truncated, and x / 0 is 0 for them.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see `torch.div`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * div(a, 2); // Tensor<[2, 2], "f32">: [[0.5, 1], [1.5, 2]]
 * div(constant(Int32Array.of(7, -7), [2]), 2); // Tensor<[2], "i32">: [3, -3]
 */
export const div: ArithmeticFunction<"div"> = arithmetic("div", "div");

/**
 * a - b trunc(a / b): what is left of the integer a when b is divided out, with the sign of a; 0 where b is 0.
 *
 * @throws W204 what is no i32; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.fmod`.
 * @example
 * const a = constant(Int32Array.of(7, -7), [2]);
 * remainder(a, 3); // Tensor<[2], "i32">: [1, -1]
 */
export const remainder: ArithmeticFunction<"remainder"> = arithmetic("remainder", "rem");

/**
 * a^b by IEEE 754: a^0 and 1^b are 1 even of NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see IEEE 754-2019, section 9.2.1; `torch.pow`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * pow(a, 2); // Tensor<[2, 2], "f32">: [[1, 4], [9, 16]]
 */
export const pow: ArithmeticFunction<"pow"> = arithmetic("pow", "pow");

/**
 * max(a, b) of each pair; NaN where either is NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see `torch.maximum`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * maximum(a, 2.5); // Tensor<[2, 2], "f32">: [[2.5, 2.5], [3, 4]]
 */
export const maximum: ArithmeticFunction<"maximum"> = arithmetic("maximum", "max");

/**
 * min(a, b) of each pair; NaN where either is NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ; W204 bools.
 * @see `torch.minimum`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * minimum(a, 2.5); // Tensor<[2, 2], "f32">: [[1, 2], [2.5, 2.5]]
 */
export const minimum: ArithmeticFunction<"minimum"> = arithmetic("minimum", "min");

/**
 * atan(a / b) in the right quadrant: the angle of the point (b, a) in radians; the first operand is the ordinate.
 *
 * @throws W204 integers and bools; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.atan2`.
 * @example
 * const y = constant(Float32Array.of(1, -1), [2]);
 * atan2(y, -1); // Tensor<[2], "f32">: [2.3562, -2.3562]
 */
export const atan2: ArithmeticFunction<"atan2"> = arithmetic("atan2", "atan2");

/**
 * a & b: whether both hold (of bool tensors); the bits that both have (of i32).
 *
 * @throws W204 other types than bool and i32; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.logical_and`.
 * @example
 * const x = constant(Float32Array.of(-1, 1, 3), [3]);
 * logicalAnd(greater(x, 0), less(x, 2)); // Tensor<[3], "bool">: [0, 1, 0]
 */
export const logicalAnd: ArithmeticFunction<"logicalAnd"> = arithmetic("logicalAnd", "and");

/**
 * a | b: whether either holds (of bool tensors); the bits that either has (of i32).
 *
 * @throws W204 other types than bool and i32; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.logical_or`.
 * @example
 * const x = constant(Float32Array.of(-1, 1, 3), [3]);
 * logicalOr(less(x, 0), greater(x, 2)); // Tensor<[3], "bool">: [1, 0, 1]
 */
export const logicalOr: ArithmeticFunction<"logicalOr"> = arithmetic("logicalOr", "or");

/**
 * a ^ b: whether just one holds (of bool tensors); the bits that differ (of i32).
 *
 * @throws W204 other types than bool and i32; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.logical_xor`.
 * @example
 * const x = constant(Float32Array.of(-1, 1, 3), [3]);
 * logicalXor(greater(x, 0), greater(x, 2)); // Tensor<[3], "bool">: [0, 1, 0]
 */
export const logicalXor: ArithmeticFunction<"logicalXor"> = arithmetic("logicalXor", "xor");

/**
 * a 2^b modulo 2^32: the bits of a (i32) moved to the left by the low five bits of b.
 *
 * @throws W204 what is no i32; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.bitwise_left_shift`.
 * @example
 * const a = constant(Int32Array.of(1, -3), [2]);
 * shiftLeft(a, 4); // Tensor<[2], "i32">: [16, -48]
 */
export const shiftLeft: ArithmeticFunction<"shiftLeft"> = arithmetic("shiftLeft", "shiftLeft");

/**
 * floor(a / 2^b): the bits of a (i32) moved to the right by the low five bits of b, copying the sign.
 *
 * @throws W204 what is no i32; W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.bitwise_right_shift`.
 * @example
 * const a = constant(Int32Array.of(33, -33), [2]);
 * shiftRight(a, 4); // Tensor<[2], "i32">: [2, -3]
 */
export const shiftRight: ArithmeticFunction<"shiftRight"> = arithmetic("shiftRight", "shiftRight");
