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

/** a = b; NaN equals nothing. */
export const equal: ComparisonFunction<"equal"> = comparison("equal", "eq");

/** a is not b; NaN is not NaN. */
export const notEqual: ComparisonFunction<"notEqual"> = comparison("notEqual", "ne");

/** a < b */
export const less: ComparisonFunction<"less"> = comparison("less", "lt");

/** a <= b */
export const lessEqual: ComparisonFunction<"lessEqual"> = comparison("lessEqual", "le");

/** a > b */
export const greater: ComparisonFunction<"greater"> = comparison("greater", "gt");

/** a >= b */
export const greaterEqual: ComparisonFunction<"greaterEqual"> = comparison("greaterEqual", "ge");

/** Where the condition holds the one, elsewhere the other; all three broadcast, and a number takes the other's type. */
export const select = <Condition extends Dims, C extends DType, WhenTrue extends Operand, WhenFalse extends Operand>(
  condition: Check<NoInfer<NeedsDType<"select", Condition, C, readonly ["bool"]>>, Tensor<Condition, C>>,
  whenTrue: Check<NoInfer<BroadcastShapes<"select", Condition, ShapeOf<WhenTrue>>>, WhenTrue>,
  whenFalse: Check<NoInfer<SelectShape<Condition, WhenTrue, WhenFalse>>, WhenFalse>,
): ResultOf<SelectShape<Condition, WhenTrue, WhenFalse>, DTypeOf<WhenTrue, DTypeOf<WhenFalse, "f32">>> =>
  described(() => tensorOf("select", condition).select(operandOf("select", whenTrue), operandOf("select", whenFalse)));
