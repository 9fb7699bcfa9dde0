// The normal form of symbolic dimensions: extents that are equal by arithmetic are one polynomial, and one text. Atoms are symbols, floored
// quotients and signs. Of a floored quotient all multiples of the divisor are taken out, of its constant too: floor((3*T+7)/2) is
// T + floor((T+1)/2) + 3. What divides all of it is divided, floor((2*T+1)/4) = floor(T/2), and floors of floors are one floor. In
// texts a constant is back inside where that makes them shorter: floor((T+2)/2), not floor(T/2)+1.
import {
  addPolynomials,
  atomsOf,
  constant,
  constantOf,
  type Monomial,
  multiplyPolynomials,
  ordered,
  type Polynomial,
  polynomial,
  scalePolynomial,
  type Term,
  unit,
} from "./polynomial.ts";

const symbolPattern = /^[A-Za-z_][A-Za-z0-9_]*/;

/** What is in an atom that is no symbol. */
type Inside =
  | { readonly kind: "floor"; readonly inner: string; readonly divisor: number }
  | { readonly kind: "sign"; readonly inner: string };

/** The inside of an atom `floor(inner/divisor)` or `sign(inner)`; undefined for a plain symbol. */
export const insideOf = (atom: string): Inside | undefined => {
  if (!atom.endsWith(")")) return undefined;
  const parts = /^floor\((.*)\/(\d+)\)$/s.exec(atom);
  if (parts?.[1] !== undefined && parts[2] !== undefined)
    return { kind: "floor", inner: parts[1], divisor: Number(parts[2]) };
  return { kind: "sign", inner: atom.slice("sign(".length, -1) };
};

/** Whether a monomial is one floored quotient. */
export const isFloor = (monomial: Monomial): boolean => monomial.startsWith("floor(") && atomsOf(monomial).length === 1;

const isSign = (monomial: Monomial): boolean => monomial.startsWith("sign(") && atomsOf(monomial).length === 1;

const holdsFloor = ([monomial]: Term): boolean => monomial.includes("floor(");

const divisorOfAll = (first: number, terms: Iterable<Term>): number => {
  let common = first;
  for (const [, coefficient] of terms)
    for (let rest = Math.abs(coefficient); rest > 0; ) [common, rest] = [rest, common % rest];
  return common;
};

/** A quotient whose numerator has coefficients from 0 up and below the divisor. */
const properQuotient = (terms: Polynomial, divisor: number): Polynomial => {
  const others = [...terms].filter(([monomial]) => monomial !== unit);
  const added = terms.get(unit) ?? 0;
  const common = divisorOfAll(divisor, others);
  if (common > 1) {
    const lowest = others.map(([monomial, count]): Term => [monomial, count / common]);
    return properQuotient(polynomial([...lowest, [unit, Math.floor(added / common)]]), divisor / common);
  }
  const floors = others.filter(holdsFloor);
  const [first] = floors.length > 0 ? floors : others;
  if (first !== undefined && others.length === 1 && isSign(first[0]))
    return polynomial([[first[0], Math.floor((first[1] + added) / divisor)]]);
  if (first !== undefined && floors.length === 1 && first[1] === 1 && isFloor(first[0])) {
    const inside = insideOf(first[0]);
    if (inside?.kind === "floor" && Number.isSafeInteger(inside.divisor * divisor)) {
      const outside = addPolynomials(terms, polynomial([[first[0], -1]]));
      const inner = addPolynomials(parse(inside.inner), scalePolynomial(outside, inside.divisor));
      return floorQuotient(inner, inside.divisor * divisor);
    }
  }
  // Several floors, of which none is more inside than the others: floor((2*f + T) / 4) = floor((f + floor(T/2)) / 2).
  const shared = floors.length === 0 ? 1 : divisorOfAll(divisor, floors);
  if (shared > 1) {
    const free = polynomial([...terms].filter((term) => !holdsFloor(term)));
    const parts = polynomial(floors.map(([monomial, count]) => [monomial, count / shared]));
    return floorQuotient(addPolynomials(parts, floorQuotient(free, shared)), divisor / shared);
  }
  return polynomial([[floorText(print(terms), divisor), 1]]);
};

/** floor(P / divisor), for a whole divisor above 0. */
export const floorQuotient = (terms: Polynomial, divisor: number): Polynomial => {
  const whole = polynomial([...terms].map(([monomial, count]) => [monomial, Math.floor(count / divisor)]));
  const rest = addPolynomials(terms, scalePolynomial(whole, -divisor));
  return constantOf(rest) === undefined ? addPolynomials(whole, properQuotient(rest, divisor)) : whole;
};

