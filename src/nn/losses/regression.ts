// Losses of predicted numbers, by how much weight they give to large errors e = prediction - target.
import { type PairLoss, pairLoss } from "./pair-loss.ts";

/** |e|: predictions and targets of one shape; the derivative at 0 is 0. */
export const meanAbsoluteError: PairLoss<"meanAbsoluteError"> = pairLoss("meanAbsoluteError", (prediction, target) =>
  prediction.sub(target).abs(),
);

/** Options of `huber`. */
export interface HuberOptions {
  /** Where the square ends and the straight line begins; 1 unless said. */
  readonly delta?: number;
}

/** e^2 / 2 where |e| <= delta, otherwise delta (|e| - delta / 2) (Huber 1964); predictions and targets of one shape. */
export const huber: PairLoss<"huber", HuberOptions> = pairLoss(
  "huber",
  (prediction, target, { delta = 1 }) => {
    const error = prediction.sub(target);
    const size = error.abs();
    const line = size.sub(delta / 2).mul(delta);
    return size.lessEqual(delta).select(error.mul(error).mul(0.5), line);
  },
  { delta: true, reduction: true },
);

/** Options of `smoothL1`. */
export interface SmoothL1Options {
  /** Where the square ends and the straight line begins; 1 unless said, and 0 leaves the line alone. */
  readonly beta?: number;
}

/** e^2 / (2 beta) where |e| < beta, otherwise |e| - beta / 2: `huber` divided by beta; predictions and targets of one shape. */
export const smoothL1: PairLoss<"smoothL1", SmoothL1Options> = pairLoss(
  "smoothL1",
  (prediction, target, { beta = 1 }) => {
    const error = prediction.sub(target);
    const size = error.abs();
    if (beta === 0) return size;
    return size.less(beta).select(error.mul(error).mul(0.5 / beta), size.sub(beta / 2));
  },
  { beta: true, reduction: true },
);
