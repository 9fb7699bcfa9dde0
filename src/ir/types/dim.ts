// Dimensions: known extents and symbolic ones. A symbolic dimension is kept as the canonical text of a polynomial over
// symbols, floored quotients and signs ("B", "B*T", "T+1", "floor((H+31)/32)"), so two dimensions are equal exactly when they
// are the same value (===), they print as they are, and they freeze, hash and serialise for free. normal-form.ts says which
// text is canonical.
import { floorQuotient, insideOf, parse, print, signOf } from "./normal-form.ts";
import {
  addPolynomials,
  atomsOf,
  constant,
  constantOf,
  dividePolynomials,
  multiplyPolynomials,
  type Polynomial,
} from "./polynomial.ts";

/** One extent of a shape: a number, or the canonical text of a symbolic expression. */
export type Dim = number | string;

/** The values that symbols are bound to. */
export type Bindings = Readonly<Record<string, number>>;

const canonical = (terms: Polynomial): Dim => constantOf(terms) ?? print(terms);

const terms = (dim: Dim): Polynomial => (typeof dim === "number" ? constant(dim) : parse(dim));

/** Brings a user's dimension ("T*B", "B * T") to its canonical form; throws SyntaxError on text that is no dimension. */
export const normalizeDim = (dim: Dim): Dim => (typeof dim === "number" ? dim : canonical(parse(dim)));

/** Whether the extent is known. */
export const isKnown = (dim: Dim): dim is number => typeof dim === "number";

/** a + b */
export const addDims = (a: Dim, b: Dim): Dim =>
  isKnown(a) && isKnown(b) ? a + b : canonical(addPolynomials(terms(a), terms(b)));

/** a - b */
export const subtractDims = (a: Dim, b: Dim): Dim => addDims(a, multiplyDims(b, -1));

/** a * b */
export const multiplyDims = (a: Dim, b: Dim): Dim =>
  // No extent is -0.
  isKnown(a) && isKnown(b) ? a * b + 0 : canonical(multiplyPolynomials(terms(a), terms(b)));

/** floor(a / divisor), for a whole divisor above 0. */
export const floorDivideDim = (a: Dim, divisor: number): Dim =>
  isKnown(a) ? Math.floor(a / divisor) : canonical(floorQuotient(terms(a), divisor));

/** 1 where there is something along an axis, and 0 where its extent is 0. */
export const signOfDim = (dim: Dim): Dim => (isKnown(dim) ? Math.sign(dim) : canonical(signOf(terms(dim))));

/** a / b where b divides a as a polynomial (`"128*B" / "B"` is 128), else undefined. */
export const divideDims = (a: Dim, b: Dim): Dim | undefined => {
  if (b === 0) return undefined;
  if (isKnown(a) && isKnown(b)) return a % b === 0 ? a / b + 0 : undefined;
  const quotient = dividePolynomials(terms(a), terms(b));
  return quotient === undefined ? undefined : canonical(quotient);
};

/** The symbols that occur in a dimension, sorted. */
export const symbolsOf = (dim: Dim): readonly string[] => {
  if (isKnown(dim)) return [];
  const found = new Set<string>();
  for (const monomial of parse(dim).keys())
    for (const atom of atomsOf(monomial)) {
      const inside = insideOf(atom);
      if (inside === undefined) found.add(atom);
      else for (const symbol of symbolsOf(inside.inner)) found.add(symbol);
    }
  return [...found].sort();
};

/** An atom with numbers, or other dimensions, in the places of its symbols. */
const bindAtom = (atom: string, bindings: Readonly<Record<string, Dim>>): Dim => {
  const inside = insideOf(atom);
  if (inside === undefined) return Object.hasOwn(bindings, atom) ? (bindings[atom] ?? atom) : atom;
  const inner = bindDim(inside.inner, bindings);
  return inside.kind === "sign" ? signOfDim(inner) : floorDivideDim(inner, inside.divisor);
};

/** Puts numbers, or other dimensions, in the places of symbols, all at once; symbols without a binding stay. */
export const bindDim = (dim: Dim, bindings: Readonly<Record<string, Dim>>): Dim => {
  if (isKnown(dim)) return dim;
  let sum: Dim = 0;
  for (const [monomial, coefficient] of parse(dim)) {
    let product: Dim = coefficient;
    for (const atom of atomsOf(monomial)) product = multiplyDims(product, bindAtom(atom, bindings));
    sum = addDims(sum, product);
  }
  return sum;
};
