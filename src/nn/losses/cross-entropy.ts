// Losses of predicted class probabilities, beside `crossEntropy` of logits and class indices. All of them take logarithms:
// what comes from logits goes through `logSoftmax` and never through a rounded probability.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { described, requireOperand, tensorOf } from "../../ir/functions/argument.ts";
import { constant } from "../../ir/functions/creation.ts";
import { logSoftmax } from "../../ir/functions/normalization.ts";
import { type ReducedShape, type Reduction, reduced } from "../../ir/functions/reduced.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { After, Check } from "../../ir/types/static/check.ts";
import type { OnlyType } from "../../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { tensorType } from "../../ir/types/tensor-type.ts";
import { type ClassesShape, type LossesShape, requireAlike, requireClasses, type ScoresShape } from "./class-labels.ts";
import type { LossOptions } from "./pair-loss.ts";

/** Options of `negativeLogLikelihood`. */
export interface LikelihoodOptions {
  /** How much each class counts: [classes]. */
  readonly weights?: Tensor;
  /** A label that counts for nothing, such as -1 for padding. */
  readonly ignoreIndex?: number;
}

/** The type of `negativeLogLikelihood`. */
export interface NegativeLogLikelihoodFunction {
  <Logs extends Dims, D extends DType, Labels extends Dims, E extends DType, const R extends Reduction = "mean">(
    logProbabilities: Check<
      NoInfer<ScoresShape<"negativeLogLikelihood", "log-probabilities", Logs, D>>,
      Tensor<Logs, D>
    >,
    labels: Check<NoInfer<ClassesShape<"negativeLogLikelihood", Logs, Labels, E>>, Tensor<Labels, E>>,
    options?: LikelihoodOptions & LossOptions<R>,
  ): Tensor<ReducedShape<R, LossesShape<Logs>>, D>;
}

/**
 * -w[label] log p[label] for log-probabilities [rows, classes, ...places] and class indices i32 [rows, ...places]. The
 * mean divides by the sum of the weights of the labels that count. With `logSoftmax(logits, 1)` it is the cross-entropy
 * with class weights, with labels to be ignored, or with one label for each place.
 *
 * @throws W248 labels or weights of another type; when running, W306 a label that is no class.
 * @see `torch.nn.functional.nll_loss`.
 * @example
 * const logs = logSoftmax(constant(Float32Array.of(1, 2, 3, 3, 2, 1), [2, 3]), 1);
 * const labels = constant(Int32Array.of(2, 1), [2]);
 * negativeLogLikelihood(logs, labels); // Tensor<[], "f32">: 0.9076
 * negativeLogLikelihood(logs, labels, { reduction: "none" }); // Tensor<[2], "f32">: [0.4076, 1.4076]
 */
export const negativeLogLikelihood: NegativeLogLikelihoodFunction = (logProbabilities, labels, options = {}) =>
  described(() => {
    const name = "negativeLogLikelihood";
    const [logs, given] = [tensorOf(name, logProbabilities), tensorOf(name, labels)];
    requireKnownOptions(name, options, ["weights", "ignoreIndex", "reduction"]);
    const { weights, ignoreIndex, reduction } = options;
    const ignored = ignoreIndex === undefined ? undefined : given.equal(ignoreIndex);
    const known = ignored?.select(0, given) ?? given;
    const chosen = requireClasses(name, "log-probabilities", logs, known);
    const losses = chosen
      .select(logs, 0)
      .sum({ axes: [1] })
      .neg();
    if (weights === undefined && ignored === undefined) return reduced(losses, reduction);
    if (weights !== undefined) alongClasses(name, weights, logs);
    const counted = weights?.gather(known) ?? constant(1, losses.shape, losses.dtype);
    const weight = ignored?.select(0, counted) ?? counted;
    const weighted = ignored?.select(0, losses.mul(weight)) ?? losses.mul(weight);
    return reduction === undefined || reduction === "mean"
      ? weighted.sum().div(weight.sum())
      : reduced(weighted, reduction);
  });

/** Class weights in the shape in which they meet the classes of scores; W248 where there are others. */
const alongClasses = (op: string, weights: Tensor, { dtype, shape }: Tensor): Tensor => {
  const [, classes = 1, ...places] = shape;
  requireOperand(op, "weights", weights.type, tensorType(dtype, [classes]));
  return weights.reshape([classes, ...places.map(() => 1)]);
};

/** Options of `crossEntropyWithProbabilities`. */
export interface ProbabilityOptions {
  /** How much of each wanted probability is spread evenly over all classes. */
  readonly labelSmoothing?: number;
  /** How much each class counts: [classes]. */
  readonly weights?: Tensor;
}

/** The type of `crossEntropyWithProbabilities`. */
export interface CrossEntropyWithProbabilitiesFunction {
  <Logits extends Dims, D extends DType, Targets extends Dims, E extends DType, const R extends Reduction = "mean">(
    logits: Check<NoInfer<ScoresShape<"crossEntropyWithProbabilities", "logits", Logits, D>>, Tensor<Logits, D>>,
    targets: Check<
      NoInfer<
        After<
          ScoresShape<"crossEntropyWithProbabilities", "logits", Logits, D>,
          OnlyType<"crossEntropyWithProbabilities", "targets", Targets, E, Logits, D>
        >
      >,
      Tensor<Targets, E>
    >,
    options?: ProbabilityOptions & LossOptions<R>,
  ): Tensor<ReducedShape<R, LossesShape<Logits>>, D>;
}

/**
 * -sum over classes of t log softmax(x) for logits x and wanted probabilities t, both [rows, classes, ...places]: one
 * loss for each row and place, and the mean over them unless another reduction is said. With label smoothing s the
 * wanted probabilities are (1 - s) t + s / classes; with weights w the terms of the sum are w t log softmax(x).
 *
 * @throws W248 targets of another type, or logits without an axis of classes.
 * @see `torch.nn.functional.cross_entropy`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3), [1, 3]);
 * const t = constant(Float32Array.of(0, 0.5, 0.5), [1, 3]);
 * crossEntropyWithProbabilities(x, t); // Tensor<[], "f32">: 0.9076
 */
export const crossEntropyWithProbabilities: CrossEntropyWithProbabilitiesFunction = (logits, targets, options = {}) =>
  described(() => {
    const name = "crossEntropyWithProbabilities";
    const [scores, wanted] = [tensorOf(name, logits), tensorOf(name, targets)];
    requireAlike(name, "logits", scores, wanted);
    requireKnownOptions(name, options, ["labelSmoothing", "weights", "reduction"]);
    const { labelSmoothing = 0, weights, reduction } = options;
    const logs = logSoftmax(scores, 1);
    const weighted = weights === undefined ? logs : logs.mul(alongClasses(name, weights, scores));
    const direct = wanted.mul(weighted).sum({ axes: [1] });
    const spread = weighted.mean({ axes: [1] });
    const losses = labelSmoothing === 0 ? direct : direct.mul(1 - labelSmoothing).add(spread.mul(labelSmoothing));
    return reduced(losses.neg(), reduction);
  });
