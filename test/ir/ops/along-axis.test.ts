import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addAlongAxis, cumsum, takeAlongAxis } from "../../../src/ir/ops/along-axis.ts";
import { type Shape, tensorType } from "../../../src/ir/types/tensor-type.ts";
import { runLowered } from "../../support/lower-op.ts";
import { array, expectGradientsMatch, meaning, randomNumbers, typeOf } from "../../support/op-meaning.ts";
import { randomOperands } from "../../support/random-operands.ts";

const table = array([2, 3], [1, 2, 3, 4, 5, 6]);
const indices = array([2, 2], [2, 0, 1, 1], "i32");

describe("takeAlongAxis and addAlongAxis", () => {
  it("give 0 and add nothing where there are no rows, whatever the index", () => {
    const anywhere = array([2, 2], [0, 1, 7, -1], "i32");
    const taken = [array([2, 0], []), anywhere];
    expect(meaning("takeAlongAxis", taken, { axis: 1 })).toEqual(array([2, 2], [0, 0, 0, 0]));
    expect(runLowered("takeAlongAxis", taken, { axis: 1 })).toEqual([array([2, 2], [0, 0, 0, 0])]);
    const added = [anywhere, array([2, 2], [1, 2, 3, 4])];
    expect(meaning("addAlongAxis", added, { axis: 1, extent: 0 })).toEqual(array([2, 0], []));
    expect(runLowered("addAlongAxis", added, { axis: 1, extent: 0 })).toEqual([array([2, 0], [])]);
  });

  it("choose at each place, and add where they were chosen", () => {
    expect(meaning("takeAlongAxis", [table, indices], { axis: 1 })).toEqual(array([2, 2], [3, 1, 5, 5]));
    const updates = array([2, 2], [10, 20, 30, 40]);
    expect(meaning("addAlongAxis", [indices, updates], { axis: 1, extent: 3 })).toEqual(
      array([2, 3], [20, 0, 10, 0, 70, 0]),
    );
  });

  it("keep symbolic extents", () => {
    const [rows, chosen] = [tensorType("f32", ["B", "T", 4]), tensorType("i32", ["B", "K", 4])];
    expect(typeOf("takeAlongAxis", [rows, chosen], { axis: 1 })).toEqual(tensorType("f32", ["B", "K", 4]));
    expect(typeOf("addAlongAxis", [chosen, tensorType("f32", ["B", "K", 4])], { axis: 1, extent: "T" })).toEqual(rows);
    expect(takeAlongAxis.operandRange?.(1, [rows, chosen], { axis: 1 })).toBe("T");
    expect(addAlongAxis.operandRange?.(0, [chosen, rows], { axis: 1, extent: "T" })).toBe("T");
  });

  it.each<readonly [Shape, "i32" | "f32", number, string]>([
    [[2, 2], "f32", 1, "W204: takeAlongAxis: not defined for f32"],
    [[3, 2], "i32", 1, "W248: takeAlongAxis: the indices must be i32[2, 2], not i32[3, 2]"],
    [[2], "i32", 1, "W248: takeAlongAxis: the indices must be i32[2, 1], not i32[2]"],
    [[2, 2], "i32", 2, "W205: takeAlongAxis: axis 2 is outside a shape of 2 axes"],
  ])("refuse indices %j of %s along axis %d", (shape, dtype, axis, message) => {
    expect(() => typeOf("takeAlongAxis", [table, tensorType(dtype, shape)], { axis })).toThrow(message);
  });

  it("mean nothing outside, and clamp when compiled", () => {
    const outside = array([2, 1], [-1, 7], "i32");
    expect(() => meaning("takeAlongAxis", [table, outside], { axis: 1 })).toThrow("takeAlongAxis: index -1 is outside");
    expect(runLowered("takeAlongAxis", [table, outside], { axis: 1 })).toEqual([array([2, 1], [1, 6])]);
    expect(runLowered("addAlongAxis", [outside, array([2, 1], [1, 2])], { axis: 1, extent: 3 })).toEqual([
      array([2, 3], [1, 0, 0, 0, 0, 2]),
    ]);
  });
});

describe("cumsum", () => {
  it("sums from either end, along any axis", () => {
    expect(meaning("cumsum", [table], { axis: 1, reverse: false })).toEqual(array([2, 3], [1, 3, 6, 4, 9, 15]));
    expect(meaning("cumsum", [table], { axis: 1, reverse: true })).toEqual(array([2, 3], [6, 5, 3, 15, 11, 6]));
    expect(meaning("cumsum", [table], { axis: 0, reverse: false })).toEqual(array([2, 3], [1, 2, 3, 5, 7, 9]));
    expect(meaning("cumsum", [table], { axis: 0, reverse: true })).toEqual(array([2, 3], [5, 7, 9, 4, 5, 6]));
    const floats = { ...table, dtype: "f32" } as const;
    for (const axis of [0, 1])
      for (const reverse of [false, true])
        expect(runLowered("cumsum", [floats], { axis, reverse })).toEqual([
          meaning("cumsum", [floats], { axis, reverse }),
        ]);
  });

  it("is lowered to what it means from either end, over two rows as over many", () => {
    for (const axis of [0, 1])
      for (const reverse of [false, true])
        expect(runLowered("cumsum", [table], { axis, reverse })).toEqual([
          meaning("cumsum", [table], { axis, reverse }),
        ]);
  });

  it("wraps integers, and is NaN from the first NaN on", () => {
    const bytes = array([3], [200, 100, 1], "u8");
    expect(meaning("cumsum", [bytes], { axis: 0, reverse: false })).toEqual(array([3], [200, 44, 45], "u8"));
    expect(runLowered("cumsum", [bytes], { axis: 0, reverse: false })).toEqual([array([3], [200, 44, 45], "u8")]);
    const broken = array([3], [1, Number.NaN, 1]);
    expect(runLowered("cumsum", [broken], { axis: 0, reverse: false })[0]?.data).toEqual(
      Float64Array.of(1, Number.NaN, Number.NaN),
    );
  });

  it("refuses axes that are not there", () => {
    expect(() => typeOf("cumsum", [table], { axis: 2, reverse: false })).toThrow("W205: cumsum: axis 2");
    expect(() => typeOf("cumsum", [tensorType("bool", [2])], { axis: 0, reverse: false })).toThrow("W204");
  });
});

describe("derivatives", () => {
  it.each([
    ["takeAlongAxis", takeAlongAxis, 1],
    ["addAlongAxis", addAlongAxis, 0],
    ["cumsum", cumsum, -1],
  ] as const)("of %s agree with differences", (kind, op, indexing) => {
    fc.assert(
      fc.property(op.arbitrary(fc), fc.integer(), ({ operands, attrs }, seed) => {
        const random = randomNumbers(seed);
        const real = [...operands].map((type, at) => (at === indexing ? type : { ...type, dtype: "f64" as const }));
        const arrays = randomOperands(kind, { operands: real, attrs }, random, () => random());
        expectGradientsMatch(kind, arrays, attrs, random);
      }),
      { numRuns: 60 },
    );
  });
});
