// How far a function of two numbers may be off, from how far its operands may be: a row for each function.
import { type BinaryFn, binary } from "../../ir/scalar/binary.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import { accuracyOf, isDefinitelyNaN, precisionOf, roundingOf, sameClass } from "./bounded.ts";

/** A number, and how far off it may be. */
export type Interval = readonly [value: number, error: number];

interface Row {
  /**
   * How far the exact function goes from its result over both intervals, of which one is more than a point; Infinity or NaN
   * where there is no telling. All numbers are finite.
   */
  readonly spread: (x: Interval, y: Interval, result: number, dtype: DType) => number;
  /** Whether a result of floats is rounded; an extreme or a bit is not. */
  readonly rounds: boolean;
  /** Whether small results lose digits: those of sums do not, for a sum of f32 numbers that is subnormal is exact. */
  readonly underflows: boolean;
}

const low = ([value, error]: Interval): number => value - error;
const high = ([value, error]: Interval): number => value + error;

/** The farthest that a function monotone in each operand goes. */
const atCorners =
  (fn: BinaryFn): Row["spread"] =>
  (x, y, result, dtype) => {
    const { evaluate } = binary[fn];
    return [low(x), high(x)]
      .flatMap((a) => [low(y), high(y)].map((b) => Math.abs(evaluate(a, b, dtype) - result)))
      .reduce((most, each) => (Number.isNaN(each) ? Infinity : Math.max(most, each)), 0);
  };

const contains = (interval: Interval, value: number): boolean => low(interval) <= value && value <= high(interval);

/** |x/y - (x + dx)/(y + dy)| <= (|dx| + |x/y| |dy|) / (|y| - |dy|); whole parts by the corners. */
const quotientSpread: Row["spread"] = (x, y, result, dtype) => {
  if (contains(y, 0)) return Infinity;
  if (!isFloat(dtype)) return atCorners("div")(x, y, result, dtype);
  return (x[1] + Math.abs(result) * y[1]) / (Math.abs(y[0]) - y[1]);
};

/** A positive base is monotone in both; a whole exponent also has its values at 0; other powers of what may be negative are open. */
const powerSpread: Row["spread"] = (x, y, result, dtype) => {
  const corners = atCorners("pow")(x, y, result, dtype);
  if (low(x) > 0) return corners;
  if (y[1] > 0 || !Number.isInteger(y[0])) return Infinity;
  if (!contains(x, 0)) return corners;
  return Math.max(corners, Math.abs(binary.pow.evaluate(0, y[0], dtype) - result));
};

/** An angle is farthest at a corner, unless the box touches the cut along the negative axis or the origin. */
const angleSpread: Row["spread"] = (y, x, result, dtype) =>
  contains(y, 0) && low(x) <= 0 ? 2 * Math.PI : atCorners("atan2")(y, x, result, dtype);

/** What may come of two truth values; bits of wider numbers are open. */
const bitSpread =
  (fn: BinaryFn): Row["spread"] =>
  (x, y, result, dtype) => {
    if (dtype !== "bool") return Infinity;
    const possible = ([value, error]: Interval): readonly number[] => (error === 0 ? [value] : [0, 1]);
    const isOpen = possible(x).some((a) => possible(y).some((b) => binary[fn].evaluate(a, b, dtype) !== result));
    return isOpen ? 1 : 0;
  };

const open: Row["spread"] = () => Infinity;
const bits = { rounds: false, underflows: false } as const;

const rows: { readonly [F in BinaryFn]: Row } = {
  add: { spread: (x, y) => x[1] + y[1], rounds: true, underflows: false },
  sub: { spread: (x, y) => x[1] + y[1], rounds: true, underflows: false },
  mul: {
    spread: (x, y) => Math.abs(x[0]) * y[1] + Math.abs(y[0]) * x[1] + x[1] * y[1],
    rounds: true,
    underflows: true,
  },
  div: { spread: quotientSpread, rounds: true, underflows: true },
  rem: { spread: open, ...bits },
  max: { spread: atCorners("max"), ...bits },
  min: { spread: atCorners("min"), ...bits },
  pow: { spread: powerSpread, rounds: true, underflows: true },
  atan2: { spread: angleSpread, rounds: true, underflows: true },
  and: { spread: bitSpread("and"), ...bits },
  or: { spread: bitSpread("or"), ...bits },
  xor: { spread: bitSpread("xor"), ...bits },
  shiftLeft: { spread: open, ...bits },
  shiftRight: { spread: open, ...bits },
};

/** What the program of a function adds to the exact result: its promised accuracy, or half a unit where it promises that. */
const ownRounding = (fn: BinaryFn, dtype: DType, result: number, spread: number): number => {
  const { rounds, underflows } = rows[fn];
  if (!rounds || !isFloat(dtype)) return 0;
  const { ulp } = binary[fn];
  const magnitude = Math.abs(result) + spread;
  const { unit, least } = precisionOf(dtype);
  if (ulp > 0) return accuracyOf(ulp, dtype, magnitude);
  return unit * magnitude + (underflows ? least : 0);
};

/** Integers wrap beyond their range; what may have wrapped is open. */
const wraps = (fn: BinaryFn, dtype: DType, [x]: Interval, [y]: Interval, spread: number): boolean => {
  if (isFloat(dtype) || dtype === "bool") return false;
  const unwrapped = binary[fn].evaluate(x, y, "f64");
  const { largest } = precisionOf(dtype);
  const lowest = dtype === "u8" ? 0 : -largest - 1;
  return unwrapped - spread < lowest || unwrapped + spread > largest;
};

/** Whether every corner is the NaN or infinity that the result is. */
const isDecided = (fn: BinaryFn, dtype: DType, x: Interval, y: Interval, result: number): boolean =>
  [low(x), high(x)].every((a) => [low(y), high(y)].every((b) => sameClass(binary[fn].evaluate(a, b, dtype), result)));

/** Beside an infinity: the class of the corners where the result has none, else how far they are. */
const besideInfinity = (fn: BinaryFn, dtype: DType, x: Interval, y: Interval, result: number): number => {
  if (!Number.isFinite(result)) return isDecided(fn, dtype, x, y, result) ? 0 : Infinity;
  const spread = atCorners(fn)(x, y, result, dtype);
  return spread + ownRounding(fn, dtype, result, spread);
};

/** How far z = fn(x, y) may be off. */
export const binaryError = (fn: BinaryFn, dtype: DType, x: Interval, y: Interval, result: number): number => {
  const hasNaN = isDefinitelyNaN(...x) || isDefinitelyNaN(...y);
  if (hasNaN && fn !== "pow") return 0;
  if (x[1] === Infinity || y[1] === Infinity) return Infinity;
  const isExact = x[1] === 0 && y[1] === 0;
  if (isExact && binary[fn].ulp === 0) return Number.isFinite(result) ? roundingOf(result, dtype) : 0;
  if (![x[0], y[0], result].every(Number.isFinite)) return besideInfinity(fn, dtype, x, y, result);
  const spread = isExact ? 0 : rows[fn].spread(x, y, result, dtype);
  if (!isExact && (!Number.isFinite(spread) || wraps(fn, dtype, x, y, spread))) return Infinity;
  return spread + ownRounding(fn, dtype, result, spread);
};
