// Losses of class indices: the classes are axis 1 of the scores, and the labels have all the other axes.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import type { Dim } from "../../ir/types/dim.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { OnlyType } from "../../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { printType, sameShape, type TensorType, tensorType } from "../../ir/types/tensor-type.ts";

/** The shape of one loss for each label: the scores' without axis 1. */
export type LossesShape<Scores extends Dims> = Scores extends readonly [
  infer Rows extends Dim,
  Dim,
  ...infer Rest extends Dims,
]
  ? [Rows, ...Rest]
  : Dims;

/** The rule of scores: [rows, classes], and perhaps places behind them. */
export type ScoresShape<
  Op extends string,
  Operand extends string,
  S extends Dims,
  D extends DType,
> = S["length"] extends 0 | 1 ? OnlyType<Op, Operand, S, D, ["rows", "classes"], D> : S;

/** The rule of the labels: a class index for each place that the scores have classes for. */
export type ClassesShape<
  Op extends string,
  Scores extends Dims,
  Labels extends Dims,
  E extends DType,
> = Scores["length"] extends 0 | 1 ? Dims : OnlyType<Op, "labels", Labels, E, LossesShape<Scores>, "i32">;

/** W248 where scores have no axis of classes. */
const requireScores = (op: string, operand: string, { shape, dtype, type }: Tensor): void => {
  if (shape.length < 2) reject("W248", { op, operand, expected: `${dtype}[rows, classes]`, actual: printType(type) });
};

const requireType = (op: string, operand: string, { type }: Tensor, expected: TensorType): void => {
  if (type.dtype !== expected.dtype || !sameShape(type.shape, expected.shape))
    reject("W248", { op, operand, expected: printType(expected), actual: printType(type) });
};

/** W248 where scores have no axis of classes, or targets are not of their type. */
export const requireAlike = (op: string, operand: string, scores: Tensor, targets: Tensor): void => {
  requireScores(op, operand, scores);
  requireType(op, "targets", targets, scores.type);
};

/** True at the class of each label, in the shape of the scores; W248 where labels and scores do not fit. */
export const requireClasses = (op: string, operand: string, scores: Tensor, labels: Tensor): Tensor => {
  requireScores(op, operand, scores);
  const [rows = 1, classes = 1, ...places] = scores.shape;
  requireType(op, "labels", labels, tensorType("i32", [rows, ...places]));
  // The axis of classes comes last, and belongs behind the rows.
  const last = scores.shape.length - 1;
  return labels.oneHot(classes, "bool").transpose(scores.shape.map((_, axis) => [0, last][axis] ?? axis - 1));
};
