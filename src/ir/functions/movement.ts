// Moving elements without arithmetic: reshape, transpose, slices, padding.
import type { Dims, PadAxis, SliceAxis, Tensor } from "../types/tensor.ts";

/** The same elements in row-major order under another shape; one extent may be -1 and is worked out. */
export const reshape = (x: Tensor, shape: Dims): Tensor => x.reshape(shape);
/** Axes in another order. */
export const transpose = (x: Tensor, permutation: readonly number[]): Tensor => x.transpose(permutation);
/** Extents of 1 repeated, leading axes added. */
export const broadcastTo = (x: Tensor, shape: Dims): Tensor => x.broadcastTo(shape);
/** A range of each axis. */
export const slice = (x: Tensor, ranges: readonly SliceAxis[]): Tensor => x.slice(ranges);
/** Elements added around (and between) the given ones. */
export const pad = (x: Tensor, padding: readonly PadAxis[], value?: number): Tensor => x.pad(padding, value);
/** Tensors one behind the other along an axis. */
export const concat = (parts: readonly [Tensor, ...Tensor[]], axis: number): Tensor => parts[0].concat(parts.slice(1), axis);
/** Axes backwards. */
export const flip = (x: Tensor, axes: readonly number[]): Tensor => x.flip(axes);
/** Everything from an axis on as one axis: [B, C, H, W] -> [B, C*H*W]. */
export const flatten = (x: Tensor, from = 1): Tensor => x.reshape([...x.shape.slice(0, from), -1]);
