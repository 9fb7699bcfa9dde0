// Arrays at the border: what callers feed and what they get back. Typed arrays with a shape, nothing to dispose of.

import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import type { ArrayOf, DataArray, DType } from "../../ir/types/dtype.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import type { Dims } from "../../ir/types/tensor.ts";
import { printShape, printType, type TensorType } from "../../ir/types/tensor-type.ts";

/** An array of known extents in row-major order. `S` is the shape as it was described, symbols and all, for the editor. */
export interface NDArray<S extends Dims = Dims, D extends DType = DType> {
  readonly dtype: D;
  readonly shape: { readonly [K in keyof S]: number };
  readonly data: ArrayOf[D];
}

/** What may be fed: the typed array of the dtype, or that with a shape to be checked. */
export type Feed = DataArray | { readonly data: DataArray; readonly shape?: readonly number[] };

/** A new array of a type, its contents zero or as given. */
export const hostArray = (type: TensorType, data?: DataArray): NDArray => {
  const shape = knownShape(type.shape);
  return { dtype: type.dtype, shape, data: data ?? dtypes[type.dtype].allocate(sizeOf(shape)) };
};

const sameExtents = (given: unknown, shape: readonly number[]): boolean =>
  Array.isArray(given) && given.length === shape.length && given.every((extent, axis) => extent === shape[axis]);

const checkBools = (name: string, array: DataArray): void => {
  const position = array.findIndex((value) => value > 1);
  if (position >= 0) reject("W310", { name, position, value: array[position] ?? 0 });
};

/** The data of what was fed for a type; `reject`s another array class, length or shape, and bools beyond 0 and 1. */
export const checkedFeed = (name: string, type: TensorType, feed: unknown): DataArray => {
  const wrapped = typeof feed === "object" && feed !== null && !ArrayBuffer.isView(feed) && "data" in feed;
  const data = wrapped ? feed.data : feed;
  const wanted = dtypes[type.dtype].arrayName;
  // Compared by name: arrays of another realm (a worker, a test sandbox) are as good as ours.
  if (!ArrayBuffer.isView(data) || data.constructor.name !== wanted)
    return reject("W303", { name, type: printType(type), wanted, given: inWords(data) });
  // The class was just checked by name.
  const array = data as DataArray;
  const shape = knownShape(type.shape);
  const given = wrapped && "shape" in feed ? feed.shape : undefined;
  if (given !== undefined && !sameExtents(given, shape))
    return reject("W304", {
      name,
      type: printType(type),
      given: Array.isArray(given) ? printShape(given) : inWords(given),
    });
  if (array.length !== sizeOf(shape))
    return reject("W305", { name, type: printType(type), wanted: sizeOf(shape), given: array.length });
  if (type.dtype === "bool") checkBools(name, array);
  return array;
};
