// x^y = 2^(y log2 |x|) with the logarithm to about one and a half times the working precision, since the product with y
// magnifies its error by up to 150 (the scheme of fdlibm). x = 2^k c (1 + s) / (1 - s) with c one of 1 and 3/2, so that
// |s| <= 0.102; every product that must be exact is one of two heads.
import { type BlockBuilder, cast, literal, unary } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  bitAnd,
  bitOr,
  choose,
  equals,
  headOf,
  isAbove,
  isAtLeast,
  isAtMost,
  isBelow,
  isSigned,
  minus,
  negatedWhere,
  over,
  type Precision,
  plus,
  polynomial,
  times,
  where,
} from "./arithmetic.ts";
import { growth } from "./exponential.ts";
import { decompose, nearestWhole, scaleBy } from "./scaling.ts";

/** A constant in two parts, the first of half the bits or fewer. */
type Parts = readonly [head: number, rest: number];

interface PowerConstants {
  /** (3 artanh(s) - 3 s - s^3) / s^5 in powers of s^2: relative to 3 s, 9.5e-14 and 3.5e-22. */
  readonly tail: readonly number[];
  /** 2 / (3 ln 2). */
  readonly scale: Parts;
  /** log2(3/2). */
  readonly logOfThreeHalves: Parts;
  readonly ln2: Parts;
  /** Exponents at which 2^exponent is 0 and infinity. */
  readonly lowest: number;
  readonly highest: number;
}

const constants: Precision<PowerConstants> = {
  single: {
    tail: [0.6000000238418579, 0.4285459816455841, 0.3383827209472656],
    scale: [0.961669921875, 0.00012677205086220056],
    logOfThreeHalves: [0.5849609375, 1.5632211898264359e-6],
    ln2: [0.693115234375, 3.194618329871446e-5],
    lowest: -151,
    highest: 129,
  },
  double: {
    tail: [
      0.5999999999999945, 0.4285714285786414, 0.33333332978137703, 0.27272813065835183, 0.23066015462813694,
      0.20699432104123192,
    ],
    scale: [0.9617966860532761, 7.872699542894897e-9],
    logOfThreeHalves: [0.5849624872207642, 1.350039202129749e-8],
    ln2: [0.6931471675634384, 1.2996506893889889e-8],
    lowest: -1077,
    highest: 1025,
  },
};

/** An unevaluated sum; the head has half the bits. */
interface Sum {
  readonly head: Expr;
  readonly rest: Expr;
}

/** s = (m - center) / (m + center), as a sum, and its rounded value. */
const quotient = (body: BlockBuilder, mantissa: Expr, center: Expr): Sum & { readonly value: Expr } => {
  const difference = body.name(minus(mantissa, center));
  const total = body.name(plus(mantissa, center));
  const reciprocal = body.name(over(1, total));
  const value = body.name(times(difference, reciprocal), "s");
  const head = headOf(body, value);
  const totalHead = headOf(body, total);
  const totalRest = minus(mantissa, minus(totalHead, center));
  const remainder = minus(minus(difference, times(head, totalHead)), times(head, totalRest));
  return { head, rest: body.name(times(reciprocal, remainder)), value };
};

/** (3/2) ln((1 + s) / (1 - s)) = s (3 + s^2 + s^4 tail(s^2)). */
const scaledLogarithm = (body: BlockBuilder, { head, rest, value }: Sum & { readonly value: Expr }): Sum => {
  const square = body.name(times(value, value), "square");
  const headSquare = body.name(times(head, head), "headSquare");
  const tail = times(times(square, square), polynomial(square, choose(value, constants).tail));
  const small = body.name(plus(tail, times(rest, plus(head, value))));
  const factorHead = headOf(body, body.name(plus(plus(3, headSquare), small)));
  const factorRest = minus(small, minus(minus(factorHead, 3), headSquare));
  const leading = body.name(times(head, factorHead));
  const trailing = body.name(plus(times(rest, factorHead), times(factorRest, value)));
  const sumHead = headOf(body, body.name(plus(leading, trailing)));
  return { head: sumHead, rest: body.name(minus(trailing, minus(sumHead, leading))) };
};

