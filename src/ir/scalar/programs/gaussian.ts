// What derives from the normal distribution: erf, erfc, gelu, all from its tail. Squares and the leading product are kept
// as sums of two numbers: far out, rounding the exponent alone would cost a hundred units in the last place.
import { type BlockBuilder, literal } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atMost,
  choose,
  exactSum,
  headOf,
  isBelow,
  isDouble,
  minus,
  negative,
  over,
  type Precision,
  plus,
  polynomial,
  times,
  where,
  withSignOf,
} from "./arithmetic.ts";
import { reduceExponential } from "./exponential.ts";
import { gelu as geluSingle } from "./gelu.ts";
import { type FallingPower, fallingPower } from "./scaling.ts";

/**
 * The upper tail of the normal distribution at t is e^(-t^2 / 2) / (2 + (sqrt(2 pi) - bend(t)) t). The bend falls from
 * 0.91 to 0 and is a quotient of polynomials with positive coefficients: relative to the tail 7.4e-10 and 8.8e-18.
 */
interface TailConstants {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
  readonly normal: Shape;
  readonly complement: Shape;
}

/** The tail as a function of x: e^(-share x^2) / (atZero + slope x - scale x bend(stretch x)). */
interface Shape {
  readonly share: number;
  readonly atZero: number;
  /** In two parts, the first of half the bits. */
  readonly slope: readonly [head: number, rest: number];
  readonly stretch: number;
  readonly scale: number;
  /** Where the tail (times x) has become 0. */
  readonly vanished: number;
}

const constants: Precision<TailConstants> = {
  single: {
    numerator: [0.9108591675758362, 0.6821767091751099, 0.2454913854598999, 0.047228965908288956, 0.004180245101451874],
    denominator: [
      1, 1.0489181280136108, 0.531527578830719, 0.15558239817619324, 0.026235761120915413, 0.0020900932140648365,
    ],
    normal: {
      share: 0.5,
      atZero: 2,
      slope: [2.505859375, 0.0007688996265642345],
      stretch: 1,
      scale: 1,
      vanished: 14.5,
    },
    complement: {
      share: 1,
      atZero: 1,
      slope: [1.77197265625, 0.0004811946419067681],
      stretch: Math.SQRT2,
      scale: Math.SQRT1_2,
      vanished: 10.25,
    },
  },
  double: {
    numerator: [
      0.9108591530252692, 1.2519058634910238, 0.8549381582804102, 0.3728625695591841, 0.11333984134760484,
      0.02479276170080258, 0.0039003972885608327, 0.00042673179418240324, 2.9664612423502406e-5, 1.011867208491891e-6,
    ],
    denominator: [
      1, 1.6744031205709908, 1.3882534904834196, 0.73715097509777, 0.2751331500934332, 0.07510039849921993,
      0.01516583764172693, 0.002240639513109769, 0.00023275015485760958, 1.5466399949916668e-5, 5.059336042487043e-7,
    ],
    normal: {
      share: 0.5,
      atZero: 2,
      slope: [2.5066282153129578, 5.931804273874389e-8],
      stretch: 1,
      scale: 1,
      vanished: 38.75,
    },
    complement: {
      share: 1,
      atZero: 1,
      slope: [1.7724538445472717, 6.358244298782542e-9],
      stretch: Math.SQRT2,
      scale: Math.SQRT1_2,
      vanished: 27.375,
    },
  },
};

/** (erf(x) / x - 1) in powers of x^2 for |x| <= 1: absolute errors 1.3e-9 and 1.3e-17. */
const nearZero: Precision<readonly number[]> = {
  single: [
    0.12837916612625122, -0.3761262893676758, 0.11283617466688156, -0.026855070143938065, 0.005190588999539614,
    -0.0008029193850234151, 7.91430938988924e-5,
  ],
  double: [
    0.1283791670955126, -0.3761263890318411, 0.11283791670972036, -0.02686617064826983, 0.005223977655516848,
    -0.0008548328722243746, 0.00012055393733116518, -1.4927077643133921e-5, 1.6484409494016096e-6,
    -1.6594481077061604e-7, 1.627490140795297e-8, -1.7510421535436641e-9, 1.616144560463985e-10,
  ],
};

