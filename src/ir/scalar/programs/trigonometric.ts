// sin, cos and tan. x = n (pi/2) + r, with pi/2 cut into pieces so short that their products with n are exact (Cody and
// Waite), and r kept as a sum of two numbers, so that the result is accurate next to the zeros as well. The pieces last
// while |x| <= `limit`. Larger f32 numbers are reduced digit by digit (large-angle.ts), in a branch. Larger f64 numbers, whose bits
// the loop IR cannot read, have the value at 0: finite, and the same everywhere.
import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  bitAnd,
  choose,
  differs,
  isAbove,
  isAtMost,
  isBelow,
  isDouble,
  minus,
  negatedWhere,
  negative,
  over,
  type Precision,
  plus,
  polynomial,
  times,
  where,
  whereSeldom,
} from "./arithmetic.ts";
import { type Remainder, reduceLarge } from "./large-angle.ts";
import { nearestWhole } from "./scaling.ts";

interface TrigonometricConstants {
  /** Where the reduction is accurate. */
  readonly limit: number;
  /** pi/2 in pieces: n times the first is subtracted without rounding, the last is small beside what the others lose. */
  readonly pieces: readonly [first: number, ...inner: number[], last: number];
  /** (sin(r) / r - 1) / r^2 in powers of r^2, relative errors 4.6e-9 and 4.5e-17. */
  readonly sine: readonly number[];
  /** (cos(r) - 1 + r^2 / 2) / r^4 in powers of r^2, errors 1.1e-10 and 5.1e-20. */
  readonly cosine: readonly number[];
  /** Below this sin(x) and tan(x) are x. */
  readonly tiny: number;
}

const constants: Precision<TrigonometricConstants> = {
  single: {
    limit: 2 ** 10,
    pieces: [1.57080078125, -4.455447196960449e-6, 9.922587196342647e-10, -1.6513995574653217e-13],
    sine: [-0.16666658222675323, 0.008332325145602226, -0.00019532721489667892],
    cosine: [0.04166664555668831, -0.00138873013202101, 2.4430670237052254e-5],
    tiny: 2 ** -12,
  },
  double: {
    limit: 2 ** 20,
    pieces: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
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

/** A rounded value and what rounding it last has lost. */
interface Rounded {
  readonly value: Expr;
  readonly lost: () => Expr;
}

interface Reduced {
  readonly sine: Rounded;
  readonly cosine: Rounded;
  /** How many quarter turns were taken away. */
  readonly turns: Expr;
}

/** The sine and cosine of r + low, |r| <= pi/4. */
const onQuarter = (body: BlockBuilder, r: Expr, low: Expr): Omit<Reduced, "turns"> => {
  const { sine, cosine } = choose(r, constants);
  const square = body.name(times(r, r), "square");
  const sineTail = times(times(square, r), polynomial(square, sine));
  const cosineTail = minus(times(times(square, square), polynomial(square, cosine)), times(r, low));
  const beyond = body.name(plus(sineTail, low));
  const below = body.name(minus(times(0.5, square), cosineTail));
  const [sineOf, cosineOf] = [body.name(plus(r, beyond), "sine"), body.name(minus(1, below), "cosine")];
  return {
    sine: { value: sineOf, lost: () => plus(minus(r, sineOf), beyond) },
    cosine: { value: cosineOf, lost: () => minus(minus(1, cosineOf), below) },
  };
};

/** The remainder of what is no larger than `limit`. */
const reduceSmall = (body: BlockBuilder, x: Expr): Remainder => {
  const [first, ...others] = choose(x, constants).pieces;
  const { value: n, integer: turns } = nearestWhole(body, times(x, 2 / Math.PI));
  let r = body.name(minus(x, times(n, first)), "r");
  let low: Expr = negative(times(n, others.at(-1) ?? 0));
  for (const piece of others.slice(0, -1)) {
    const product = body.name(times(n, piece), "product");
    const next = body.name(minus(r, product), "r");
    low = plus(low, minus(minus(r, next), product));
    r = next;
  }
  return [r, body.name(low, "low"), turns];
};

const reduce = (body: BlockBuilder, x: Expr, magnitude: Expr): Reduced => {
  const { limit } = choose(x, constants);
  const isSmall = isAtMost(magnitude, limit);
  const remainder = isDouble(x.type)
    ? reduceSmall(body, body.name(where(isSmall, x, minus(x, x)), "inside"))
    : whereSeldom(body, isAbove(magnitude, limit), (inner) => reduceLarge(inner, x), reduceSmall(body, x));
  const [r, low, turns] = remainder as Remainder;
  return { ...onQuarter(body, r, low), turns };
};

const hasBit = (integer: Expr, bit: number): Expr => differs(bitAnd(integer, bit), 0);

/** sin x. */
export const sine = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const { sine, cosine, turns } = reduce(body, x, magnitude);
  const value = body.name(where(hasBit(turns, 1), cosine.value, sine.value));
  return where(isBelow(magnitude, choose(x, constants).tiny), x, negatedWhere(hasBit(turns, 2), value));
};

/** cos x. */
export const cosine = (body: BlockBuilder, x: Expr): Expr => {
  const { sine, cosine, turns } = reduce(body, x, absolute(x));
  const value = body.name(where(hasBit(turns, 1), sine.value, cosine.value));
  return negatedWhere(hasBit(plus(turns, 1), 2), value);
};

/** tan x, a quotient s / c of which neither is exact: s / c + (ds - dc s / c) / c. */
export const tangent = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const { sine, cosine, turns } = reduce(body, x, magnitude);
  const isOdd = body.name(hasBit(turns, 1));
  const above = body.name(where(isOdd, cosine.value, sine.value));
  const under = body.name(where(isOdd, sine.value, cosine.value));
  const lostAbove = where(isOdd, cosine.lost(), sine.lost());
  const lostUnder = where(isOdd, sine.lost(), cosine.lost());
  const ratio = body.name(over(above, under), "ratio");
  const value = plus(ratio, over(minus(lostAbove, times(ratio, lostUnder)), under));
  return where(isBelow(magnitude, choose(x, constants).tiny), x, negatedWhere(isOdd, body.name(value)));
};
