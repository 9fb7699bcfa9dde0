// Linear normal form of i32 expressions: a constant plus a sum of coefficient times atom, where an atom is anything that
// is not itself a sum or a product by a constant. Sums and products of i32 wrap, so this form is exact modulo 2^32
// whatever the values are; `linearInterval` tells where it is exact without wrapping.

import { type Bounds, type Interval, intervalOf } from "./bounds.ts";
import { add, i32, multiply, subtract, variable } from "./build.ts";
import type { Expr } from "./expr.ts";
import { keyOf } from "./key.ts";

/** coefficient * atom. */
export interface Term {
  readonly atom: Expr;
  readonly coefficient: number;
}

/** constant + sum of terms; terms are keyed by their atoms, and no coefficient is 0. */
export interface Linear {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, Term>;
}

/** What a name stands for, if that is to be looked through. */
export type Definitions = (name: string) => Linear | undefined;

const opaque: Definitions = () => undefined;

const noTerms: Linear["terms"] = new Map();

/** A whole number as a linear form. */
export const linearConstant = (value: number): Linear => ({ constant: value | 0, terms: noTerms });

/** The form that is just this expression. */
export const linearAtom = (atom: Expr): Linear => ({
  constant: 0,
  terms: new Map<string, Term>().set(keyOf(atom), { atom, coefficient: 1 }),
});

/** a + b * factor. */
export const addScaled = (a: Linear, b: Linear, factor: number): Linear => {
  const constant = (a.constant + Math.imul(b.constant, factor)) | 0;
  // Most sums are of a term and a constant: tables of terms are not copied for those.
  if (b.terms.size === 0) return { constant, terms: a.terms };
  if (a.terms.size === 0 && factor === 1) return { constant, terms: b.terms };
  const terms = new Map(a.terms);
  for (const [key, { atom, coefficient }] of b.terms) {
    const sum = ((terms.get(key)?.coefficient ?? 0) + Math.imul(coefficient, factor)) | 0;
    if (sum === 0) terms.delete(key);
    else terms.set(key, { atom, coefficient: sum });
  }
  return { constant, terms };
};

/** The form times a constant. */
export const scale = (form: Linear, factor: number): Linear => addScaled(linearConstant(0), form, factor);

/** The number that the form always is, if there is one. */
export const constantOf = (form: Linear): number | undefined => (form.terms.size === 0 ? form.constant : undefined);

/** The one atom that the form consists of, if it is one. */
export const soleAtom = (form: Linear): Expr | undefined => {
  const [term, ...rest] = form.terms.values();
  return form.constant === 0 && term?.coefficient === 1 && rest.length === 0 ? term.atom : undefined;
};

/** The normal form of an i32 expression. */
export const linearOf = (expr: Expr, definitions: Definitions = opaque): Linear => {
  if (expr.kind === "const") return linearConstant(expr.value);
  if (expr.kind === "var") return definitions(expr.name) ?? linearAtom(expr);
  if (expr.kind === "unary" && expr.fn === "neg") return scale(linearOf(expr.operand, definitions), -1);
  if (expr.kind !== "binary") return linearAtom(expr);
  const { fn } = expr;
  if (fn !== "add" && fn !== "sub" && fn !== "mul") return linearAtom(expr);
  const left = linearOf(expr.left, definitions);
  const right = linearOf(expr.right, definitions);
  if (fn === "add") return addScaled(left, right, 1);
  if (fn === "sub") return addScaled(left, right, -1);
  const factor = constantOf(right);
  if (factor !== undefined) return scale(left, factor);
  const leftFactor = constantOf(left);
  return leftFactor === undefined ? linearAtom(expr) : scale(right, leftFactor);
};

/** Where the sum lies if it is computed exactly: outside the i32 range the wrapped value is another. */
export const linearInterval = (form: Linear, bounds: Bounds): Interval => {
  let low = form.constant;
  let high = form.constant;
  for (const { atom, coefficient } of form.terms.values()) {
    const of = intervalOf(atom, bounds);
    low += coefficient * (coefficient > 0 ? of.low : of.high);
    high += coefficient * (coefficient > 0 ? of.high : of.low);
  }
  return { low, high };
};

/** coefficient * atom as an expression. */
const termExpr = ({ atom, coefficient }: Term): Expr => multiply(atom, coefficient);

const ordered = ({ terms }: Linear, rank: (atom: Expr) => number): readonly Term[] =>
  [...terms]
    .map(([key, term]) => ({ key, term, rank: rank(term.atom) }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        Math.sign(b.term.coefficient) - Math.sign(a.term.coefficient) ||
        Math.abs(b.term.coefficient) - Math.abs(a.term.coefficient) ||
        (a.key < b.key ? -1 : 1),
    )
    .map(({ term }) => term);

/**
 * The form as an expression, the terms of the lowest rank first, so that what is fixed outside a loop stands together
 * on the left; the constant comes last.
 */
export const linearExpr = (form: Linear, rank: (atom: Expr) => number): Expr => {
  let sum: Expr = i32(0);
  for (const term of form.terms.size < 2 ? form.terms.values() : ordered(form, rank)) {
    const negative = term.coefficient < 0 && term.coefficient !== -(2 ** 31) && sum.kind !== "const";
    sum = negative ? subtract(sum, termExpr({ ...term, coefficient: -term.coefficient })) : add(sum, termExpr(term));
  }
  return add(sum, form.constant);
};

/** The coefficient of a variable in an i32 expression; undefined where the expression is not linear in it. */
export const coefficientOf = (form: Linear, name: string, mentions: (atom: Expr) => boolean): number | undefined => {
  const key = keyOf(variable("i32", name));
  for (const [each, { atom }] of form.terms) if (each !== key && mentions(atom)) return undefined;
  return form.terms.get(key)?.coefficient ?? 0;
};
