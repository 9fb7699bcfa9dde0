// Learning rates that change with the step: functions from the step's number, as a tensor, to the rate.
import type { Tensor } from "../ir/types/tensor.ts";

/** A learning rate by step. */
export type Schedule = (step: Tensor) => Tensor;

/** The same rate throughout. */
export const constant =
  (rate: number): Schedule =>
  (step) =>
    step.mul(0).add(rate);

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
