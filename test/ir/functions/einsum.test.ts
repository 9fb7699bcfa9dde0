// einsum against sums over all indices, written out; its gradients; and what it refuses.
import * as fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { einsum } from "../../../src/ir/functions/index.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { expectFunctionGradients } from "../../support/function-gradients.ts";
import { array, expectClose, randomArray, randomNumbers } from "../../support/op-meaning.ts";
import { elements, evaluated, fed, refusal } from "./evaluate-call.ts";

const extents: Readonly<Record<string, number>> = { a: 2, b: 3, c: 1, d: 2, e: 4 };
const letters = Object.keys(extents);

/** Terms of letters, of which the result has some in any order. */
const formulas = fc
  .array(fc.array(fc.constantFrom(...letters), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .chain((terms) =>
    fc.record({
      terms: fc.constant(terms.map((term) => term.join(""))),
      result: fc.shuffledSubarray([...new Set(terms.flat())]).map((names) => names.join("")),
      seed: fc.integer(),
    }),
  );

const shapeOf = (names: string): readonly number[] => names.split("").map((name) => extents[name] ?? 1);

/** All values of some indices, in row-major order. */
const positions = (names: readonly string[]): readonly Readonly<Record<string, number>>[] =>
  names.reduce<readonly Readonly<Record<string, number>>[]>(
    (all, name) =>
      all.flatMap((index) => Array.from({ length: extents[name] ?? 1 }, (_, at) => ({ ...index, [name]: at }))),
    [{}],
  );

const elementAt = ({ data }: NdArray, names: string, index: Readonly<Record<string, number>>): number =>
  data[names.split("").reduce((at, name) => at * (extents[name] ?? 1) + (index[name] ?? 0), 0)] ?? Number.NaN;

const summedOver = (terms: readonly string[], result: string, operands: readonly NdArray[]): NdArray => {
  const inner = [...new Set(terms.join(""))].filter((name) => !result.includes(name));
  const values = positions(result.split("")).map((outer) =>
    positions(inner).reduce(
      (sum, index) =>
        sum +
        terms.reduce(
          (product, term, at) => product * elementAt(operands[at] ?? array([], [0]), term, { ...outer, ...index }),
          1,
        ),
      0,
    ),
  );
  return array(shapeOf(result), values);
};

describe("einsum", () => {
  test("is the sum over all indices that the result does not have, for random formulas", () => {
    fc.assert(
      fc.property(formulas, ({ terms, result, seed }) => {
        const random = randomNumbers(seed);
        const operands = terms.map((term) => randomArray({ dtype: "f64", shape: shapeOf(term) }, random));
        const call = (...tensors: Tensor[]): Tensor => einsum(`${terms.join(",")}->${result}`, ...tensors);
        expectClose(evaluated(operands, call), summedOver(terms, result, operands), 1, 1e-12);
        expectFunctionGradients(operands, call, random);
      }),
      { numRuns: 150 },
    );
  });

  const [m, v] = [fed([2, 2], [1, 2, 3, 4]), fed([2], [10, 100])];

  test("without an arrow has the letters that occur once, in the order of the alphabet", () => {
    expect(elements([m], (x) => einsum("ba", x))).toEqual({ shape: [2, 2], data: [1, 3, 2, 4] });
    expect(elements([m, v], (x, y) => einsum("ij, j", x, y))).toEqual({ shape: [2], data: [210, 430] });
    expect(elements([m], (x) => einsum("ii", x))).toEqual({ shape: [], data: [5] });
    expect(elements([m], (x) => einsum("ij->", x))).toEqual({ shape: [], data: [10] });
  });

  test("an ellipsis stands for axes that broadcast", () => {
    const batch = fed([3, 2, 2], [1, 0, 0, 1, 2, 0, 0, 2, 3, 0, 0, 3]);
    const wanted = { shape: [3, 2, 2], data: [1, 2, 3, 4, 2, 4, 6, 8, 3, 6, 9, 12] };
    expect(elements([batch, m], (x, y) => einsum("...ij,...jk->...ik", x, y))).toEqual(wanted);
    expect(elements([m, batch], (x, y) => einsum("...ij,...jk", x, y))).toEqual(wanted);
    expect(elements([batch], (x) => einsum("...ii->...", x))).toEqual({ shape: [3], data: [2, 4, 6] });
    expect(elements([batch], (x) => einsum("...i->i", x))).toEqual({ shape: [2], data: [6, 6] });
    expect(elements([fed([1, 2], [1, 2]), m], (x, y) => einsum("...j,...j->j", x, y))).toEqual({
      shape: [2],
      data: [4, 12],
    });
  });

  test("knows shapes in the editor, with symbols", () => {
    type Q = Tensor<["B", 8, "T", 64], "f32">;
    const scores = (q: Q, k: Tensor<["B", 8, "S", 64], "f32">) => einsum("bhqd,bhkd->bhqk", q, k);
    expectTypeOf<ReturnType<typeof scores>>().toEqualTypeOf<Tensor<["B", 8, "T", "S"], "f32">>();
    const trace = (x: Tensor<[4, 4], "f32">) => einsum("ii->", x);
    expectTypeOf<ReturnType<typeof trace>>().toEqualTypeOf<Tensor<[], "f32">>();
    const open = (x: Tensor<[4, 4], "f32">) => einsum("...i->...", x);
    expectTypeOf<ReturnType<typeof open>["dtype"]>().toEqualTypeOf<"f32">();
    // @ts-expect-error -- einsum: j is 3 and 4 in ij,jk->ik
    const wrong = (x: Tensor<[2, 3], "f32">, y: Tensor<[4, 5], "f32">) => einsum("ij,jk->ik", x, y);
    expect([scores, trace, open, wrong].every((each) => typeof each === "function")).toBe(true);
  });

  test.each<readonly [string, readonly (readonly number[])[], string]>([
    [
      "ij,jk->ik",
      [
        [2, 3],
        [4, 5],
      ],
      "W251: einsum: j is 3 and 4 in ij,jk->ik",
    ],
    ["ijk->i", [[2, 3]], "W253: einsum: operand 1 has 2 axes and 3 letters in ijk->i"],
    ["ij->ik", [[2, 3]], "W250: einsum: no operand has k in ij->ik"],
    ["ij->ii", [[2, 3]], "W250: einsum: the result names an index twice in ij->ii"],
    ["i1->i", [[2, 3]], 'W250: einsum: "i1" is no list of letters in i1->i'],
    ["ij->i->j", [[2, 3]], "W250: einsum: it has two arrows in ij->i->j"],
    ["ij,jk->ik", [[2, 3]], "W250: einsum: it names 2 operands, and there are 1 in ij,jk->ik"],
    [
      "...i,...i->i",
      [
        [2, 3],
        [4, 3],
      ],
      "W251: einsum: ... is 2 and 4 in ...i,...i->i",
    ],
  ])("refuses %s", (formula, shapes, message) => {
    expect(
      refusal(
        shapes.map((shape) => ["f32", shape] as const),
        (...tensors) => einsum(formula, ...tensors),
      ),
    ).toEqual({ message, file: "einsum.test.ts" });
  });

  test("keeps symbols", () => {
    expect(
      refusal(
        [
          ["f32", ["B", 3]],
          ["f32", ["T", 3]],
        ],
        (x, y) => einsum("bi,bi->b", x, y),
      ).message,
    ).toBe("W251: einsum: b is B and T in bi,bi->b");
  });
});
