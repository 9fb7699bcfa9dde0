// Arrays of the reference meaning: known extents, and every element as a double whatever the dtype (an i32 fits exactly).
import type { DType } from "./dtype.ts";

/** A tensor type with every extent known: what lowering and evaluation see, after symbols are bound. */
export interface KnownType {
  /** The element type. */
  readonly dtype: DType;
  /** The extents. */
  readonly shape: readonly number[];
}

/** A value of the reference interpreter: row-major, in double precision. */
export interface NdArray extends KnownType {
  /** The elements in row-major order, as doubles whatever the element type. */
  readonly data: Float64Array;
}

/** How many elements a shape of known extents has. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

/** Makes an array by asking for each element; `index` is reused between calls. */
export const generate = (
  dtype: DType,
  shape: readonly number[],
  element: (index: readonly number[], position: number) => number,
): NdArray => {
  const data = new Float64Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let position = 0; position < data.length; position++) {
    data[position] = element(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
    }
  }
  return { dtype, shape, data };
};

/** Row-major position of an index. */
export const positionOf = (shape: readonly number[], index: readonly number[]): number => {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) position = position * (shape[axis] ?? 1) + (index[axis] ?? 0);
  return position;
};
