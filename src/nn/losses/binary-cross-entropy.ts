// Cross-entropy of yes and no: of probabilities, and of logits, from which it is computed without a rounded probability.
import { softplus } from "../../ir/functions/activation.ts";
import type { Operand, Tensor } from "../../ir/types/tensor.ts";
import { type PairLoss, pairLoss } from "./pair-loss.ts";

/** The logarithm, at least -100, so that one impossible answer does not make the whole loss infinite; no NaN at 0, either. */
const clampedLog = (probability: Tensor): Tensor => {
  const impossible = probability.equal(0);
  return impossible.select(-100, impossible.select(1, probability).log().maximum(-100));
};

/**
 * -(t log p + (1 - t) log(1 - p)) for probabilities p and targets t in [0, 1], both of one shape; the mean unless
 * another reduction is said. Logarithms are at least -100, as PyTorch has them, and their derivative there is 0. NaN
 * where p is no probability.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see `torch.nn.functional.binary_cross_entropy`.
 * @example
 * const p = constant(Float32Array.of(0.9, 0.2), [2]);
 * const t = constant(Float32Array.of(1, 0), [2]);
 * binaryCrossEntropy(p, t); // Tensor<[], "f32">: 0.1643
 * binaryCrossEntropy(p, t, { reduction: "none" }); // Tensor<[2], "f32">: [0.1054, 0.2231]
 */
export const binaryCrossEntropy: PairLoss<"binaryCrossEntropy"> = pairLoss(
  "binaryCrossEntropy",
  (probability, target) => {
    const yes = target.mul(clampedLog(probability));
    const no = target
      .neg()
      .add(1)
      .mul(clampedLog(probability.neg().add(1)));
    return yes.add(no).neg();
  },
);

/** Options of `binaryCrossEntropyWithLogits`. */
export interface WithLogitsOptions {
  /** How much more a missed yes counts than a missed no: a number, or a tensor that broadcasts, such as one for each class. */
  readonly positiveWeight?: Operand;
}

/**
 * -(w t log(sigmoid(x)) + (1 - t) log(1 - sigmoid(x))) for logits x and targets t in [0, 1], both of one shape,
 * computed as w t softplus(-x) + (1 - t) softplus(x), which neither overflows nor cancels; the mean unless another
 * reduction is said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see `torch.nn.functional.binary_cross_entropy_with_logits`.
 * @example
 * const x = constant(Float32Array.of(2, -1), [2]);
 * const t = constant(Float32Array.of(1, 0), [2]);
 * binaryCrossEntropyWithLogits(x, t); // Tensor<[], "f32">: 0.2201
 */
export const binaryCrossEntropyWithLogits: PairLoss<"binaryCrossEntropyWithLogits", WithLogitsOptions> = pairLoss(
  "binaryCrossEntropyWithLogits",
  (logit, target, { positiveWeight = 1 }) => {
    const yes = positiveWeight === 1 ? target : target.mul(positiveWeight);
    return yes.mul(softplus(logit.neg())).add(target.neg().add(1).mul(softplus(logit)));
  },
  { positiveWeight: true, reduction: true },
);
