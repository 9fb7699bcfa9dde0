// Division and remainder of linear forms by positive constants: the arithmetic behind "flatten, then split again is
// nothing". All of it rests on one fact: if x = g*q + r exactly (no wraparound) with 0 <= r < g, then x / g = q and
// x % g = r for x >= 0.

import { fitsInteger, type Interval } from "../../ir/loop/bounds.ts";
import { binary, i32 } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import {
  addScaled,
  constantOf,
  type Definitions,
  type Linear,
  linearAtom,
  linearConstant,
  linearInterval,
  linearOf,
  scale,
  soleAtom,
} from "../../ir/loop/linear.ts";
import type { Facts } from "../../ir/loop/relations.ts";

/** What divisions need to know, and how a form is written down as the operand of one that stays. */
export interface Arithmetic extends Facts {
  readonly definitions: Definitions;
  readonly expr: (form: Linear) => Expr;
}

/** The two results of dividing by a constant. */
export interface Division {
  readonly quotient: Linear;
  readonly remainder: Linear;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);

/** form = divisor * quotient + remainder, term by term; the constant leaves a remainder that is not negative. */
const split = (form: Linear, divisor: number): Division => {
  let quotient = linearConstant(Math.floor(form.constant / divisor));
  let remainder = linearConstant(form.constant - divisor * Math.floor(form.constant / divisor));
  for (const { atom, coefficient } of form.terms.values()) {
    const one = linearAtom(atom);
    if (coefficient % divisor === 0) quotient = addScaled(quotient, one, coefficient / divisor);
    else remainder = addScaled(remainder, one, coefficient);
  }
  return { quotient, remainder };
};

/** Remaining division of something that is not a sum: chains of divisions by constants collapse. */
const divideAtom = (form: Linear, divisor: number, arithmetic: Arithmetic): Division => {
  const whole = arithmetic.expr(form);
  const by = i32(divisor);
  const asWritten: Division = {
    quotient: linearOf(binary("div", whole, by)),
    remainder: linearOf(binary("rem", whole, by)),
  };
  const inner = soleAtom(form);
  if (inner?.kind !== "binary" || inner.right.kind !== "const" || inner.right.value <= 0) return asWritten;
  const { value } = inner.right;
  const operand = linearOf(inner.left, arithmetic.definitions);
  // (x / a) / b = x / (a * b): truncation twice is truncation once.
  if (inner.fn === "div" && value * divisor < 2 ** 31)
    return { ...asWritten, quotient: divideLinear(operand, value * divisor, arithmetic).quotient };
  // (x % (c * n)) / c = (x / c) % n and (x % (c * n)) % c = x % c, whatever the sign of x.
  if (inner.fn === "rem" && value % divisor === 0) {
    const { quotient, remainder } = divideLinear(operand, divisor, arithmetic);
    return { quotient: divideLinear(quotient, value / divisor, arithmetic).remainder, remainder };
  }
  return asWritten;
};

const within = ({ low, high }: Interval, least: number, most: number): boolean => low >= least && high <= most;

/** The divisors worth splitting by: what a coefficient shares with the divisor, the largest first. */
const candidates = (form: Linear, divisor: number): readonly number[] => {
  const shared = [...form.terms.values()].map(({ coefficient }) => greatestCommonDivisor(coefficient, divisor));
  return [...new Set([divisor, ...shared])].filter((each) => each > 1).sort((a, b) => b - a);
};

/** Splits a form known to be at least 0. */
const dividePositive = (form: Linear, divisor: number, arithmetic: Arithmetic): Division | undefined => {
  for (const part of candidates(form, divisor)) {
    const { quotient, remainder } = split(form, part);
    const rest = linearInterval(remainder, arithmetic.bounds);
    if (constantOf(quotient) === 0) continue;
    if (part === divisor && within(rest, 0, divisor - 1)) return { quotient, remainder };
    if (part === divisor && rest.low >= 0 && fitsInteger(rest)) {
      const more = divideLinear(remainder, divisor, arithmetic);
      return { quotient: addScaled(quotient, more.quotient, 1), remainder: more.remainder };
    }
    if (part < divisor && within(rest, 0, part - 1)) {
      const outer = divideLinear(quotient, divisor / part, arithmetic);
      return { quotient: outer.quotient, remainder: addScaled(remainder, outer.remainder, part) };
    }
  }
  return undefined;
};

/** Quotient and remainder (truncating) of a linear form by a constant above 0, as simple as bounds allow. */
export const divideLinear = (form: Linear, divisor: number, arithmetic: Arithmetic): Division => {
  if (divisor === 1) return { quotient: form, remainder: linearConstant(0) };
  const value = constantOf(form);
  if (value !== undefined)
    return { quotient: linearConstant(Math.trunc(value / divisor)), remainder: linearConstant(value % divisor) };
  const interval = linearInterval(form, arithmetic.bounds);
  if (within(interval, 1 - divisor, divisor - 1)) return { quotient: linearConstant(0), remainder: form };
  if (fitsInteger(interval)) {
    const exact = split(form, divisor);
    if (constantOf(exact.remainder) === 0) return exact;
    const positive = interval.low >= 0 ? dividePositive(form, divisor, arithmetic) : undefined;
    if (positive !== undefined) return positive;
  }
  return divideAtom(form, divisor, arithmetic);
};

/** x / b and x as sums: as they are written, and as they are when names are looked through. */
const readings = (dividend: Expr, divisor: number, arithmetic: Arithmetic): readonly (readonly [Linear, Linear])[] => {
  const operand = linearOf(dividend, arithmetic.definitions);
  return [
    [linearAtom(binary("div", dividend, i32(divisor))), linearOf(dividend)],
    [divideLinear(operand, divisor, arithmetic).quotient, operand],
  ];
};

/**
 * Puts divisions that were taken apart together again: k*b*(x / b) + k*(x % b) is k*x. Holds for every x, since both
 * sides agree modulo 2^32.
 */
export const recombine = (form: Linear, arithmetic: Arithmetic): Linear => {
  for (const { atom, coefficient } of form.terms.values()) {
    if (atom.kind !== "binary" || atom.fn !== "rem" || atom.right.kind !== "const" || atom.right.value <= 0) continue;
    const divisor = atom.right.value;
    for (const [quotient, operand] of readings(atom.left, divisor, arithmetic)) {
      const multiple = scale(quotient, Math.imul(coefficient, divisor));
      const complete = [...multiple.terms].every(
        ([key, term]) => form.terms.get(key)?.coefficient === term.coefficient,
      );
      if (!complete || constantOf(quotient) !== undefined) continue;
      const rest = addScaled(addScaled(form, multiple, -1), linearAtom(atom), -coefficient);
      return recombine(addScaled(rest, operand, coefficient), arithmetic);
    }
  }
  return form;
};
