// Layers as descriptions: the names, shapes and initial values of their parameters, and what they refuse.
import { describe, expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { randomStream } from "../../src/model/initializer.ts";
import { flattenSpecs, type SpecTree } from "../../src/model/parameter.ts";
import {
  conv1d,
  conv2d,
  conv3d,
  convTranspose2d,
  convTranspose3d,
  embedding,
  layerNorm,
  linear,
} from "../../src/nn/index.ts";

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
    ["embedding", embedding(100, 8), { weight: [100, 8] }],
  ])("%s", (_, layer, expected) => expect(shapes(layer)).toEqual(expected));
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
  const refused = (): unknown => conv2d(4, 5, 3, { groups: 2 });
  expect(refused).toThrow(WeftError);
  expect(refused).toThrow("W245: conv2d: 2 groups do not divide 5 channels (4 to 5 channels)");
});
