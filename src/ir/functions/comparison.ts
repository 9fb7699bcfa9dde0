// Comparison of two operands, element by element, and choice by the result.
import { applyCompare } from "../graph/traced-tensor.ts";
import type { CompareFn } from "../scalar/compare.ts";
import type { DType } from "../types/dtype.ts";
import type { BroadcastShapes, DTypeOf, OperandsShape, SelectShape, ShapeOf } from "../types/static/broadcasting.ts";
import type { Check, NeedsDType } from "../types/static/check.ts";
import type { Dims, Operand, ResultOf, Tensor } from "../types/tensor.ts";
import { described, operandOf, operandsOf, tensorOf } from "./argument.ts";

/** A comparison of each pair of elements: a bool tensor. */
export interface ComparisonFunction<Name extends string> {
  <A extends Operand, B extends Operand>(
    a: A,
    b: Check<NoInfer<OperandsShape<Name, A, B>>, B>,
  ): ResultOf<OperandsShape<Name, A, B>, "bool">;
}

const comparison = <Name extends string>(name: Name, fn: CompareFn): ComparisonFunction<Name> => {
  return <A extends Operand, B extends Operand>(a: unknown, b: unknown) =>
    described<ResultOf<OperandsShape<Name, A, B>, "bool">>(() => applyCompare(fn, ...operandsOf(name, a, b), name));
};

/**
 * a = b: a bool for each pair; NaN equals nothing.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.eq`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3), [3]);
 * equal(a, 2); // Tensor<[3], "bool">: [0, 1, 0]
 */
export const equal: ComparisonFunction<"equal"> = comparison("equal", "eq");

/**
 * a is not b (a != b): a bool for each pair; NaN is not NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.ne`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3), [3]);
 * notEqual(a, 2); // Tensor<[3], "bool">: [1, 0, 1]
 */
export const notEqual: ComparisonFunction<"notEqual"> = comparison("notEqual", "ne");

/**
 * a < b: a bool for each pair, false where either is NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.lt`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3), [3]);
 * less(a, 2); // Tensor<[3], "bool">: [1, 0, 0]
 */
export const less: ComparisonFunction<"less"> = comparison("less", "lt");

/**
 * a <= b: a bool for each pair, false where either is NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.le`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3), [3]);
 * lessEqual(a, 2); // Tensor<[3], "bool">: [1, 1, 0]
 */
export const lessEqual: ComparisonFunction<"lessEqual"> = comparison("lessEqual", "le");

/**
 * a > b: a bool for each pair, false where either is NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.gt`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3), [3]);
 * greater(a, 2); // Tensor<[3], "bool">: [0, 0, 1]
 */
export const greater: ComparisonFunction<"greater"> = comparison("greater", "gt");

/**
 * a >= b: a bool for each pair, false where either is NaN.
 *
 * @throws W207 shapes that do not broadcast; W202 element types that differ.
 * @see `torch.ge`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3), [3]);
 * greaterEqual(a, 2); // Tensor<[3], "bool">: [0, 1, 1]
 */
export const greaterEqual: ComparisonFunction<"greaterEqual"> = comparison("greaterEqual", "ge");

/** The type of `select`. */
export interface SelectFunction {
  <Condition extends Dims, C extends DType, WhenTrue extends Operand, WhenFalse extends Operand>(
    condition: Check<NoInfer<NeedsDType<"select", Condition, C, readonly ["bool"]>>, Tensor<Condition, C>>,
    whenTrue: Check<NoInfer<BroadcastShapes<"select", Condition, ShapeOf<WhenTrue>>>, WhenTrue>,
    whenFalse: Check<NoInfer<SelectShape<Condition, WhenTrue, WhenFalse>>, WhenFalse>,
  ): ResultOf<SelectShape<Condition, WhenTrue, WhenFalse>, DTypeOf<WhenTrue, DTypeOf<WhenFalse, "f32">>>;
}

/**
 * (condition ? a : b) for each element: where the condition holds the one, elsewhere the other. All three broadcast, and a
 * number takes the other's type.
 *
 * @throws W204 a condition that is no bool; W202 element types that differ; W207 shapes that do not broadcast.
 * @see `torch.where`.
 * @example
 * const x = constant(Float32Array.of(-1, 4), [2]);
 * select(greater(x, 0), x, 0); // Tensor<[2], "f32">: [0, 4]
 */
export const select: SelectFunction = (condition, whenTrue, whenFalse) =>
  described(() => tensorOf("select", condition).select(operandOf("select", whenTrue), operandOf("select", whenFalse)));
