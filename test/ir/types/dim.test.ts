// Extents that are equal by arithmetic have one text, however they came about, and extents that differ for some binding have two.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
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
} from "../../../src/ir/types/dim.ts";
import { choices, dimOf, drawing, expression, rewritten, textOf, valueOf } from "../../support/dim-expressions.ts";

const extent = fc.integer({ min: 0, max: 60 });
const bindings = fc.record({ A: extent, B: extent, T: extent });

describe("a symbolic extent", () => {
  it("has one text, in whatever way it is written or calculated", () => {
    fc.assert(
      fc.property(expression, choices, (of, numbers) => {
        const dim = dimOf(of);
        const other = rewritten(of, drawing(numbers));
        expect([textOf(other), dimOf(other)]).toEqual([textOf(other), dim]);
        expect(normalizeDim(textOf(other))).toBe(dim);
        expect(normalizeDim(dim)).toBe(dim);
      }),
      { numRuns: 500 },
    );
  });

  it("means what it was made of, so that extents which differ somewhere have two texts", () => {
    fc.assert(
      fc.property(expression, expression, bindings, (a, b, at) => {
        expect(Number(bindDim(dimOf(a), at)) + 0).toBe(valueOf(a, at) + 0);
        expect(dimOf(a) === dimOf(b) && valueOf(a, at) !== valueOf(b, at)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("is divided by whatever it is a product of", () => {
    fc.assert(
      fc.property(expression, expression, (a, b) => {
        const [left, right] = [dimOf(a), dimOf(b)];
        expect(divideDims(multiplyDims(left, right), right)).toBe(right === 0 ? undefined : left);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["floor(M/2)+1", "floor((M+2)/2)"],
    ["B*floor((H-3)/2)+B", "B*floor((H-1)/2)"],
    ["N + floor(M/2) + 1", "N+floor((M+2)/2)"],
    ["3*floor(T/2)+4", "3*floor(T/2)+4"],
    ["floor((3*T+7)/2)", "T+floor((T+7)/2)"],
    ["floor((2*T+1)/4)", "floor(T/2)"],
    ["floor((floor(T/2)+B)/3)", "floor((2*B+T)/6)"],
    ["floor((2*floor(A/3)+T)/4)", "floor((floor(A/3)+floor(T/2))/2)"],
    ["floor((H-3)/2)*floor((W-5)/2)", "floor((H-3)/2)*floor((W-5)/2)"],
    ["floor(M/2)*floor(M/2)+2*floor(M/2)+1", "floor((M+2)/2)*floor((M+2)/2)"],
  ])("%s is %s", (written, canonical) => {
    expect(normalizeDim(written)).toBe(canonical);
  });
});

describe("whether there is something along an axis", () => {
  it.each<[Dim, Dim]>([
    [0, 0],
    [7, 1],
    ["T", "sign(T)"],
    ["B*T", "sign(B*T)"],
    ["T+1", 1],
    ["T-1", "sign(T-1)"],
    ["floor((T+4)/4)", 1],
  ])("the sign of %s is %s", (dim, wanted) => {
    expect(signOfDim(dim)).toBe(wanted);
  });

  it("is bound, read and divided like any other atom", () => {
    const dilated = subtractDims("2*N", signOfDim("N"));
    expect(dilated).toBe("2*N-sign(N)");
    expect(normalizeDim("2*N - sign(N)")).toBe(dilated);
    expect([0, 1, 5].map((N) => bindDim(dilated, { N }))).toEqual([0, 1, 9]);
    expect(bindDim(dilated, { N: "T+1" })).toBe("2*T+1");
    // Every second of them is one of the N.
    expect(floorDivideDim(addDims(dilated, 1), 2)).toBe("N");
  });
});
