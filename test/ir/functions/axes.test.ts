// Functions that fold, move, cut and join axes, against results written by hand.
import { describe, expect, test } from "vitest";
import {
  argmax,
  broadcastTo,
  concat,
  flatten,
  flip,
  max,
  mean,
  min,
  pad,
  prod,
  reshape,
  slice,
  stack,
  sum,
  transpose,
} from "../../../src/ir/functions/index.ts";
import { elements, fed, refusal } from "./evaluate-call.ts";

const x = fed([2, 3], [1, 2, 3, 4, 5, 6]);

describe("reductions", () => {
  test("over all axes, some, and with extents of 1 kept", () => {
    expect(elements([x], (t) => sum(t))).toEqual({ shape: [], data: [21] });
    expect(elements([x], (t) => sum(t, { axes: [0] }))).toEqual({ shape: [3], data: [5, 7, 9] });
    expect(elements([x], (t) => sum(t, { axes: [-1] }))).toEqual({ shape: [2], data: [6, 15] });
    expect(elements([x], (t) => mean(t, { axes: [1], keepDims: true }))).toEqual({ shape: [2, 1], data: [2, 5] });
    expect(elements([x], (t) => sum(t, { axes: [] }))).toEqual({ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] });
  });

  test("by other functions", () => {
    expect(elements([x], (t) => max(t, { axes: [0] }))).toEqual({ shape: [3], data: [4, 5, 6] });
    expect(elements([x], (t) => min(t, { axes: [1] }))).toEqual({ shape: [2], data: [1, 4] });
    expect(elements([x], (t) => prod(t))).toEqual({ shape: [], data: [720] });
    expect(elements([fed([2, 3], [1, 7, 7, Number.NaN, 9, 2])], (t) => argmax(t, -1))).toEqual({
      shape: [2],
      data: [1, 0],
    });
  });

  test("refuse axes that are not there, or named twice", () => {
    expect(refusal([["f32", ["B", 3]]], (t) => sum(t, { axes: [2] }))).toEqual({
      message: "W205: sum: axis 2 is outside a shape of 2 axes ([B, 3])",
      file: "axes.test.ts",
    });
    expect(refusal([["f32", ["B", 3]]], (t) => max(t, { axes: [1, -1] })).message).toBe(
      "W206: max: the axes [1, -1] do not ascend ([B, 3])",
    );
  });
});

describe("movement", () => {
  test("reshape, flatten, transpose, broadcastTo, flip", () => {
    expect(elements([x], (t) => reshape(t, [3, -1]))).toEqual({ shape: [3, 2], data: [1, 2, 3, 4, 5, 6] });
    expect(elements([x], (t) => flatten(t, 0))).toEqual({ shape: [6], data: [1, 2, 3, 4, 5, 6] });
    expect(elements([fed([1, 2, 3], [...x.data])], (t) => flatten(t))).toEqual({
      shape: [1, 6],
      data: [1, 2, 3, 4, 5, 6],
    });
    expect(elements([x], (t) => transpose(t, [1, 0]))).toEqual({ shape: [3, 2], data: [1, 4, 2, 5, 3, 6] });
    expect(elements([fed([2, 1], [1, 2])], (t) => broadcastTo(t, [2, 2]))).toEqual({
      shape: [2, 2],
      data: [1, 1, 2, 2],
    });
    expect(elements([x], (t) => flip(t, [-1]))).toEqual({ shape: [2, 3], data: [3, 2, 1, 6, 5, 4] });
  });

  test("axes that are no list are refused", () => {
    expect(refusal([["f32", [2, 3]]], (t) => transpose(t, undefined as never)).message).toBe(
      "W140: transpose: a list of axes is expected, got undefined",
    );
    expect(refusal([["f32", [2, 3]]], (t) => flip(t, 1 as never)).message).toBe(
      "W140: flip: a list of axes is expected, got 1",
    );
  });

  test("flatten works on symbols", () => {
    expect(refusal([["f32", ["B", "T", 8]]], (t) => reshape(flatten(t, 1), ["B", 7])).message).toBe(
      "W211: reshape: element counts differ: [B, 8*T] to [B, 7] (8*B*T vs 7*B)",
    );
  });

  test("a text that is no extent is refused", () => {
    expect(refusal([["f32", [6]]], (t) => reshape(t, ["2*"])).message).toBe(
      "W209: reshape: 2* is not an extent ([2*])",
    );
  });
});

describe("slicing", () => {
  test("slice: ranges, steps, and axes left whole", () => {
    expect(elements([x], (t) => slice(t, [{ start: 1 }]))).toEqual({ shape: [1, 3], data: [4, 5, 6] });
    expect(elements([x], (t) => slice(t, [{}, { step: 2 }]))).toEqual({ shape: [2, 2], data: [1, 3, 4, 6] });
    expect(elements([x], (t) => slice(t, [{ end: 1 }, { start: 1, end: 3 }]))).toEqual({ shape: [1, 2], data: [2, 3] });
  });

  test("pad: before, after, between", () => {
    expect(elements([x], (t) => pad(t, [{}, { low: 1 }]))).toEqual({ shape: [2, 4], data: [0, 1, 2, 3, 0, 4, 5, 6] });
    expect(elements([fed([2], [1, 2])], (t) => pad(t, [{ high: 1, interior: 2 }], 9))).toEqual({
      shape: [5],
      data: [1, 9, 9, 2, 9],
    });
  });

  test("concat along an axis, stack along a new one", () => {
    expect(elements([x, fed([1, 3], [7, 8, 9])], (a, b) => concat([a, b]))).toEqual({
      shape: [3, 3],
      data: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    });
    expect(elements([x, fed([2, 1], [7, 8])], (a, b) => concat([a, b], -1))).toEqual({
      shape: [2, 4],
      data: [1, 2, 3, 7, 4, 5, 6, 8],
    });
    expect(elements([fed([2], [1, 2]), fed([2], [3, 4])], (a, b) => stack([a, b]))).toEqual({
      shape: [2, 2],
      data: [1, 2, 3, 4],
    });
    expect(elements([fed([2], [1, 2]), fed([2], [3, 4])], (a, b) => stack([a, b], -1))).toEqual({
      shape: [2, 2],
      data: [1, 3, 2, 4],
    });
  });

  test("refusals", () => {
    expect(refusal([["f32", [10]]], (t) => slice(t, [{ end: 11 }])).message).toBe(
      "W214: slice: 0:11 is not within axis 0 of extent 10 ([10])",
    );
    // @ts-expect-error: there is nothing to join
    expect(refusal([], () => concat([])).message).toBe("W219: concat: no operands");
    expect(
      refusal(
        [
          ["f32", [2]],
          ["f32", [3]],
        ],
        (a, b) => stack([a, b]),
      ).message,
    ).toBe("W235: stack: shapes differ: f32[2] vs f32[3]");
  });
});
