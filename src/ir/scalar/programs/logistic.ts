// The logistic function and its kin, all from e = e^-|x|, which never overflows. Both tails keep their digits down to
// the last subnormal: 1 / (1 + e) on the right is e / (1 + e) on the left. Where x multiplies a tail (silu, mish) it
// does so before the tail is scaled into the subnormals.
import { type BlockBuilder, literal } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atLeast,
  atMost,
  choose,
  headOf,
  isAbove,
  isAtMost,
  isBelow,
  minus,
  negative,
  over,
  type Precision,
  plus,
  times,
  where,
} from "./arithmetic.ts";
import { reduceExponential } from "./exponential.ts";
import { logarithmOfOnePlusFraction } from "./logarithm.ts";
import { type FallingPower, fallingPower, powerOfTwo } from "./scaling.ts";

/** Where x e^-|x| has become 0. */
const vanished: Precision<number> = { single: 110, double: 760 };

/** (1 + rest) times a power of two, and their product. */
interface Falling {
  readonly rest: Expr;
  readonly power: FallingPower;
  readonly value: Expr;
}

/** e^(x + low) for x no lower than -`vanished` or so, and no higher than 0. */
const falling = (body: BlockBuilder, x: Expr, low?: Expr): Falling => {
  const { rest, exponent } = reduceExponential(body, x, low);
  const power = fallingPower(body, rest, exponent);
  return { rest, power, value: body.name(times(times(plus(1, rest), power.first), power.last), "e") };
};

/** e^-|x|. */
const fallingAt = (body: BlockBuilder, x: Expr): Falling =>
  falling(body, body.name(negative(atMost(body.name(absolute(x)), choose(x, vanished)))));

/** The power of two 2^-lift beside which e^-x is taken, and from where on, going down, e^-x is nothing beside 1. */
const beside: Precision<{ readonly lift: number; readonly lowest: number }> = {
  single: { lift: 64, lowest: -40 },
  double: { lift: 600, lowest: -80 },
};

/**
 * 1 / (1 + e^-x) as s / (s + s e^-x), where s is so small a power of two that s e^-x stays finite until the quotient is 0. With
 * s e^-x = p + p rest for a power of two p, the sum begins with its smaller parts, so that one rounding counts.
 */
export const sigmoid = (body: BlockBuilder, x: Expr): Expr => {
  const { lift, lowest } = choose(x, beside);
  const t = body.name(atMost(body.name(atLeast(body.name(negative(x)), lowest)), choose(x, vanished)));
  const { rest, exponent } = reduceExponential(body, t);
  const power = body.name(powerOfTwo(body, x, minus(exponent, lift)), "power");
  const small = 2 ** -lift;
  const [less, more] = [atMost(power, small), atLeast(power, small)];
  return over(small, plus(more, plus(less, times(power, rest))));
};

interface WeightingConstants {
  /** The power of two 2^-lift beside which e^t is taken. */
  readonly lift: number;
  /** Beyond these x sigmoid(x) is -0 and x. */
  readonly lowest: number;
  readonly highest: number;
}

const weighting: Precision<WeightingConstants> = {
  single: { lift: 30, lowest: -108.9, highest: 40 },
  double: { lift: 200, lowest: -752, highest: 80 },
};

/** x / (1 + e^(t + low)) as s x / (s + s e^t), in which one sum and one quotient round; x itself above `highest`. */
const weighed = (body: BlockBuilder, x: Expr, bounded: Expr, highest: number, t: Expr, low?: Expr): Expr => {
  const { lift } = choose(x, weighting);
  const { rest, exponent } = reduceExponential(body, t, low);
  const power = body.name(powerOfTwo(body, x, minus(exponent, lift)), "power");
  const small = 2 ** -lift;
  const [less, more] = [atMost(power, small), atLeast(power, small)];
  const quotient = over(bounded, plus(more, plus(less, times(power, rest))));
  return where(isAbove(x, highest), x, times(quotient, small));
};

/** x sigmoid(x). */
export const silu = (body: BlockBuilder, x: Expr): Expr => {
  const { lowest, highest } = choose(x, weighting);
  const bounded = body.name(atMost(body.name(atLeast(x, lowest)), highest));
  return weighed(body, x, bounded, highest, body.name(negative(bounded)));
};

/** x times `factor`, on the left also times e; `lowest` is where that has become 0. */
const weigh = (body: BlockBuilder, x: Expr, lowest: number, e: Falling, factor: (numerator: Expr) => Expr): Expr => {
  const isLeft = body.name(isBelow(x, 0), "left");
  const bounded = body.name(atLeast(x, lowest));
  const left = times(plus(bounded, times(bounded, e.rest)), e.power.first);
  return times(factor(where(isLeft, left, x)), where(isLeft, e.power.last, literal(x.type, 1)));
};

/** x tanh(ln(1 + e^x)), where with e = e^-|x| the tangent is a quotient of polynomials in e. */
export const mish = (body: BlockBuilder, x: Expr): Expr => {
  const e = fallingAt(body, x);
  const isLeft = body.name(isBelow(x, 0), "left");
  const twice = times(2, e.value);
  const square = times(e.value, e.value);
  const top = body.name(where(isLeft, plus(2, e.value), plus(1, twice)));
  const bottom = where(isLeft, plus(2, plus(twice, square)), plus(top, times(2, square)));
  return weigh(body, x, -choose(x, vanished), e, (numerator) => over(times(numerator, top), bottom));
};

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
export const softplus = (body: BlockBuilder, x: Expr): Expr =>
  plus(where(isAtMost(x, 0), 0, x), logarithmOfOnePlusFraction(body, fallingAt(body, x).value));

interface GeluConstants {
  /** 2 sqrt(2 / pi) in two parts, the first of half the bits. */
  readonly linear: readonly [head: number, rest: number];
  /** 0.044715 times that, likewise. */
  readonly cubic: readonly [head: number, rest: number];
  /** Beyond these the result is -0 and x. */
  readonly lowest: number;
  readonly highest: number;
}

const geluConstants: Precision<GeluConstants> = {
  single: {
    linear: [1.595703125, 0.00006599660264328122],
    cubic: [0.07135009765625, 4.718616310128709e-6],
    lowest: -10.8,
    highest: 8,
  },
  double: {
    linear: [1.5957691073417664, 1.426396435433791e-8],
    cubic: [0.071354815736413, 5.361872467621785e-10],
    lowest: -22,
    highest: 10,
  },
};

/** x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)). The argument is kept as a sum of two numbers, as in `gelu`. */
export const geluTanh = (body: BlockBuilder, x: Expr): Expr => {
  const { linear, cubic, lowest, highest } = choose(x, geluConstants);
  const t = body.name(atMost(body.name(atLeast(x, lowest)), highest), "t");
  const head = headOf(body, t);
  const rest = body.name(minus(t, head));
  const square = body.name(times(head, head), "square");
  const squareHead = headOf(body, square);
  const squareRest = body.name(plus(minus(square, squareHead), times(plus(t, head), rest)));
  const leading = body.name(times(cubic[0], squareHead));
  const weight = headOf(body, body.name(plus(leading, linear[0])));
  const small = plus(linear[1], plus(times(cubic[1], squareHead), times(cubic[0] + cubic[1], squareRest)));
  const weightRest = plus(minus(leading, minus(weight, linear[0])), small);
  const low = body.name(negative(plus(times(rest, weight), times(t, weightRest))));
  return weighed(body, x, t, highest, body.name(negative(times(head, weight))), low);
};
