// The kernels of convolutions and their gradients on shapes that take each way through them: blocks of rows, of columns, of
// images, panels, tiles of what is left, planes with and without padding. On whole numbers results are exact; from
// poisoned memory all backends leave the same bits, with what follows the convolution computed in its kernel.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { add, conv2d, defineModel, differentiate, mul, relu, spec, sum } from "../../../src/index.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import { sizeOf } from "../../../src/ir/types/ndarray.ts";
import { knownShape } from "../../../src/ir/types/shape.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { modelGraph } from "../../../src/model/model.ts";
import { randomFrom } from "../../../src/testing/arbitraries/values.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";

interface Shape {
  readonly batch: number;
  /** Input channels and output channels of each group. */
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

const plain: Shape = {
  batch: 1,
  channels: 3,
  outputs: 5,
  groups: 1,
  height: 7,
  width: 7,
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
};

const named = (change: Partial<Shape>): Shape => ({ ...plain, ...change });

const resultExtent = (shape: Shape, axis: 0 | 1): number => {
  const extent = axis === 0 ? shape.height : shape.width;
  const padded = extent + (shape.padding[axis * 2] ?? 0) + (shape.padding[axis * 2 + 1] ?? 0);
  const { kernel, stride, dilation } = shape;
  return Math.floor((padded - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
};

/** relu(conv2d + bias + residual), and the gradients of the sum of the convolution times a cotangent. */
const graphOf = (shape: Shape) => {
  const { batch, channels, outputs, groups, height, width, kernel, stride, padding, dilation } = shape;
  const result = [batch, outputs * groups, resultExtent(shape, 0), resultExtent(shape, 1)];
  const inputs: Record<string, ReturnType<typeof spec>> = {
    images: spec("f32", [batch, channels * groups, height, width]),
    weight: spec("f32", [outputs * groups, channels, ...kernel]),
    bias: spec("f32", [outputs * groups, 1, 1]),
    flow: spec("f32", result),
  };
  return modelGraph(
    defineModel({
      name: "convolution",
      params: {},
      inputs,
      forward: (_: object, given: Readonly<Record<string, Tensor>>) => {
        const { images, weight, bias, flow } = given;
        if (images === undefined || weight === undefined || bias === undefined || flow === undefined) return {};
        const convolved = conv2d(images, weight, { stride, padding, dilation, groups });
        const [toImages, toWeight] = differentiate(sum(mul(convolved, flow)), [images, weight]);
        return { activated: relu(add(add(convolved, bias), flow)), toImages, toWeight };
      },
    }),
  );
};

const feedsOf = (
  graph: ReturnType<typeof modelGraph>,
  seed: number,
  element: (random: () => number) => number,
): Readonly<Record<string, NdArray>> => {
  const random = randomFrom(seed);
  const [entry] = graph.entries;
  return Object.fromEntries(
    [...graph.nodes.values()].flatMap((node): readonly (readonly [string, NdArray])[] => {
      const [result] = node.results;
      if (node.op !== "input" || result === undefined || entry === undefined) return [];
      const dims = knownShape(result.type.shape);
      const data = Float64Array.from({ length: sizeOf(dims) }, () => element(random));
      return [[node.attrs.name, { dtype: "f32", shape: dims, data }]];
    }),
  );
};

/** Whole numbers from -3 to 3: all sums of theirs here are exact. */
const whole = (random: () => number): number => Math.floor(random() * 7) - 3;
const real = (random: () => number): number => Math.fround(random() * 4 - 2);

const agree = async (shape: Shape, element: (random: () => number) => number, isExact: boolean): Promise<void> => {
  const graph = graphOf(shape);
  const { program } = planGraph(graph, { verify: "each" });
  const feeds = feedsOf(graph, 1, element);
  const arrays = new Map(Object.entries(feeds).map(([name, { data }]) => [name, Float32Array.from(data)]));
  for (const { name } of program.entries) {
    const [closure, javascript, wasm] = await runEverywhere(program, name, arrays);
    expect(firstDifference(closure, javascript)).toBeUndefined();
    expect(firstDifference(closure, wasm)).toBeUndefined();
    if (!isExact) continue;
    const { outputs } = evaluateEntry(graph, name, feeds, {});
    for (const [output, { data }] of Object.entries(outputs))
      expect(Array.from(wasm.outputs.get(output) ?? [], (value) => value + 0)).toEqual(
        Array.from(data, (value) => value + 0),
      );
  }
};

const cases: readonly (readonly [string, Shape])[] = [
  ["channels by fours, one left", named({ outputs: 9 })],
  ["channels in panels, some left", named({ outputs: 19, channels: 2 })],
  ["columns in panels of eight", named({ channels: 16, outputs: 10, height: 6, width: 8 })],
  ["columns in panels, a row wide", named({ channels: 15, outputs: 4, height: 1, width: 24, padding: [1, 1, 1, 1] })],
  ["rows wider than a block", named({ channels: 1, outputs: 8, height: 2, width: 300, kernel: [1, 3] })],
  ["rows that go in blocks, and a last block", named({ channels: 2, outputs: 8, height: 23, width: 17 })],
  ["many taps", named({ channels: 90, outputs: 4, height: 5, width: 5, kernel: [5, 5], padding: [2, 2, 2, 2] })],
  ["one pixel, many images", named({ batch: 5, channels: 6, outputs: 8, height: 1, width: 1 })],
  ["four pixels, many images", named({ batch: 33, channels: 3, outputs: 9, height: 2, width: 2 })],
  ["no image", named({ batch: 0, outputs: 8 })],
  ["points", named({ channels: 7, outputs: 6, kernel: [1, 1], padding: [0, 0, 0, 0] })],
  ["points at a stride", named({ channels: 7, outputs: 8, kernel: [1, 1], stride: [2, 2], padding: [0, 0, 0, 0] })],
  ["no padding", named({ batch: 2, outputs: 8, height: 14, width: 14, kernel: [5, 5], padding: [0, 0, 0, 0] })],
  ["stride 2", named({ batch: 2, outputs: 8, stride: [2, 2], height: 11, width: 16 })],
  ["stride 3, dilation 2", named({ outputs: 8, stride: [3, 2], dilation: [2, 1], height: 13, width: 12 })],
  ["dilation", named({ outputs: 8, dilation: [2, 3], padding: [2, 2, 3, 3], height: 9, width: 10 })],
  ["groups", named({ groups: 3, channels: 2, outputs: 8, batch: 2 })],
  ["depthwise", named({ groups: 5, channels: 1, outputs: 1, height: 9, width: 10 })],
  ["depthwise, few rows", named({ groups: 2, channels: 1, outputs: 1, height: 2, width: 5 })],
  ["depthwise, narrow", named({ groups: 3, channels: 1, outputs: 1, height: 6, width: 3 })],
  ["depthwise, stride 2", named({ groups: 3, channels: 1, outputs: 1, height: 13, width: 14, stride: [2, 2] })],
  [
    "depthwise, stride 3, dilation",
    named({ groups: 3, channels: 1, outputs: 1, height: 17, width: 19, stride: [3, 3], dilation: [2, 2] }),
  ],
  ["depthwise, two results each", named({ groups: 3, channels: 1, outputs: 2 })],
  ["depthwise, a large window", named({ groups: 3, channels: 1, outputs: 1, kernel: [5, 5], padding: [2, 2, 2, 2] })],
];

describe("convolution, what follows it, and its gradients", () => {
  test.each(cases)("%s", async (_, shape) => {
    await agree(shape, whole, true);
    await agree(shape, real, false);
  });

  test("random shapes of several output channels", async () => {
    const extent = fc.integer({ min: 1, max: 12 });
    const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
    const side = fc.nat(2);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: fc.constantFrom(0, 1, 2, 5),
          channels: fc.constantFrom(1, 2, 3, 5, 17),
          outputs: fc.integer({ min: 4, max: 12 }),
          groups: fc.constantFrom(1, 1, 2),
          height: extent,
          width: extent,
          kernel: pair(4),
          stride: pair(3),
          padding: fc.tuple(side, side, side, side),
          dilation: pair(2),
        }),
        async (shape) => {
          fc.pre(resultExtent(shape, 0) > 0 && resultExtent(shape, 1) > 0);
          await agree(shape, whole, true);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});
