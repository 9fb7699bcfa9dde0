// Layers as descriptions: the names, shapes and initial values of their parameters, and what they refuse.
import { describe, expect, test } from "vitest";
import {
  add,
  compileSync,
  defineModel,
  type Layer,
  modelGraph,
  spec,
  square,
  sum,
  type Tensor,
  training,
} from "../../src/index.ts";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { randomStream } from "../../src/model/initializer.ts";
import { flattenSpecs, type SpecTree } from "../../src/model/parameter.ts";
import {
  batchNorm,
  conv1d,
  conv2d,
  conv3d,
  convTranspose2d,
  convTranspose3d,
  dropout,
  embedding,
  groupNorm,
  instanceNorm,
  invertedResidual,
  layerNorm,
  linear,
  residualBlock,
  rmsNorm,
} from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";

const shapes = (layer: SpecTree): Record<string, readonly unknown[]> =>
  Object.fromEntries(flattenSpecs(layer).map(([name, { shape }]) => [name, shape]));

const drawn = (layer: SpecTree): Record<string, readonly number[]> =>
  Object.fromEntries(
    flattenSpecs(layer).map(([name, { shape, initializer }]) => [
      name,
      [...initializer.fill(shape.map(Number), randomStream(3, name))],
    ]),
  );

describe("parameters have PyTorch's names and layouts", () => {
  test.each<readonly [string, SpecTree, Record<string, readonly number[]>]>([
    ["linear", linear(784, 10), { weight: [10, 784], bias: [10] }],
    ["linear without bias", linear(784, 10, { bias: false }), { weight: [10, 784] }],
    ["conv2d", conv2d(4, 6, [3, 5], { groups: 2 }), { weight: [6, 2, 3, 5], bias: [6] }],
    ["conv2d without bias", conv2d(1, 6, 3, { bias: false }), { weight: [6, 1, 3, 3] }],
    ["conv1d", conv1d(4, 6, 3, { groups: 2, padding: "causal" }), { weight: [6, 2, 3], bias: [6] }],
    ["conv3d", conv3d(2, 6, [1, 3, 5]), { weight: [6, 2, 1, 3, 5], bias: [6] }],
    ["convTranspose2d", convTranspose2d(4, 6, [3, 5], { groups: 2 }), { weight: [4, 3, 3, 5], bias: [6] }],
    ["convTranspose3d without bias", convTranspose3d(4, 6, 2, { bias: false }), { weight: [4, 6, 2, 2, 2] }],
    ["layerNorm", layerNorm(8), { weight: [8], bias: [8] }],
    ["layerNorm of several axes", layerNorm([4, 8]), { weight: [4, 8], bias: [4, 8] }],
    ["layerNorm without bias", layerNorm(8, { bias: false }), { weight: [8] }],
    ["layerNorm without either", layerNorm(8, { affine: false }), {}],
    ["rmsNorm", rmsNorm(8), { weight: [8] }],
    ["batchNorm", batchNorm(4), { weight: [4], bias: [4], running_mean: [4], running_var: [4] }],
    ["batchNorm without scale", batchNorm(4, { affine: false }), { running_mean: [4], running_var: [4] }],
    ["groupNorm", groupNorm(2, 4), { weight: [4], bias: [4] }],
    ["instanceNorm", instanceNorm(4), {}],
    ["instanceNorm with scale", instanceNorm(4, { affine: true }), { weight: [4], bias: [4] }],
    ["dropout", dropout(0.5), {}],
    ["embedding", embedding(100, 8), { weight: [100, 8] }],
  ])("%s", (_, layer, expected) => expect(shapes(layer)).toEqual(expected));
});

/** The leaves of a block, those of its batch normalizations as one. */
const parts = (block: SpecTree): readonly string[] => [
  ...new Set(Object.keys(shapes(block)).map((path) => path.replace(/(weight|bias|running_mean|running_var)$/, ""))),
];

describe("residual blocks", () => {
  test("project where the shape changes, under torchvision's places", () => {
    expect(parts(residualBlock(4, 4))).toEqual(["conv1.", "bn1.", "conv2.", "bn2."]);
    expect(parts(residualBlock(4, 8))).toEqual(["conv1.", "bn1.", "conv2.", "bn2.", "down.", "dbn."]);
    expect(parts(residualBlock(4, 4, { stride: [1, 2] }))).toHaveLength(6);
    expect(shapes(residualBlock(4, 8, { stride: 2 }))).toMatchObject({
      "conv1.weight": [8, 4, 3, 3],
      "conv2.weight": [8, 8, 3, 3],
      "down.weight": [8, 4, 1, 1],
      "dbn.running_var": [8],
    });
  });

  test("inverted ones widen, filter each channel and narrow", () => {
    expect(parts(invertedResidual(4, 4))).toEqual(["0.", "1.", "3.", "4.", "6.", "7."]);
    expect(parts(invertedResidual(4, 4, { expansion: 1 }))).toEqual(["0.", "1.", "3.", "4."]);
    expect(shapes(invertedResidual(4, 6, { expansion: 2, stride: 2 }))).toMatchObject({
      "0.weight": [8, 4, 1, 1],
      "3.weight": [8, 1, 3, 3],
      "6.weight": [6, 8, 1, 1],
    });
  });

  test.each([
    [[2, 4, 7, 5], 4, 1, [2, 4, 7, 5]],
    [[2, 4, 7, 5], 6, 1, [2, 6, 7, 5]],
    [[2, 4, 7, 5], 4, 2, [2, 4, 4, 3]],
  ] as const)("of %j images to %d channels by strides of %d give %j", (images, channels, stride, shape) => {
    for (const block of [residualBlock(4, channels, { stride }), invertedResidual(4, channels, { stride })]) {
      const model = defineModel({
        name: "block",
        params: { block },
        inputs: { x: spec("f32", images) },
        forward: (p, { x }) => ({ y: (p.block as (x: Tensor) => Tensor)(x) }),
      });
      const result = compileSync(model, { backend: "closure" })({ x: new Float32Array(280).fill(1) });
      expect(result.y.shape).toEqual(shape);
    }
  });
});

