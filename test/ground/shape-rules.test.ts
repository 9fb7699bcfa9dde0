// The shape rules that ops state for the reference page: each is read, names every operand, and holds for random uses.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitsRule, readShapeRule } from "../../scripts/reference/shape-rule.ts";
import { allOps } from "../../src/cli/topics.ts";
import { describeBody } from "../../src/ir/graph/body.ts";
import { knownShape } from "../../src/ir/types/shape.ts";

describe("the notation", () => {
  const fits = (rule: string, operands: readonly number[][], result: readonly number[], attrs: object = {}): boolean =>
    fitsRule(readShapeRule(rule), operands, [result], { ...attrs });

  test.each<[rule: string, operands: number[][], right: number[], wrong: number[], attrs: object]>([
    ["x [A..., N, B...] -> [A..., B...]", [[2, 3, 4]], [2, 4], [2, 3, 4], {}],
    ["x [S...] -> [S...]", [[2, 3]], [2, 3], [3, 2], {}],
    [
      "a [..., M, K], b [..., K, N] -> [..., M, N]",
      [
        [5, 1, 2, 3],
        [7, 3, 4],
      ],
      [5, 7, 2, 4],
      [5, 1, 2, 4],
      {},
    ],
    ["a [M, K], b [K] -> [M]; swap: a [K, M]", [[3, 2], [3]], [2], [3], { swap: true }],
    ["-> [shape...]", [], [4, 5], [5, 4], { shape: [4, 5] }],
    ["i [I...] -> [I..., depth]", [[2]], [2, 9], [2, 8], { depth: 9 }],
    [
      "x [N, C], w [O, C / groups] -> [N, O]",
      [
        [2, 6],
        [4, 3],
      ],
      [2, 4],
      [4, 2],
      { groups: 2 },
    ],
    ["w [O, C / groups] -> [C, O]", [[4, 3]], [6, 4], [3, 4], { groups: 2 }],
    [
      "x [A..., N_k, B...], ... -> [A..., N, B...]",
      [
        [2, 3],
        [2, 5],
      ],
      [2, 8],
      [2],
      {},
    ],
  ])("%s", (rule, operands, right, wrong, attrs) => {
    expect(fits(rule, operands, right, attrs)).toBe(true);
    expect(fits(rule, operands, wrong, attrs)).toBe(false);
  });

  test("refuses operands that do not agree", () => {
    expect(fits("x [S...], y [S...] -> [S...]", [[2], [3]], [2])).toBe(false);
    expect(
      fits(
        "a [..., K], b [..., K] -> [...]",
        [
          [2, 4],
          [3, 4],
        ],
        [3],
      ),
    ).toBe(false);
    expect(fits("x [2] -> []", [[3]], [])).toBe(false);
  });

  test.each(["x [S...]", "x [S...] -> [S...] -> []", "x, y -> [S...]"])("%s is no rule", (text) => {
    expect(() => readShapeRule(text)).toThrow(SyntaxError);
  });
});

describe("ops hold to their rules", () => {
  test.each(allOps.map((op) => [op.kind, op] as const))("%s", (_, op) => {
    const rule = readShapeRule(op.shapes);
    const names = rule.operands.map(({ name }) => name);
    expect(new Set(names.filter((name) => name !== "")).size).toBe(names.length);
    expect(op.arity).toBe(rule.operands.some(({ repeats }) => repeats) ? "many" : names.length);
    fc.assert(
      fc.property(op.arbitrary(fc, describeBody), ({ operands, attrs }) => {
        const results = op.infer(operands, attrs).map(({ shape }) => knownShape(shape));
        const shapes = operands.map(({ shape }) => shape);
        expect({ shapes, results, attrs, fits: fitsRule(rule, shapes, results, { ...attrs }) }).toMatchObject({
          fits: true,
        });
      }),
      { numRuns: 100 },
    );
  });

  test.each(allOps.map((op) => [op.kind, op] as const))("%s speaks of its own operands", (_, op) => {
    const named = [...(op.gradient ?? "").matchAll(/\bd(\w+?)(?:_k)?(?=(?:\[.*?\])? =)/g)].map(([, name]) => name);
    expect(readShapeRule(op.shapes).operands.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  });
});
