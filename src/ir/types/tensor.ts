// The tensor that users hold while they describe a network, and that derivative rules and decompositions are written
// with. An interface only: the graph builder implements it, so the floors below can speak of tensors without knowing
// graphs. Shapes and dtypes ride along as type parameters for the editor; `Tensor` alone means any.
import type { Dim } from "./dim.ts";
import type { DType } from "./dtype.ts";
import type { TensorType } from "./tensor-type.ts";

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

/** What can be said of any tensor. Operands broadcast by NumPy's rule; negative axes count from the end. */
export interface TensorMethods {
  readonly type: TensorType;
  add(other: Operand): Tensor;
  sub(other: Operand): Tensor;
  mul(other: Operand): Tensor;
  div(other: Operand): Tensor;
  pow(other: Operand): Tensor;
  maximum(other: Operand): Tensor;
  minimum(other: Operand): Tensor;
  neg(): Tensor;
  abs(): Tensor;
  sign(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  reciprocal(): Tensor;
  sin(): Tensor;
  cos(): Tensor;
  tanh(): Tensor;
  sigmoid(): Tensor;
  equal(other: Operand): Tensor;
  less(other: Operand): Tensor;
  lessEqual(other: Operand): Tensor;
  greater(other: Operand): Tensor;
  greaterEqual(other: Operand): Tensor;
  logicalAnd(other: Tensor): Tensor;
  logicalNot(): Tensor;
  /** This (a bool tensor) chooses elementwise. */
  select(whenTrue: Operand, whenFalse: Operand): Tensor;
  cast(dtype: DType): Tensor;
  sum(options?: ReduceOptions): Tensor;
  max(options?: ReduceOptions): Tensor;
  min(options?: ReduceOptions): Tensor;
  prod(options?: ReduceOptions): Tensor;
  mean(options?: ReduceOptions): Tensor;
  argmax(axis: number): Tensor;
  matmul(other: Tensor, options?: MatmulOptions): Tensor;
  reshape(shape: Dims): Tensor;
  transpose(permutation: readonly number[]): Tensor;
  /** Repeats extents of 1 and adds leading axes until the shape is `shape`. */
  broadcastTo(shape: Dims): Tensor;
  /** Sums away what broadcasting to this tensor's shape had repeated: the transpose of `broadcastTo`. */
  sumTo(shape: Dims): Tensor;
  slice(ranges: readonly SliceAxis[]): Tensor;
  pad(padding: readonly PadAxis[], value?: number): Tensor;
  concat(others: readonly Tensor[], axis: number): Tensor;
  flip(axes: readonly number[]): Tensor;
  /** Rows of this tensor along `axis`, chosen by i32 indices. */
  gather(indices: Tensor, axis?: number): Tensor;
  /** Adds rows of `updates` into zeros of `extent` rows along `axis`: the transpose of `gather`. */
  scatterAdd(indices: Tensor, extent: Dim, axis?: number): Tensor;
  /** For an i32 tensor: a new last axis of `depth` with 1 at the index and 0 elsewhere. */
  oneHot(depth: Dim, dtype?: DType): Tensor;
}

/** A value of the graph under construction. */
export interface Tensor<S extends Dims = Dims, D extends DType = DType> extends TensorMethods {
  /** Its extents: literal numbers and symbols. */
  readonly shape: S;
  /** Its element type. */
  readonly dtype: D;
}
