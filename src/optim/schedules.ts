// Learning rates that change with the step: functions from the step's number, as a tensor, to the rate.
import { constant as filled } from "../ir/functions/creation.ts";
import { floor } from "../ir/functions/elementwise.ts";
import type { Tensor } from "../ir/types/tensor.ts";

/** A learning rate by step. */
export type Schedule = (step: Tensor) => Tensor;

/** The same rate throughout. */
export const constant =
  (rate: number): Schedule =>
  (step) =>
    filled(rate, step.shape, step.dtype);

/** Half a cosine from `rate` at the first step down to `end` after `steps` (Loshchilov and Hutter 2017, equation 5). */
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

/** A straight line from `rate` at the first step down to `end` after `steps`. */
export const linear =
  (rate: number, steps: number, end = 0): Schedule =>
  (step) =>
    step
      .sub(1)
      .minimum(steps)
      .mul((end - rate) / steps)
      .add(rate);

/** `rate`, multiplied by `factor` after every `every` steps: rate * factor^floor((step - 1) / every). */
export const stepDecay =
  (rate: number, every: number, factor = 0.1): Schedule =>
  (step) => {
    const falls = floor(step.sub(1).div(every));
    return filled(factor, falls.shape, falls.dtype).pow(falls).mul(rate);
  };

/** A straight rise over `steps` steps to the first rate of a schedule, which that step has; then the schedule goes on. */
export const warmUp =
  (steps: number, schedule: Schedule): Schedule =>
  (step) =>
    schedule(step.sub(steps - 1).maximum(1)).mul(step.div(steps).minimum(1));

/**
 * rate * min(step^-0.5, step * warmUpSteps^-1.5): a straight rise, and then a fall with the root of the step (Vaswani et
 * al. 2017, equation 3, where the rate is the model's width to the power of -0.5).
 */
export const noam =
  (rate: number, warmUpSteps: number): Schedule =>
  (step) =>
    step
      .sqrt()
      .reciprocal()
      .minimum(step.mul(warmUpSteps ** -1.5))
      .mul(rate);
