// Comparisons, which give bool tensors, and the choice that takes one.
import { applyBinary, applyCompare, applyUnary } from "../graph/traced-tensor.ts";
import type { CompareFn } from "../scalar/compare.ts";
import type { Operand, Tensor } from "../types/tensor.ts";
import type { Pairwise } from "./elementwise.ts";

const comparison =
  (fn: CompareFn): Pairwise =>
  (x, y) =>
    applyCompare(fn, x, y);

export const equal: Pairwise = comparison("eq");
export const notEqual: Pairwise = comparison("ne");
export const less: Pairwise = comparison("lt");
export const lessEqual: Pairwise = comparison("le");
export const greater: Pairwise = comparison("gt");
export const greaterEqual: Pairwise = comparison("ge");

export const logicalAnd = (x: Tensor, y: Tensor): Tensor => applyBinary("and", x, y);
export const logicalOr = (x: Tensor, y: Tensor): Tensor => applyBinary("or", x, y);
export const logicalNot = (x: Tensor): Tensor => applyUnary("not", x);

/** Where the condition holds the first branch, elsewhere the second. */
export const select = (condition: Tensor, whenTrue: Operand, whenFalse: Operand): Tensor =>
  condition.select(whenTrue, whenFalse);