describe("an embedding with padding", () => {
  const model = defineModel({
    name: "words",
    params: { words: embedding(5, 3, { paddingIndex: 2 }) },
    inputs: { ids: spec("i32", [4]) },
    forward: (p, { ids }) => ({ y: p.words(ids) }),
  });

  test("begins with a row of zeros, which stays as it is while the others learn", () => {
    const trainer = compileSync(
      training(model, { loss: ({ y }) => sum(square(add(y, 1))), optimizer: sgd({ learningRate: 0.1 }) }),
      { backend: "closure" },
    );
    const row = (at: number): readonly number[] =>
      Array.from(trainer.parameters.get("words.weight").data.subarray(3 * at, 3 * at + 3));
    const before = [0, 1, 2, 3, 4].map(row);
    expect(before[2]).toEqual([0, 0, 0]);
    trainer.step({ ids: Int32Array.of(0, 2, 2, 4) });
    const changed = [0, 1, 2, 3, 4].filter((at) => row(at).join() !== before[at]?.join());
    expect(changed).toEqual([0, 4]);
  });

  test("refuses what is no entry", () => {
    for (const paddingIndex of [-1, 5, 0.5])
      expect(() => embedding(5, 3, { paddingIndex })).toThrow("W140: embedding: paddingIndex: an index from 0 to 4");
  });
});

test("groups that do not divide the channels are refused", () => {
  for (const groups of [3, 0, 1.5])
    expect(() => groupNorm(groups, 4)).toThrow(
      `W245: groupNorm: ${groups} groups do not divide 4 channels (4 channels)`,
    );
});

test("normalizations of other channels are refused, with and without parameters", () => {
  const normalizing = (layer: Layer<SpecTree, (x: never) => Tensor>): unknown =>
    modelGraph(
      defineModel({
        name: "wrong",
        params: { layer } as never,
        inputs: { x: spec("f32", ["B", 3, 8]) },
        forward: (p: { layer: (x: Tensor) => Tensor }, { x }) => ({ y: p.layer(x) }),
      }),
    );
  for (const layer of [
    batchNorm(4),
    batchNorm(4, { affine: false }),
    groupNorm(2, 4, { affine: false }),
    instanceNorm(4),
  ])
    expect(() => normalizing(layer as never)).toThrow("the weight must be f32[3], not f32[4]");
  expect(() => normalizing(layerNorm(4, { affine: false }) as never)).toThrow("the scale must be f32[8], not f32[4]");
});

describe("parameters begin as in PyTorch", () => {
  test.each<readonly [string, SpecTree, number]>([
    ["linear", linear(100, 400), 0.1],
    ["conv2d", conv2d(8, 300, [2, 5], { groups: 2 }), 1 / Math.sqrt(40)],
    ["conv1d", conv1d(8, 300, 5), 1 / Math.sqrt(40)],
    // PyTorch takes the second axis of any weight for what comes in, here the channels that go out of a group.
    ["convTranspose2d", convTranspose2d(8, 300, [2, 5], { groups: 2 }), 1 / Math.sqrt(1500)],
  ])("%s: uniform in +-1/sqrt(fan in), weight and bias alike", (_, layer, limit) => {
    for (const values of Object.values(drawn(layer))) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.97 * limit);
    }
  });

  test("layerNorm changes nothing, embedding is standard normal", () => {
    expect(drawn(layerNorm(3))).toEqual({ weight: [1, 1, 1], bias: [0, 0, 0] });
    const { weight = [] } = drawn(embedding(1000, 8));
    expect(weight.reduce((sum, value) => sum + value * value, 0) / weight.length).toBeCloseTo(1, 1);
  });
});

test("channels that the groups do not divide are refused where the layer is written", () => {
  // @ts-expect-error: the type checker says it, too
  const refused = (): unknown => conv2d(4, 5, 3, { groups: 2 });
  expect(refused).toThrow(WeftError);
  expect(refused).toThrow("W245: conv2d: 2 groups do not divide 5 channels (4 to 5 channels)");
});
