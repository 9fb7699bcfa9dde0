// Dimensions: known extents and symbolic ones. A symbolic dimension is kept as the canonical text of a polynomial over
// symbols and floored quotients ("B", "B*T", "T+1", "floor((H+31)/32)"), so two dimensions are equal exactly when they
// are the same value (===), they print as they are, and they freeze, hash and serialise for free. `floor` nests
// collapse: floor((floor((H+a)/s)+b)/t) = floor((H+a+b*s)/(s*t)).

import { reject } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";

/** One extent of a shape: a number, or the canonical text of a symbolic expression. */
export type Dim = number | string;

/** A product of atoms (symbols, or floored quotients), sorted and joined by `*`; the empty text is the unit. */
type Monomial = string;
/** Coefficients by monomial; zero coefficients are absent. */
type Polynomial = ReadonlyMap<Monomial, number>;

/** The values that symbols are bound to. */
export type Bindings = Readonly<Record<string, number>>;

const unit: Monomial = "";
const symbolPattern = /^[A-Za-z_][A-Za-z0-9_]*/;

const polynomial = (terms: Iterable<readonly [Monomial, number]>): Polynomial => {
  const sum = new Map<Monomial, number>();
  for (const [monomial, coefficient] of terms) sum.set(monomial, (sum.get(monomial) ?? 0) + coefficient);
  for (const [monomial, coefficient] of sum) if (coefficient === 0) sum.delete(monomial);
  if (sum.size > limits.terms) reject("W135", { what: `an extent of ${sum.size} terms` });
  return sum;
};

const constantOf = (terms: Polynomial): number | undefined =>
  terms.size === 0 ? 0 : terms.size === 1 ? terms.get(unit) : undefined;

