// Polynomials with whole coefficients, as maps from products of atoms to how often they count: what symbolic dimensions are calculated
// with. An atom is a text of which only the order matters here; normal-form.ts says which there are and what they mean.
import { reject } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";

/** A product of atoms, sorted and joined by `*`; the empty text is the unit. */
export type Monomial = string;

/** Coefficients by monomial; zero coefficients are absent. */
export type Polynomial = ReadonlyMap<Monomial, number>;

/** A monomial and how often it counts. */
export type Term = readonly [Monomial, number];

/** The product of no atoms. */
export const unit: Monomial = "";

/** A sum of terms, of which several may have the same monomial. */
export const polynomial = (terms: Iterable<Term>): Polynomial => {
  const sum = new Map<Monomial, number>();
  for (const [monomial, coefficient] of terms) sum.set(monomial, (sum.get(monomial) ?? 0) + coefficient);
  for (const [monomial, coefficient] of sum) if (coefficient === 0) sum.delete(monomial);
  if (sum.size > limits.terms) reject("W135", { what: `an extent of ${sum.size} terms` });
  return sum;
};

/** A number as a polynomial. */
export const constant = (value: number): Polynomial => polynomial([[unit, value]]);

/** The number that a polynomial without symbols is. */
export const constantOf = (terms: Polynomial): number | undefined =>
  terms.size === 0 ? 0 : terms.size === 1 ? terms.get(unit) : undefined;

/** Splits a monomial at its top-level stars: the atoms themselves may hold stars inside `floor(...)`. */
export const atomsOf = (monomial: Monomial): readonly string[] => {
  if (monomial === unit) return [];
  if (!monomial.includes("(")) return monomial.split("*");
  const atoms: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < monomial.length; at++) {
    const character = monomial[at];
    if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "*" && depth === 0) {
      atoms.push(monomial.slice(start, at));
      start = at + 1;
    }
  }
  atoms.push(monomial.slice(start));
  return atoms;
};

/** The terms as they print: higher degrees first, then by text. */
export const ordered = (terms: Polynomial): readonly Term[] =>
  [...terms].sort(([a], [b]) => atomsOf(b).length - atomsOf(a).length || (a < b ? -1 : a > b ? 1 : 0));

/** P + Q */
export const addPolynomials = (left: Polynomial, right: Polynomial): Polynomial => polynomial([...left, ...right]);

/** P * Q */
export const multiplyPolynomials = (left: Polynomial, right: Polynomial): Polynomial => {
  // Before the work is done: factors of one term each are the rule.
  if (left.size * right.size > 64 * limits.terms)
    reject("W135", { what: `an extent that is ${left.size} terms times ${right.size}` });
  const terms: Term[] = [];
  for (const [a, ca] of left)
    for (const [b, cb] of right) terms.push([[...atomsOf(a), ...atomsOf(b)].sort().join("*"), ca * cb]);
  return polynomial(terms);
};

/** P times a number. */
export const scalePolynomial = (terms: Polynomial, by: number): Polynomial =>
  polynomial([...terms].map(([monomial, coefficient]) => [monomial, coefficient * by]));

/** The first term of `term` divided by another; undefined where it does not go. */
const divideTerm = ([monomial, coefficient]: Term, [by, count]: Term): Term | undefined => {
  const rest = [...atomsOf(monomial)];
  for (const atom of atomsOf(by)) {
    const position = rest.indexOf(atom);
    if (position < 0) return undefined;
    rest.splice(position, 1);
  }
  return coefficient % count === 0 ? [rest.join("*"), coefficient / count] : undefined;
};

/** P / Q where Q divides P, by long division; undefined elsewhere. */
export const dividePolynomials = (dividend: Polynomial, divisor: Polynomial): Polynomial | undefined => {
  const [leading] = ordered(divisor);
  if (leading === undefined) return undefined;
  const quotient: Term[] = [];
  let rest = dividend;
  for (let step = 0; rest.size > 0; step++) {
    const [first] = ordered(rest);
    const term = first === undefined || step === limits.terms ? undefined : divideTerm(first, leading);
    if (term === undefined) return undefined;
    quotient.push(term);
    rest = addPolynomials(rest, multiplyPolynomials(divisor, polynomial([[term[0], -term[1]]])));
  }
  return polynomial(quotient);
};