/** log2 of a positive number; infinite at 0 and infinity, where `rest` means nothing. */
const preciseLogarithm = (body: BlockBuilder, x: Expr): Sum => {
  const { scale, logOfThreeHalves } = choose(x, constants);
  const { mantissa, exponent } = decompose(body, x, Math.sqrt(0.75));
  const isUpper = body.name(isAbove(mantissa, Math.sqrt(1.5)), "upper");
  const center = body.name(where(isUpper, 1.5, literal(x.type, 1)), "center");
  const logarithm = scaledLogarithm(body, quotient(body, mantissa, center));
  const k = body.name(cast(x.type, exponent), "k");
  const high = body.name(times(logarithm.head, scale[0]));
  const centerHigh = body.name(where(isUpper, logOfThreeHalves[0], literal(x.type, 0)));
  const centerLow = where(isUpper, logOfThreeHalves[1], literal(x.type, 0));
  const scaled = plus(times(logarithm.head, scale[1]), times(logarithm.rest, scale[0] + scale[1]));
  const low = body.name(plus(scaled, centerLow));
  const head = headOf(body, body.name(plus(plus(plus(high, low), centerHigh), k)));
  const rest = minus(low, minus(minus(minus(head, k), centerHigh), high));
  const atZero = where(equals(x, 0), Number.NEGATIVE_INFINITY, head);
  return {
    head: body.name(where(isBelow(x, Number.POSITIVE_INFINITY), atZero, x), "log"),
    rest: body.name(rest, "logRest"),
  };
};

/** 2^(y log), where y log may be anything. */
const powerOfLogarithm = (body: BlockBuilder, y: Expr, log: Sum): Expr => {
  const { ln2, lowest, highest } = choose(y, constants);
  const yHead = headOf(body, y);
  const high = body.name(times(yHead, log.head));
  const low = body.name(plus(times(minus(y, yHead), log.head), times(y, log.rest)));
  const { value, integer } = nearestWhole(body, body.name(plus(high, low)));
  const fraction = body.name(minus(high, value));
  const head = headOf(body, body.name(plus(fraction, low)));
  const rest = minus(low, minus(head, fraction));
  const rHigh = body.name(times(head, ln2[0]));
  const rLow = body.name(plus(times(rest, ln2[0] + ln2[1]), times(head, ln2[1])));
  const r = body.name(plus(rHigh, rLow), "r");
  const inside = scaleBy(body, body.name(plus(1, growth(body, r, minus(rLow, minus(r, rHigh))))), integer);
  const estimate = body.name(times(y, log.head), "estimate");
  const bounded = where(isAtMost(estimate, lowest), 0, inside);
  return where(isAtLeast(estimate, highest), Number.POSITIVE_INFINITY, bounded);
};

const isWhole = (x: Expr): Expr => equals(unary("trunc", x), x);

/** x^y by IEEE 754: x^0 and 1^y are 1 even of NaN, and so is (-1)^infinity. */
export const power = (body: BlockBuilder, x: Expr, y: Expr): Expr => {
  const magnitude = body.name(absolute(x), "magnitude");
  const positive = body.name(powerOfLogarithm(body, y, preciseLogarithm(body, magnitude)), "power");
  const isOdd = bitAnd(isWhole(y), unary("not", isWhole(body.name(times(0.5, y)))));
  const signed = negatedWhere(bitAnd(isSigned(x), isOdd), positive);
  const isFiniteNegative = bitAnd(isBelow(x, 0), isAbove(x, Number.NEGATIVE_INFINITY));
  const isUndefined = bitAnd(isFiniteNegative, unary("not", isWhole(y)));
  const isUnit = bitAnd(equals(magnitude, 1), equals(absolute(y), Number.POSITIVE_INFINITY));
  const isOne = bitOr(bitOr(equals(y, 0), equals(x, 1)), isUnit);
  return where(isOne, 1, where(isUndefined, Number.NaN, body.name(signed)));
};