const bend = (x: Expr, { stretch, scale }: Shape): Expr => {
  const { numerator, denominator } = choose(x, constants);
  const t = stretch === 1 ? x : times(x, stretch);
  return over(
    polynomial(
      t,
      numerator.map((coefficient) => coefficient * scale),
    ),
    polynomial(t, denominator),
  );
};

/** The tail at x >= 0 as numerator / divisor times a power of two, both in parts, the first ones exact. */
interface Tail {
  readonly numerator: readonly [leading: Expr, small: Expr];
  readonly divisor: readonly [atZero: Expr, leading: Expr, bent: Expr];
  readonly power: FallingPower;
}

const tailOf = (body: BlockBuilder, magnitude: Expr, shape: Shape, weight: "plain" | "timesX"): Tail => {
  const { share, atZero, slope, vanished } = shape;
  const x = body.name(atMost(magnitude, vanished), "t");
  const head = headOf(body, x);
  const low = body.name(minus(x, head), "low");
  const square = body.name(times(times(head, head), -share));
  const squareLow = body.name(times(times(plus(x, head), low), -share));
  const { rest, exponent } = reduceExponential(body, square, squareLow);
  const bent = plus(times(low, slope[0]), times(x, minus(slope[1], bend(x, shape))));
  return {
    numerator: weight === "plain" ? [literal(x.type, 1), rest] : [x, times(x, rest)],
    divisor: [literal(x.type, atZero), body.name(times(head, slope[0])), body.name(bent)],
    power: fallingPower(body, x, exponent),
  };
};

const scaled = (body: BlockBuilder, quotient: Expr, { first, last }: FallingPower): Expr =>
  body.name(times(times(quotient, first), last), "tail");

const roundedTail = (body: BlockBuilder, { numerator, divisor: [atZero, leading, bent], power }: Tail): Expr =>
  scaled(body, over(plus(...numerator), plus(atZero, plus(leading, bent))), power);

/** The same with what rounding numerator and divisor loses put back: n / d + (dn - dd n / d) / d. */
const preciseTail = (body: BlockBuilder, { numerator, divisor: [atZero, leading, bent], power }: Tail): Expr => {
  const [n, lostAbove] = exactSum(body, ...numerator);
  const [line, lostFirst] = exactSum(body, atZero, leading);
  const [d, lostLast] = exactSum(body, line, bent);
  const lostBelow = plus(lostFirst, lostLast);
  const quotient = body.name(over(n, d), "quotient");
  return scaled(body, plus(quotient, over(minus(lostAbove, times(quotient, lostBelow)), d)), power);
};

const complementOf = (body: BlockBuilder, x: Expr): Tail =>
  tailOf(body, body.name(absolute(x)), choose(x, constants).complement, "plain");

const errorFunctionNearZero = (body: BlockBuilder, x: Expr): Expr => {
  const square = body.name(times(x, x), "square");
  return plus(x, times(x, polynomial(square, choose(x, nearZero))));
};

/** The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const errorFunction = (body: BlockBuilder, x: Expr): Expr => {
  const far = body.name(minus(1, roundedTail(body, complementOf(body, x))));
  return where(isBelow(absolute(x), 1), errorFunctionNearZero(body, x), withSignOf(x, far));
};

/** 1 - erf(x), accurate in the tail. */
export const complementaryErrorFunction = (body: BlockBuilder, x: Expr): Expr => {
  const tail = preciseTail(body, complementOf(body, x));
  return where(isBelow(x, 0), minus(2, tail), tail);
};

/** x times the normal distribution's integral up to x. */
export const gelu = (body: BlockBuilder, x: Expr): Expr => {
  if (!isDouble(x.type)) return geluSingle(body, x);
  const tail = roundedTail(body, tailOf(body, body.name(absolute(x)), choose(x, constants).normal, "timesX"));
  return where(isBelow(x, 0), negative(tail), minus(x, tail));
};
