// Powers of two: rounding to a whole number, multiplying by 2^n, and splitting a number into mantissa and exponent. In
// single precision the bits are at hand; in double precision, whose bits the loop IR cannot read, the same is done by
// exact multiplications.
import { type BlockBuilder, cast, i32, literal, unary } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import { bitsOfFloat } from "../../loop/fold.ts";
import {
  bitAnd,
  fromBits,
  isAtLeast,
  isBelow,
  isDouble,
  minus,
  negative,
  plus,
  shiftLeft,
  shiftRight,
  times,
  toBits,
  where,
} from "./arithmetic.ts";

/** A whole number, as a float and as an integer. */
export interface Whole {
  readonly value: Expr;
  readonly integer: Expr;
}

/** The f32 whose last place is 1: adding it rounds to a whole number and leaves that number in the low bits. */
const roundingShift = 1.5 * 2 ** 23;
const roundingShiftBits = 0x4b400000;
/** The bits of 1. */
const oneBits = 0x3f800000;

/** The nearest whole number, for |x| below 2^22; beyond that it is some number. */
export const nearestWhole = (body: BlockBuilder, x: Expr): Whole => {
  if (isDouble(x.type)) {
    const value = body.name(unary("nearest", x), "whole");
    return { value, integer: body.name(cast("i32", value), "whole") };
  }
  const shifted = body.name(plus(x, roundingShift), "shifted");
  return {
    value: body.name(minus(shifted, roundingShift), "whole"),
    integer: body.name(minus(toBits(shifted), roundingShiftBits), "whole"),
  };
};

const singlePower = (exponent: Expr): Expr => fromBits(shiftLeft(plus(exponent, 127), 23));

/** 2^exponent in the float type of `like`: exponents from -126 to 127, or from -1000 to 1000 in double precision. */
export const powerOfTwo = (body: BlockBuilder, like: Expr, exponent: Expr): Expr => {
  if (!isDouble(like.type)) return singlePower(exponent);
  let power = body.name(cast("f64", singlePower(shiftRight(exponent, 3))), "power");
  for (let squaring = 0; squaring < 3; squaring += 1) power = body.name(times(power, power), "power");
  return times(power, cast("f64", singlePower(bitAnd(exponent, 7))));
};

/** The rest of x beside the nearest whole number, and 2 to that number, in single precision: for -126.5 < x < 127.5, and 0 down to -127. */
export const splitPower = (body: BlockBuilder, x: Expr): { readonly value: Expr; readonly power: Expr } => {
  const shifted = body.name(plus(x, roundingShift), "shifted");
  // The low bits of what was shifted are those of the whole number, and nothing above them is left by the shift.
  const power = fromBits(plus(shiftLeft(toBits(shifted), 23), oneBits));
  return { value: body.name(minus(x, minus(shifted, roundingShift)), "rest"), power };
};

/** x times 2^exponent, rounded once; into the subnormals and up to infinity. */
export const scaleBy = (body: BlockBuilder, x: Expr, exponent: Expr): Expr => {
  const half = body.name(shiftRight(exponent, 1), "half");
  return times(times(x, powerOfTwo(body, x, half)), powerOfTwo(body, x, minus(exponent, half)));
};

/** Two factors whose product is a power of two; multiplying by `last` may round, by `first` never does. */
export interface FallingPower {
  readonly first: Expr;
  readonly last: number;
}

/** 2^exponent for exponents from -190 to 63, or from -1600 to 400 in double precision. */
export const fallingPower = (body: BlockBuilder, like: Expr, exponent: Expr): FallingPower => {
  const lift = isDouble(like.type) ? 600 : 64;
  return { first: body.name(powerOfTwo(body, like, plus(exponent, lift)), "power"), last: 2 ** -lift };
};

/** A positive number as mantissa times 2^exponent. */
export interface Decomposed {
  readonly mantissa: Expr;
  /** As an integer. */
  readonly exponent: Expr;
}

const decomposeSingle = (body: BlockBuilder, x: Expr, lowest: number): Decomposed => {
  const isTiny = body.name(isBelow(x, 2 ** -126), "tiny");
  const bits = body.name(toBits(where(isTiny, times(x, 2 ** 25), x)), "bits");
  const exponent = body.name(shiftRight(minus(bits, bitsOfFloat(lowest)), 23), "exponent");
  return {
    mantissa: body.name(fromBits(minus(bits, shiftLeft(exponent, 23))), "mantissa"),
    exponent: body.name(where(isTiny, minus(exponent, 25), exponent), "exponent"),
  };
};

/** Brings a double into the range of f32 by exact steps; there the exponent can be read from the bits. */
const decomposeDouble = (body: BlockBuilder, x: Expr, lowest: number): Decomposed => {
  let scaled = x;
  let taken: Expr = i32(0);
  for (const step of [512, 256, 128, 64]) {
    const isLarge = body.name(isAtLeast(scaled, 2 ** step), "large");
    const isSmall = body.name(isBelow(scaled, 2 ** -step), "small");
    const factor = where(isLarge, 2 ** -step, where(isSmall, 2 ** step, literal("f64", 1)));
    scaled = body.name(times(scaled, factor), "scaled");
    taken = body.name(plus(taken, where(isLarge, step, where(isSmall, -step, i32(0)))), "taken");
  }
  const bits = toBits(cast("f32", scaled));
  const rest = body.name(shiftRight(minus(bits, bitsOfFloat(lowest)), 23), "exponent");
  return {
    mantissa: body.name(times(scaled, powerOfTwo(body, x, negative(rest))), "mantissa"),
    exponent: body.name(plus(taken, rest), "exponent"),
  };
};

/** Splits a positive finite number so that the mantissa lies in [lowest, 2 lowest). */
export const decompose = (body: BlockBuilder, x: Expr, lowest: number): Decomposed =>
  isDouble(x.type) ? decomposeDouble(body, x, lowest) : decomposeSingle(body, x, lowest);
