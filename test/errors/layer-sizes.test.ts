// W278: layers whose sizes are no sizes, refused where the layer is written. The type checker knows only that they are numbers.
import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import { described } from "../support/described.ts";

/** A size from a caller without a type checker. */
const untyped = (value: unknown): never => value as never;

describe("sizes of layers", () => {
  it("W278", () => {
    expect(described(() => nn.linear(untyped("4"), 2))).toMatchInlineSnapshot(`
      "error[W278]: linear: inputs must be a whole number from 1 up, not "4"

        test/errors/layer-sizes.test.ts
         |     expect(described(() => nn.linear(untyped("4"), 2))).toMatchInlineSnapshot(\`
         |                               ^^^^^^
        help: give inputs as a number such as 32."
    `);
  });

  it.each<readonly [refused: string, make: () => unknown]>([
    ["linear: inputs must be a whole number from 1 up, not 0", () => nn.linear(0, 2)],
    ["linear: outputs must be a whole number from 1 up, not undefined", () => nn.linear(2, untyped(undefined))],
    ["linear: outputs must be a whole number from 1 up, not 1.5", () => nn.linear(2, 1.5)],
    ["conv1d: inChannels must be a whole number from 1 up, not -1", () => nn.conv1d(-1, 2, 3)],
    ['conv2d: kernel must be a whole number from 1 up, not "3"', () => nn.conv2d(1, 2, untyped("3"))],
    ["conv3d: kernel must be a whole number from 1 up, not 0", () => nn.conv3d(1, 2, [3, 0, 3])],
    ["convTranspose2d: outChannels must be a whole number from 1 up, not 0", () => nn.convTranspose2d(1, 0, 3)],
    ["layerNorm: features must be a whole number from 1 up, not a list", () => nn.layerNorm([])],
    ["rmsNorm: features must be a whole number from 1 up, not 0", () => nn.rmsNorm(0)],
    ['batchNorm: channels must be a whole number from 1 up, not "4"', () => nn.batchNorm(untyped("4"))],
    ["groupNorm: channels must be a whole number from 1 up, not undefined", () => nn.groupNorm(2, untyped(undefined))],
    ["instanceNorm: channels must be a whole number from 1 up, not -2", () => nn.instanceNorm(-2)],
    ["embedding: features must be a whole number from 1 up, not undefined", () => nn.embedding(10, untyped(undefined))],
    ["lstm: hidden must be a whole number from 1 up, not 0", () => nn.lstm(3, 0)],
    ["gru: layers must be a whole number from 1 up, not 0", () => nn.gru(3, 4, { layers: 0 })],
    ['rnn: inputs must be a whole number from 1 up, not "3"', () => nn.rnn(untyped("3"), 4)],
    ["additiveAttention: hidden must be a whole number from 1 up, not 0", () => nn.additiveAttention(2, 3, 0)],
    ["learnedPositions: length must be a whole number from 1 up, not 0", () => nn.learnedPositions(0, 3)],
    [
      'multiHeadAttention: features must be a whole number from 1 up, not "8"',
      () => nn.multiHeadAttention(untyped("8"), 2),
    ],
    [
      "transformerEncoderLayer: feedForward must be a whole number from 1 up, not 0",
      () => nn.transformerEncoderLayer(8, 2, { feedForward: 0 }),
    ],
    [
      "transformerDecoderLayer: features must be a whole number from 1 up, not a list",
      () => nn.transformerDecoderLayer(untyped([8]), 2),
    ],
    ["residualBlock: outChannels must be a whole number from 1 up, not 0", () => nn.residualBlock(2, 0)],
    ["invertedResidual: inChannels must be a whole number from 1 up, not 0", () => nn.invertedResidual(0, 2)],
    [
      'gpt: features must be a whole number from 1 up, not "8"',
      () => nn.gpt({ vocabulary: 9, context: 4, features: untyped("8"), heads: 2, blocks: 1 }),
    ],
    [
      "llama: feedForward must be a whole number from 1 up, not undefined",
      () => nn.llama({ vocabulary: 9, features: 8, heads: 2, blocks: 1, feedForward: untyped(undefined) }),
    ],
    [
      "visionTransformer: patch must be a whole number from 1 up, not 0",
      () => nn.visionTransformer({ image: 8, patch: 0, features: 8, heads: 2, layers: 1, classes: 3 }),
    ],
  ])("%s", (refused, make) => {
    expect(described(make).split("\n")[0]).toBe(`error[W278]: ${refused}`);
  });

  it("W140: models without any", () => {
    const nothing = untyped(undefined);
    const models = [
      () => nn.gpt(nothing),
      () => nn.llama(nothing),
      () => nn.visionTransformer(nothing),
      () => nn.translationTransformer(nothing),
    ];
    expect(models.map((make) => described(make).split("\n")[0])).toEqual([
      "error[W140]: gpt: a record is expected, got undefined",
      "error[W140]: llama: a record is expected, got undefined",
      "error[W140]: visionTransformer: a record is expected, got undefined",
      "error[W140]: translationTransformer: a record is expected, got undefined",
    ]);
  });
});
