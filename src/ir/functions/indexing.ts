// Rows chosen by index.
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";

/** Slices of `table` along `axis`, one for each i32 index. */
export const gather = (table: Tensor, indices: Tensor, axis = 0): Tensor => table.gather(indices, axis);
/** Sums slices of `updates` into `extent` rows along `axis`, by i32 index. */
export const scatterAdd = (updates: Tensor, indices: Tensor, extent: Dim, axis = 0): Tensor =>
  updates.scatterAdd(indices, extent, axis);
/** A new last axis with 1 at the index and 0 elsewhere. */
export const oneHot = (indices: Tensor, depth: Dim, dtype: DType = "f32"): Tensor => indices.oneHot(depth, dtype);
