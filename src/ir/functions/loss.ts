// Losses.
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { Tensor } from "../types/tensor.ts";

/** What becomes of the losses of the rows. */
export interface LossOptions {
  readonly reduction?: "mean" | "sum" | "none";
}

/** -log softmax(logits)[label] for logits [N, C] and i32 labels [N]: the mean over rows unless said otherwise. */
export const crossEntropy = (logits: Tensor, labels: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor => {
  const rows = emitOne(traceOf(logits, "crossEntropy"), "crossEntropy", [logits, labels], {});
  return reduction === "none" ? rows : reduction === "sum" ? rows.sum() : rows.mean();
};

/** The mean of (prediction - target)^2. */
export const meanSquaredError = (prediction: Tensor, target: Tensor): Tensor => {
  const difference = prediction.sub(target);
  return difference.mul(difference).mean();
};