/** Splits a monomial at its top-level stars: the atoms themselves may hold stars inside `floor(...)`. */
const atomsOf = (monomial: Monomial): readonly string[] => {
  if (monomial === unit) return [];
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

const multiplyPolynomials = (left: Polynomial, right: Polynomial): Polynomial => {
  // Before the work is done: factors of one term each are the rule.
  if (left.size * right.size > 64 * limits.terms)
    reject("W135", { what: `an extent that is ${left.size} terms times ${right.size}` });
  const terms: [Monomial, number][] = [];
  for (const [a, ca] of left)
    for (const [b, cb] of right) terms.push([[...atomsOf(a), ...atomsOf(b)].sort().join("*"), ca * cb]);
  return polynomial(terms);
};

const addPolynomials = (left: Polynomial, right: Polynomial): Polynomial => polynomial([...left, ...right]);

/** The inside of an atom `floor(inner/divisor)`, or undefined for a plain symbol. */
const floorParts = (atom: string): { readonly inner: Polynomial; readonly divisor: number } | undefined => {
  const parts = /^floor\((.*)\/(\d+)\)$/s.exec(atom);
  if (parts?.[1] === undefined || parts[2] === undefined) return undefined;
  return { inner: parse(parts[1]), divisor: Number(parts[2]) };
};

/** A polynomial that is one floored quotient plus a constant, taken apart. */
const asFloor = (terms: Polynomial): { readonly inner: Polynomial; readonly divisor: number } | undefined => {
  const others = [...terms].filter(([monomial]) => monomial !== unit);
  const [only] = others;
  if (others.length !== 1 || only === undefined || only[1] !== 1) return undefined;
  const parts = atomsOf(only[0]).length === 1 ? floorParts(only[0]) : undefined;
  if (parts === undefined) return undefined;
  const outside = terms.get(unit) ?? 0;
  return { inner: addPolynomials(parts.inner, polynomial([[unit, outside * parts.divisor]])), divisor: parts.divisor };
};

const floorQuotient = (terms: Polynomial, divisor: number): Polynomial => {
  const known = constantOf(terms);
  if (known !== undefined) return polynomial([[unit, Math.floor(known / divisor)]]);
  if ([...terms.values()].every((coefficient) => coefficient % divisor === 0))
    return polynomial([...terms].map(([monomial, coefficient]) => [monomial, coefficient / divisor]));
  const nested = asFloor(terms);
  if (nested !== undefined) return floorQuotient(nested.inner, nested.divisor * divisor);
  const inner = print(terms);
  return polynomial([[/[+-]/.test(inner) ? `floor((${inner})/${divisor})` : `floor(${inner}/${divisor})`, 1]]);
};

const print = (terms: Polynomial): string => {
  const ordered = [...terms].sort(([a], [b]) => atomsOf(b).length - atomsOf(a).length || (a < b ? -1 : a > b ? 1 : 0));
  return ordered
    .map(([monomial, coefficient], position) => {
      const magnitude = Math.abs(coefficient);
      const sign = coefficient < 0 ? "-" : position > 0 ? "+" : "";
      if (monomial === unit) return `${sign}${magnitude}`;
      return magnitude === 1 ? `${sign}${monomial}` : `${sign}${magnitude}*${monomial}`;
    })
    .join("");
};

const canonical = (terms: Polynomial): Dim => {
  const known = constantOf(terms);
  if (known !== undefined) return known;
  const floor = terms.has(unit) ? asFloor(terms) : undefined;
  return print(floor === undefined ? terms : floorQuotient(floor.inner, floor.divisor));
};

/** Reads sums, products and `floor(a/n)`; throws a SyntaxError that says what was expected and where. */
const parse = (text: string): Polynomial => {
  let at = 0;
  const fail = (expected: string): never => {
    throw new SyntaxError(`dimension "${text}": expected ${expected} at character ${at + 1}`);
  };
  const accept = (token: string): boolean => {
    while (text[at] === " ") at++;
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const need = (token: string): void => {
    if (!accept(token)) fail(`"${token}"`);
  };
  const integer = (): number => {
    accept("");
    const digits = /^\d+/.exec(text.slice(at))?.[0] ?? fail("a whole number");
    at += digits.length;
    return Number(digits);
  };
  const atom = (): Polynomial => {
    if (accept("(")) {
      const inner = sum();
      need(")");
      return inner;
    }
    if (accept("floor(")) {
      const inner = sum();
      need("/");
      const divisor = integer();
      if (divisor === 0) fail("a divisor above 0");
      need(")");
      return floorQuotient(inner, divisor);
    }
    const symbol = symbolPattern.exec(text.slice(at))?.[0];
    if (symbol !== undefined) {
      at += symbol.length;
      return polynomial([[symbol, 1]]);
    }
    return polynomial([[unit, integer()]]);
  };
  const product = (): Polynomial => {
    let result = atom();
    while (accept("*")) result = multiplyPolynomials(result, atom());
    return result;
  };
  const sum = (): Polynomial => {
    let result = accept("-") ? multiplyPolynomials(polynomial([[unit, -1]]), product()) : product();
    for (;;) {
      if (accept("+")) result = addPolynomials(result, product());
      else if (accept("-")) result = addPolynomials(result, multiplyPolynomials(polynomial([[unit, -1]]), product()));
      else return result;
    }
  };
  const result = sum();
  accept("");
  if (at < text.length) fail("an operator or the end");
  return result;
};

const terms = (dim: Dim): Polynomial => (typeof dim === "number" ? polynomial([[unit, dim]]) : parse(dim));

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
  isKnown(a) && isKnown(b) ? a * b : canonical(multiplyPolynomials(terms(a), terms(b)));

/** floor(a / divisor), for a whole divisor above 0. */
export const floorDivideDim = (a: Dim, divisor: number): Dim =>
  isKnown(a) ? Math.floor(a / divisor) : canonical(floorQuotient(terms(a), divisor));

/** a / b where b divides a as a polynomial (`"128*B" / "B"` is 128), else undefined. */
export const divideDims = (a: Dim, b: Dim): Dim | undefined => {
  if (b === 0) return undefined;
  if (isKnown(a) && isKnown(b)) return a % b === 0 ? a / b : undefined;
  const divisor = [...terms(b)];
  const [only] = divisor;
  if (divisor.length !== 1 || only === undefined) return a === b ? 1 : undefined;
  const quotient: [Monomial, number][] = [];
  for (const [monomial, coefficient] of terms(a)) {
    const rest = [...atomsOf(monomial)];
    for (const atom of atomsOf(only[0])) {
      const position = rest.indexOf(atom);
      if (position < 0) return undefined;
      rest.splice(position, 1);
    }
    if (coefficient % only[1] !== 0) return undefined;
    quotient.push([rest.join("*"), coefficient / only[1]]);
  }
  return canonical(polynomial(quotient));
};

/** The symbols that occur in a dimension, sorted. */
export const symbolsOf = (dim: Dim): readonly string[] => {
  if (isKnown(dim)) return [];
  const found = new Set<string>();
  for (const monomial of parse(dim).keys())
    for (const atom of atomsOf(monomial)) {
      const floor = floorParts(atom);
      if (floor === undefined) found.add(atom);
      else for (const symbol of symbolsOf(print(floor.inner))) found.add(symbol);
    }
  return [...found].sort();
};

/** Puts numbers, or other dimensions, in the places of symbols, all at once; symbols without a binding stay. */
export const bindDim = (dim: Dim, bindings: Readonly<Record<string, Dim>>): Dim => {
  if (isKnown(dim)) return dim;
  let sum: Dim = 0;
  for (const [monomial, coefficient] of parse(dim)) {
    let product: Dim = coefficient;
    for (const atom of atomsOf(monomial)) {
      const floor = floorParts(atom);
      const value =
        floor === undefined
          ? Object.hasOwn(bindings, atom)
            ? (bindings[atom] ?? atom)
            : atom
          : floorDivideDim(bindDim(print(floor.inner), bindings), floor.divisor);
      product = multiplyDims(product, value);
    }
    sum = addDims(sum, product);
  }
  return sum;
};
