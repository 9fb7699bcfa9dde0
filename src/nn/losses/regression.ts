// Losses of predicted numbers, by how much weight they give to large errors e = prediction - target.
import { type PairLoss, pairLoss } from "./pair-loss.ts";

/**
 * |e| with e = prediction - target, both of one shape; the derivative at 0 is 0. The mean unless another reduction is
 * said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see `torch.nn.functional.l1_loss`.
 * @example
 * const y = constant(Float32Array.of(1, 5), [2]);
 * const wanted = constant(Float32Array.of(1.5, 2), [2]);
 * meanAbsoluteError(y, wanted); // Tensor<[], "f32">: 1.75
 */
export const meanAbsoluteError: PairLoss<"meanAbsoluteError"> = pairLoss("meanAbsoluteError", (prediction, target) =>
  prediction.sub(target).abs(),
);

/** Options of `huber`. */
export interface HuberOptions {
  /** Where the square ends and the straight line begins; 1 unless said. */
  readonly delta?: number;
}

/**
 * e^2 / 2 where |e| <= delta, otherwise delta (|e| - delta / 2), with e = prediction - target, both of one shape. The
 * mean unless another reduction is said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see Huber 1964; `torch.nn.functional.huber_loss`.
 * @example
 * const y = constant(Float32Array.of(1, 5), [2]);
 * const wanted = constant(Float32Array.of(1.5, 2), [2]);
 * huber(y, wanted); // Tensor<[], "f32">: 1.3125
 */
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

/**
 * e^2 / (2 beta) where |e| < beta, otherwise |e| - beta / 2: `huber` divided by beta; predictions and targets of one
 * shape. The mean unless another reduction is said.
 *
 * @throws W202 element types that differ; W207 shapes that do not broadcast.
 * @see Girshick 2015, equation 3; `torch.nn.functional.smooth_l1_loss`.
 * @example
 * const y = constant(Float32Array.of(1, 5), [2]);
 * const wanted = constant(Float32Array.of(1.5, 2), [2]);
 * smoothL1(y, wanted, { beta: 0.5 }); // Tensor<[], "f32">: 1.5
 */
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
