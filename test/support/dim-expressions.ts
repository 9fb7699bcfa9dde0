// Symbolic extents as they may be written, and in other words that mean the same by arithmetic: terms in another order, products multiplied
// out, constants inside of floored quotients or in front of them, quotients of quotients.
import * as fc from "fast-check";
import { addDims, type Dim, floorDivideDim, multiplyDims } from "../../src/ir/types/dim.ts";

/** An expression as it may be written. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "sum" | "product"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "floor"; readonly inner: Expression; readonly by: number };

const number = (value: number): Expression => ({ kind: "number", value });
const sum = (left: Expression, right: Expression): Expression => ({ kind: "sum", left, right });
const product = (left: Expression, right: Expression): Expression => ({ kind: "product", left, right });
const floor = (inner: Expression, by: number): Expression => ({ kind: "floor", inner, by });
const minus = (left: Expression, right: Expression): Expression => sum(left, product(number(-1), right));

const symbols = ["A", "B", "T"] as const;

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map(number),
  fc.constantFrom(...symbols).map((name): Expression => ({ kind: "symbol", name })),
);

/** Sums and products of symbols and numbers. */
const flat: fc.Arbitrary<Expression> = fc.letrec<{ flat: Expression }>((tie) => ({
  flat: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    leaf,
    fc.tuple(tie("flat"), tie("flat")).map(([a, b]) => sum(a, b)),
    fc.tuple(tie("flat"), leaf).map(([a, b]) => product(a, b)),
  ),
})).flat;

/**
 * Floored quotients, of floored quotients too. Of several in one numerator there is more than one way to say the same, and no
 * shape has them.
 */
const quotient: fc.Arbitrary<Expression> = fc.letrec<{ quotient: Expression }>((tie) => ({
  quotient: fc
    .tuple(
      fc.oneof(
        { maxDepth: 3, depthSize: "medium" },
        flat,
        fc.tuple(tie("quotient"), flat).map(([a, b]) => sum(a, b)),
      ),
      fc.integer({ min: 1, max: 6 }),
    )
    .map(([inner, by]) => floor(inner, by)),
})).quotient;

/** Sums and products of all of that. */
export const expression: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    leaf,
    quotient,
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => sum(a, b)),
    fc.tuple(tie("expression"), fc.oneof(leaf, quotient)).map(([a, b]) => product(a, b)),
  ),
})).expression;

/** Another expression of the same value; what is done at each place is drawn. */
export const rewritten = (of: Expression, draw: (below: number) => number): Expression => {
  if (of.kind === "number" || of.kind === "symbol") {
    const more = number(draw(4));
    return draw(3) === 0 ? minus(sum(of, more), more) : of;
  }
  if (of.kind !== "floor") {
    const [left, right] = [rewritten(of.left, draw), rewritten(of.right, draw)];
    const way = draw(3);
    // (a + b) c is a c + b c, and a + b + c is summed in any order.
    if (left.kind === "sum" && way === 0)
      return of.kind === "product"
        ? sum(product(left.left, right), product(left.right, right))
        : sum(left.left, sum(right, left.right));
    return way === 1 ? { ...of, left: right, right: left } : { ...of, left, right };
  }
  const { by } = of;
  const inner = rewritten(of.inner, draw);
  const some = draw(2) === 0 ? number(draw(9) - 4) : ({ kind: "symbol", name: symbols[draw(3)] ?? "T" } as const);
  const times = 2 + draw(3);
  const ways: Expression[] = [
    floor(inner, by),
    // A multiple of the divisor goes in and out.
    minus(floor(sum(inner, product(number(by), some)), by), some),
    // Numerator and divisor grow together, with a rest that does not matter.
    floor(sum(product(number(times), inner), number(draw(times))), times * by),
  ];
  // A floor of a floor.
  for (let part = 2; part < by; part++) if (by % part === 0) ways.push(floor(floor(inner, part), by / part));
  return ways[draw(ways.length)] ?? of;
};

/** By calculating with dimensions. */
export const dimOf = (of: Expression): Dim => {
  if (of.kind === "number") return of.value;
  if (of.kind === "symbol") return of.name;
  if (of.kind === "floor") return floorDivideDim(dimOf(of.inner), of.by);
  return of.kind === "sum" ? addDims(dimOf(of.left), dimOf(of.right)) : multiplyDims(dimOf(of.left), dimOf(of.right));
};

/** As somebody might write it. */
export const textOf = (of: Expression): string => {
  if (of.kind === "number") return of.value < 0 ? `(-${-of.value})` : `${of.value}`;
  if (of.kind === "symbol") return of.name;
  if (of.kind === "floor") return `floor((${textOf(of.inner)})/${of.by})`;
  return of.kind === "sum"
    ? `(${textOf(of.left)} + ${textOf(of.right)})`
    : `(${textOf(of.left)}) * (${textOf(of.right)})`;
};

/** The number it is where symbols are bound. */
export const valueOf = (of: Expression, at: Readonly<Record<string, number>>): number => {
  if (of.kind === "number") return of.value;
  if (of.kind === "symbol") return at[of.name] ?? 0;
  if (of.kind === "floor") return Math.floor(valueOf(of.inner, at) / of.by);
  const [left, right] = [valueOf(of.left, at), valueOf(of.right, at)];
  return of.kind === "sum" ? left + right : left * right;
};

/** What `rewritten` draws from: numbers below a bound, one after the other. */
export const drawing = (numbers: readonly number[]): ((below: number) => number) => {
  let at = 0;
  return (below) => (numbers[at++ % numbers.length] ?? 0) % below;
};

/** The numbers themselves. */
export const choices = fc.array(fc.nat(10_000), { minLength: 12, maxLength: 40 });
