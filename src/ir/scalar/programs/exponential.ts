// e^x and e^x - 1. x = n ln 2 + r with |r| <= ln 2 / 2, e^x = 2^n e^r, and e^r = 1 + r + r^2 q(r). The argument may come
// as an unevaluated sum of two numbers, because e^x turns an absolute error of x into a relative one.
import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atLeast,
  atMost,
  choose,
  isBelow,
  minus,
  type Precision,
  pairedPolynomial,
  plus,
  polynomial,
  times,
  where,
} from "./arithmetic.ts";
import { fallingPower, nearestWhole, powerOfTwo, scaleBy, splitPower } from "./scaling.ts";

interface ExponentialConstants {
  /** ln 2 in two parts; the first has few bits, so that its product with any exponent is exact. */
  readonly ln2High: number;
  readonly ln2Low: number;
  /** q, minimax: the relative error of e^r is 3.3e-9, and 1.9e-19. */
  readonly tail: readonly number[];
  /** Beyond these e^x is 0 and infinity. */
  readonly lowest: number;
  readonly highest: number;
  /** Below this e^x - 1 is x. */
  readonly tiny: number;
}

const constants: Precision<ExponentialConstants> = {
  single: {
    ln2High: 0.693145751953125,
    ln2Low: 1.428606765330187e-6,
    tail: [0.4999999403953552, 0.16666513681411743, 0.041668061167001724, 0.008369549177587032, 0.0013843780616298318],
    lowest: -104,
    highest: 89,
    tiny: 2 ** -26,
  },
  double: {
    ln2High: 0.6931471803691238,
    ln2Low: 1.9082149292705877e-10,
    tail: [
      0.5, 0.16666666666666669, 0.041666666666666685, 0.00833333333333169, 0.001388888888887241, 0.00019841269846336562,
      2.4801587352634982e-5, 2.7557312158275694e-6, 2.755724753199478e-7, 2.5056653208165715e-8, 2.092389746541864e-9,
      1.4985285685775073e-10,
    ],
    lowest: -746,
    highest: 710,
    tiny: 2 ** -55,
  },
};

/**
 * q for e^x itself, minimax with three times the weight below 0: there 1 + r + r^2 q(r) is below 1, where the last place is half as
 * large. The relative error of e^r is 1.5e-9 below 0 and 4.5e-9 above.
 */
const leaningTail: Precision<readonly number[]> = {
  single: [0.4999997913837433, 0.16666528582572937, 0.04167225956916809, 0.008367976173758507, 0.001358270412310958],
  double: constants.double.tail,
};

/** e^(r + low) - 1 for |r| <= ln 2 / 2 and `low` within the last place of r. */
export const growth = (
  body: BlockBuilder,
  r: Expr,
  low?: Expr,
  coefficients: readonly number[] = choose(r, constants).tail,
): Expr => {
  const square = body.name(times(r, r), "square");
  const tail = times(square, pairedPolynomial(r, square, coefficients));
  return body.name(plus(r, low === undefined ? tail : plus(low, tail)), "growth");
};

/** e^x as (1 + rest) * 2^exponent; |rest| stays below 0.42. */
export interface ReducedExponential {
  readonly rest: Expr;
  readonly exponent: Expr;
}

/** Reduces e^(x + low); |x| must be bounded, and `low` be small. */
export const reduceExponential = (
  body: BlockBuilder,
  x: Expr,
  low?: Expr,
  coefficients?: readonly number[],
): ReducedExponential => {
  const { ln2High, ln2Low } = choose(x, constants);
  const { value, integer } = nearestWhole(body, times(low === undefined ? x : plus(x, low), Math.LOG2E));
  const high = minus(x, times(value, ln2High));
  const correction = times(value, ln2Low);
  const r = body.name(low === undefined ? minus(high, correction) : plus(high, minus(low, correction)), "r");
  return { rest: growth(body, r, undefined, coefficients), exponent: integer };
};

/** e^x. */
export const exponential = (body: BlockBuilder, x: Expr): Expr => {
  const { lowest, highest } = choose(x, constants);
  const bounded = body.name(atMost(body.name(atLeast(body.name(x), lowest)), highest));
  const { rest, exponent } = reduceExponential(body, bounded, undefined, choose(x, leaningTail));
  return scaleBy(body, body.name(plus(1, rest)), exponent);
};

/** e^x for x <= 0, and 1 above: no power of two is so large that it would have to be taken in two halves. */
export const decay = (body: BlockBuilder, x: Expr): Expr => {
  const bounded = body.name(atMost(body.name(atLeast(body.name(x), choose(x, constants).lowest)), 0));
  const { rest, exponent } = reduceExponential(body, bounded);
  const { first, last } = fallingPower(body, x, exponent);
  return times(times(plus(1, rest), first), last);
};

/** e^x where one power of two reaches: |x| up to 87, or 690 in double precision. */
export const exponentialBounded = (body: BlockBuilder, x: Expr): Expr => {
  const { rest, exponent } = reduceExponential(body, x);
  return times(plus(1, rest), powerOfTwo(body, x, exponent));
};

/** 2^r = 1 + r (c0 + c1 r + ...) for |r| <= 1/2, minimax: the relative error is 1.6e-8. */
const powerOfTwoTail = [
  0.6931471824645996, 0.24022647738456726, 0.055503323674201965, 0.00961843691766262, 0.0013398873852565885,
  0.00015353361959569156,
];

/**
 * e^x in single precision for a weight beside one of 1, x <= 0: as 2^(x log2 e), whose relative error grows with |x|, up to that
 * of a rounding of x. What is below the normal numbers is 0: the bits of 2^-127, put together like those of its greater
 * neighbours, are those of 0.
 */
export const exponentialOfNegative = (body: BlockBuilder, x: Expr): Expr => {
  const scaled = body.name(times(x, Math.LOG2E), "scaled");
  const { value, power } = splitPower(body, body.name(atLeast(scaled, -127)));
  return times(plus(1, times(value, polynomial(value, powerOfTwoTail))), power);
};

/** 2^exponent (1 + rest) - 1 without losing a small result to the 1. */
const minusOne = ({ rest }: ReducedExponential, power: Expr, one: number): Expr =>
  plus(times(power, rest), minus(power, one));

/** e^x - 1, which near 0 is x rather than the difference of two numbers near 1. */
export const exponentialMinusOne = (body: BlockBuilder, x: Expr): Expr => {
  const { highest, tiny } = choose(x, constants);
  const bounded = body.name(atMost(body.name(atLeast(x, -40)), highest));
  const reduced = reduceExponential(body, bounded);
  const half = body.name(powerOfTwo(body, x, minus(reduced.exponent, 1)), "power");
  return where(isBelow(absolute(x), tiny), x, times(2, minusOne(reduced, half, 0.5)));
};
