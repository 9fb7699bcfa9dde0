// Symbolic dimensions are computed twice: at run time, and as types. Both must give the same text, and the text must mean the
// number that arithmetic gives once symbols are bound.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  addDims,
  bindDim,
  type Dim,
  divideDims,
  floorDivideDim,
  multiplyDims,
  normalizeDim,
  signOfDim,
  subtractDims,
} from "../../src/ir/types/dim.ts";
import { choices, dimOf, drawing, expression, rewritten, textOf } from "../support/dim-expressions.ts";
import { typeCheck } from "./type-check-program.ts";

const leaf: fc.Arbitrary<Dim> = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom("B", "T", "H", "W2", "a_b"));

/** Dimensions as networks make them: sums, products and floored quotients of symbols and numbers. */
const dim: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie("dim"), fc.nat(5)).map(([a, b]) => subtractDims(a, b)),
    fc.tuple(tie("dim"), leaf).map(([a, b]) => multiplyDims(a, b)),
    fc.tuple(tie("dim"), fc.integer({ min: 1, max: 6 })).map(([a, b]) => floorDivideDim(a, b)),
  ),
})).dim;

const divisor = fc.integer({ min: 1, max: 7 });
const bindings = { B: 3, T: 17, H: 29, W2: 8, a_b: 5 };
/** (Plus 0, because -0 is 0 here.) */
const valueOf = (of: Dim): number => Number(bindDim(of, bindings)) + 0;

test("arithmetic on texts is arithmetic on what they are bound to", () => {
  fc.assert(
    fc.property(dim, dim, divisor, (a, b, by) => {
      expect(valueOf(addDims(a, b))).toBe(valueOf(a) + valueOf(b) + 0);
      expect(valueOf(subtractDims(a, b))).toBe(valueOf(a) - valueOf(b) + 0);
      expect(valueOf(multiplyDims(a, b))).toBe(valueOf(a) * valueOf(b) + 0);
      expect(valueOf(floorDivideDim(a, by))).toBe(Math.floor(valueOf(a) / by) + 0);
    }),
    { numRuns: 300 },
  );
});

/** Sums and products of symbols and numbers. */
const polynomial: fc.Arbitrary<Dim> = fc.letrec<{ polynomial: Dim }>((tie) => ({
  polynomial: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.tuple(tie("polynomial"), tie("polynomial")).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie("polynomial"), leaf).map(([a, b]) => multiplyDims(a, b)),
  ),
})).polynomial;

test("sums and products in another order are the same text", () => {
  fc.assert(
    fc.property(polynomial, polynomial, leaf, (a, b, c) => {
      expect(addDims(addDims(a, b), c)).toBe(addDims(c, addDims(b, a)));
      expect(multiplyDims(c, addDims(a, b))).toBe(addDims(multiplyDims(b, c), multiplyDims(a, c)));
      expect(subtractDims(addDims(a, b), b)).toBe(a);
      expect(divideDims(multiplyDims(a, c), c)).toBe(c === 0 ? undefined : a);
    }),
    { numRuns: 300 },
  );
});

test("texts are canonical", () => {
  fc.assert(
    fc.property(dim, (a) => {
      expect(normalizeDim(a)).toBe(a);
    }),
    { numRuns: 300 },
  );
});

test("a product of floors takes a constant", () => {
  expect(addDims(multiplyDims("floor(A/2)", "floor(B/3)"), 1)).toBe("floor(A/2)*floor(B/3)+1");
});

test("types give the same texts", () => {
  const cases = fc.sample(fc.tuple(dim, dim, divisor), { numRuns: 150, seed: 5 });
  const lines = cases.flatMap(([a, b, by]) => {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
    return [
      [`AddDims<${left}, ${right}>`, addDims(a, b)],
      [`SubtractDims<${left}, ${right}>`, subtractDims(a, b)],
      // Products of products are long, and no shape has them.
      ...(String(a).length + String(b).length > 60 ? [] : [[`MultiplyDims<${left}, ${right}>`, multiplyDims(a, b)]]),
      [`FloorDivideDim<${left}, ${by}>`, floorDivideDim(a, by)],
      [`CanonicalDim<${left}>`, a],
      [`SignOfDim<${left}>`, signOfDim(a)],
    ].map(([type, wanted]) => `true satisfies Gives<${type}, ${JSON.stringify(wanted)}>;`);
  });
  const written = fc.sample(fc.tuple(expression, choices), { numRuns: 150, seed: 6 });
  for (const [of, numbers] of written) {
    const text = textOf(rewritten(of, drawing(numbers)));
    // Longer ones take the checker minutes, and nobody writes them.
    if (text.length < 90 && !/^\d+$/.test(text))
      lines.push(`true satisfies Gives<CanonicalDim<"${text}">, ${JSON.stringify(dimOf(of))}>;`);
  }
  const { errors } = typeCheck(`
import type { AddDims, CanonicalDim, FloorDivideDim, MultiplyDims, SignOfDim, SubtractDims } from "@/src/ir/types/static/dims.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Gives<A, B> = Same<A, B> extends true ? true : { readonly instead: A };
${lines.join("\n")}
export {};
`);
  expect(errors.map(({ line, message }) => `${lines[line - 5]}: ${message}`)).toEqual([]);
});
