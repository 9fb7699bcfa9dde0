// The inverse hyperbolic functions by logarithms of 1 + t, whose arguments t are small where the results are. Far from 0,
// where squares would overflow, what is added to 2 |x| in the logarithm of asinh and acosh no longer counts.
import { type BlockBuilder, unary } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atMost,
  choose,
  exactSum,
  isAbove,
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
import { logarithm, logarithmOfOnePlus } from "./logarithm.ts";

/** From where on 1 / x^2 is below half a unit in the last place. */
const far: Precision<number> = { single: 1e4, double: 2e8 };

/** ln(2 x) where x is far from 0, otherwise what `near` makes of x. */
const logarithmic = (body: BlockBuilder, x: Expr, near: (x: Expr) => Expr): Expr => {
  const limit = choose(x, far);
  const inside = near(body.name(atMost(x, limit)));
  return where(isAbove(x, limit), plus(logarithm(body, x), Math.LN2), inside);
};

/** asinh x = ln(1 + |x| + x^2 / (1 + sqrt(1 + x^2))), with the sign of x. */
export const inverseHyperbolicSine = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const result = logarithmic(body, magnitude, (near) => {
    const square = body.name(times(near, near), "square");
    const excess = plus(near, over(square, plus(unary("sqrt", plus(square, 1)), 1)));
    return logarithmOfOnePlus(body, body.name(excess));
  });
  return withSignOf(x, body.name(result));
};

/** acosh x = ln(1 + t + sqrt(t (t + 2))) with t = x - 1; NaN below 1. What the sum loses is put back to first order. */
export const inverseHyperbolicCosine = (body: BlockBuilder, x: Expr): Expr =>
  logarithmic(body, x, (near) => {
    const beyond = body.name(where(isBelow(near, 1), Number.NaN, minus(near, 1)), "beyond");
    const [excess, lost] = exactSum(body, beyond, body.name(unary("sqrt", times(beyond, plus(beyond, 2)))));
    return plus(logarithmOfOnePlus(body, excess), over(lost, plus(1, excess)));
  });

/** (artanh(x) / x - 1) / x^2 in powers of x^2 for |x| <= 0.45: relative errors 2.7e-10 and 5e-20. */
const nearZero: Precision<readonly number[]> = {
  single: [
    0.33333325386047363, 0.20000742375850677, 0.1426275223493576, 0.11434103548526764, 0.06848283857107162,
    0.14881783723831177,
  ],
  double: [
    0.3333333333333333, 0.20000000000000037, 0.14285714285701984, 0.11111111112659285, 0.09090908989495586,
    0.07692311660352255, 0.06666566434265861, 0.05884063754520091, 0.05242931618569797, 0.04928901019236783,
    0.033931448303123134, 0.07664016234253192, -0.050893978534120254, 0.1451028154228588,
  ],
};

/** atanh x: a series near 0, ln(1 + 2 |x| / (1 - |x|)) / 2 further out, and the sign of x; infinite at 1 and NaN beyond. */
export const inverseHyperbolicTangent = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const square = body.name(times(x, x), "square");
  const near = plus(magnitude, times(times(magnitude, square), polynomial(square, choose(x, nearZero))));
  const ratio = body.name(over(times(magnitude, 2), minus(1, magnitude)));
  const far = times(logarithmOfOnePlus(body, ratio), 0.5);
  return withSignOf(x, body.name(where(isBelow(magnitude, 0.45), near, far)));
};
