import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gather, oneHot, scatterAdd } from "../../../src/ir/ops/indexing.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { runLowered } from "../../support/lower-op.ts";
import { array, expectGradientsMatch, gradients, meaning, randomNumbers, typeOf } from "../../support/op-meaning.ts";
import { randomOperands } from "../../support/random-operands.ts";

const table = array([3, 2], [10, 11, 20, 21, 30, 31]);
const indices = array([2, 2], [2, 0, 1, 2], "i32");

describe("gather", () => {
  it("takes rows", () => {
    expect(meaning("gather", [table, indices], { axis: 0 })).toEqual(
      array([2, 2, 2], [30, 31, 10, 11, 20, 21, 30, 31]),
    );
  });

  it("takes columns", () => {
    expect(meaning("gather", [table, array([3], [1, 1, 0], "i32")], { axis: 1 })).toEqual(
      array([3, 3], [11, 11, 10, 21, 21, 20, 31, 31, 30]),
    );
    expect(meaning("gather", [table, array([], [1], "i32")], { axis: 1 })).toEqual(array([3], [11, 21, 31]));
    const floats = { ...table, dtype: "f32" } as const;
    for (const chosen of [array([3], [1, 1, 0], "i32"), array([2, 2], [0, 1, 1, 1], "i32"), array([], [1], "i32")])
      expect(runLowered("gather", [floats, chosen], { axis: 1 })).toEqual([
        meaning("gather", [floats, chosen], { axis: 1 }),
      ]);
  });

  it("types symbolic extents", () => {
    const operands = [tensorType("f32", [1000, 64]), tensorType("i32", ["B", "T"])];
    expect(typeOf("gather", operands, { axis: 0 })).toEqual(tensorType("f32", ["B", "T", 64]));
  });

  it("refuses what does not index", () => {
    expect(() => typeOf("gather", [table, tensorType("f32", [2])], { axis: 0 })).toThrow(
      "W204: gather: not defined for f32: takes i32 (f32[2])",
    );
    expect(() => typeOf("gather", [table, indices], { axis: 2 })).toThrow(
      "W205: gather: axis 2 is outside a shape of 2 axes ([3, 2])",
    );
  });

  it("states the range of its indices", () => {
    const operands = [tensorType("f32", [64, "V"]), tensorType("i32", ["B"])] as const;
    expect(gather.operandRange?.(1, operands, { axis: 1 })).toBe("V");
    expect(gather.operandRange?.(0, operands, { axis: 1 })).toBeUndefined();
  });

  it.each([-1, 3])("does not mean anything at index %d, and reads within the table when compiled", (index) => {
    const operands = [table, array([1], [index], "i32")];
    expect(() => meaning("gather", operands, { axis: 0 })).toThrow(`gather: index ${index} is outside 0 to 2`);
    expect(runLowered("gather", operands, { axis: 0 })).toEqual([array([1, 2], index < 0 ? [10, 11] : [30, 31])]);
  });

  it("gives 0 where there are no rows, whatever the index", () => {
    const operands = [array([0, 2], []), array([2], [0, 7], "i32")];
    expect(meaning("gather", operands, { axis: 0 })).toEqual(array([2, 2], [0, 0, 0, 0]));
    expect(runLowered("gather", operands, { axis: 0 })).toEqual([array([2, 2], [0, 0, 0, 0])]);
  });

  it("scatters the gradient", () => {
    const ct = array([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(gradients("gather", [table, indices], { axis: 0 }, ct)).toEqual([array([3, 2], [3, 4, 5, 6, 8, 10]), null]);
  });
});

describe("scatterAdd", () => {
  it("adds updates of equal indices", () => {
    const updates = array([2, 2, 1], [1, 2, 4, 8]);
    expect(meaning("scatterAdd", [indices, updates], { axis: 0, extent: 4 })).toEqual(array([4, 1], [2, 4, 9, 0]));
  });

  it("adds along an inner axis", () => {
    const updates = array([2, 3], [1, 2, 3, 4, 5, 6]);
    expect(meaning("scatterAdd", [array([3], [1, 0, 1], "i32"), updates], { axis: 1, extent: 2 })).toEqual(
      array([2, 2], [2, 4, 5, 10]),
    );
  });

  it("wraps small integers", () => {
    const updates = array([2], [200, 100], "u8");
    const operands = [array([2], [0, 0], "i32"), updates];
    expect(meaning("scatterAdd", operands, { axis: 0, extent: 1 })).toEqual(array([1], [44], "u8"));
  });

  it("adds in the order of the indices", () => {
    // In f32 1e8 + 1 is 1e8: only this order gives 1.
    const updates = array([3], [1e8, -1e8, 1], "f32");
    const reversed = array([3], [1, 1e8, -1e8], "f32");
    const same = array([3], [0, 0, 0], "i32");
    expect(runLowered("scatterAdd", [same, updates], { axis: 0, extent: 1 })).toEqual([array([1], [1], "f32")]);
    expect(runLowered("scatterAdd", [same, reversed], { axis: 0, extent: 1 })).toEqual([array([1], [0], "f32")]);
  });

  it("types symbolic extents", () => {
    const operands = [tensorType("i32", ["B"]), tensorType("f32", ["B", 64])];
    expect(typeOf("scatterAdd", operands, { axis: 0, extent: "V" })).toEqual(tensorType("f32", ["V", 64]));
  });

  it.each([
    [["f32", ["B"]], ["f32", ["B"]], 0, 4, "W204: scatterAdd: not defined for f32: takes i32 (f32[B])"],
    [
      ["i32", ["B"]],
      ["bool", ["B"]],
      0,
      4,
      "W204: scatterAdd: not defined for bool: takes f32, f64, i32, u8 (bool[B])",
    ],
    [["i32", ["B"]], ["f32", ["B"]], 0, -1, "W209: scatterAdd: -1 is not an extent ([-1])"],
    [
      ["i32", ["B"]],
      ["f32", ["T"]],
      0,
      4,
      "W221: scatterAdd: the axes of f32[T] from 0 on do not begin with those of the indices i32[B]",
    ],
    [
      ["i32", ["B"]],
      ["f32", ["B"]],
      1,
      4,
      "W221: scatterAdd: the axes of f32[B] from 1 on do not begin with those of the indices i32[B]",
    ],
    [
      ["i32", []],
      ["f32", ["B"]],
      2,
      4,
      "W221: scatterAdd: the axes of f32[B] from 2 on do not begin with those of the indices i32[]",
    ],
    [
      ["i32", ["B"]],
      ["f32", ["B"]],
      -1,
      4,
      "W221: scatterAdd: the axes of f32[B] from -1 on do not begin with those of the indices i32[B]",
    ],
  ] as const)("refuses %j %j", ([a, first], [b, second], axis, extent, message) => {
    const operands = [tensorType(a, first), tensorType(b, second)];
    expect(() => typeOf("scatterAdd", operands, { axis, extent })).toThrow(message);
  });

  it.each([-1, 4])("does not mean anything at index %d, and writes within the result when compiled", (index) => {
    const operands = [array([1], [index], "i32"), array([1], [5])];
    const attrs = { axis: 0, extent: 4 };
    expect(() => meaning("scatterAdd", operands, attrs)).toThrow(`scatterAdd: index ${index} is outside 0 to 3`);
    expect(runLowered("scatterAdd", operands, attrs)).toEqual([array([4], index < 0 ? [5, 0, 0, 0] : [0, 0, 0, 5])]);
  });

  it("gathers the gradient", () => {
    const operands = [array([3], [1, 0, 1], "i32"), array([3], [1, 2, 3])];
    expect(gradients("scatterAdd", operands, { axis: 0, extent: 2 }, array([2], [10, 20]))).toEqual([
      null,
      array([3], [20, 10, 20]),
    ]);
  });
});

describe("oneHot", () => {
  it("does so for indices of any rank when compiled", () => {
    const chosen = array([2, 3], [2, 0, 1, 1, 2, 2], "i32");
    const attrs = { depth: 3, dtype: "f32" };
    expect(runLowered("oneHot", [chosen], attrs)).toEqual([meaning("oneHot", [chosen], attrs)]);
  });

  it("puts 1 at the index", () => {
    expect(meaning("oneHot", [array([2], [2, 0], "i32")], { depth: 3, dtype: "f32" })).toEqual(
      array([2, 3], [0, 0, 1, 1, 0, 0], "f32"),
    );
  });

  it("types symbolic extents", () => {
    expect(typeOf("oneHot", [tensorType("i32", ["B"])], { depth: "V", dtype: "bool" })).toEqual(
      tensorType("bool", ["B", "V"]),
    );
    expect(oneHot.operandRange?.(0, [tensorType("i32", ["B"])], { depth: "V", dtype: "f32" })).toBe("V");
  });

  it("refuses what does not index", () => {
    expect(() => typeOf("oneHot", [tensorType("f32", ["B"])], { depth: 3, dtype: "f32" })).toThrow(
      "W204: oneHot: not defined for f32: takes i32 (f32[B])",
    );
    expect(() => typeOf("oneHot", [indices], { depth: 0.5, dtype: "f32" })).toThrow(
      "W209: oneHot: 0.5 is not an extent",
    );
  });

  it("does not mean anything outside, and gives zeros when compiled", () => {
    const operands = [array([1], [3], "i32")];
    expect(() => meaning("oneHot", operands, { depth: 3, dtype: "f32" })).toThrow("oneHot: index 3 is outside 0 to 2");
    expect(runLowered("oneHot", operands, { depth: 3, dtype: "f32" })).toEqual([array([1, 3], [0, 0, 0], "f32")]);
  });
});

describe("iota", () => {
  it("counts along an axis", () => {
    expect(meaning("iota", [], { axis: 0, dtype: "f32", shape: [3, 2] })).toEqual(
      array([3, 2], [0, 0, 1, 1, 2, 2], "f32"),
    );
    expect(meaning("iota", [], { axis: 1, dtype: "i32", shape: [2, 3] })).toEqual(
      array([2, 3], [0, 1, 2, 0, 1, 2], "i32"),
    );
  });

  it.each([
    [{ axis: 0, dtype: "bool", shape: [3] }, "W204: iota: not defined for bool: takes f32, f64, i32 (bool[3])"],
    [{ axis: 0, dtype: "f32", shape: [] }, "W205: iota: axis 0 is outside a shape of 0 axes ([])"],
    [{ axis: 0, dtype: "f32", shape: [-1] }, "W209: iota: -1 is not an extent ([-1])"],
  ])("refuses %j", (attrs, message) => {
    expect(() => typeOf("iota", [], attrs)).toThrow(message);
  });
});

describe("derivatives", () => {
  it.each([
    ["gather", gather],
    ["scatterAdd", scatterAdd],
  ] as const)("of %s agree with differences", (kind, op) => {
    fc.assert(
      fc.property(op.arbitrary(fc), fc.integer(), ({ operands, attrs }, seed) => {
        const random = randomNumbers(seed);
        const real = operands.map((type) =>
          type.dtype === "i32" && type === operands[kind === "gather" ? 1 : 0]
            ? type
            : { ...type, dtype: "f64" as const },
        );
        const arrays = randomOperands(kind, { operands: real, attrs }, random, () => random());
        expectGradientsMatch(kind, arrays, attrs, random);
      }),
      { numRuns: 60 },
    );
  });
});
