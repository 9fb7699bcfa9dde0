// Logarithms. x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); with s = f / (2 + f), ln(1 + f) = 2 artanh(s),
// arranged as f - (f^2/2 - s (f^2/2 + R)) so that the leading terms are exact (the scheme of fdlibm).
import { type BlockBuilder, cast, literal } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  choose,
  equals,
  isAbove,
  isBelow,
  minus,
  negative,
  over,
  type Precision,
  plus,
  polynomial,
  smaller,
  times,
  where,
} from "./arithmetic.ts";
import { decompose, powerOfTwo } from "./scaling.ts";

interface LogarithmConstants {
  /** ln 2 in two parts; the first has few bits, so that its product with any exponent is exact. */
  readonly ln2High: number;
  readonly ln2Low: number;
  /** (2 artanh(s) / s - 2) / s^2 in powers of s^2: relative errors 1.1e-9 and 1.8e-18. */
  readonly tail: readonly number[];
  /** The largest exponent whose reciprocal power `powerOfTwo` can make. */
  readonly largestExponent: number;
}

const constants: Precision<LogarithmConstants> = {
  single: {
    ln2High: 0.693145751953125,
    ln2Low: 1.428606765330187e-6,
    tail: [0.6666674017906189, 0.3998098075389862, 0.2979520261287689],
    largestExponent: 126,
  },
  double: {
    ln2High: 0.6931471803691238,
    ln2Low: 1.9082149292705877e-10,
    tail: [
      0.666666666666667, 0.3999999999976079, 0.2857142867649101, 0.22222204563025322, 0.18183282516881208,
      0.15320676253134285, 0.1473435707502994,
    ],
    largestExponent: 1000,
  },
};

/** ln(1 + f) = f - (halfSquare - correction), for 1 + f between sqrt(1/2) and sqrt(2). */
const nearOne = (body: BlockBuilder, f: Expr): { readonly halfSquare: Expr; readonly correction: Expr } => {
  const s = body.name(over(f, plus(2, f)), "s");
  const square = body.name(times(s, s), "square");
  const halfSquare = body.name(times(times(0.5, f), f), "halfSquare");
  const tail = times(square, polynomial(square, choose(f, constants).tail));
  return { halfSquare, correction: body.name(times(s, plus(halfSquare, tail)), "correction") };
};

/** ln(1 + f) + k ln 2, for a whole number k. */
const withExponent = (body: BlockBuilder, f: Expr, k: Expr): Expr => {
  const { ln2High, ln2Low } = choose(f, constants);
  const { halfSquare, correction } = nearOne(body, f);
  const small = minus(halfSquare, plus(correction, times(k, ln2Low)));
  return minus(times(k, ln2High), minus(small, f));
};

/** What every logarithm gives outside the positive finite numbers; `pole` is where it falls to -infinity. */
const atEdges = (x: Expr, pole: number, inside: Expr): Expr =>
  where(
    isAbove(x, pole),
    where(isBelow(x, Number.POSITIVE_INFINITY), inside, x),
    where(equals(x, pole), Number.NEGATIVE_INFINITY, literal(x.type, Number.NaN)),
  );

/** The natural logarithm. */
export const logarithm = (body: BlockBuilder, x: Expr): Expr => {
  const { mantissa, exponent } = decompose(body, x, Math.SQRT1_2);
  const f = body.name(minus(mantissa, 1), "f");
  return atEdges(x, 0, withExponent(body, f, body.name(cast(x.type, exponent), "k")));
};

/** The logarithm to base 2, exact at powers of two. */
export const binaryLogarithm = (body: BlockBuilder, x: Expr): Expr => {
  const { mantissa, exponent } = decompose(body, x, Math.SQRT1_2);
  const f = body.name(minus(mantissa, 1), "f");
  const { halfSquare, correction } = nearOne(body, f);
  const natural = minus(f, minus(halfSquare, correction));
  return atEdges(x, 0, plus(times(natural, Math.LOG2E), cast(x.type, exponent)));
};

/** ln(1 + x) for x from 0 to 1. Both ways to f are exact where they are taken. */
export const logarithmOfOnePlusFraction = (body: BlockBuilder, x: Expr): Expr => {
  const isUpper = body.name(isAbove(x, Math.SQRT2 - 1), "upper");
  const f = body.name(where(isUpper, minus(times(0.5, x), 0.5), x), "f");
  return withExponent(body, f, body.name(where(isUpper, 1, literal(x.type, 0)), "k"));
};

/**
 * ln(1 + x). The sum 1 + x rounds; what it loses is put back into f, so that f is x itself wherever the exponent is 0.
 */
export const logarithmOfOnePlus = (body: BlockBuilder, x: Expr): Expr => {
  const sum = body.name(plus(1, x), "sum");
  const lost = where(isAbove(x, 1), minus(1, minus(sum, x)), minus(x, minus(sum, 1)));
  const { mantissa, exponent } = decompose(body, sum, Math.SQRT1_2);
  const scale = powerOfTwo(body, x, negative(body.name(smaller(exponent, choose(x, constants).largestExponent))));
  const f = body.name(plus(minus(mantissa, 1), times(lost, scale)), "f");
  const inside = withExponent(body, f, body.name(cast(x.type, exponent), "k"));
  return where(equals(x, 0), x, atEdges(x, -1, inside));
};
