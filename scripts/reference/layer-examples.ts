// One small use of each layer, so that the page can list the parameters that it really has: their names and shapes.
import { flattenSpecs, type SpecTree } from "../../src/model/parameter.ts";
import {
  additiveAttention,
  batchNorm,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  dropout,
  embedding,
  gpt,
  groupNorm,
  gru,
  instanceNorm,
  invertedResidual,
  layerNorm,
  learnedPositions,
  linear,
  llama,
  lstm,
  multiHeadAttention,
  residualBlock,
  rmsNorm,
  rnn,
  transformer,
  transformerDecoder,
  transformerDecoderLayer,
  transformerEncoder,
  transformerEncoderLayer,
  translationTransformer,
  visionTransformer,
} from "../../src/nn/index.ts";

/** A layer as it was made, and what came of it. */
export interface LayerExample {
  readonly name: string;
  /** `linear(3, 4)` */
  readonly text: string;
  readonly parameters: readonly (readonly [name: string, shape: string])[];
}

const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const properties = Object.entries(value).map(([name, property]) => `${name}: ${written(property)}`);
  return `{ ${properties.join(", ")} }`;
};

const example = <Arguments extends readonly unknown[]>(
  name: string,
  make: (...given: Arguments) => SpecTree,
  ...given: Arguments
): LayerExample => ({
  name,
  text: `${name}(${given.map(written).join(", ")})`,
  parameters: flattenSpecs(make(...given)).map(([path, { shape }]) => [path, `[${shape.join(", ")}]`]),
});

/** A use of each layer. */
export const layerExamples: readonly LayerExample[] = [
  example("linear", linear, 3, 4),
  example("conv1d", conv1d, 4, 6, 3),
  example("conv2d", conv2d, 4, 6, [3, 5], { groups: 2 }),
  example("conv3d", conv3d, 1, 6, 3),
  example("convTranspose1d", convTranspose1d, 4, 6, 3),
  example("convTranspose2d", convTranspose2d, 4, 6, [3, 5]),
  example("convTranspose3d", convTranspose3d, 4, 6, 3, { groups: 2 }),
  example("embedding", embedding, 10, 3),
  example("layerNorm", layerNorm, 4),
  example("rmsNorm", rmsNorm, 4),
  example("batchNorm", batchNorm, 4),
  example("groupNorm", groupNorm, 2, 4),
  example("instanceNorm", instanceNorm, 4),
  example("dropout", dropout, 0.1),
  example("residualBlock", residualBlock, 4, 6, { stride: 2 }),
  example("invertedResidual", invertedResidual, 4, 4),
  example("rnn", rnn, 3, 4),
  example("lstm", lstm, 3, 4, { layers: 2 }),
  example("gru", gru, 3, 4, { bidirectional: true }),
  example("multiHeadAttention", multiHeadAttention, 8, 2),
  example("additiveAttention", additiveAttention, 3, 4, 5),
  example("learnedPositions", learnedPositions, 16, 8),
  example("transformerEncoderLayer", transformerEncoderLayer, 8, 2, { feedForward: 16 }),
  example("transformerEncoder", transformerEncoder, 1, 8, 2, { feedForward: 16 }),
  example("transformerDecoderLayer", transformerDecoderLayer, 8, 2, { feedForward: 16 }),
  example("transformerDecoder", transformerDecoder, 1, 8, 2, { feedForward: 16 }),
  example("transformer", transformer, 8, 2, { feedForward: 16, encoderLayers: 1, decoderLayers: 1 }),
  example("gpt", gpt, { vocabulary: 13, context: 16, features: 8, heads: 2, blocks: 1 }),
  example("llama", llama, { vocabulary: 13, features: 8, heads: 4, keyHeads: 2, feedForward: 16, blocks: 1 }),
  example("visionTransformer", visionTransformer, { image: 8, patch: 4, features: 8, heads: 2, layers: 1, classes: 5 }),
  example("translationTransformer", translationTransformer, {
    sourceVocabulary: 9,
    targetVocabulary: 11,
    features: 8,
    heads: 2,
    feedForward: 16,
    encoderLayers: 1,
    decoderLayers: 1,
  }),
];
