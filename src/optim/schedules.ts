// Learning rates that change with the step: functions from the step's number, as a tensor, to the rate.
import { constant as filled } from "../ir/functions/creation.ts";
import { floor } from "../ir/functions/elementwise.ts";
import type { Tensor } from "../ir/types/tensor.ts";

/** A learning rate by step. */
export type Schedule = (step: Tensor) => Tensor;

/**
 * The same rate throughout: `learningRate: constant(0.1)` is `learningRate: 0.1`.
 *
 * @see `torch.optim.lr_scheduler.ConstantLR`.
 * @example
 * constant(0.1)(iota([3], 0, "f32")); // [0.1, 0.1, 0.1]
 */
export const constant =
  (rate: number): Schedule =>
  (step) =>
    filled(rate, step.shape, step.dtype);

/**
 * Half a cosine, end + (rate - end) (1 + cos(pi min(step - 1, steps) / steps)) / 2: from `rate` at the first step down
 * to `end` after `steps`.
 *
 * @see Loshchilov and Hutter 2017, equation 5; `torch.optim.lr_scheduler.CosineAnnealingLR`.
 * @example
 * import { constant } from "weftgraph";
 * cosine(0.1, 4)(constant(Float32Array.of(1, 2, 3, 4, 5))); // [0.1, 0.0854, 0.05, 0.0146, 0]
 */
export const cosine =
  (rate: number, steps: number, end = 0): Schedule =>
  (step) =>
    step
      .sub(1)
      .minimum(steps)
      .mul(Math.PI / steps)
      .cos()
      .add(1)
      .mul((rate - end) / 2)
      .add(end);

/**
 * A straight line, rate + (end - rate) min(step - 1, steps) / steps: from `rate` at the first step down to `end` after
 * `steps`.
 *
 * @see `torch.optim.lr_scheduler.LinearLR`.
 * @example
 * import { constant } from "weftgraph";
 * linear(0.1, 4)(constant(Float32Array.of(1, 2, 3, 4, 5))); // [0.1, 0.075, 0.05, 0.025, 0]
 */
export const linear =
  (rate: number, steps: number, end = 0): Schedule =>
  (step) =>
    step
      .sub(1)
      .minimum(steps)
      .mul((end - rate) / steps)
      .add(rate);

/**
 * `rate`, multiplied by `factor` after every `every` steps: rate * factor^floor((step - 1) / every).
 *
 * @see `torch.optim.lr_scheduler.StepLR`.
 * @example
 * import { constant } from "weftgraph";
 * stepDecay(0.1, 2, 0.5)(constant(Float32Array.of(1, 2, 3, 4, 5))); // [0.1, 0.1, 0.05, 0.05, 0.025]
 */
export const stepDecay =
  (rate: number, every: number, factor = 0.1): Schedule =>
  (step) => {
    const falls = floor(step.sub(1).div(every));
    return filled(factor, falls.shape, falls.dtype).pow(falls).mul(rate);
  };

/**
 * A straight rise over `steps` steps to the first rate of a schedule, which that step has; then the schedule goes on:
 * min(step / steps, 1) * schedule(max(step - steps + 1, 1)).
 *
 * @see Goyal et al. 2017, section 2.2; `torch.optim.lr_scheduler.LinearLR` in a `SequentialLR`.
 * @example
 * import { constant } from "weftgraph";
 * warmUp(2, linear(0.1, 4))(constant(Float32Array.of(1, 2, 3, 4))); // [0.05, 0.1, 0.075, 0.05]
 */
export const warmUp =
  (steps: number, schedule: Schedule): Schedule =>
  (step) =>
    schedule(step.sub(steps - 1).maximum(1)).mul(step.div(steps).minimum(1));

/**
 * rate * min(step^-0.5, step * warmUpSteps^-1.5): a straight rise, and then a fall with the root of the step. In the
 * paper the rate is the model's width to the power of -0.5.
 *
 * @see Vaswani et al. 2017, equation 3.
 * @example
 * import { constant } from "weftgraph";
 * noam(0.1, 4)(constant(Float32Array.of(1, 4, 16))); // [0.0125, 0.05, 0.025]
 */
export const noam =
  (rate: number, warmUpSteps: number): Schedule =>
  (step) =>
    step
      .sqrt()
      .reciprocal()
      .minimum(step.mul(warmUpSteps ** -1.5))
      .mul(rate);
