// Products, windows, normalization, losses, indices and creation, against results written by hand. What PyTorch computes is
// compared in the tests of layers.
import { describe, expect, test } from "vitest";
import {
  averagePool2d,
  constant,
  conv2d,
  crossEntropy,
  embedding,
  gather,
  iota,
  layerNorm,
  linear,
  logSoftmax,
  matmul,
  maxPool2d,
  meanSquaredError,
  oneHot,
  randomBits,
  randomUniform,
  scatterAdd,
  softmax,
} from "../../../src/ir/functions/index.ts";
import { threefry2x32 } from "../../../src/ir/ops/random.ts";
import { elements, evaluated, fed, refusal } from "./evaluate-call.ts";

const a = fed([2, 3], [1, 2, 3, 4, 5, 6]);
const b = fed([3, 2], [1, 0, 2, 1, 0, 3]);

describe("products", () => {
  test("matmul, with operands swapped", () => {
    const product = { shape: [2, 2], data: [5, 11, 14, 23] };
    expect(elements([a, b], (x, y) => matmul(x, y))).toEqual(product);
    expect(elements([fed([3, 2], [1, 4, 2, 5, 3, 6]), b], (x, y) => matmul(x, y, { transposeA: true }))).toEqual(
      product,
    );
    expect(elements([a, fed([2, 3], [1, 2, 0, 0, 1, 3])], (x, y) => matmul(x, y, { transposeB: true }))).toEqual(
      product,
    );
  });

  test("linear: x W^T + b, of rows, of batches of rows, of one vector", () => {
    const weight = fed([2, 3], [1, 2, 0, 0, 1, 3]);
    const bias = fed([2], [10, 20]);
    expect(elements([a, weight, bias], (x, w, c) => linear(x, w, c))).toEqual({
      shape: [2, 2],
      data: [15, 31, 24, 43],
    });
    expect(elements([fed([2, 1, 3], [...a.data]), weight], (x, w) => linear(x, w))).toEqual({
      shape: [2, 1, 2],
      data: [5, 11, 14, 23],
    });
    expect(elements([fed([3], [1, 2, 3]), weight, bias], (x, w, c) => linear(x, w, c))).toEqual({
      shape: [2],
      data: [15, 31],
    });
  });

  test("refusals", () => {
    const shapes = (x: readonly (number | string)[], y: readonly (number | string)[]) =>
      [
        ["f32", x],
        ["f32", y],
      ] as const;
    expect(refusal(shapes(["B", 768], [512, 10]), (x, y) => matmul(x, y))).toEqual({
      message: "W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, 768] x f32[512, 10])",
      file: "network.test.ts",
    });
    expect(refusal(shapes(["B", 8], [10, 9]), (x, w) => linear(x, w))).toEqual({
      message: "W232: linear: 8 features given, 9 expected (f32[B, 8], weight [10, 9])",
      file: "network.test.ts",
    });
    expect(refusal(shapes([], [10, 9]), (x, w) => linear(x, w)).message).toBe(
      "W233: linear: no axis of features (f32[])",
    );
    expect(refusal(shapes([9], [9]), (x, w) => linear(x, w)).message).toBe(
      "W234: linear: the weight must be [out, in], not [9]",
    );
  });
});

