// Values of the oracle: what the reference computed, and beside each element how far a correct computation may be from it.
// Rules give errors as they come out of their formulas; what cannot be bounded becomes infinite in one place, `settle`.
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";

/**
 * An array in double precision with an error for each element. A correct computation, in whatever order it sums, gives element i
 * within `error[i]` of `data[i]`. Infinity says nothing about the element: it is uninformative. 0 beside NaN or an infinity says that
 * the computation gives NaN, or that infinity. A bool of error 1 is undecided.
 */
export interface Bounded extends NdArray {
  /** How far element i of a correct result may be from `data[i]`. */
  readonly error: Float64Array;
}

/** An array that every computation has in all its digits: inputs, parameters, constants. */
export const exact = (array: NdArray): Bounded => ({ ...array, error: new Float64Array(array.data.length) });

/** What rounding does in a float type. */
export interface Precision {
  /**
   * A rounded number differs from the exact one by at most this times its magnitude. That of f64 counts twice, for the reference
   * rounds as well; that of f32 has room for the reference's own rounding.
   */
  readonly unit: number;
  /** What is added where a result may be subnormal: half the distance between subnormal numbers. */
  readonly least: number;
  /** The greatest finite number. */
  readonly largest: number;
  /** Up to here whole numbers are exact, and so are sums and products of them. */
  readonly whole: number;
}

/** Round to nearest, ties to even (IEEE 754). */
const precisions: { readonly f32: Precision; readonly f64: Precision } = {
  f32: { unit: 2 ** -24 + 2 ** -48, least: 2 ** -150, largest: (2 - 2 ** -23) * 2 ** 127, whole: 2 ** 24 },
  f64: { unit: 2 ** -52, least: 2 ** -1074, largest: Number.MAX_VALUE, whole: 2 ** 53 },
};

/** Integers do not round; past their range they wrap, which nothing bounds. */
const integers: { readonly i32: Precision; readonly u8: Precision; readonly bool: Precision } = {
  i32: { unit: 0, least: 0, largest: 2 ** 31 - 1, whole: 2 ** 31 - 1 },
  u8: { unit: 0, least: 0, largest: 255, whole: 255 },
  bool: { unit: 0, least: 0, largest: 1, whole: 1 },
};

const allPrecisions: { readonly [D in DType]: Precision } = { ...precisions, ...integers };

/** What rounding does in a type. */
export const precisionOf = (dtype: DType): Precision => allPrecisions[dtype];

/** The error of n roundings one upon the other: (1 + u)^n - 1 is at most this (Higham 2002, lemma 3.1). */
export const gamma = (n: number, unit: number): number => (n * unit) / (1 - n * unit);

/** The distance between the f32 numbers around a magnitude. */
const f32Spacing = (magnitude: number): number => {
  let exponent = Math.floor(Math.log2(magnitude));
  // The logarithm is rounded; next to a power of two its whole part may be that of the neighbour.
  if (2 ** exponent > magnitude) exponent -= 1;
  else if (2 ** (exponent + 1) <= magnitude) exponent += 1;
  return 2 ** (Math.min(Math.max(exponent, -126), 127) - 23);
};

/** The f64 programs are held to 12 digits. */
const programDigits = 2 ** -40;

/** What a program that promises so many units in the last place adds to a result of this magnitude. */
export const accuracyOf = (ulp: number, dtype: DType, magnitude: number): number =>
  dtype === "f32" ? ulp * f32Spacing(magnitude) : programDigits * magnitude + precisions.f64.least;

/** The error of one correctly rounded operation on exact numbers, of which `value` is the result in double precision. */
export const roundingOf = (value: number, dtype: DType): number => {
  if (dtype === "f32") return Math.abs(Math.fround(value) - value);
  if (dtype !== "f64") return 0;
  return Number.isInteger(value) && Math.abs(value) <= precisions.f64.whole ? 0 : precisions.f64.unit * Math.abs(value);
};

/** Whether two numbers are the same NaN or infinity. */
export const sameClass = (a: number, b: number): boolean => (Number.isNaN(a) ? Number.isNaN(b) : a === b);

/** An element that every computation makes NaN. */
export const isDefinitelyNaN = (value: number, error: number): boolean => Number.isNaN(value) && error === 0;

/**
 * Whether a number may overflow. One rounding of a number that is at most the largest does not: what masks add to the lowest
 * number there is stays a number. Such an error is little more than the unit; two roundings have twice that.
 */
const mayOverflow = (value: number, error: number, { unit, largest }: Precision): boolean => {
  const magnitude = Math.abs(value);
  const isOneRounding = error <= 1.2 * unit * magnitude && magnitude <= largest * (1 + unit / 4);
  return magnitude + error > largest && !isOneRounding;
};

/** A result with its errors; where it may overflow or is NaN or infinite only perhaps, nothing is known. */
export const settle = (result: NdArray, error: Float64Array): Bounded => {
  const precision = precisionOf(result.dtype);
  const overflows = isFloat(result.dtype);
  const settled = (value: number, own: number): number => {
    if (Number.isNaN(own)) return Infinity;
    if (!Number.isFinite(value)) return own === 0 ? 0 : Infinity;
    return overflows && mayOverflow(value, own, precision) ? Infinity : own;
  };
  return { ...result, error: error.map((each, at) => settled(result.data[at] ?? 0, each)) };
};
