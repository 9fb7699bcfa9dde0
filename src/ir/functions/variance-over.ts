// The variance as functions of this folder compute it, whether users ask for it or a normalization needs it.
import { currentTrace } from "../graph/trace.ts";
import { centeredOver } from "../ops/normalization.ts";
import { multiplyDims } from "../types/dim.ts";
import type { Operand, Tensor } from "../types/tensor.ts";

/** How many elements are folded into one: a number where it is known, otherwise a scalar made from ones. */
const countOver = (tensor: Tensor, axes: readonly number[]): Operand => {
  const extents = axes.map((axis) => tensor.shape[axis] ?? 1);
  const count = extents.reduce(multiplyDims, 1);
  return typeof count === "number" ? count : currentTrace("variance").constant(1, tensor.dtype, extents).sum();
};

/** The variance over axes, which stay. */
export const varianceOver = (tensor: Tensor, axes: readonly number[], unbiased: boolean): Tensor => {
  const { centered } = centeredOver(tensor, axes);
  const count = countOver(tensor, axes);
  const freedom = unbiased ? (typeof count === "number" ? count - 1 : count.sub(1)) : count;
  return centered.mul(centered).sum({ axes, keepDims: true }).div(freedom);
};
