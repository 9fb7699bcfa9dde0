// What shape rules look at: shapes, and things that have one. Tensors are written with these rules, so the rules cannot speak of
// tensors themselves.
import type { Dim } from "./dim.ts";
import type { DType } from "./dtype.ts";

/** The shape of a statically typed tensor: literal extents, symbols, or just `number[]` where nothing is known. */
export type Dims = readonly Dim[];

/** Whatever has a shape and an element type. */
export interface Shaped<S extends Dims = Dims, D extends DType = DType> {
  readonly shape: S;
  readonly dtype: D;
}
