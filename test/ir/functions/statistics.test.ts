// Statistics, running sums and the functions that cut and choose along axes, against results written by hand.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addAlongAxis,
  cumsum,
  dot,
  elu,
  indexAdd,
  leakyRelu,
  logSumExp,
  matvec,
  norm,
  split,
  standardDeviation,
  stopGradient,
  takeAlongAxis,
  tile,
  variance,
  vecmat,
} from "../../../src/ir/functions/index.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { expectFunctionGradients } from "../../support/function-gradients.ts";
import { randomArray, randomNumbers } from "../../support/op-meaning.ts";
import { elements, evaluated, fed, refusal } from "./evaluate-call.ts";

const x = fed([2, 3], [1, 2, 6, 4, 4, 4]);

/** The gradient of the sum of a tensor with respect to another. */
const gradientOf = (result: Tensor, source: Tensor): Tensor =>
  differentiate(result.sum(), [source])[0] ?? expect.unreachable("one gradient for one tensor");

const of = (call: (t: Tensor) => Tensor): unknown => elements([x], (t) => call(t));

describe("statistics", () => {
  test("variance and standardDeviation, unbiased or not", () => {
    expect(of((t) => variance(t, { axes: [1] }))).toEqual({ shape: [2], data: [7, 0] });
    expect(of((t) => variance(t, { axes: [1], unbiased: false, keepDims: true }))).toEqual({
      shape: [2, 1],
      data: [14 / 3, 0],
    });
    expect(of((t) => standardDeviation(t, { axes: [-1] }))).toEqual({ shape: [2], data: [Math.sqrt(7), 0] });
    expect(evaluated([x], (t) => variance(t)).data[0]).toBeCloseTo(3.1, 12);
    expect(evaluated([fed([1], [3])], (t) => variance(t)).data[0]).toBeNaN();
  });

  test("norms of several powers", () => {
    const vector = fed([2, 2], [3, -4, 0, 0]);
    const powers = [1, 2, 3, Number.POSITIVE_INFINITY].map((p) => [
      ...evaluated([vector], (t) => norm(t, { axes: [1], p })).data,
    ]);
    expect(powers.flat()).toEqual([7, 0, 5, 0, expect.closeTo(91 ** (1 / 3), 12), 0, 4, 0]);
    for (const p of [0, -1, Number.NaN])
      expect(refusal([["f32", [3]]], (t) => norm(t, { p })).message).toContain("W140: norm: p");
  });

  test("logSumExp neither overflows nor loses infinities", () => {
    const rows = fed([5, 2], [1000, 1000, -1000, -1001, -Infinity, -Infinity, Infinity, 0, Number.NaN, 0]);
    expect([...evaluated([rows], (t) => logSumExp(t, { axes: [1] })).data]).toEqual([
      1000 + Math.LN2,
      expect.closeTo(-1000 + Math.log1p(Math.exp(-1)), 12),
      -Infinity,
      Infinity,
      Number.NaN,
    ]);
  });

  test("gradients agree with differences, over any axes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.integer(),
        fc.boolean(),
        (shape, seed, keepDims) => {
          const random = randomNumbers(seed);
          const drawn = randomArray({ dtype: "f64", shape }, () => Math.sign(random()) * (0.5 + Math.abs(random())));
          const axes = shape.map((_, axis) => axis).filter(() => random() < 0.3);
          const count = axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1);
          const options = { axes, keepDims } as object;
          for (const p of [1, 2, 3]) expectFunctionGradients([drawn], (t) => norm(t, { ...options, p }), random);
          expectFunctionGradients([drawn], (t) => logSumExp(t, options), random);
          expectFunctionGradients([drawn], (t) => variance(t, { ...options, unbiased: count > 1 }), random);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a vector of zeros has a norm and a deviation with derivative 0", () => {
    const zeros = fed([3], [0, 0, 0]);
    const slopes = (call: (t: Tensor) => Tensor): unknown => elements([zeros], (t) => gradientOf(call(t), t));
    for (const p of [2, 3]) expect(slopes((t) => norm(t, { p }))).toEqual({ shape: [3], data: [0, 0, 0] });
    expect(slopes((t) => standardDeviation(t))).toEqual({ shape: [3], data: [0, 0, 0] });
  });
});

