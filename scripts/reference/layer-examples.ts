// One small use of each layer, so that the page can list the parameters that it really has: their names and shapes.
import { flattenSpecs, type SpecTree } from "../../src/model/parameter.ts";
import {
  batchNorm,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  dropout,
  embedding,
  groupNorm,
  gru,
  instanceNorm,
  invertedResidual,
  layerNorm,
  linear,
  lstm,
  residualBlock,
  rmsNorm,
  rnn,
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
];
