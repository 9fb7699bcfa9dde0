// The meaning of the loop IR's scalar operators, on numbers. Constant folding and the interpreter both use these, so they
// cannot disagree. A bool is 0 or 1.
import type { LoopBinary, LoopCompare, LoopType, LoopUnary } from "./expr.ts";

/** Ties to even, without the detour through strings or the loss of -0. */
const nearest = (x: number): number => {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const below = Math.floor(x);
  const rest = x - below;
  const rounded = rest < 0.5 ? below : rest > 0.5 ? below + 1 : below % 2 === 0 ? below : below + 1;
  return rounded === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : rounded;
};

/** Rounds an exact result to the type that holds it. */
export const roundTo = (type: LoopType, value: number): number =>
  type === "f32" || type === "f32x4" ? Math.fround(value) : type === "i32" || type === "i32x4" ? value | 0 : value;

export const foldUnary = (fn: LoopUnary, type: LoopType, x: number): number => {
  switch (fn) {
    case "neg":
      return type === "i32" || type === "i32x4" ? -x | 0 : -x;
    case "abs":
      return type === "i32" || type === "i32x4" ? Math.abs(x) | 0 : Math.abs(x);
    case "sqrt":
      return roundTo(type, Math.sqrt(x));
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "trunc":
      return Math.trunc(x);
    case "nearest":
      return nearest(x);
    case "not":
      return x === 0 ? 1 : 0;
  }
};

const isInteger = (type: LoopType): boolean => type !== "f32" && type !== "f32x4" && type !== "f64";

/** `Math.min` and `Math.max` pass NaN on and order -0 below +0, as WebAssembly's do. */
export const foldBinary = (fn: LoopBinary, type: LoopType, x: number, y: number): number => {
  switch (fn) {
    case "add":
      return roundTo(type, x + y);
    case "sub":
      return roundTo(type, x - y);
    case "mul":
      return isInteger(type) ? Math.imul(x, y) : roundTo(type, x * y);
    case "div":
      return isInteger(type) ? (y === 0 ? 0 : (x / y) | 0) : roundTo(type, x / y);
    case "rem":
      return y === 0 ? 0 : (x % y) | 0;
    case "min":
      return Math.min(x, y);
    case "max":
      return Math.max(x, y);
    case "and":
      return x & y;
    case "or":
      return x | y;
    case "xor":
      return x ^ y;
    case "shl":
      return x << y;
    case "shr":
      return x >> y;
    case "shrUnsigned":
      return (x >>> y) | 0;
  }
};

export const foldCompare = (fn: LoopCompare, x: number, y: number): boolean => {
  switch (fn) {
    case "eq":
      return x === y;
    case "ne":
      return x !== y;
    case "lt":
      return x < y;
    case "le":
      return x <= y;
    case "gt":
      return x > y;
    case "ge":
      return x >= y;
  }
};

/** Truncates towards zero, saturates, and takes NaN to 0. */
export const truncateSaturating = (x: number): number =>
  x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : x | 0;

export const foldCast = (from: LoopType, to: LoopType, x: number): number => {
  switch (to) {
    case "f32":
    case "f32x4":
      return Math.fround(x);
    case "f64":
      return x;
    case "i32":
    case "i32x4":
      return isInteger(from) ? x : truncateSaturating(x);
    case "bool":
    case "boolx4":
      return x === 0 ? 0 : 1;
  }
};

const scratch = new DataView(new ArrayBuffer(4));

/** The i32 with the bits of an f32. */
export const bitsOfFloat = (x: number): number => {
  scratch.setFloat32(0, x);
  return scratch.getInt32(0);
};

/** The f32 with the bits of an i32. */
export const floatOfBits = (bits: number): number => {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
};
