// Losses of margins: nothing is left to learn from an answer that is right by a margin.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { relu } from "../../ir/functions/activation.ts";
import { described, requireOperand, tensorOf } from "../../ir/functions/argument.ts";
import { type ReducedShape, type Reduction, reduced } from "../../ir/functions/reduced.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { tensorType } from "../../ir/types/tensor-type.ts";
import { type ClassesShape, type LossesShape, requireClasses, type ScoresShape } from "./class-labels.ts";
import { type LossOptions, type PairLoss, pairLoss } from "./pair-loss.ts";

/** How far a score is from being on the right side of 0 by 1. */
const slack = (score: Tensor, side: Tensor): Tensor => relu(score.mul(side).neg().add(1));

/**
 * max(0, 1 - y f) for scores f and sides y of -1 or 1, both of one shape; the derivative at the kink is 0. The mean
 * unless another reduction is said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see Cortes and Vapnik 1995.
 * @example
 * const f = constant(Float32Array.of(0.5, -2), [2]);
 * const y = constant(Float32Array.of(1, -1), [2]);
 * hinge(f, y); // Tensor<[], "f32">: 0.25
 */
export const hinge: PairLoss<"hinge"> = pairLoss("hinge", slack);

/**
 * max(0, 1 - y f)^2 for scores f and sides y of -1 or 1, both of one shape. The mean unless another reduction is said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see Chang et al. 2008, equation 2.
 * @example
 * const f = constant(Float32Array.of(0.5, -2), [2]);
 * const y = constant(Float32Array.of(1, -1), [2]);
 * squaredHinge(f, y); // Tensor<[], "f32">: 0.125
 */
export const squaredHinge: PairLoss<"squaredHinge"> = pairLoss("squaredHinge", (score, side) => {
  const missing = slack(score, side);
  return missing.mul(missing);
});

/** Options of losses with a margin. */
export interface MarginOptions {
  /** How far apart is far enough; 1 unless said. */
  readonly margin?: number;
}

/**
 * For distances x and sides y, both of one shape: x where y is 1 (alike), max(0, margin - x) where y is -1 (different).
 * The derivative at the kink is -1. The mean unless another reduction is said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see `torch.nn.functional.hinge_embedding_loss`.
 * @example
 * const x = constant(Float32Array.of(0.5, 0.25), [2]);
 * const y = constant(Float32Array.of(1, -1), [2]);
 * hingeEmbedding(x, y); // Tensor<[], "f32">: 0.625
 */
export const hingeEmbedding: PairLoss<"hingeEmbedding", MarginOptions> = pairLoss(
  "hingeEmbedding",
  (distance, side, { margin = 1 }) => {
    const missing = distance.neg().add(margin);
    return side.equal(1).select(distance, missing.less(0).select(0, missing));
  },
  { margin: true, reduction: true },
);

/** Options of `multiMargin`. */
export interface MultiMarginOptions extends MarginOptions {
  /** The power of each class's shortfall: 1 unless said, or 2. */
  readonly p?: 1 | 2;
  /** How much each right class counts: [classes]. */
  readonly weights?: Tensor;
}

/** The type of `multiMargin`. */
export interface MultiMarginFunction {
  <Scores extends Dims, D extends DType, Labels extends Dims, E extends DType, const R extends Reduction = "mean">(
    scores: Check<NoInfer<ScoresShape<"multiMargin", "scores", Scores, D>>, Tensor<Scores, D>>,
    labels: Check<NoInfer<ClassesShape<"multiMargin", Scores, Labels, E>>, Tensor<Labels, E>>,
    options?: MultiMarginOptions & LossOptions<R>,
  ): Tensor<ReducedShape<R, LossesShape<Scores>>, D>;
}

/**
 * The sum over the wrong classes k of w[right] max(0, margin - s[right] + s[k])^p, divided by the number of classes,
 * for scores [rows, classes] and class indices i32 [rows]; the mean over rows unless another reduction is said.
 *
 * @throws W248 labels or weights of another type; when running, W306 a label that is no class.
 * @see Crammer and Singer 2001; `torch.nn.functional.multi_margin_loss`.
 * @example
 * const scores = constant(Float32Array.of(0.5, 1, 0), [1, 3]);
 * multiMargin(scores, constant(Int32Array.of(1), [1])); // Tensor<[], "f32">: 0.1667
 */
export const multiMargin: MultiMarginFunction = (scores, labels, options = {}) =>
  described(() => {
    const [all, right] = [tensorOf("multiMargin", scores), tensorOf("multiMargin", labels)];
    const chosen = requireClasses("multiMargin", "scores", all, right);
    requireKnownOptions("multiMargin", options, ["margin", "p", "weights", "reduction"]);
    const { margin = 1, p = 1, weights, reduction } = options;
    if (weights !== undefined)
      requireOperand("multiMargin", "weights", weights.type, tensorType(all.dtype, all.shape.slice(1, 2)));
    const best = chosen.select(all, 0).sum({ axes: [1], keepDims: true });
    const missing = chosen.select(0, relu(all.sub(best).add(margin)));
    const losses = (p === 2 ? missing.mul(missing) : missing).mean({ axes: [1] });
    return reduced(weights === undefined ? losses : losses.mul(weights.gather(right)), reduction);
  });
