// Losses that must be one op to be stable: the logarithm of a probability is never taken of a rounded probability.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import type { DType } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { printShape, printType, type TensorType, tensorType } from "../types/tensor-type.ts";
import { takeAlongAxis } from "./along-axis.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { exponentialsAlong, softmax } from "./normalization.ts";
import { defineOp, type Emitter, type OpDefinition, type OpInstance } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { requireDType } from "./typing.ts";

/** crossEntropy has no attributes. */
export type CrossEntropyAttrs = Readonly<Record<never, never>>;

const floats: readonly DType[] = ["f32", "f64"];

const inferCrossEntropy = (logits: TensorType, labels: TensorType): TensorType => {
  const [rows = 0, classes = 0] = logits.shape;
  if (logits.shape.length !== 2) reject("W249", { type: printType(logits) });
  requireDType("crossEntropy", logits, floats);
  requireOperand("crossEntropy", "labels", labels, tensorType("i32", [rows]));
  if (classes === 0) reject("W212", { op: "crossEntropy", axes: printShape([1]), type: printType(logits) });
  return tensorType(logits.dtype, [rows]);
};

/** True at the label of each row: bool [N, C]. */
const atLabel = (logits: Tensor, labels: Tensor): Tensor => labels.oneHot(logits.shape[1] ?? 1, "bool");

/** log(sum(exp(x - m))) - (x[label] - m) with m the largest logit of the row; the exponentials are those of the gradient. */
const rowLosses = (logits: Tensor, labels: Tensor, emitter: Emitter): Tensor => {
  const { largest, exponentials } = exponentialsAlong(logits, 1, emitter);
  const [chosen] = emitter.emit(takeAlongAxis, [logits, labels.reshape([...labels.shape, 1])], { axis: 1 });
  return exponentials
    .sum({ axes: [1], keepDims: true })
    .log()
    .sub(chosen.sub(largest))
    .reshape(labels.shape);
};

const arbitraryCrossEntropy = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<CrossEntropyAttrs, 2>> =>
  fc
    .tuple(fc.nat({ max: 6 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(...floats))
    .map(([rows, classes, dtype]) => ({
      operands: [
        { dtype, shape: [rows, classes] },
        { dtype: "i32", shape: [rows] },
      ] as const,
      attrs: {},
    }));

/** Logits [N, C], class indices i32 [N] -> the loss of each row [N]. */
export const crossEntropy: OpDefinition<CrossEntropyAttrs, 2> = defineOp({
  kind: "crossEntropy",
  summary: "-log(softmax(logits)[label]) for each row of logits [N, C] and labels i32 [N].",
  formula: "y[n] = ln(sum over k of e^logits[n, k]) - logits[n, labels[n]]",
  shapes: "logits [N, C], labels [N] -> [N]",
  gradient: "dlogits = c (softmax(logits) - oneHot(labels))",
  arity: 2,
  resultArity: 1,
  attributes: {},
  infer: ([logits, labels]) => [inferCrossEntropy(logits, labels)],
  vjp: (context) => {
    const [logits, labels] = context.operands;
    const [cotangent] = context.cotangents;
    const [probabilities] = context.emit(softmax, [logits], { axis: 1 });
    const errors = atLabel(logits, labels).select(probabilities.sub(1), probabilities);
    return [errors.mul(cotangent.reshape([...cotangent.shape, 1])), null];
  },
  lower: { by: "ops", decompose: ([logits, labels], _, emitter) => [rowLosses(logits, labels, emitter)] },
  arbitrary: arbitraryCrossEntropy,
  operandRange: (operand, [logits]) => (operand === 1 ? logits.shape[1] : undefined),
});

/** Losses, said in other ops. */
export const loss: { readonly crossEntropy: typeof crossEntropy } = { crossEntropy };
