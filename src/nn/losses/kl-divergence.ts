// The Kullback-Leibler divergence: how much one distribution says that another does not.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { described, requireFit, tensorOf } from "../../ir/functions/argument.ts";
import { type ReducedShape, type Reduction, reduced } from "../../ir/functions/reduced.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { BinaryShape } from "../../ir/types/static/broadcasting.ts";
import type { Check, Resolved } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";

/** Options of `klDivergence`. */
export interface DivergenceOptions<R extends Reduction | "batchmean"> {
  /** `batchmean` divides the sum by the number of rows, which gives the divergence; `mean` divides by all elements. */
  readonly reduction?: R;
  /** Whether the targets are log-probabilities, too. */
  readonly logTarget?: boolean;
}

/** The shape of a divergence: a number, unless nothing is reduced. */
type DivergenceShape<R extends Reduction | "batchmean", S extends Dims> = ReducedShape<R extends "none" ? R : "sum", S>;

/** t log t, which is 0 at 0, where its derivative is 0 too. */
const timesLog = (probability: Tensor): Tensor => {
  const present = probability.equal(0).select(1, probability);
  return present.mul(present.log());
};

/** The sum divided by the first extent. */
const batchMean = (losses: Tensor): Tensor =>
  losses.sum({ axes: losses.shape.map((_, axis) => axis).filter((axis) => axis > 0) }).mean();

/** The type of `klDivergence`. */
export interface KlDivergenceFunction {
  <A extends Dims, D extends DType, B extends Tensor, const R extends Reduction | "batchmean" = "mean">(
    logProbabilities: Tensor<A, D>,
    targets: Check<NoInfer<BinaryShape<"klDivergence", A, D, B>>, B>,
    options?: DivergenceOptions<R>,
  ): Tensor<DivergenceShape<R, Resolved<BinaryShape<"klDivergence", A, D, B>>>, D>;
}

/**
 * t (log t - x) for log-probabilities x and probabilities t, both [rows, classes]; e^t (t - x) if the targets are
 * log-probabilities. The mean over all elements unless another reduction is said, as PyTorch has it; `batchmean`
 * divides the sum by the rows.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see Kullback and Leibler 1951; `torch.nn.functional.kl_div`.
 * @example
 * const x = logSoftmax(constant(Float32Array.of(1, 2), [1, 2]), 1);
 * const t = constant(Float32Array.of(0.5, 0.5), [1, 2]);
 * klDivergence(x, t, { reduction: "batchmean" }); // Tensor<[], "f32">: 0.1201
 */
export const klDivergence: KlDivergenceFunction = (logProbabilities, targets, options = {}) =>
  described(() => {
    const [logs, wanted] = [tensorOf("klDivergence", logProbabilities), tensorOf("klDivergence", targets)];
    requireFit("klDivergence", logs, wanted);
    requireKnownOptions("klDivergence", options, ["reduction", "logTarget"]);
    const { logTarget = false } = options;
    const losses = logTarget ? wanted.exp().mul(wanted.sub(logs)) : timesLog(wanted).sub(wanted.mul(logs));
    const reduction: Reduction | "batchmean" = options.reduction ?? "mean";
    return reduction === "batchmean" ? batchMean(losses) : reduced(losses, reduction);
  });
