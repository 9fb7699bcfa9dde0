// What is left of a large f32 angle beside whole quarter turns, after Payne and Hanek 1983, "Radian reduction for
// trigonometric functions". x = m 2^e, and of m 2^e / (2 pi) only what stands behind the point counts: whole turns drop out
// if m multiplies the digits of 1 / (2 pi) from the eth on. Digits are of 12 bits, so that products of two are whole
// numbers of 24; instead of looking them up, each bit of the place chooses between a digit and a later one.
import { type BlockBuilder, cast, literal } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  bitAnd,
  bitOr,
  differs,
  fromBits,
  headOf,
  isBelow,
  minus,
  negatedWhere,
  plus,
  shiftLeft,
  shiftRight,
  times,
  toBits,
  where,
} from "./arithmetic.ts";

/** An angle less some quarter turns, as r + low with `low` within the last place of r; the turns are an integer. */
export type Remainder = readonly [r: Expr, low: Expr, turns: Expr];

/** 2^-14 / pi in digits of 12 bits. */
const turnDigits = [
  0, 325, 3888, 1756, 2504, 2090, 1343, 2126, 2810, 1002, 1691, 2945, 2924, 1323, 807, 2183, 520, 1020, 2604,
];

/** The exponent of 2^10 as it stands in the bits: smaller angles have no digit of these to skip. */
const leastExponent = 137;

/** By so many digits m is multiplied: a turn has 60 bits then, of which 31 may be 0 (there is no f32 nearer to a zero). */
const digitCount = 7;

/** 2 pi in two parts, the first of few bits. */
const turnHead = 6.28125;
const turnRest = 0.0019353071795864768;

/** The digits of 2^-14 / pi from bit `place` on, which is at most 117. */
const digitsFrom = (body: BlockBuilder, place: Expr): readonly Expr[] => {
  // place / 12, which is exact for so small a place.
  const skipped = body.name(shiftRight(times(place, 43691), 19), "skipped");
  const shift = minus(place, times(skipped, 12));
  const power = body.name(cast(place.type, fromBits(shiftLeft(plus(shift, 127), 23))), "power");
  let digits = turnDigits.map((digit) => literal(place.type, digit));
  for (const step of [8, 4, 2, 1]) {
    const skips = body.name(differs(bitAnd(skipped, step), 0), "skips");
    const before = digits;
    digits = before.slice(0, digitCount + step).map((digit, at) => {
      const later = before[at + step];
      return later === undefined ? digit : body.name(where(skips, later, digit), "digit");
    });
  }
  const shifted = digits.map((digit) => body.name(times(digit, power), "shifted"));
  return shifted
    .slice(0, digitCount)
    .map((digit, at) => body.name(bitOr(bitAnd(digit, 0xfff), shiftRight(shifted[at + 1] ?? digit, 12)), "digit"));
};

/** What stands behind the point of m 2^(place - 13) / (2 pi), in digits. */
const turnOf = (body: BlockBuilder, mantissa: Expr, place: Expr): readonly Expr[] => {
  const factors = digitsFrom(body, place);
  const upper = body.name(shiftRight(mantissa, 12), "upper");
  const lower = body.name(bitAnd(mantissa, 0xfff), "lower");
  const digits: Expr[] = [];
  let column: Expr | undefined;
  for (const [at, factor] of [...factors.entries()].toReversed()) {
    const right = factors[at + 1];
    const product = right === undefined ? times(lower, factor) : plus(times(lower, factor), times(upper, right));
    column = body.name(column === undefined ? product : plus(product, shiftRight(column, 12)), "column");
    digits.unshift(body.name(bitAnd(column, 0xfff), "digit"));
  }
  return digits;
};

/** The quarter turns nearest to a turn in digits, and the rest in radians. */
const quartersOf = (body: BlockBuilder, x: Expr, digits: readonly Expr[]): Remainder => {
  const [first, second, third, fourth, fifth, sixth] = digits as [Expr, Expr, Expr, Expr, Expr, Expr];
  const pair = (left: Expr, right: Expr): Expr => body.name(plus(shiftLeft(left, 12), right), "pair");
  const turns = body.name(shiftRight(plus(first, 512), 10), "turns");
  // Digits 3 and 4 are taken between -2^23 and 2^23, so that next to a zero the parts before them are 0.
  const middle = pair(third, fourth);
  const carry = body.name(shiftRight(plus(middle, 2 ** 23), 24), "carry");
  const asFloat = (whole: Expr, exponent: number): Expr => body.name(times(cast(x.type, whole), 2 ** exponent), "part");
  const high = asFloat(plus(pair(minus(first, shiftLeft(turns, 10)), second), carry), -24);
  const mid = asFloat(minus(middle, shiftLeft(carry, 24)), -48);
  const small = asFloat(pair(fifth, sixth), -72);
  const sum = body.name(plus(high, plus(mid, small)), "sum");
  const lost = plus(plus(minus(high, sum), mid), small);
  const head = headOf(body, sum);
  const product = body.name(times(head, turnHead));
  const rest = body.name(plus(times(head, turnRest), times(plus(minus(sum, head), lost), turnHead + turnRest)));
  const r = body.name(plus(product, rest), "r");
  return [r, body.name(minus(rest, minus(r, product))), turns];
};

/** The remainder of an f32 whose magnitude is 2^10 or more, NaN for what is not finite; of smaller ones it is some number. */
export const reduceLarge = (body: BlockBuilder, x: Expr): Remainder => {
  const bits = body.name(toBits(x), "bits");
  const place = body.name(minus(bitAnd(shiftRight(bits, 23), 0xff), leastExponent), "place");
  const mantissa = body.name(bitOr(bitAnd(bits, 0x7fffff), 0x800000), "mantissa");
  const [r, low, turns] = quartersOf(body, x, turnOf(body, mantissa, place));
  const isNegative = body.name(isBelow(x, 0));
  const infinite = minus(x, x);
  return [plus(negatedWhere(isNegative, r), infinite), negatedWhere(isNegative, low), negatedWhere(isNegative, turns)];
};
