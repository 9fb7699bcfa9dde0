// Tensors made from nothing, in the graph that is being described.
import { currentTrace, emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { DataArray, DType } from "../types/dtype.ts";
import type { Dims, Tensor } from "../types/tensor.ts";

/** A tensor filled with one number; a scalar unless a shape is given. */
export const constant = (value: number, shape: Dims = [], dtype: DType = "f32"): Tensor =>
  currentTrace("constant").constant(value, dtype, shape);

/** A dense constant of known contents. */
export const literal = (dtype: DType, shape: readonly number[], data: DataArray): Tensor =>
  currentTrace("literal").data(dtype, shape, data);

/** 0, 1, 2, ... along an axis. */
export const iota = (shape: Dims, axis: number, dtype: DType = "i32"): Tensor =>
  emitOne(currentTrace("iota"), "iota", [], { axis: axis < 0 ? axis + shape.length : axis, dtype, shape });

/** 32 random bits per element, a function of the key (i32[2]) and the element's position alone. */
export const randomBits = (key: Tensor, shape: Dims): Tensor =>
  emitOne(traceOf(key, "randomBits"), "randomBits", [key], { shape });
