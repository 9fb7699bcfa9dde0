// The softmax of scores that may all be forbidden: what is left out has the score -infinity, and where nothing is left the
// weights are 0 instead of the NaN of 0 / 0. Derivatives of these steps are 0 there, too.
import type { Tensor } from "../types/tensor.ts";

/** exp(s) over its sum along the last axis, and 0 where every score is -infinity. */
export const softmaxOrZero = (masked: Tensor): Tensor => {
  const largest = masked.max({ axes: [-1], keepDims: true });
  const exponentials = masked.sub(largest.equal(-Infinity).select(0, largest)).exp();
  const sum = exponentials.sum({ axes: [-1], keepDims: true });
  return exponentials.div(sum.equal(0).select(1, sum));
};
