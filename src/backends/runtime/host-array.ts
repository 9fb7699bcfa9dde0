// Arrays at the border: what callers feed and what they get back. Typed arrays with a shape, nothing to dispose of.

import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import type { ArrayOf, DataArray, DType } from "../../ir/types/dtype.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import type { Dims } from "../../ir/types/tensor.ts";
import { printShape, printType, type Shape, type TensorType } from "../../ir/types/tensor-type.ts";

/** An array of known extents in row-major order. `S` is the shape as it was described, symbols and all, for the editor. */
export interface NDArray<S extends Dims = Dims, D extends DType = DType> {
  /** Its element type. */
  readonly dtype: D;
  /** Its extents, all known. */
  readonly shape: { readonly [K in keyof S]: number };
  /** Its elements in row-major order. */
  readonly data: ArrayOf[D];
}

/** A new array of a type, its contents zero or as given. */
export const hostArray = (type: TensorType, data?: DataArray): NDArray => {
  const shape = knownShape(type.shape);
  return { dtype: type.dtype, shape, data: data ?? dtypes[type.dtype].allocate(sizeOf(shape)) };
};

const sameExtents = (given: unknown, shape: Shape): boolean => {
  if (!Array.isArray(given) || given.length !== shape.length) return false;
  for (let axis = 0; axis < shape.length; axis++) if (given[axis] !== shape[axis]) return false;
  return true;
};

const checkBools = (name: string, array: DataArray): void => {
  for (let position = 0; position < array.length; position++) {
    const value = array[position] ?? 0;
    if (value > 1) reject("W310", { name, position, value });
  }
};

/** The data of an array for a type, which has `size` elements; `reject`s another array class, length or shape. */
export const checkedArray = (name: string, type: TensorType, given: unknown, size: number): DataArray => {
  const wrapped = typeof given === "object" && given !== null && !ArrayBuffer.isView(given) && "data" in given;
  const data = wrapped ? given.data : given;
  const wanted = dtypes[type.dtype].arrayName;
  // Compared by name: arrays of another realm (a worker, a test sandbox) are as good as ours.
  if (!ArrayBuffer.isView(data) || data.constructor.name !== wanted)
    return reject("W303", { name, dtype: type.dtype, wanted, given: inWords(data) });
  // The class was just checked by name.
  const array = data as DataArray;
  const shape = wrapped && "shape" in given ? given.shape : undefined;
  if (shape !== undefined && !sameExtents(shape, type.shape))
    return reject("W304", {
      name,
      type: printType(type),
      given: Array.isArray(shape) ? printShape(shape) : inWords(shape),
    });
  if (array.length !== size) return reject("W305", { name, type: printType(type), wanted: size, given: array.length });
  return array;
};

/** Copies elements. A function of its own, because V8 allocates where `set` is called on arrays of several classes in one place. */
export const copyElements = (from: DataArray, to: DataArray): void => to.set(from);

/** How many elements a type has. */
export const sizeOfType = ({ shape }: TensorType): number => sizeOf(knownShape(shape));

/** The data of what was fed for a type; `reject`s what is no array for it, and bools beyond 0 and 1. */
export const checkedFeed = (
  name: string,
  type: TensorType,
  feed: unknown,
  size: number = sizeOfType(type),
): DataArray => {
  const array = checkedArray(name, type, feed, size);
  if (type.dtype === "bool") checkBools(name, array);
  return array;
};
