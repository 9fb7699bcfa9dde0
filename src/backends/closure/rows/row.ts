// The shapes of the leaf loops. A row runs one operator over a run of values in typed arrays. Each operator and type has
// a loop of its own, written out, because an engine specialises a loop by what it has seen there: a loop shared between
// types, or one that calls the operator as an argument, runs several times slower.
//
// Operands are addressed as `a[i + (k & p)]`: mask -1 walks the values, 0 repeats one, 3 repeats the four lanes of a
// vector. So loop-invariant operands need no copies. The reads never leave their arrays; `?? 0` only tells the type
// checker so, and costs nothing once compiled.
import type { ArrayOf, DataArray } from "../../../ir/types/dtype.ts";

export type Floats = ArrayOf["f32"];
export type Doubles = ArrayOf["f64"];
export type Integers = ArrayOf["i32"];
export type Bytes = ArrayOf["u8"];

/** `out[o + k] = f(a[i + (k & p)])` for k below n. */
export type UnaryRow<Out extends DataArray, In extends DataArray> = (
  n: number,
  out: Out,
  o: number,
  a: In,
  i: number,
  p: number,
) => void;

/** `out[o + k] = f(a[i + (k & p)], b[j + (k & q)])` for k below n. */
export type BinaryRow<Out extends DataArray, In extends DataArray> = (
  n: number,
  out: Out,
  o: number,
  a: In,
  i: number,
  p: number,
  b: In,
  j: number,
  q: number,
) => void;

/** `out[o + k] = f(a[i + (k & p)], b[j + (k & q)], c[h + (k & r)])` for k below n. */
export type TernaryRow<T extends DataArray, First extends DataArray = T> = (
  n: number,
  out: T,
  o: number,
  a: First,
  i: number,
  p: number,
  b: T,
  j: number,
  q: number,
  c: T,
  h: number,
  r: number,
) => void;

/** `a ? b : c`. */
export type SelectRow<T extends DataArray> = TernaryRow<T, Bytes>;

/**
 * Copies `count` values between places where they lie `outStep` and `step` elements apart; the lanes of a vector lie
 * `outLane` and `lane` apart, a lane step of 0 giving all four the same element.
 */
export type CopyRow<Out extends DataArray, In extends DataArray> = (
  count: number,
  out: Out,
  o: number,
  outStep: number,
  outLane: number,
  a: In,
  i: number,
  step: number,
  lane: number,
) => void;

/** `out[o + k] = a[at[x + (k & p)]]` for `count` values; vectors are four elements from there on. */
export type GatherRow<Out extends DataArray, In extends DataArray> = (
  count: number,
  out: Out,
  o: number,
  a: In,
  at: Integers,
  x: number,
  p: number,
  lane: number,
) => void;

/**
 * Folds `count` values, `step` elements apart, into `acc[at]`, in order. For vectors the lanes of a value are `lane`
 * elements apart: 0 where one element serves all four.
 */
export type FoldRow<T extends DataArray> = (
  count: number,
  acc: T,
  at: number,
  a: T,
  i: number,
  step: number,
  lane: number,
) => void;

/** `acc = acc + a * b` for `count` pairs of values, both steps rounded. */
export type MultiplyAddRow = (
  count: number,
  acc: Floats,
  at: number,
  a: Floats,
  i: number,
  step: number,
  lane: number,
  b: Floats,
  j: number,
  bStep: number,
  bLane: number,
) => void;