describe("along axes", () => {
  test("cumsum runs from either end", () => {
    expect(of((t) => cumsum(t, 1))).toEqual({ shape: [2, 3], data: [1, 3, 9, 4, 8, 12] });
    expect(of((t) => cumsum(t, -2, { reverse: true }))).toEqual({ shape: [2, 3], data: [5, 6, 10, 4, 4, 4] });
  });

  test("takeAlongAxis reads only as far as its indices go", () => {
    const indices = fed([1, 2], [2, 0], "i32");
    expect(elements([x, indices], (t, i) => takeAlongAxis(t, i as never, 1))).toEqual({
      shape: [1, 2],
      data: [6, 1],
    });
  });

  test("addAlongAxis and indexAdd add up", () => {
    const indices = fed([2, 3], [0, 1, 0, 0, 1, 1], "i32");
    expect(elements([x, indices], (t, i) => addAlongAxis(t, i as never, 2, 1))).toEqual({
      shape: [2, 2],
      data: [7, 2, 4, 8],
    });
    const rows = fed([3], [1, 1, 0], "i32");
    const updates = fed([3, 3], [1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(elements([x, rows, updates], (t, i, u) => indexAdd(t, i as never, u))).toEqual({
      shape: [2, 3],
      data: [4, 5, 9, 7, 7, 7],
    });
    const columns = fed([1], [2], "i32");
    expect(elements([x, columns, fed([2, 1], [10, 20])], (t, i, u) => indexAdd(t, i as never, u, 1))).toEqual({
      shape: [2, 3],
      data: [1, 2, 16, 4, 4, 24],
    });
  });

  test("tile repeats each axis", () => {
    expect(elements([fed([2], [1, 2])], (t) => tile(t, [3] as never))).toEqual({
      shape: [6],
      data: [1, 2, 1, 2, 1, 2],
    });
    expect(elements([fed([1, 2], [1, 2])], (t) => tile(t, [2, 1] as never))).toEqual({
      shape: [2, 2],
      data: [1, 2, 1, 2],
    });
    expect(elements([fed([2], [1, 2])], (t) => tile(t, [0] as never))).toEqual({ shape: [0], data: [] });
    expect(refusal([["f32", ["B", 3]]], (t) => tile(t, [2] as never)).message).toBe(
      "W215: tile: repeats is of length 1 for 2 axes ([B, 3])",
    );
  });

  test("split gives pieces of one length, or of several", () => {
    const pieces = (lengths: number | readonly number[]) =>
      [0, 1].map((at) => elements([x], (t) => split(t, lengths, 1)[at] as Tensor));
    expect(pieces(2)).toEqual([
      { shape: [2, 2], data: [1, 2, 4, 4] },
      { shape: [2, 1], data: [6, 4] },
    ]);
    expect(pieces([0, 3])).toEqual([
      { shape: [2, 0], data: [] },
      { shape: [2, 3], data: [1, 2, 6, 4, 4, 4] },
    ]);
    for (const lengths of [0, 1.5, [4, -1]])
      expect(refusal([["f32", [2, 3]]], (t) => split(t, lengths, 1)).message).toContain("W140: split: lengths");
    expect(refusal([["f32", [2, 3]]], (t) => split(t, [1, 1] as never, 1)).message).toContain(
      "W236: split: the lengths [1, 1] do not add up to the 3 of axis 1",
    );
    expect(refusal([["f32", ["B", 3]]], (t) => split(t, 2)).message).toContain("an axis whose extent is a number");
  });
});

describe("products with vectors", () => {
  test("matvec, vecmat and dot", () => {
    const v = fed([3], [1, 10, 100]);
    expect(elements([x, v], (a, b) => matvec(a, b as never))).toEqual({ shape: [2], data: [621, 444] });
    expect(elements([fed([2], [1, 10]), x], (a, b) => vecmat(a, b as never))).toEqual({
      shape: [3],
      data: [41, 42, 46],
    });
    expect(elements([v, v], (a, b) => dot(a, b as never))).toEqual({ shape: [], data: [10101] });
    const batch = fed([2, 1, 2], [1, 2, 3, 4]);
    expect(elements([batch, fed([2], [1, 10])], (a, b) => matvec(a, b as never))).toEqual({
      shape: [2, 1],
      data: [21, 43],
    });
  });

  test("refuse what is no vector", () => {
    const types = [
      ["f32", ["B", 3]],
      ["f32", [3, 1]],
    ] as const;
    expect(refusal(types, (a, b) => matvec(a, b as never)).message).toBe(
      "W248: matvec: the vector must be f32[K], not f32[3, 1]",
    );
    expect(refusal(types, (a, b) => vecmat(a, b as never)).message).toBe(
      "W248: vecmat: the vector must be f32[K], not f32[B, 3]",
    );
    expect(refusal(types, (a, b) => dot(a, b as never)).message).toBe(
      "W248: dot: the left vector must be f32[K], not f32[B, 3]",
    );
  });
});

describe("slopes", () => {
  test("leakyRelu and elu with a parameter", () => {
    const numbers = fed([4], [-2, 0, 3, 1000]);
    expect(elements([numbers], (t) => leakyRelu(t as never, 0.5))).toEqual({ shape: [4], data: [-1, 0, 3, 1000] });
    expect(elements([numbers], (t) => elu(t as never, 2))).toEqual({
      shape: [4],
      data: [2 * Math.expm1(-2), 0, 3, 1000],
    });
    const random = randomNumbers(1);
    const smooth = fed([3], [-2, 0.5, 900]);
    expectFunctionGradients([smooth], (t) => elu(t as never, 0.7), random);
    expectFunctionGradients([smooth], (t) => leakyRelu(t as never, 0.3), random);
  });

  test("stopGradient is the number, and no more", () => {
    expect(of((t) => stopGradient(t))).toEqual({ shape: [2, 3], data: [...x.data] });
    expect(of((t) => gradientOf(stopGradient(t).mul(t), t))).toEqual({ shape: [2, 3], data: [...x.data] });
    expect(of((t) => gradientOf(stopGradient(t), t))).toEqual({ shape: [2, 3], data: [0, 0, 0, 0, 0, 0] });
  });
});
