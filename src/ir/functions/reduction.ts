// Folding axes away: sums, extremes, means, and the place of the largest.
import type { ReduceOptions, Tensor } from "../types/tensor.ts";

/** Sum over the given axes, or all. */
export const sum = (x: Tensor, options?: ReduceOptions): Tensor => x.sum(options);
/** Mean over the given axes, or all. */
export const mean = (x: Tensor, options?: ReduceOptions): Tensor => x.mean(options);
/** Largest element over the given axes, or all; NaN wins. */
export const max = (x: Tensor, options?: ReduceOptions): Tensor => x.max(options);
/** Smallest element over the given axes, or all; NaN wins. */
export const min = (x: Tensor, options?: ReduceOptions): Tensor => x.min(options);
/** Product over the given axes, or all. */
export const prod = (x: Tensor, options?: ReduceOptions): Tensor => x.prod(options);
/** Index (i32) of the first largest element along an axis, which goes away. */
export const argmax = (x: Tensor, axis: number): Tensor => x.argmax(axis);