/** The sign of an extent, which is not below zero: 0 for 0, and 1 where it is certain to be more. */
export const signOf = (terms: Polynomial): Polynomial => {
  const known = constantOf(terms);
  if (known !== undefined) return constant(Math.sign(known));
  const isAbove = (terms.get(unit) ?? 0) > 0 && [...terms.values()].every((coefficient) => coefficient > 0);
  return isAbove ? constant(1) : polynomial([[`sign(${print(terms)})`, 1]]);
};

/** The text of a floored quotient. */
const floorText = (inner: string, divisor: number): string =>
  /[+-]/.test(inner) ? `floor((${inner})/${divisor})` : `floor(${inner}/${divisor})`;

/** A floor, and what to add inside so that a term goes with what stands beside it: of c m f + c k m only c m (f + k) is left. */
const shiftOf = (terms: Polynomial): Polynomial | undefined => {
  for (const [monomial, coefficient] of ordered(terms))
    for (const floor of new Set(atomsOf(monomial).filter(isFloor))) {
      const atoms = [...atomsOf(monomial)];
      const degree = atoms.filter((atom) => atom === floor).length;
      atoms.splice(atoms.indexOf(floor), 1);
      const added = (terms.get(atoms.join("*")) ?? 0) / (degree * coefficient);
      if (added === 0 || !Number.isInteger(added)) continue;
      const shifted = shiftFloor(terms, floor, added);
      if (shifted.size < terms.size) return shifted;
    }
  return undefined;
};

/** The same with `floor((x+n*added)/n) - added` for `floor(x/n)`. */
const shiftFloor = (terms: Polynomial, floor: string, added: number): Polynomial => {
  const inside = insideOf(floor);
  if (inside?.kind !== "floor") return terms;
  const { inner, divisor } = inside;
  const other = floorText(print(addPolynomials(parse(inner), constant(divisor * added))), divisor);
  const instead = polynomial([
    [other, 1],
    [unit, -added],
  ]);
  const parts = [...terms].map(([monomial, coefficient]) =>
    atomsOf(monomial)
      .map((atom) => (atom === floor ? instead : polynomial([[atom, 1]])))
      .reduce(multiplyPolynomials, constant(coefficient)),
  );
  return polynomial(parts.flatMap((part) => [...part]));
};

/** The canonical text of a normal form. */
export const print = (terms: Polynomial): string => {
  const shifted = terms.size > 1 ? shiftOf(terms) : undefined;
  return shifted === undefined ? sumText(terms) : print(shifted);
};

const sumText = (terms: Polynomial): string =>
  ordered(terms)
    .map(([monomial, coefficient], position) => {
      const magnitude = Math.abs(coefficient);
      const sign = coefficient < 0 ? "-" : position > 0 ? "+" : "";
      if (monomial === unit) return `${sign}${magnitude}`;
      return magnitude === 1 ? `${sign}${monomial}` : `${sign}${magnitude}*${monomial}`;
    })
    .join("");

/** A text that is read from its start. */
const reading = (text: string) => {
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
  const matched = (pattern: RegExp): string | undefined => {
    accept("");
    const found = pattern.exec(text.slice(at))?.[0];
    at += found?.length ?? 0;
    return found;
  };
  return {
    fail,
    accept,
    need: (token: string): void => {
      if (!accept(token)) fail(`"${token}"`);
    },
    symbol: () => matched(symbolPattern),
    integer: () => Number(matched(/^\d+/) ?? fail("a whole number")),
    end: (): void => {
      accept("");
      if (at < text.length) fail("an operator or the end");
    },
  };
};

/** Reads sums, products, `floor(a/n)` and `sign(a)`; throws a SyntaxError that says what was expected and where. */
export const parse = (text: string): Polynomial => {
  const { fail, accept, need, symbol, integer, end } = reading(text);
  const closed = (): Polynomial => {
    const inner = sum();
    need(")");
    return inner;
  };
  const atom = (): Polynomial => {
    if (accept("(")) return closed();
    if (accept("sign(")) return signOf(closed());
    if (accept("floor(")) {
      const inner = sum();
      need("/");
      const divisor = integer();
      if (divisor === 0) fail("a divisor above 0");
      need(")");
      return floorQuotient(inner, divisor);
    }
    const name = symbol();
    return name === undefined ? constant(integer()) : polynomial([[name, 1]]);
  };
  const product = (): Polynomial => {
    let result = atom();
    while (accept("*")) result = multiplyPolynomials(result, atom());
    return result;
  };
  const sum = (): Polynomial => {
    let result = accept("-") ? scalePolynomial(product(), -1) : product();
    for (;;) {
      if (accept("+")) result = addPolynomials(result, product());
      else if (accept("-")) result = addPolynomials(result, scalePolynomial(product(), -1));
      else return result;
    }
  };
  const result = sum();
  end();
  return result;
};
