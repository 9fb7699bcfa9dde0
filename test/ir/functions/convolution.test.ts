// Convolutions by hand: named padding, what a causal one sees, and options that only look alike.
import { describe, expect, test } from "vitest";
import {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "../../../src/ir/functions/index.ts";
import { elements, evaluated, fed } from "./evaluate-call.ts";

const sequence = fed([1, 1, 5], [1, 2, 3, 4, 5]);
const taps = fed([1, 1, 3], [1, 10, 100]);

describe("conv1d", () => {
  test("slides over a sequence; padding is one number, one for both sides, or one for each", () => {
    expect(elements([sequence, taps], (x, w) => conv1d(x, w))).toEqual({ shape: [1, 1, 3], data: [321, 432, 543] });
    const padded = { shape: [1, 1, 5], data: [210, 321, 432, 543, 54] };
    expect(elements([sequence, taps], (x, w) => conv1d(x, w, { padding: 1 }))).toEqual(padded);
    expect(elements([sequence, taps], (x, w) => conv1d(x, w, { padding: [1] }))).toEqual(padded);
    expect(elements([sequence, taps], (x, w) => conv1d(x, w, { padding: [1, 0] }))).toEqual({
      shape: [1, 1, 4],
      data: [210, 321, 432, 543],
    });
  });

  test("keeps the length, with as much padding on both sides or all of it before", () => {
    expect(elements([sequence, taps], (x, w) => conv1d(x, w, { padding: "same" }))).toEqual({
      shape: [1, 1, 5],
      data: [210, 321, 432, 543, 54],
    });
    expect(elements([sequence, taps], (x, w) => conv1d(x, w, { padding: "causal" }))).toEqual({
      shape: [1, 1, 5],
      data: [100, 210, 321, 432, 543],
    });
    expect(elements([sequence, taps], (x, w) => conv1d(x, w, { padding: "causal", dilation: 2 }))).toEqual({
      shape: [1, 1, 5],
      data: [100, 200, 310, 420, 531],
    });
  });

  test("sees nothing later where it is causal, not even what is not a number", () => {
    const broken = fed([1, 1, 5], [1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY]);
    const { data } = evaluated([broken, taps], (x, w) => conv1d(x, w, { padding: "causal" }));
    expect([...data]).toEqual([100, 210, 321, Number.NaN, Number.NaN]);
  });
});

test("padding that keeps extents puts an odd one behind", () => {
  const image = fed([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
  const corner = fed([1, 1, 2, 2], [1, 10, 100, 1000]);
  expect(elements([image, corner], (x, w) => conv2d(x, w, { padding: "same" }))).toEqual({
    shape: [1, 1, 2, 3],
    data: [5421, 6532, 603, 54, 65, 6],
  });
});

test("conv3d sums over depth, height and width", () => {
  const volume = fed([1, 1, 3, 1, 2], [1, 2, 3, 4, 5, 6]);
  const deep = fed([1, 1, 2, 1, 2], [1, 10, 100, 1000]);
  expect(elements([volume, deep], (x, w) => conv3d(x, w))).toEqual({ shape: [1, 1, 2, 1, 1], data: [4321, 6543] });
  expect(elements([volume, deep], (x, w) => conv3d(x, w, { padding: [1, 0, 0, 0, 0, 0], stride: [2, 1, 1] }))).toEqual({
    shape: [1, 1, 2, 1, 1],
    data: [2100, 6543],
  });
});

describe("transposed convolution", () => {
  test("puts the weights, times each element, onto the result", () => {
    expect(elements([fed([1, 1, 2], [1, 2]), taps], (x, w) => convTranspose1d(x, w))).toEqual({
      shape: [1, 1, 4],
      data: [1, 12, 120, 200],
    });
    expect(elements([fed([1, 1, 2], [1, 2]), taps], (x, w) => convTranspose1d(x, w, { stride: 2 }))).toEqual({
      shape: [1, 1, 5],
      data: [1, 10, 102, 20, 200],
    });
  });

  test("takes padding off the result, of which output padding gives back what is behind", () => {
    const pair = fed([1, 1, 2], [1, 2]);
    expect(elements([pair, taps], (x, w) => convTranspose1d(x, w, { stride: 2, padding: 1 }))).toEqual({
      shape: [1, 1, 3],
      data: [10, 102, 20],
    });
    expect(
      elements([pair, taps], (x, w) => convTranspose1d(x, w, { stride: 2, padding: 1, outputPadding: 1 })),
    ).toEqual({
      shape: [1, 1, 4],
      data: [10, 102, 20, 200],
    });
    expect(elements([pair, taps], (x, w) => convTranspose1d(x, w, { stride: 2, outputPadding: 1 }))).toEqual({
      shape: [1, 1, 6],
      data: [1, 10, 102, 20, 200, 0],
    });
    expect(elements([pair, taps], (x, w) => convTranspose1d(x, w, { stride: 2, padding: [0, 2] }))).toEqual({
      shape: [1, 1, 3],
      data: [1, 10, 102],
    });
  });

  test("has input channels first in its weights, and output channels of each group after", () => {
    const image = fed([1, 2, 1, 1], [3, 5]);
    expect(elements([image, fed([2, 2, 1, 1], [1, 10, 100, 1000])], (x, w) => convTranspose2d(x, w))).toEqual({
      shape: [1, 2, 1, 1],
      data: [503, 5030],
    });
    expect(
      elements([image, fed([2, 2, 1, 1], [1, 10, 100, 1000])], (x, w) => convTranspose2d(x, w, { groups: 2 })),
    ).toEqual({ shape: [1, 4, 1, 1], data: [3, 30, 500, 5000] });
  });

  test("over volumes", () => {
    const pair = fed([1, 1, 2, 1, 1], [1, 2]);
    const deep = fed([1, 1, 2, 1, 2], [1, 10, 100, 1000]);
    expect(elements([pair, deep], (x, w) => convTranspose3d(x, w))).toEqual({
      shape: [1, 1, 3, 1, 2],
      data: [1, 10, 102, 1020, 200, 2000],
    });
  });
});
