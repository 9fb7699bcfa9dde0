// The type of a tensor value: an element type and a shape. Text form: `f32[B, 128]`, a scalar is `f32[]`.
import type { Dim } from "./dim.ts";
import type { DType } from "./dtype.ts";

/** A shape: extents from the outermost axis to the innermost. */
export type Shape = readonly Dim[];

/** What a tensor is: its element type and its shape. */
export interface TensorType {
  /** The element type. */
  readonly dtype: DType;
  /** The extents, known or symbolic. */
  readonly shape: Shape;
}

/** Makes a frozen tensor type. */
export const tensorType = (dtype: DType, shape: Shape): TensorType =>
  Object.freeze({ dtype, shape: Object.freeze([...shape]) });

/** `[B, 128]` */
export const printShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** `f32[B, 128]` */
export const printType = (type: TensorType): string => `${type.dtype}${printShape(type.shape)}`;

/** Whether two shapes have equal extents (canonical dims, so this is element equality). */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

/** Whether two types are the same. */
export const sameType = (a: TensorType, b: TensorType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);
