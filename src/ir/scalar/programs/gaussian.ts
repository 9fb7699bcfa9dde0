// What derives from the normal distribution: erf, erfc, gelu. The tail is e^-z R(t), where R, a quotient of polynomials
// with positive coefficients, is what remains of the tail when the exponential is divided out. z is t^2 or t^2 / 2 kept as
// a sum of two numbers, since far out its rounding alone would cost a hundred units in the last place.
import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atMost,
  choose,
  headOf,
  isBelow,
  minus,
  negative,
  over,
  plus,
  polynomial,
  type Precision,
  times,
  where,
  withSignOf,
} from "./arithmetic.ts";
import { reduceExponential } from "./exponential.ts";
import { powerInHalves } from "./scaling.ts";

interface TailConstants {
  /** Where the tail (times t) has become 0. */
  readonly vanished: number;
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** e^(t^2) erfc(t): relative errors 1.3e-8 and 3.1e-17. */
const complementTail: Precision<TailConstants> = {
  single: {
    vanished: 10.25,
    numerator: [1, 1.2401312589645386, 0.7334116101264954, 0.23008230328559875, 0.03297853469848633],
    denominator: [
      1, 2.3685109615325928, 2.405980348587036, 1.328743577003479, 0.40783578157424927, 0.058452267199754715,
    ],
  },
  double: {
    vanished: 27.375,
    numerator: [
      1, 2.4851420072037276, 3.0664066904676783, 2.4387015106032917, 1.3767964788007514, 0.5766524006419209,
      0.18247326745829537, 0.043626791458667095, 0.007738095672388543, 0.0009735246235828245, 7.869464226713691e-5,
      3.1293641303763454e-6,
    ],
    denominator: [
      1, 3.6135211742992404, 6.143828703405454, 6.510001429493866, 4.796999108156808, 2.595337563527066,
      1.0598971765194354, 0.3302134129445789, 0.07818646493366448, 0.0137851587839869, 0.0017283007947741448,
      0.0001394826217320005, 5.546653503771245e-6,
    ],
  },
};

/** e^(t^2 / 2) times the normal distribution's upper tail at t: relative errors 1.2e-8 and 2.4e-17. */
const normalTail: Precision<TailConstants> = {
  single: {
    vanished: 14.5,
    numerator: [0.5, 0.43852099776268005, 0.18340368568897247, 0.04069032520055771, 0.004124869592487812],
    denominator: [
      1, 1.674926996231079, 1.2032008171081543, 0.46991583704948425, 0.10200189054012299, 0.010339397005736828,
    ],
  },
  double: {
    vanished: 38.75,
    numerator: [
      0.5, 0.8785655215396229, 0.766493711862138, 0.4310165362612802, 0.17205249569959777, 0.05095186789362694,
      0.011399828348639998, 0.001927094986065934, 0.00024167503442545026, 2.1497533845410224e-5,
      1.2286428369296927e-6, 3.4543604705576335e-8,
    ],
    denominator: [
      1, 2.555015603882111, 3.0715949266722222, 2.301264959881299, 1.1989871441850073, 0.4586659967051131,
      0.13244099690605335, 0.02917476203079879, 0.004884223930370262, 0.0006088692254341875, 5.397291414805332e-5,
      3.0797508744704053e-6, 8.65879762626757e-8,
    ],
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

/** factor e^-(share t^2) R(t) as `value` times a last power of two, which alone may round into the subnormals. */
interface Tail {
  readonly value: Expr;
  readonly last: Expr;
}

const tailOf = (body: BlockBuilder, t: Expr, share: 1 | 0.5, constants: TailConstants, factor?: Expr): Tail => {
  const head = headOf(body, t);
  const square = times(-share, times(head, head));
  const low = times(times(-share, plus(t, head)), minus(t, head));
  const { rest, exponent } = reduceExponential(body, body.name(square), low);
  const [first, last] = powerInHalves(body, t, exponent);
  const exponential = factor === undefined ? plus(1, rest) : plus(factor, times(factor, rest));
  const quotient = over(times(exponential, polynomial(t, constants.numerator)), polynomial(t, constants.denominator));
  return { value: body.name(times(quotient, first), "tail"), last: body.name(last, "power") };
};

const complementOf = (body: BlockBuilder, magnitude: Expr): Expr => {
  const constants = choose(magnitude, complementTail);
  const { value, last } = tailOf(body, body.name(atMost(magnitude, constants.vanished)), 1, constants);
  return body.name(times(value, last), "complement");
};

const errorFunctionNearZero = (body: BlockBuilder, x: Expr): Expr => {
  const square = body.name(times(x, x), "square");
  return plus(x, times(x, polynomial(square, choose(x, nearZero))));
};

/** The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const errorFunction = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const far = body.name(minus(1, complementOf(body, magnitude)));
  return where(isBelow(magnitude, 1), errorFunctionNearZero(body, x), withSignOf(x, far));
};

/** 1 - erf(x), accurate in the tail. */
export const complementaryErrorFunction = (body: BlockBuilder, x: Expr): Expr => {
  const tail = complementOf(body, body.name(absolute(x)));
  return where(isBelow(x, 0), minus(2, tail), tail);
};

/** x times the normal distribution's integral up to x. */
export const gelu = (body: BlockBuilder, x: Expr): Expr => {
  const constants = choose(x, normalTail);
  const t = body.name(atMost(body.name(absolute(x)), constants.vanished), "t");
  const { value, last } = tailOf(body, t, 0.5, constants, t);
  const tail = body.name(times(value, last));
  return where(isBelow(x, 0), negative(tail), minus(x, tail));
};
