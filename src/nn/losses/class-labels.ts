// Losses of class indices: the classes are axis 1 of the scores, and the labels have all the other axes.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import type { Dim } from "../../ir/types/dim.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { OnlyType } from "../../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { printType, sameShape } from "../../ir/types/tensor-type.ts";

/** The shape of one loss for each label: the scores' without axis 1. */
export type LossesShape<Scores extends Dims> = Scores extends readonly [
  infer Rows extends Dim,
  Dim,
  ...infer Rest extends Dims,
]
  ? [Rows, ...Rest]
  : Dims;

/** The rule of the labels: a class index for each place that the scores have classes for. */
export type ClassesShape<Op extends string, Scores extends Dims, Labels extends Dims, E extends DType> = OnlyType<
  Op,
  "labels",
  Labels,
  E,
  LossesShape<Scores>,
  "i32"
>;

/** True at the class of each label, in the shape of the scores; W248 where labels and scores do not fit. */
export const requireClasses = (op: string, operand: string, scores: Tensor, labels: Tensor): Tensor => {
  const [rows, classes, ...rest] = scores.shape;
  if (rows === undefined || classes === undefined)
    return reject("W248", { op, operand, expected: `${scores.dtype}[rows, classes]`, actual: printType(scores.type) });
  const expected = { dtype: "i32", shape: [rows, ...rest] } as const;
  if (labels.dtype !== "i32" || !sameShape(labels.shape, expected.shape))
    reject("W248", { op, operand: "labels", expected: printType(expected), actual: printType(labels.type) });
  const last = scores.shape.length - 1;
  // The new axis comes last, and belongs behind the rows.
  return labels.oneHot(classes, "bool").transpose(scores.shape.map((_, axis) => [0, last][axis] ?? axis - 1));
};
