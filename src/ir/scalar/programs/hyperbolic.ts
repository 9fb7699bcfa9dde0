// sinh and cosh from one exponential; far from 0 they are half of it, and sinh near 0 is an odd polynomial.
// tanh in two pieces: an odd polynomial where |x| < 0.55, and 1 - 2 / (e^(2|x|) + 1) above, where the difference loses
// nothing. The quotient (e^2x - 1) / (e^2x + 1) alone would be wrong in most digits near 0.
import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atMost,
  choose,
  isBelow,
  minus,
  over,
  type Precision,
  plus,
  polynomial,
  times,
  where,
  withSignOf,
} from "./arithmetic.ts";
import { exponentialBounded, exponentialMinusOne, reduceExponential } from "./exponential.ts";
import { powerOfTwo, scaleBy } from "./scaling.ts";

/** (tanh(x) / x - 1) / x^2 in powers of x^2 for |x| <= 0.55: relative errors 1.5e-9 and 1.6e-18. */
const nearZero: Precision<readonly number[]> = {
  single: [-0.3333333134651184, 0.1333296149969101, -0.05388601869344711, 0.021194791421294212, -0.006432186346501112],
  double: [
    -0.3333333333333333, 0.13333333333328676, -0.05396825396378911, 0.02186948836504552, -0.00886323201170479,
    0.003592084212717804, -0.0014554832901532788, 0.0005881694426548029, -0.00023261997184349147, 8.21520158451002e-5,
    -1.8738340794821402e-5,
  ],
};

/** Where tanh is 1 in double precision too. */
const saturation = 20;

/** tanh x. */
export const hyperbolicTangent = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const square = body.name(times(x, x), "square");
  const small = plus(magnitude, times(times(magnitude, square), polynomial(square, choose(x, nearZero))));
  const bounded = body.name(times(2, atMost(magnitude, saturation)));
  // e^2x + 1 = (2^n + 1) + 2^n rest, of which the first is there early, and exact where it counts.
  const { rest, exponent } = reduceExponential(body, bounded);
  const power = body.name(powerOfTwo(body, x, exponent), "power");
  const large = minus(1, over(2, plus(plus(power, 1), times(power, rest))));
  return withSignOf(x, body.name(where(isBelow(magnitude, 0.55), small, large)));
};

/** From where on e^-|x| does not count beside e^|x|. */
const lopsided = 20;

/** Where e^m / 2 is infinite. */
const largest: Precision<number> = { single: 90, double: 711 };

/** e^m / 2 for m that may be so large that e^m overflows. */
const halfExponential = (body: BlockBuilder, magnitude: Expr): Expr => {
  const bounded = body.name(atMost(magnitude, choose(magnitude, largest)));
  const { rest, exponent } = reduceExponential(body, bounded);
  return scaleBy(body, body.name(plus(1, rest)), minus(exponent, 1));
};

/** (sinh(x) / x - 1) / x^2 in powers of x^2 for |x| <= 1: relative errors 3e-10 and 1.5e-25. */
const sineNearZero: Precision<readonly number[]> = {
  single: [0.1666666716337204, 0.00833331048488617, 0.00019842895562760532, 2.7822131869469468e-6],
  double: [
    0.16666666666666666, 0.008333333333333333, 0.0001984126984126984, 2.7557319223985825e-6, 2.5052108385476088e-8,
    1.6059043826896534e-10, 7.647165415099664e-13, 2.811290931302663e-15, 8.309180841540876e-18,
  ],
};

/** sinh x: a series near 0, (t + t / (t + 1)) / 2 with t = e^|x| - 1 further out, and the sign of x. */
export const hyperbolicSine = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const square = body.name(times(x, x), "square");
  const least = plus(magnitude, times(times(magnitude, square), polynomial(square, choose(x, sineNearZero))));
  const growth = body.name(exponentialMinusOne(body, body.name(atMost(magnitude, lopsided))));
  const small = times(plus(growth, over(growth, plus(growth, 1))), 0.5);
  const far = body.name(where(isBelow(magnitude, lopsided), small, halfExponential(body, magnitude)));
  return withSignOf(x, body.name(where(isBelow(magnitude, 1), least, far)));
};

/** cosh x = (e^|x| + 1 / e^|x|) / 2. */
export const hyperbolicCosine = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const power = body.name(exponentialBounded(body, body.name(atMost(magnitude, lopsided))));
  const small = times(plus(power, over(1, power)), 0.5);
  return where(isBelow(magnitude, lopsided), small, halfExponential(body, magnitude));
};
