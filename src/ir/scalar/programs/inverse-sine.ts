// arcsin and arccos (the scheme of fdlibm): a series where |x| <= 1/2, and beyond that half the angle, whose sine is
// s = sqrt((1 - |x|) / 2). Beyond 1 there is no such root, and the result is NaN.
import { type BlockBuilder, unary } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  choose,
  isAbove,
  isBelow,
  minus,
  type Precision,
  plus,
  polynomial,
  times,
  where,
  withSignOf,
} from "./arithmetic.ts";

interface InverseSineConstants {
  /** (arcsin(s) / s - 1) / s^2 in powers of s^2 for s <= 1/2: relative errors 4.9e-9 and 2.5e-19. */
  readonly tail: readonly number[];
  /** pi/2, and what the rounded pi/2 lacks. */
  readonly half: number;
  readonly halfLow: number;
}

const constants: Precision<InverseSineConstants> = {
  single: {
    tail: [0.16666752099990845, 0.074953094124794, 0.04546914994716644, 0.024184778332710266, 0.042158305644989014],
    half: 1.5707963705062866,
    halfLow: -4.371139000186243e-8,
  },
  double: {
    tail: [
      0.16666666666666666, 0.07500000000000119, 0.04464285714255019, 0.030381944475693704, 0.022372157435623815,
      0.017352816768546477, 0.013963775787848059, 0.01156651182189177, 0.00962140274733868, 0.00932210150111452,
      0.003035007172615201, 0.019579201619999292, -0.019277545928924788, 0.029635026263750575,
    ],
    half: Math.PI / 2,
    halfLow: 6.123233995736766e-17,
  },
};

interface Angle {
  /** Whether |x| > 1/2, and s is the sine of half the angle that is missing to a quarter turn. */
  readonly isOuter: Expr;
  /** The angle is s + excess. */
  readonly s: Expr;
  readonly excess: Expr;
}

const angleOf = (body: BlockBuilder, x: Expr): Angle => {
  const magnitude = body.name(absolute(x));
  const isOuter = body.name(isAbove(magnitude, 0.5), "outer");
  const square = body.name(where(isOuter, times(minus(1, magnitude), 0.5), times(x, x)), "square");
  const s = body.name(where(isOuter, unary("sqrt", square), magnitude), "s");
  return { isOuter, s, excess: body.name(times(times(s, square), polynomial(square, choose(x, constants).tail))) };
};

/** The angle whose sine is x; NaN beyond 1. */
export const inverseSine = (body: BlockBuilder, x: Expr): Expr => {
  const { half, halfLow } = choose(x, constants);
  const { isOuter, s, excess } = angleOf(body, x);
  const outer = minus(minus(half, times(2, s)), minus(times(2, excess), halfLow));
  return withSignOf(x, body.name(where(isOuter, outer, plus(s, excess))));
};

/** The angle whose cosine is x; NaN beyond 1. */
export const inverseCosine = (body: BlockBuilder, x: Expr): Expr => {
  const { half, halfLow } = choose(x, constants);
  const { isOuter, s, excess } = angleOf(body, x);
  const isLeft = body.name(isBelow(x, 0), "left");
  const [twice, twiceExcess] = [body.name(times(2, s)), body.name(times(2, excess))];
  const right = plus(twice, twiceExcess);
  const left = minus(minus(2 * half, twice), minus(twiceExcess, 2 * halfLow));
  const turn = where(isLeft, plus(half, s), minus(half, s));
  const inner = plus(turn, where(isLeft, plus(excess, halfLow), minus(halfLow, excess)));
  return where(isOuter, body.name(where(isLeft, left, right)), body.name(inner));
};
