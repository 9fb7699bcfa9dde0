// Why the matrix has the holes it has. A cell may be empty because the typing rule refuses the element type, which says why
// itself; every other hole is listed here with its reason, and a reason that no longer holds is as wrong as a missing one.
import type { OpKind } from "../../src/ir/ops/index.ts";
import type { BinaryFn } from "../../src/ir/scalar/binary.ts";
import type { CompareFn } from "../../src/ir/scalar/compare.ts";
import type { ReduceFn } from "../../src/ir/scalar/reducer.ts";
import type { UnaryFn } from "../../src/ir/scalar/unary.ts";
import { type DType, dtypeNames, isFloat } from "../../src/ir/types/dtype.ts";

/** The name of a row. */
export type RowName =
  | OpKind
  | `unary ${UnaryFn}`
  | `binary ${BinaryFn}`
  | `compare ${CompareFn}`
  | `reduce ${ReduceFn}`;

/** Rows that have no gradient for some element types, and why. */
export interface Explanation {
  /** Names of rows, or every row that takes the element type. */
  readonly rows: readonly RowName[] | "every";
  readonly dtypes: readonly DType[];
  readonly reason: string;
}

const floats = dtypeNames.filter(isFloat);

/** Every hole that is not a refusal of the typing rule. */
export const explanations: readonly Explanation[] = [
  {
    rows: "every",
    dtypes: dtypeNames.filter((dtype) => !isFloat(dtype)),
    reason: "Whole numbers and truth values do not vary continuously, so nothing flows through them.",
  },
  {
    rows: ["input", "parameter", "constant", "data", "iota"],
    dtypes: floats,
    reason: "It has no operands: gradients arrive here and go no further.",
  },
  {
    rows: ["unary sign", "unary floor", "unary ceil", "unary round", "unary trunc"],
    dtypes: floats,
    reason: "It is constant between its jumps, so the derivative is 0 wherever there is one.",
  },
  {
    rows: ["compare eq", "compare ne", "compare lt", "compare le", "compare gt", "compare ge"],
    dtypes: floats,
    reason: "The result is a truth value.",
  },
  { rows: ["stopGradient"], dtypes: floats, reason: "It is there to let no gradient through." },
  { rows: ["argmax"], dtypes: floats, reason: "The result is a position, which is a whole number." },
  { rows: ["oneHot"], dtypes: floats, reason: "The operand is a position, which is a whole number." },
];
