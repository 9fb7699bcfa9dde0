// The tensor that users hold while they describe a network, and that derivative rules and decompositions are written
// with. An interface only: the graph builder implements it, so the floors below can speak of tensors without knowing
// graphs. Shapes and dtypes ride along as type parameters for the editor; `Tensor` alone means any.
import type { Dim } from "./dim.ts";
import type { DType } from "./dtype.ts";
import type { TensorMethods } from "./tensor-methods.ts";

/** The shape of a statically typed tensor: literal extents, symbols, or just `number[]` where nothing is known. */
export type Dims = readonly Dim[];

/** Where arithmetic takes a tensor it also takes a number, which becomes a constant of the other operand's dtype. */
export type Operand = Tensor | number;

/** Options of a reduction: which axes (all when absent), and whether they stay as extents of 1. */
export interface ReduceOptions {
  /** The axes, negative ones counted from the end; all unless said. */
  readonly axes?: readonly number[];
  /** Whether they stay, as extents of 1. */
  readonly keepDims?: boolean;
}

/** Options of a matrix product over the last two axes. */
export interface MatmulOptions {
  /** Whether the left operand is [..., K, M]. */
  readonly transposeA?: boolean;
  /** Whether the right operand is [..., N, K]. */
  readonly transposeB?: boolean;
}

/** Per-axis padding: elements added before, after, and between neighbours. */
export interface PadAxis {
  /** Elements before the first. */
  readonly low: number;
  /** Elements behind the last. */
  readonly high: number;
  /** Elements between neighbours. */
  readonly interior: number;
}

/** Per-axis half-open range with a step above 0. */
export interface SliceAxis {
  /** The first position. */
  readonly start: Dim;
  /** The position behind the last. */
  readonly end: Dim;
  /** How far it is from one to the next. */
  readonly step: number;
}

/** A value of the graph under construction. */
export interface Tensor<S extends Dims = Dims, D extends DType = DType> extends TensorMethods {
  /** Its extents: literal numbers and symbols. */
  readonly shape: S;
  /** Its element type. */
  readonly dtype: D;
}
