// Losses: a number per row, or one number for all.
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { requireDType } from "../ops/typing.ts";
import { type Dim, multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { BinaryShape } from "../types/static/broadcasting.ts";
import type { Check, Resolved } from "../types/static/check.ts";
import type { LabelsShape, LogitsShape } from "../types/static/indexing.ts";
import type { Dims, Operand, Tensor } from "../types/tensor.ts";
import { tensorType } from "../types/tensor-type.ts";
import { described, operandOf, requireFit, tensorOf } from "./argument.ts";
import { type ReducedShape, type Reduction, reduced } from "./reduced.ts";

export type { Reduction } from "./reduced.ts";

type RowsOf<Logits extends Dims> = Logits extends readonly [infer Rows extends Dim, Dim, ...infer Places extends Dims]
  ? [Rows, ...Places]
  : Dims;

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions<R extends Reduction> {
  /** What becomes of the single losses; the mean unless said. */
  readonly reduction?: R;
  /** How much of each wanted probability is spread evenly over all classes (Szegedy et al. 2016, section 7). */
  readonly labelSmoothing?: number;
  /** How much each class counts: [classes]. */
  readonly weights?: Tensor;
  /** A label that counts for nothing, such as -1 for padding. */
  readonly ignoreIndex?: number;
}

/** Wanted with probability 1 - s the right class, s spread over all, each class counting as much as its weight. */
const smoothed = (scores: Tensor, losses: Tensor, smoothing: number, weights: Tensor | undefined): Tensor => {
  if (smoothing === 0) return losses;
  const logs = emitOne(traceOf(scores, "crossEntropy"), "logSoftmax", [scores], { axis: 1 });
  const overClasses = (weights === undefined ? logs : logs.mul(weights)).mean({ axes: [1] });
  return losses.mul(1 - smoothing).sub(overClasses.mul(smoothing));
};

/** Places as further rows: [N, C, ...places] and [N, ...places] as [N * places, C] and [N * places]. */
const asRows = (scores: Tensor, labels: Tensor): readonly [scores: Tensor, labels: Tensor] => {
  const [rows = 1, classes = 1, ...places] = scores.shape;
  if (places.length === 0) return [scores, labels];
  requireDType("crossEntropy", scores.type, ["f32", "f64"]);
  requireOperand("crossEntropy", "labels", labels.type, tensorType("i32", [rows, ...places]));
  const count = places.reduce(multiplyDims, rows);
  const classesLast = scores.transpose([0, ...places.map((_, at) => at + 2), 1]);
  return [classesLast.reshape([count, classes]), labels.reshape([count])];
};

const known = optionNames<CrossEntropyOptions<Reduction>>({
  reduction: true,
  labelSmoothing: true,
  weights: true,
  ignoreIndex: true,
});

/** The type of `crossEntropy`. */
export interface CrossEntropyFunction {
  <Logits extends Dims, D extends DType, Labels extends Dims, E extends DType, const R extends Reduction = "mean">(
    logits: Check<NoInfer<LogitsShape<Logits, D>>, Tensor<Logits, D>>,
    labels: Check<NoInfer<LabelsShape<Logits, Labels, E>>, Tensor<Labels, E>>,
    options?: CrossEntropyOptions<R>,
  ): Tensor<ReducedShape<R, RowsOf<Logits>>, D>;
}

/**
 * -log(softmax(logits)[label]): logits [rows, classes] and class indices i32 [rows], or with a label for each place,
 * such as a pixel, [rows, classes, ...places] and [rows, ...places]. The mean over all labels unless another reduction
 * is said; with weights it is divided by the sum of those of the labels, and labels that are ignored count for nothing.
 *
 * @throws W249 logits that are no rows; W248 labels or weights of another type; W204 integers; W140 options of another
 * kind; when running, W306 a label that is no class.
 * @see `torch.nn.functional.cross_entropy`.
 * @example
 * const logits = constant(Float32Array.of(1, 2, 3, 3, 2, 1), [2, 3]);
 * const labels = constant(Int32Array.of(2, 1), [2]);
 * crossEntropy(logits, labels); // Tensor<[], "f32">: 0.9076
 * crossEntropy(logits, labels, { reduction: "none" }); // Tensor<[2], "f32">: [0.4076, 1.4076]
 */
export const crossEntropy: CrossEntropyFunction = (logits, labels, options = {}) =>
  described(() => {
    requireKnownOptions("crossEntropy", options, known);
    const wanted = tensorOf("crossEntropy", labels);
    const [scores, given] = asRows(tensorOf("crossEntropy", logits), wanted);
    const losses = rowLosses(scores, given, options);
    return options.reduction === "none" ? losses.reshape(wanted.shape) : losses;
  });

/** The losses of rows, reduced. */
const rowLosses = (scores: Tensor, given: Tensor, options: CrossEntropyOptions<Reduction>): Tensor => {
  const { labelSmoothing = 0, weights, ignoreIndex, reduction = "mean" } = options;
  const ignored = ignoreIndex === undefined ? undefined : given.equal(ignoreIndex);
  const known = ignored?.select(0, given) ?? given;
  const losses = emitOne(traceOf(scores, "crossEntropy"), "crossEntropy", [scores, known], {});
  if (weights === undefined && ignored === undefined)
    return reduced(smoothed(scores, losses, labelSmoothing, undefined), reduction);
  if (weights !== undefined)
    requireOperand("crossEntropy", "weights", weights.type, tensorType(scores.dtype, scores.shape.slice(1)));
  const counted = weights?.gather(known) ?? traceOf(losses).constant(1, losses.dtype, losses.shape);
  const weight = ignored?.select(0, counted) ?? counted;
  const all = smoothed(scores, losses.mul(weight), labelSmoothing, weights);
  const kept = ignored?.select(0, all) ?? all;
  return reduction === "mean" ? kept.sum().div(weight.sum()) : reduced(kept, reduction);
};

/** The type of `meanSquaredError`. */
export interface MeanSquaredErrorFunction {
  <A extends Dims, D extends DType, B extends Operand, const R extends Reduction = "mean">(
    predictions: Tensor<A, D>,
    targets: Check<NoInfer<BinaryShape<"meanSquaredError", A, D, B>>, B>,
    options?: { readonly reduction?: R },
  ): Tensor<ReducedShape<R, Resolved<BinaryShape<"meanSquaredError", A, D, B>>>, D>;
}

/**
 * (prediction - target)^2; its mean over all elements unless another reduction is said. Shapes broadcast.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast; W140 another reduction.
 * @see `torch.nn.functional.mse_loss`.
 * @example
 * const y = constant(Float32Array.of(1, 5), [2]);
 * meanSquaredError(y, constant(Float32Array.of(2, 2), [2])); // Tensor<[], "f32">: 5
 */
export const meanSquaredError: MeanSquaredErrorFunction = (predictions, targets, options = {}) =>
  described(() => {
    const [left, right] = [tensorOf("meanSquaredError", predictions), operandOf("meanSquaredError", targets)];
    requireFit("meanSquaredError", left, right);
    requireKnownOptions("meanSquaredError", options, ["reduction"]);
    const difference = left.sub(right);
    return reduced(difference.mul(difference), options.reduction);
  });
