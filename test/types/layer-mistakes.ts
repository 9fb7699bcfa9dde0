// Layers that are given what they do not take. descriptions.test.ts reads what three versions of TypeScript say, and holds the run
// time to the same sentence.
import {
  type Dims,
  type DType,
  defineModel,
  modelGraph,
  type Params,
  type SpecTree,
  spec,
  type Tensor,
} from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";

/** Describes a layer on an input, as a model of a user's would. */
const apply = <D extends DType, const S extends Dims, L extends SpecTree>(
  dtype: D,
  shape: S,
  layer: L,
  use: (layer: Params<L>, x: Tensor<[...S], D>) => unknown,
): unknown => {
  // What the types say of this layer and this input holds for whatever they are.
  const forward = ((p: { readonly layer: Params<L> }, { x }: { readonly x: Tensor<[...S], D> }) => ({
    y: use(p.layer, x),
  })) as never;
  return modelGraph(defineModel({ name: "layer", params: { layer }, inputs: { x: spec(dtype, shape) }, forward }));
};

export const layerMistakes: Readonly<Record<string, () => unknown>> = {
  "features of a linear layer": () =>
    // @ts-expect-error: 9 features
    apply("f32", ["B", 9], nn.linear(8, 2), (layer, x) => layer(x)),
  "channels of a sequence": () =>
    // @ts-expect-error: 4 channels
    apply("f32", ["B", 4, "L"], nn.conv1d(3, 8, 3), (layer, x) => layer(x)),
  "window of a volume": () =>
    // @ts-expect-error: 3 does not fit 2
    apply("f32", ["B", 3, 2, 4, 4], nn.conv3d(3, 8, 3), (layer, x) => layer(x)),
  "channels of a transposed convolution": () =>
    // @ts-expect-error: 4 channels
    apply("f32", ["B", 4, 4, 4, 4], nn.convTranspose3d(3, 8, 4), (layer, x) => layer(x)),
  "axes of pooling": () =>
    // @ts-expect-error: no channels
    apply("f32", ["B", 8], nn.dropout(0.5), (_, x) => nn.maxPool1d(x, 2)),
  "features of a sequence": () =>
    // @ts-expect-error: 9 features
    apply("f32", ["T", "B", 9], nn.lstm(8, 16), (layer, x) => layer(x).output),
  "axes of a sequence": () =>
    // @ts-expect-error: no batch
    apply("f32", ["T", 8], nn.gru(8, 16, { layers: 2, bidirectional: true }), (layer, x) => layer(x).output),
  "channels of instances": () =>
    // @ts-expect-error: 5 channels
    apply("f32", ["B", 5, 8], nn.instanceNorm(4), (layer, x) => layer(x)),
  "features of a root mean square": () =>
    // @ts-expect-error: 5 features
    apply("f32", ["B", 5], nn.rmsNorm(4), (layer, x) => layer(x)),
  "words as floats": () =>
    // @ts-expect-error: indices are whole numbers
    apply("f32", ["B"], nn.embedding(10, 4), (layer, x) => layer(x)),
  "positions of other features": () =>
    // @ts-expect-error: 7 features
    apply("f32", ["B", "T", 7], nn.learnedPositions(8, 6), (layer, x) => layer(x)),
  "features of an encoder": () =>
    // @ts-expect-error: 32 features
    apply("f32", ["B", "T", 32], nn.transformerEncoder(1, 64, 8), (layer, x) => layer(x)),
  "target of a decoder": () =>
    // @ts-expect-error: 32 features
    apply("f32", ["B", "T", 32], nn.transformerDecoder(1, 64, 8), (layer, x) => layer(x, x)),
  "source of a transformer": () => {
    const transformer = nn.transformer(64, 8, { encoderLayers: 1, decoderLayers: 1 });
    // @ts-expect-error: 32 features
    return apply("f32", ["B", "S", 32], transformer, (layer, x) => layer(x, x));
  },
  "channels of an inverted residual": () =>
    // @ts-expect-error: 4 channels
    apply("f32", ["B", 4, "H", 32], nn.invertedResidual(8, 16), (layer, x) => layer(x)),
  "tokens as floats": () => {
    const model = nn.gpt({ vocabulary: 100, context: 8, features: 8, heads: 2, blocks: 1 });
    // @ts-expect-error: tokens are whole numbers
    return apply("f32", ["B", "T"], model, (layer, x) => layer(x));
  },
  "one image too few axes": () => {
    const model = nn.visionTransformer({ image: 8, patch: 4, features: 8, heads: 2, layers: 1, classes: 3 });
    // @ts-expect-error: no batch
    return apply("f32", [3, 8, 8], model, (layer, x) => layer(x));
  },
  "targets of a loss": () =>
    // @ts-expect-error: 3 against 4
    apply("f32", ["B", 3], nn.linear(3, 4), (layer, x) => nn.huber(layer(x), x)),
  "labels of a margin": () =>
    // @ts-expect-error: labels are whole numbers
    apply("f32", ["B", 3], nn.linear(3, 3), (layer, x) => nn.multiMargin(layer(x), x)),
};
