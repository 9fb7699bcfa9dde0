// sin, cos and tan. x = n (pi/2) + r, with pi/2 cut into pieces so short that their products with n are exact (Cody and
// Waite), and r kept as a sum of two numbers, so that the result is accurate next to the zeros as well. The pieces last
// while |x| <= `limit`. Beyond it, where neighbouring f32 numbers are at least 1/64 apart, the functions take the value
// at 0: finite, and the same everywhere. An exact reduction would need a table look-up per lane.
import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  bitAnd,
  choose,
  differs,
  isAtMost,
  isBelow,
  minus,
  negatedWhere,
  over,
  type Precision,
  plus,
  polynomial,
  times,
  where,
} from "./arithmetic.ts";
import { nearestWhole } from "./scaling.ts";

interface TrigonometricConstants {
  /** Where the reduction is accurate. */
  readonly limit: number;
  /** The leading pieces of pi/2, whose products are subtracted without rounding. */
  readonly exact: readonly number[];
  /** The other pieces: what their subtraction loses is kept. */
  readonly rest: readonly number[];
  /** (sin(r) / r - 1) / r^2 in powers of r^2, relative errors 4.6e-9 and 4.5e-17. */
  readonly sine: readonly number[];
  /** (cos(r) - 1 + r^2 / 2) / r^4 in powers of r^2, errors 1.1e-10 and 5.1e-20. */
  readonly cosine: readonly number[];
  /** Below this sin(x) and tan(x) are x. */
  readonly tiny: number;
}

const constants: Precision<TrigonometricConstants> = {
  single: {
    limit: 2 ** 17,
    exact: [1.5625, 0.0081787109375, 0.00011730194091796875],
    rest: [3.129243850708008e-7, 9.89530235528946e-10, 2.2737367544323206e-12, 2.8960739513993194e-13],
    sine: [-0.16666658222675323, 0.008332325145602226, -0.00019532721489667892],
    cosine: [0.04166664555668831, -0.00138873013202101, 2.4430670237052254e-5],
    tiny: 2 ** -12,
  },
  double: {
    limit: 2 ** 20,
    exact: [1.5707963267341256],
    rest: [6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
    sine: [
      -0.16666666666666632, 0.008333333333303657, -0.00019841269807641872, 2.7557304721014306e-6, -2.504924811781813e-8,
      1.580621982306672e-10,
    ],
    cosine: [
      0.041666666666666595, -0.0013888888888873303, 2.4801587288947127e-5, -2.7557314191904116e-7,
      2.0875700738879145e-9, -1.135844646244435e-11,
    ],
    tiny: 2 ** -27,
  },
};

interface Reduced {
  readonly sine: Expr;
  readonly cosine: Expr;
  /** How many quarter turns were taken away. */
  readonly turns: Expr;
}

/** The sine and cosine of r + low, |r| <= pi/4. */
const onQuarter = (body: BlockBuilder, r: Expr, low: Expr): { readonly sine: Expr; readonly cosine: Expr } => {
  const { sine, cosine } = choose(r, constants);
  const square = body.name(times(r, r), "square");
  const sineTail = times(times(square, r), polynomial(square, sine));
  const cosineTail = minus(times(times(square, square), polynomial(square, cosine)), times(r, low));
  return {
    sine: body.name(plus(r, plus(sineTail, low)), "sine"),
    cosine: body.name(minus(1, minus(times(0.5, square), cosineTail)), "cosine"),
  };
};

const reduce = (body: BlockBuilder, x: Expr, magnitude: Expr): Reduced => {
  const { limit, exact, rest } = choose(x, constants);
  const inside = body.name(where(isAtMost(magnitude, limit), x, minus(x, x)), "inside");
  const { value: n, integer: turns } = nearestWhole(body, times(inside, 2 / Math.PI));
  let r = inside;
  for (const piece of exact) r = minus(r, times(n, piece));
  r = body.name(r, "r");
  let low: Expr | undefined;
  for (const piece of rest) {
    const product = body.name(times(n, piece), "product");
    const next = body.name(minus(r, product), "r");
    const lost = minus(minus(r, next), product);
    low = low === undefined ? lost : plus(low, lost);
    r = next;
  }
  return { ...onQuarter(body, r, body.name(low ?? minus(r, r), "low")), turns };
};

const hasBit = (integer: Expr, bit: number): Expr => differs(bitAnd(integer, bit), 0);

/** sin x. */
export const sine = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const { sine, cosine, turns } = reduce(body, x, magnitude);
  const value = body.name(where(hasBit(turns, 1), cosine, sine));
  return where(isBelow(magnitude, choose(x, constants).tiny), x, negatedWhere(hasBit(turns, 2), value));
};

/** cos x. */
export const cosine = (body: BlockBuilder, x: Expr): Expr => {
  const { sine, cosine, turns } = reduce(body, x, absolute(x));
  const value = body.name(where(hasBit(turns, 1), sine, cosine));
  return negatedWhere(hasBit(plus(turns, 1), 2), value);
};

/** tan x. */
export const tangent = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const { sine, cosine, turns } = reduce(body, x, magnitude);
  const isOdd = body.name(hasBit(turns, 1));
  const ratio = over(where(isOdd, cosine, sine), where(isOdd, sine, cosine));
  return where(isBelow(magnitude, choose(x, constants).tiny), x, negatedWhere(isOdd, body.name(ratio)));
};
