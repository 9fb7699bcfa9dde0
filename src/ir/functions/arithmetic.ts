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

/** a + b */
export const add: ArithmeticFunction<"add"> = arithmetic("add", "add");

/** a - b */
export const sub: ArithmeticFunction<"sub"> = arithmetic("sub", "sub");

/** a * b */
export const mul: ArithmeticFunction<"mul"> = arithmetic("mul", "mul");

/** a / b; integers are truncated, and x / 0 is 0 for them. */
export const div: ArithmeticFunction<"div"> = arithmetic("div", "div");

/** What is left of the integer a when b is divided out, with the sign of a; 0 where b is 0. */
export const remainder: ArithmeticFunction<"remainder"> = arithmetic("remainder", "rem");

/** a to the power of b, by IEEE 754: a^0 and 1^b are 1 even of NaN. */
export const pow: ArithmeticFunction<"pow"> = arithmetic("pow", "pow");

/** The larger of each pair; NaN where either is NaN. */
export const maximum: ArithmeticFunction<"maximum"> = arithmetic("maximum", "max");

/** The smaller of each pair; NaN where either is NaN. */
export const minimum: ArithmeticFunction<"minimum"> = arithmetic("minimum", "min");

/** The angle of the point (b, a): the first operand is the ordinate. */
export const atan2: ArithmeticFunction<"atan2"> = arithmetic("atan2", "atan2");

/** Whether both hold (of bool tensors); the bits that both have (of i32). */
export const logicalAnd: ArithmeticFunction<"logicalAnd"> = arithmetic("logicalAnd", "and");

/** Whether either holds (of bool tensors); the bits that either has (of i32). */
export const logicalOr: ArithmeticFunction<"logicalOr"> = arithmetic("logicalOr", "or");

/** Whether just one holds (of bool tensors); the bits that differ (of i32). */
export const logicalXor: ArithmeticFunction<"logicalXor"> = arithmetic("logicalXor", "xor");

/** The bits of a (i32) moved to the left by the low five bits of b. */
export const shiftLeft: ArithmeticFunction<"shiftLeft"> = arithmetic("shiftLeft", "shiftLeft");

/** The bits of a (i32) moved to the right by the low five bits of b, copying the sign. */
export const shiftRight: ArithmeticFunction<"shiftRight"> = arithmetic("shiftRight", "shiftRight");
