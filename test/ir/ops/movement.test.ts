import { describe, expect, it } from "vitest";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import {
  array,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const matrix = array([2, 3], [1, 2, 3, 4, 5, 6]);

describe("reshape", () => {
  it("keeps the elements in their order", () => {
    expect(meaning("reshape", [matrix], { shape: [3, 1, 2] })).toEqual(array([3, 1, 2], [1, 2, 3, 4, 5, 6]));
  });

  it("types symbolic extents by their product", () => {
    const image = tensorType("f32", ["B", 8, 8]);
    expect(typeOf("reshape", [image], { shape: ["B", 64] })).toEqual(tensorType("f32", ["B", 64]));
    expect(typeOf("reshape", [image], { shape: ["64*B"] })).toEqual(tensorType("f32", ["64*B"]));
  });

  it.each([
    [[2, 3], [4, 2], "W211: reshape: element counts differ: [2, 3] to [4, 2] (6 vs 8)"],
    [["B", 4], [4, "T"], "W211: reshape: element counts differ: [B, 4] to [4, T] (4*B vs 4*T)"],
    [["B"], [-1], "W209: reshape: -1 is not an extent ([-1])"],
    [["B"], [1.5], "W209: reshape: 1.5 is not an extent ([1.5])"],
    [["B*T"], ["T*B"], "W209: reshape: T*B is not an extent ([T*B])"],
    [["B"], ["B+"], "W209: reshape: B+ is not an extent ([B+])"],
  ])("refuses %j to %j", (from, to, message) => {
    expect(() => typeOf("reshape", [tensorType("f32", from)], { shape: to })).toThrow(message);
  });

  it("gives the gradient its operand's shape", () => {
    expect(gradients("reshape", [matrix], { shape: [6] }, array([6], [6, 5, 4, 3, 2, 1]))).toEqual([
      array([2, 3], [6, 5, 4, 3, 2, 1]),
    ]);
  });
});

describe("transpose", () => {
  it("reorders axes", () => {
    expect(meaning("transpose", [matrix], { permutation: [1, 0] })).toEqual(array([3, 2], [1, 4, 2, 5, 3, 6]));
    const cube = array([2, 1, 3], [1, 2, 3, 4, 5, 6]);
    expect(meaning("transpose", [cube], { permutation: [2, 0, 1] })).toEqual(array([3, 2, 1], [1, 4, 2, 5, 3, 6]));
  });

  it("types symbolic extents", () => {
    const x = tensorType("i32", ["B", "T", 4]);
    expect(typeOf("transpose", [x], { permutation: [2, 0, 1] })).toEqual(tensorType("i32", [4, "B", "T"]));
  });

  it.each([[[0]], [[0, 0]], [[0, 2]], [[1, 0, 2]], [[-1, 0]]])("refuses the permutation %j", (permutation) => {
    expect(() => typeOf("transpose", [matrix], { permutation })).toThrow(
      `W213: transpose: [${permutation.join(", ")}] is not an order of the axes of [2, 3]`,
    );
  });

  it("transposes the gradient back", () => {
    const cube = randomArray({ dtype: "f64", shape: [2, 3, 4] }, randomNumbers(1));
    expectGradientsMatch("transpose", [cube], { permutation: [2, 0, 1] }, randomNumbers(2));
    // Where all extents are equal, no shape says which way.
    const even = randomArray({ dtype: "f64", shape: [2, 2, 2] }, randomNumbers(3));
    expectGradientsMatch("transpose", [even], { permutation: [2, 0, 1] }, randomNumbers(4));
  });
});

describe("broadcast", () => {
  it("repeats extents of 1 and adds leading axes", () => {
    const column = array([2, 1], [1, 2]);
    expect(meaning("broadcast", [column], { shape: [2, 2, 3] })).toEqual(
      array([2, 2, 3], [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]),
    );
    expect(meaning("broadcast", [array([], [7])], { shape: [3] })).toEqual(array([3], [7, 7, 7]));
    expect(meaning("broadcast", [array([1], [7])], { shape: [0] })).toEqual(array([0], []));
  });

  it("types symbolic extents", () => {
    expect(typeOf("broadcast", [tensorType("f32", [1, "T"])], { shape: ["B", "T"] }).shape).toEqual(["B", "T"]);
  });

  it.each([
    [[3], [4], "W208: broadcast: [3] does not broadcast to [4]"],
    [["B"], ["T"], "W208: broadcast: [B] does not broadcast to [T]"],
    [["B"], ["B", 1], "W208: broadcast: [B] does not broadcast to [B, 1]"],
    [[2, 3], [3], "W208: broadcast: [2, 3] does not broadcast to [3]"],
    [[3], [1], "W208: broadcast: [3] does not broadcast to [1]"],
    [[1], [-2], "W209: broadcast: -2 is not an extent ([-2])"],
  ])("refuses %j to %j", (from, to, message) => {
    expect(() => typeOf("broadcast", [tensorType("f32", from)], { shape: to })).toThrow(message);
  });

  it("sums the gradient of what was repeated", () => {
    const ct = array([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(gradients("broadcast", [array([2, 1], [1, 2])], { shape: [2, 2, 3] }, ct)).toEqual([
      array([2, 1], [30, 48]),
    ]);
  });
});

describe("flip", () => {
  it("reverses axes", () => {
    expect(meaning("flip", [matrix], { axes: [1] })).toEqual(array([2, 3], [3, 2, 1, 6, 5, 4]));
    expect(meaning("flip", [matrix], { axes: [0, 1] })).toEqual(array([2, 3], [6, 5, 4, 3, 2, 1]));
    expect(meaning("flip", [matrix], { axes: [] })).toEqual(matrix);
  });

  it("keeps the type", () => {
    expect(typeOf("flip", [tensorType("u8", ["B", 2])], { axes: [0] })).toEqual(tensorType("u8", ["B", 2]));
  });

  it.each([
    [[2], "W205: flip: axis 2 is outside a shape of 2 axes ([2, 3])"],
    [[-1], "W205: flip: axis -1 is outside a shape of 2 axes ([2, 3])"],
    [[0.5], "W205: flip: axis 0.5 is outside a shape of 2 axes ([2, 3])"],
    [[1, 0], "W206: flip: the axes [1, 0] do not ascend ([2, 3])"],
    [[1, 1], "W206: flip: the axes [1, 1] do not ascend ([2, 3])"],
  ])("refuses the axes %j", (axes, message) => {
    expect(() => typeOf("flip", [matrix], { axes })).toThrow(message);
  });

  it("flips the gradient back", () => {
    const ct = array([2, 3], [1, 2, 3, 4, 5, 6]);
    expect(gradients("flip", [matrix], { axes: [1] }, ct)).toEqual([array([2, 3], [3, 2, 1, 6, 5, 4])]);
  });
});
