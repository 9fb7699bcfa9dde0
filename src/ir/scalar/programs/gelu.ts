// gelu(x) = max(x, 0) - R(|x|), where R(t) is t times the upper tail of the normal distribution, e^(-t^2 / 2) Q(t) t with a Q that
// falls slowly (a Mills ratio). With q = t / (t + a), Q(t) t = q V(q) and V is nearly the line a/2 - q, so that one polynomial does
// for all t (Shepherd and Laframboise 1981 have the like for erfc). On the left R is the result: it is made of exact leading parts
// and small rests. t is split at 2^-8 and q after ten bits, where the squares and products of the leading parts are exact.
import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import { bitsOfFloat } from "../../loop/fold.ts";
import {
  absolute,
  atLeast,
  atMost,
  bitAnd,
  fromBits,
  minus,
  over,
  pairedPolynomial,
  plus,
  shiftLeft,
  times,
  toBits,
} from "./arithmetic.ts";

/** From here on R is 0. */
const vanished = 14.5;

/** Adding it rounds to multiples of 2^-8. */
const splitShift = 1.5 * 2 ** 15;

const roundingShift = 1.5 * 2 ** 23;

/** a. */
const offset = 2.5859375;

/** Near where (V(q) - a/2 + q) / q changes its sign, and what it is there: far out on the left this is small, and must not be a difference. */
const turn = { at: 0.796875, value: -0.00023764338402543217 } as const;

/** ((V(q) - a/2 + q) / q - turn.value) / (q - turn.at) in powers of q, minimax: relative to V 8.3e-9. */
const bend = [
  0.4700236916542053, 0.2377288043498993, -0.09278054535388947, -0.12804841995239258, 0.008920380845665932,
  -0.06724440306425095, 0.16573622822761536, -0.07153674215078354,
];

/** 2 ln 2 in two parts, the first so short that its product with any exponent is exact. */
const doubleLn2 = [1.38629150390625, 2.857213530660374e-6] as const;

/** (e^(-v / 2) - 1 + v / 2) / v^2 in powers of v, the polynomial of `growth` of half the argument. */
const tail = [
  0.4999999403953552, 0.16666513681411743, 0.041668061167001724, 0.008369549177587032, 0.0013843780616298318,
].map((coefficient, at) => (coefficient / 4) * (-1 / 2) ** at);

/** R is made 2^64 times too large, and last brought down into the subnormals. */
const lift = 64;

/** e^(-t^2 / 2) as (1 + rest) power / 2^64, for t = head + low. */
const gaussian = (
  body: BlockBuilder,
  t: Expr,
  head: Expr,
  low: Expr,
): { readonly rest: Expr; readonly power: Expr } => {
  const square = body.name(times(head, head), "square");
  const shifted = body.name(plus(times(square, 0.5 * Math.LOG2E), roundingShift), "shifted");
  const count = body.name(minus(shifted, roundingShift), "count");
  const high = minus(square, times(count, doubleLn2[0]));
  const v = body.name(plus(high, minus(times(low, plus(t, head)), times(count, doubleLn2[1]))), "v");
  const curve = body.name(times(v, v), "curve");
  const rest = body.name(plus(times(v, -0.5), times(curve, pairedPolynomial(v, curve, tail))), "rest");
  // The low bits of `shifted` are those of the count.
  return { rest, power: fromBits(shiftLeft(minus(bitsOfFloat(roundingShift) + 127 + lift, toBits(shifted)), 23)) };
};

/** t / (t + a) as a sum of two numbers, the first of ten bits. */
const fraction = (body: BlockBuilder, t: Expr, head: Expr, low: Expr): readonly [head: Expr, rest: Expr] => {
  const reciprocal = body.name(over(1, plus(t, offset)), "reciprocal");
  const q = body.name(fromBits(bitAnd(toBits(times(t, reciprocal)), ~0x3fff)), "q");
  const remainder = minus(minus(t, times(q, plus(head, offset))), times(q, low));
  return [q, body.name(times(remainder, reciprocal), "rest")];
};

/** x times the normal distribution's integral up to x, in single precision. */
export const gelu = (body: BlockBuilder, x: Expr): Expr => {
  const t = body.name(atMost(body.name(absolute(x)), vanished), "t");
  const head = body.name(minus(plus(t, splitShift), splitShift), "head");
  const low = body.name(minus(t, head), "low");
  const { rest, power } = gaussian(body, t, head, low);
  const [qHead, qRest] = fraction(body, t, head, low);
  const q = body.name(plus(qHead, qRest), "q");
  const line = body.name(minus(offset / 2, qHead), "line");
  const turned = times(minus(q, turn.at), pairedPolynomial(q, body.name(times(q, q)), bend));
  const bent = times(q, plus(turned, turn.value));
  const leading = body.name(times(qHead, line));
  const small = body.name(plus(times(qRest, minus(line, q)), times(q, bent)));
  const value = plus(leading, plus(small, times(plus(leading, small), rest)));
  const tail = times(times(value, power), 2 ** -lift);
  return minus(atLeast(x, -0), tail);
};
