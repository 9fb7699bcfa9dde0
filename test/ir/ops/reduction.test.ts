import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduce } from "../../../src/ir/ops/reduction.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { runLowered } from "../../support/lower-op.ts";
import {
  array,
  expectClose,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const matrix = array([2, 3], [1, 2, 3, 4, 5, -6]);
const nan = Number.NaN;
const all = (fn: string) => ({ fn, axes: [0, 1], keepDims: false });

describe("reduce", () => {
  it.each([
    ["sum", 9],
    ["prod", -720],
    ["max", 5],
    ["min", -6],
  ])("%s of all", (fn, value) => {
    expect(meaning("reduce", [matrix], all(fn))).toEqual(array([], [value]));
  });

  it("folds the axes that are named", () => {
    expect(meaning("reduce", [matrix], { fn: "sum", axes: [0], keepDims: false })).toEqual(array([3], [5, 7, -3]));
    expect(meaning("reduce", [matrix], { fn: "sum", axes: [1], keepDims: true })).toEqual(array([2, 1], [6, 3]));
    expect(meaning("reduce", [matrix], { fn: "max", axes: [], keepDims: false })).toEqual(matrix);
    const cube = array([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(meaning("reduce", [cube], { fn: "sum", axes: [0, 2], keepDims: false })).toEqual(array([2], [14, 22]));
  });

  it("gives the identity for nothing", () => {
    const none = array([2, 0], []);
    expect(meaning("reduce", [none], { fn: "sum", axes: [1], keepDims: false })).toEqual(array([2], [0, 0]));
    expect(meaning("reduce", [none], { fn: "prod", axes: [1], keepDims: false })).toEqual(array([2], [1, 1]));
  });

  it("passes NaN on", () => {
    for (const fn of ["max", "min", "sum", "prod"])
      expect(meaning("reduce", [array([3], [1, nan, 2])], { fn, axes: [0], keepDims: false })).toEqual(
        array([], [nan]),
      );
  });

  it("wraps integers", () => {
    const attrs = { axes: [0], keepDims: false };
    const whole = array([3], [2147483647, 1, 5], "i32");
    expect(meaning("reduce", [whole], { fn: "sum", ...attrs })).toEqual(array([], [-2147483643], "i32"));
    const large = array([2], [123456789, 987654321], "i32");
    expect(meaning("reduce", [large], { fn: "prod", ...attrs })).toEqual(array([], [-67153019], "i32"));
    const bytes = array([3], [200, 100, 7], "u8");
    expect(meaning("reduce", [bytes], { fn: "sum", ...attrs })).toEqual(array([], [51], "u8"));
    expect(meaning("reduce", [bytes], { fn: "prod", ...attrs })).toEqual(array([], [224], "u8"));
    expect(meaning("reduce", [bytes], { fn: "min", ...attrs })).toEqual(array([], [7], "u8"));
  });

  it("finds extremes of integers of one sign", () => {
    const attrs = { axes: [0], keepDims: false };
    expect(meaning("reduce", [array([2], [-7, -3], "i32")], { fn: "max", ...attrs })).toEqual(array([], [-3], "i32"));
    expect(meaning("reduce", [array([2], [7, 3], "i32")], { fn: "min", ...attrs })).toEqual(array([], [3], "i32"));
  });

  it("types symbolic extents", () => {
    const x = tensorType("f32", ["B", "T", 4]);
    expect(typeOf("reduce", [x], { fn: "max", axes: [1], keepDims: false }).shape).toEqual(["B", 4]);
    expect(typeOf("reduce", [x], { fn: "sum", axes: [0, 2], keepDims: true }).shape).toEqual([1, "T", 1]);
  });

  it.each([
    ["f32", [2, 3], { axes: [2] }, "W205: sum: axis 2 is outside a shape of 2 axes ([2, 3])"],
    ["f32", [2, 3], { axes: [1, 0] }, "W206: sum: the axes [1, 0] do not ascend ([2, 3])"],
    ["f32", ["B", 0], { fn: "max", axes: [1] }, "W212: max: no elements along [1] (f32[B, 0])"],
    ["f32", ["B", 0], { fn: "min", axes: [0, 1] }, "W212: min: no elements along [0, 1] (f32[B, 0])"],
    ["bool", [2], { axes: [0] }, "W204: sum: not defined for bool: takes "],
  ] as const)("refuses %s%j %j", (dtype, shape, change, message) => {
    const attrs = { fn: "sum", keepDims: false, ...change };
    expect(() => typeOf("reduce", [tensorType(dtype, shape)], attrs)).toThrow(message);
  });

  it("allows a kept axis of no elements", () => {
    expect(typeOf("reduce", [tensorType("f32", [0, 3])], { fn: "max", axes: [1], keepDims: false }).shape).toEqual([0]);
  });
});

describe("derivatives of reduce", () => {
  it("agree with differences where all elements differ", () => {
    fc.assert(
      fc.property(reduce.arbitrary(fc), fc.integer(), ({ operands: [{ shape }], attrs }, seed) => {
        const random = randomNumbers(seed);
        // Above 0.25 and more than four steps apart, so that no two change their order.
        const size = shape.reduce((product, extent) => product * extent, 1);
        fc.pre(size <= 200);
        const levels = Array.from({ length: size }, (_, at) => 0.6 + at / 200);
        const shuffled = levels.map((level) => ({ level, key: random() })).sort((a, b) => a.key - b.key);
        expectGradientsMatch(
          "reduce",
          [
            array(
              shape,
              shuffled.map(({ level }) => level),
            ),
          ],
          attrs,
          random,
        );
      }),
      { numRuns: 150 },
    );
  });

  it("split evenly among equal extremes", () => {
    const x = array([2, 4], [3, 1, 3, 3, -1, -1, 0, 5]);
    const ct = array([2], [6, 8]);
    expect(gradients("reduce", [x], { fn: "max", axes: [1], keepDims: false }, ct)).toEqual([
      array([2, 4], [2, 0, 2, 2, 0, 0, 0, 8]),
    ]);
    expect(gradients("reduce", [x], { fn: "min", axes: [1], keepDims: false }, ct)).toEqual([
      array([2, 4], [0, 6, 0, 0, 4, 4, 0, 0]),
    ]);
  });

  it("of prod are the product of all others, also where there are zeros", () => {
    const x = array([3, 3], [2, 3, 4, 2, 0, 4, 0, 3, 0]);
    const ct = array([3], [1, 10, 100]);
    expect(gradients("reduce", [x], { fn: "prod", axes: [1], keepDims: false }, ct)).toEqual([
      array([3, 3], [12, 8, 6, 0, 80, 0, 0, 0, 0]),
    ]);
  });

  it("of prod agree with differences at zeros", () => {
    const x = array([2, 3], [0, 0.5, -2, 1, 0, 0]);
    expectGradientsMatch("reduce", [x], { fn: "prod", axes: [1], keepDims: true }, randomNumbers(3));
    expectGradientsMatch("reduce", [x], { fn: "prod", axes: [0], keepDims: false }, randomNumbers(4));
  });

  it("is none for integers", () => {
    const whole = array([2], [1, 2], "i32");
    const attrs = { fn: "sum", axes: [0], keepDims: false };
    expect(gradients("reduce", [whole], attrs, array([], [1], "i32"))).toEqual([null]);
  });

  it("repeats the cotangent of a sum", () => {
    const ct = array([2, 1], [5, 7]);
    const [gradient] = gradients("reduce", [matrix], { fn: "sum", axes: [1], keepDims: true }, ct);
    expectClose(gradient, array([2, 3], [5, 5, 5, 7, 7, 7]), 1, 0);
  });
});

describe("argmax", () => {
  it("finds the first of the largest", () => {
    const x = array([2, 4], [1, 7, 7, 2, -3, -1, -2, -1]);
    expect(meaning("argmax", [x], { axis: 1 })).toEqual(array([2], [1, 1], "i32"));
    expect(meaning("argmax", [x], { axis: 0 })).toEqual(array([4], [0, 0, 0, 0], "i32"));
  });

  it("takes NaN for the largest, the first of them", () => {
    const x = array([3, 3], [1, nan, Number.POSITIVE_INFINITY, nan, 1, nan, 2, 1, Number.NEGATIVE_INFINITY]);
    expect(meaning("argmax", [x], { axis: 1 })).toEqual(array([3], [1, 0, 0], "i32"));
  });

  it("does not tell zeros apart", () => {
    expect(meaning("argmax", [array([2], [-0, 0])], { axis: 0 })).toEqual(array([], [0], "i32"));
  });

  it("is lowered to what it means for any length, with equal numbers, zeros of both signs and NaN", () => {
    const element = fc.constantFrom(1, 2, 2.5, 0, -0, -1, Number.NEGATIVE_INFINITY, nan);
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 40 }), fc.boolean(), (row, isLast) => {
        const x = array(isLast ? [1, row.length] : [row.length, 1], row);
        const attrs = { axis: isLast ? 1 : 0 };
        expect(runLowered("argmax", [x], attrs)).toEqual([meaning("argmax", [x], attrs)]);
      }),
      { numRuns: 100 },
    );
  });

  it("types symbolic extents", () => {
    expect(typeOf("argmax", [tensorType("f32", ["B", "V"])], { axis: 1 })).toEqual(tensorType("i32", ["B"]));
  });

  it.each([
    [[2], 1, "W205: argmax: axis 1 is outside a shape of 1 axes ([2])"],
    [[2, 0], 1, "W212: argmax: no elements along [1] (f32[2, 0])"],
  ])("refuses %j along %d", (shape, axis, message) => {
    expect(() => typeOf("argmax", [tensorType("f32", shape)], { axis })).toThrow(message);
  });

  it("has no gradient", () => {
    const x = randomArray({ dtype: "f64", shape: [3] }, randomNumbers(1));
    expect(gradients("argmax", [x], { axis: 0 }, array([], [0], "i32"))).toEqual([null]);
  });
});
