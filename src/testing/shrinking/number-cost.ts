// Which of two numbers is the simpler one to read in a counterexample: 0 < 1 < -1 < small whole numbers < short decimals <
// longer ones < NaN < infinity < -infinity < -0 < subnormals.
import { type DType, isFloat } from "../../ir/types/dtype.ts";

const smallestNormal: { readonly [D in DType]: number } = {
  f32: 2 ** -126,
  f64: 2 ** -1022,
  i32: 0,
  u8: 0,
  bool: 0,
};

/** Where each class of numbers begins; text lengths and small numbers are added to it. */
const classes = {
  whole: 3,
  decimal: 100,
  nan: 200,
  infinity: 201,
  negativeInfinity: 202,
  negativeZero: 203,
  subnormal: 210,
};

/** The shortest decimal text that reads back as the number once it is rounded to the element type. */
export const shortestText = (dtype: DType, value: number): string => {
  if (Object.is(value, -0)) return "-0";
  if (dtype !== "f32" || Math.fround(value) !== value || Number.isInteger(value)) return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
};

/** How far a number is from the simplest, as a whole number from 0 up. */
export const numberCost = (dtype: DType, value: number): number => {
  if (Object.is(value, -0)) return classes.negativeZero;
  if (value === 0) return 0;
  if (value === 1) return 1;
  if (value === -1) return 2;
  if (Number.isNaN(value)) return classes.nan;
  if (!Number.isFinite(value)) return value > 0 ? classes.infinity : classes.negativeInfinity;
  if (isFloat(dtype) && Math.abs(value) < smallestNormal[dtype])
    return classes.subnormal + shortestText(dtype, value).length;
  const sign = value < 0 ? 1 : 0;
  if (Number.isInteger(value) && Math.abs(value) <= 20) return classes.whole + 2 * Math.abs(value) + sign;
  return classes.decimal + 2 * shortestText(dtype, Math.abs(value)).length + sign;
};

const inRange = (dtype: DType, value: number): boolean => {
  if (isFloat(dtype)) return true;
  if (!Number.isInteger(value)) return false;
  if (dtype === "i32") return value === (value | 0);
  return value >= 0 && value <= (dtype === "u8" ? 255 : 1);
};

/** Numbers of the element type that are simpler than this one, the simplest first. */
export const simplerNumbers = (dtype: DType, value: number): readonly number[] => {
  const cost = numberCost(dtype, value);
  const rounded = (digits: number): number => {
    const near = Number(value.toPrecision(digits));
    return dtype === "f32" ? Math.fround(near) : near;
  };
  const near = Number.isFinite(value) ? [Math.trunc(value), Math.round(value), rounded(1), rounded(2), rounded(3)] : [];
  const candidates = [0, 1, -1, 2, 3, ...near, Number.NaN, Infinity, -Infinity];
  return [...new Set(candidates)]
    .filter(
      (candidate) => inRange(dtype, candidate) && !Object.is(candidate, -0) && numberCost(dtype, candidate) < cost,
    )
    .sort((left, right) => numberCost(dtype, left) - numberCost(dtype, right));
};
