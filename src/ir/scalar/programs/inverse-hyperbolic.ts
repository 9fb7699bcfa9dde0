// The inverse hyperbolic functions by logarithms of 1 + t, whose arguments t are small where the results are. Far from 0,
// where squares would overflow, what is added to 2 |x| in the logarithm of asinh and acosh no longer counts.
import { type BlockBuilder, unary } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atMost,
  choose,
  isAbove,
  minus,
  over,
  type Precision,
  plus,
  times,
  where,
  withSignOf,
} from "./arithmetic.ts";
import { logarithm, logarithmOfOnePlus } from "./logarithm.ts";

/** From where on 1 / x^2 is below half a unit in the last place. */
const far: Precision<number> = { single: 1e4, double: 2e8 };

/** ln(2 x) where x is far from 0, otherwise ln(1 + t) with t made from x. */
const logarithmic = (body: BlockBuilder, x: Expr, excess: (near: Expr) => Expr): Expr => {
  const limit = choose(x, far);
  const near = logarithmOfOnePlus(body, body.name(excess(body.name(atMost(x, limit)))));
  return where(isAbove(x, limit), plus(logarithm(body, x), Math.LN2), near);
};

/** asinh x = ln(1 + |x| + x^2 / (1 + sqrt(1 + x^2))), with the sign of x. */
export const inverseHyperbolicSine = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const result = logarithmic(body, magnitude, (near) => {
    const square = body.name(times(near, near), "square");
    return plus(near, over(square, plus(unary("sqrt", plus(square, 1)), 1)));
  });
  return withSignOf(x, body.name(result));
};

/** acosh x = ln(1 + t + sqrt(t) sqrt(t + 2)) with t = x - 1; NaN below 1, where t has no root. */
export const inverseHyperbolicCosine = (body: BlockBuilder, x: Expr): Expr =>
  logarithmic(body, x, (near) => {
    const beyond = body.name(minus(near, 1), "beyond");
    return plus(beyond, times(unary("sqrt", beyond), unary("sqrt", plus(beyond, 2))));
  });

/** atanh x = ln(1 + 2 |x| / (1 - |x|)) / 2, with the sign of x; infinite at 1 and NaN beyond. */
export const inverseHyperbolicTangent = (body: BlockBuilder, x: Expr): Expr => {
  const magnitude = body.name(absolute(x));
  const ratio = body.name(over(times(magnitude, 2), minus(1, magnitude)));
  return withSignOf(x, body.name(times(logarithmOfOnePlus(body, ratio), 0.5)));
};