describe("windows", () => {
  const image = fed([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const corner = fed([1, 1, 2, 2], [1, 0, 0, -1]);

  test("conv2d: stride, padding on all sides or on some", () => {
    expect(elements([image, corner], (x, w) => conv2d(x, w))).toEqual({ shape: [1, 1, 2, 2], data: [-4, -4, -4, -4] });
    expect(elements([image, corner], (x, w) => conv2d(x, w, { stride: 2, padding: 1 }))).toEqual({
      shape: [1, 1, 2, 2],
      data: [-1, -3, -7, -4],
    });
    expect(elements([image, corner], (x, w) => conv2d(x, w, { padding: [1, 0, 0, 0] }))).toEqual({
      shape: [1, 1, 3, 2],
      data: [-2, -3, -4, -4, -4, -4],
    });
    expect(elements([image, corner], (x, w) => conv2d(x, w, { dilation: 2 }))).toEqual({
      shape: [1, 1, 1, 1],
      data: [-8],
    });
  });

  test("pooling: windows side by side unless a stride is given", () => {
    expect(elements([image], (x) => maxPool2d(x, 2))).toEqual({ shape: [1, 1, 1, 1], data: [5] });
    expect(elements([image], (x) => maxPool2d(x, [2, 1], { stride: 1 }))).toEqual({
      shape: [1, 1, 2, 3],
      data: [4, 5, 6, 7, 8, 9],
    });
    expect(elements([image], (x) => averagePool2d(x, 2, { stride: 1 }))).toEqual({
      shape: [1, 1, 2, 2],
      data: [3, 4, 6, 7],
    });
    expect(elements([image], (x) => averagePool2d(x, 2, { stride: 2, padding: 1 }))).toEqual({
      shape: [1, 1, 2, 2],
      data: [0.25, 1.25, 2.75, 7],
    });
    expect(elements([image], (x) => averagePool2d(x, 2, { stride: 2, padding: 1, countPadding: false }))).toEqual({
      shape: [1, 1, 2, 2],
      data: [1, 2.5, 5.5, 7],
    });
  });
});

describe("normalization and losses", () => {
  test("softmax along the last axis, or another", () => {
    const logits = fed([2, 2], [0, Math.log(3), Math.log(4), 0]);
    const { data } = evaluated([logits], (x) => softmax(x));
    expect([...data].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([0.25, 0.75, 0.8, 0.2]);
    const [first = 0, , third = 0] = evaluated([logits], (x) => softmax(x, 0)).data;
    expect(first + third).toBeCloseTo(1, 14);
    expect([...evaluated([logits], (x) => logSoftmax(x)).data].map(Math.exp)[3]).toBeCloseTo(0.2, 14);
  });

  test("layerNorm", () => {
    const { data } = evaluated([fed([1, 2], [1, 3]), fed([2], [2, 2]), fed([2], [10, 10])], (x, scale, shift) =>
      layerNorm(x, scale, shift, { epsilon: 0 }),
    );
    expect([...data]).toEqual([8, 12]);
  });

  test("crossEntropy: mean, sum, or each", () => {
    const operands = [fed([2, 2], [0, 0, 0, Math.log(3)]), fed([2], [0, 1], "i32")];
    const each = [Math.log(2), Math.log(4 / 3)];
    const [one = 0, two = 0] = evaluated(operands, (x, y) => crossEntropy(x, y, { reduction: "none" })).data;
    expect(one).toBeCloseTo(Math.log(2), 14);
    expect(two).toBeCloseTo(Math.log(4 / 3), 14);
    const total = each.reduce((sum, loss) => sum + loss);
    expect(evaluated(operands, (x, y) => crossEntropy(x, y)).data[0]).toBeCloseTo(total / 2, 14);
    expect(evaluated(operands, (x, y) => crossEntropy(x, y, { reduction: "sum" })).data[0]).toBeCloseTo(total, 14);
  });

  test("meanSquaredError", () => {
    expect(elements([fed([2], [1, 2]), fed([2], [3, 5])], (x, y) => meanSquaredError(x, y))).toEqual({
      shape: [],
      data: [6.5],
    });
  });
});

describe("indices", () => {
  const table = fed([3, 2], [1, 2, 3, 4, 5, 6]);

  test("gather, embedding and scatterAdd", () => {
    const rows = fed([2], [2, 0], "i32");
    expect(elements([table, rows], (t, i) => gather(t, i))).toEqual({ shape: [2, 2], data: [5, 6, 1, 2] });
    expect(elements([table, fed([], [1], "i32")], (t, i) => gather(t, i, -1))).toEqual({ shape: [3], data: [2, 4, 6] });
    expect(elements([table, fed([1, 2], [1, 1], "i32")], (t, i) => embedding(t, i))).toEqual({
      shape: [1, 2, 2],
      data: [3, 4, 3, 4],
    });
    expect(elements([table, fed([3], [1, 1, 0], "i32")], (t, i) => scatterAdd(t, i, 2))).toEqual({
      shape: [2, 2],
      data: [5, 6, 4, 6],
    });
  });

  test("oneHot", () => {
    expect(elements([fed([2], [2, 0], "i32")], (i) => oneHot(i, 3))).toEqual({
      shape: [2, 3],
      data: [0, 0, 1, 1, 0, 0],
    });
  });
});

describe("creation", () => {
  test("constants of numbers and of arrays, and counting", () => {
    expect(elements([], () => constant(2, [2]))).toEqual({ shape: [2], data: [2, 2] });
    expect(elements([], () => constant(Int32Array.of(1, 2, 3, 4), [2, 2]))).toEqual({
      shape: [2, 2],
      data: [1, 2, 3, 4],
    });
    expect(evaluated([], () => constant(Float64Array.of(0.1))).dtype).toBe("f64");
    expect(elements([], () => iota([2, 3]))).toEqual({ shape: [2, 3], data: [0, 1, 2, 0, 1, 2] });
    expect(elements([], () => iota([2, 2], 0, "f32"))).toEqual({ shape: [2, 2], data: [0, 0, 1, 1] });
  });

  test("a constant keeps what the array held when it was made", () => {
    const values = Float64Array.of(1, 2);
    const result = elements([], () => {
      const tensor = constant(values);
      values.fill(9);
      return tensor;
    });
    expect(result).toEqual({ shape: [2], data: [1, 2] });
  });

  test("refuses other lengths, other arrays, and symbols", () => {
    expect(refusal([], () => constant(Float32Array.of(1, 2), [3])).message).toBe(
      "W305: constant: f32[3] has 3 elements, got 2",
    );
    expect(refusal([], () => constant(Float32Array.of(1, 2), [2], "i32")).message).toBe(
      "W303: constant: i32 takes an Int32Array, got a Float32Array",
    );
    expect(refusal([], () => constant(Float32Array.of(1, 2), ["B"])).message).toBe(
      "W209: constant: B is not an extent ([B])",
    );
  });

  test("random numbers are a function of the key", () => {
    const key = fed([2], [7, 42], "i32");
    const bits = Array.from({ length: 6 }, (_, position) =>
      threefry2x32([7, 42], [0, position]).reduce((l, r) => l ^ r),
    );
    expect(elements([key], (k) => randomBits(k, [2, 3]))).toEqual({ shape: [2, 3], data: bits });
    expect(elements([key], (k) => randomUniform(k, [6]))).toEqual({
      shape: [6],
      data: bits.map((word) => (word & 0xffffff) / 2 ** 24),
    });
    const { data } = evaluated([key], (k) => randomUniform(k, [1000], { low: -1, high: 3 }));
    expect(data.every((value) => value >= -1 && value < 3)).toBe(true);
    expect(data.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(1, 1);
  });
});
