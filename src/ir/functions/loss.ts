// Losses: a number per row, or one number for all.
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { BinaryShape } from "../types/static/broadcasting.ts";
import type { Check, Resolved } from "../types/static/check.ts";
import type { LabelsShape, LogitsShape } from "../types/static/indexing.ts";
import type { Dims, Operand, Tensor } from "../types/tensor.ts";
import { described, operandOf, requireFit, tensorOf } from "./argument.ts";
import { type ReducedShape, type Reduction, reduced } from "./reduced.ts";

export type { Reduction } from "./reduced.ts";

type RowsOf<Logits extends Dims> = Logits extends readonly [infer Rows extends Dim, Dim] ? [Rows] : Dims;

/**
 * Minus the logarithm of the probability that softmax gives the right class: logits [rows, classes] and class indices i32
 * [rows]. The mean over rows unless another reduction is said. With label smoothing s the right class is wanted with
 * probability 1 - s, and s is spread evenly over all classes (Szegedy et al. 2016, section 7).
 */
export const crossEntropy = <
  Logits extends Dims,
  D extends DType,
  Labels extends Dims,
  E extends DType,
  const R extends Reduction = "mean",
>(
  logits: Check<NoInfer<LogitsShape<Logits, D>>, Tensor<Logits, D>>,
  labels: Check<NoInfer<LabelsShape<Logits, Labels, E>>, Tensor<Labels, E>>,
  options: { readonly reduction?: R; readonly labelSmoothing?: number } = {},
): Tensor<ReducedShape<R, RowsOf<Logits>>, D> =>
  described(() => {
    const [scores, classes] = [tensorOf("crossEntropy", logits), tensorOf("crossEntropy", labels)];
    const trace = traceOf(scores, "crossEntropy");
    const losses = emitOne(trace, "crossEntropy", [scores, classes], {});
    const { labelSmoothing = 0, reduction } = options;
    if (labelSmoothing === 0) return reduced(losses, reduction);
    const overClasses = emitOne(trace, "logSoftmax", [scores], { axis: 1 }).mean({ axes: [1] });
    return reduced(losses.mul(1 - labelSmoothing).sub(overClasses.mul(labelSmoothing)), reduction);
  });

/** The square of the difference; its mean over all elements unless another reduction is said. */
export const meanSquaredError = <
  A extends Dims,
  D extends DType,
  B extends Operand,
  const R extends Reduction = "mean",
>(
  predictions: Tensor<A, D>,
  targets: Check<NoInfer<BinaryShape<"meanSquaredError", A, D, B>>, B>,
  options: { readonly reduction?: R } = {},
): Tensor<ReducedShape<R, Resolved<BinaryShape<"meanSquaredError", A, D, B>>>, D> =>
  described(() => {
    const [left, right] = [tensorOf("meanSquaredError", predictions), operandOf("meanSquaredError", targets)];
    requireFit("meanSquaredError", left, right);
    const difference = left.sub(right);
    return reduced(difference.mul(difference), options.reduction);
  });
