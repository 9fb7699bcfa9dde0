// Checks of one operand against another, for ops whose operands have different shapes: contractions, convolutions,
// normalization, losses.
import { reject } from "../diagnostics/diagnostic.ts";
import { printType, sameType, type TensorType } from "../types/tensor-type.ts";

/** Two operands have one element type, whatever their shapes. */
export const requireSameDType = (op: string, left: TensorType, right: TensorType): void => {
  if (left.dtype !== right.dtype)
    reject("W202", { op, left: printType(left), right: printType(right), dtypes: [left.dtype, right.dtype] });
};

/** The operand has the one type that the other operands and the attributes leave. */
export const requireOperand = (op: string, operand: string, actual: TensorType, expected: TensorType): void => {
  if (!sameType(actual, expected))
    reject("W248", { op, operand, expected: printType(expected), actual: printType(actual) });
};
