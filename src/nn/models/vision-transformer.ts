// A vision transformer (Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words"): patches of an image as a sequence, a class token
// in front, learned positions, an encoder that normalizes in front, and a linear head on the class token.
import { expect } from "../../ir/diagnostics/expect.ts";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { multiplyDims } from "../../ir/types/dim.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { ConvolutionShape } from "../../ir/types/static/convolution.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { normal, zeros } from "../../model/initializer.ts";
import { type Layer, type ParamSpec, type Params, param, repeat, typedLayer } from "../../model/parameter.ts";
import { conv2d } from "../convolution.ts";
import { type DropoutLayer, dropout } from "../dropout.ts";
import { type LayerNormFunction, type LayerNormParams, layerNorm } from "../layer-norm.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import { requireEachSize, requireSizes } from "../sizes.ts";
import {
  type TransformerEncoderFunction,
  type TransformerEncoderLayerParams,
  transformerEncoderLayer,
} from "../transformer/encoder.ts";

/** Height and width, or one number for both. */
export type ImageSize = number | readonly [height: number, width: number];

const sidesOf = (size: ImageSize): readonly [height: number, width: number] =>
  typeof size === "number" ? [size, size] : size;

/** How large a vision transformer is. */
export interface VisionTransformerOptions<Classes extends number, Norm extends boolean = true> {
  /** Height and width of the images, or one number for both. */
  readonly image: ImageSize;
  /** Height and width of a patch; patches lie side by side. */
  readonly patch: ImageSize;
  /** Channels of the images; 3 unless said. */
  readonly channels?: number;
  /** Features of a patch. */
  readonly features: number;
  /** Heads of attention, which divide the features. */
  readonly heads: number;
  /** How many encoder layers there are. */
  readonly layers: number;
  /** Features inside the feed-forward networks; four times the features unless said. */
  readonly feedForward?: number;
  /** How many classes there are. */
  readonly classes: Classes;
  /** Layer normalization behind the last layer (equation 4 of the paper); there is one unless this is false. */
  readonly finalNorm?: Norm;
  /** The rate of dropout in training: of the patches, and inside the encoder; 0 unless said. */
  readonly dropout?: number;
}

const known = optionNames<VisionTransformerOptions<number, boolean>>({
  image: true,
  patch: true,
  channels: true,
  features: true,
  heads: true,
  layers: true,
  feedForward: true,
  classes: true,
  finalNorm: true,
  dropout: true,
});

/** What a vision transformer does: images [B, channels, height, width] give logits [B, classes]. */
export interface ImageClassifierFunction<Classes extends number> {
  <S extends Dims, D extends DType>(
    images: Check<NoInfer<ConvolutionShape<"conv2d", 2, S, D, [number, number, number, number], "f32">>, Tensor<S, D>>,
  ): Tensor<[S[0], Classes], D>;
}

/** The parameters of `visionTransformer`. */
export type VisionTransformerParams<Classes extends number, Norm extends boolean = true> = {
  /** The class token. */
  readonly cls: ParamSpec<[1, 1, number], "f32">;
  /** Vectors of positions, that of the class token first. */
  readonly pos: ParamSpec<[1, number, number], "f32">;
  /** From patches to features: a convolution whose windows lie side by side. */
  readonly patch: Layer<
    {
      /** [features, channels, height, width] of a patch. */
      readonly weight: ParamSpec<[number, number, number, number], "f32">;
      /** [features]. */
      readonly bias: ParamSpec<[number], "f32">;
    },
    (images: Tensor) => Tensor
  >;
  /** The encoder layers, in order. */
  readonly layers: readonly Layer<TransformerEncoderLayerParams<number, number>, TransformerEncoderFunction<number>>[];
  /** From the class token to logits. */
  readonly head: Layer<LinearParams<number, Classes>, LinearFunction<number, Classes>>;
  /** Dropout of the patches. */
  readonly dropout: DropoutLayer;
} & (Norm extends false
  ? unknown
  : {
      /** The normalization behind the last layer. */
      readonly norm: Layer<LayerNormParams<number>, LayerNormFunction<number>>;
    });

/** Patches [B, features, rows, columns] as a sequence [B, rows * columns, features]. */
const asSequence = (patches: Tensor): Tensor => {
  const [batch = 1, features = 1, rows = 1, columns = 1] = patches.shape;
  return patches.reshape([batch, features, multiplyDims(rows, columns)]).transpose([0, 2, 1]);
};

/**
 * Images [B, channels, height, width] to logits [B, classes]: patches as a sequence behind a class token, learned
 * positions, encoder layers with normalization in front, a linear layer on the class token.
 *
 * @throws W284 heads that do not divide the features; W244 another number of channels; W207 images of another size.
 * @see Dosovitskiy et al. 2021, equations 1 to 4; `torchvision.models.vit_b_16`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { images: spec("f32", ["B", 3, 32, 32]) },
 *   params: { classify: visionTransformer({ image: 32, patch: 8, features: 64, heads: 4, layers: 2, classes: 10 }) },
 *   forward: ({ classify }, { images }) => {
 *     const y = classify(images); // Tensor<["B", 10], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 32
 */
export const visionTransformer = <const Classes extends number, const Norm extends boolean = true>(
  options: VisionTransformerOptions<Classes, Norm>,
): Layer<VisionTransformerParams<Classes, Norm>, ImageClassifierFunction<Classes>> => {
  const write = "visionTransformer({ image: 224, patch: 16, features: 768, heads: 12, layers: 12, classes: 1000 })";
  requireKnownOptions("visionTransformer", options, known, write);
  for (const name of ["image", "patch"] as const)
    expect(
      Array.isArray(options[name]) || typeof options[name] === "number",
      `visionTransformer: ${name}`,
      "a size",
      options[name],
      `${name}: 16`,
    );
  const { image, patch, channels = 3, features, heads, feedForward = 4 * features, dropout: rate = 0 } = options;
  requireSizes("visionTransformer", { features, classes: options.classes });
  requireEachSize("visionTransformer", "image", image);
  requireEachSize("visionTransformer", "patch", patch);
  const [[height, width], [rows, columns]] = [sidesOf(image), sidesOf(patch)];
  const patches = Math.floor(height / rows) * Math.floor(width / columns);
  const block = { feedForward, normFirst: true, activation: "gelu", dropout: rate } as const;
  const shared: VisionTransformerParams<number, false> = {
    cls: param([1, 1, features], zeros),
    pos: param([1, patches + 1, features], normal(0.02)),
    patch: conv2d(channels, features, [rows, columns], { stride: [rows, columns] }),
    layers: repeat(options.layers, () => transformerEncoderLayer(features, heads, block)),
    head: linear<number, number>(features, options.classes),
    dropout: dropout(rate),
  };
  const params = options.finalNorm === false ? shared : { ...shared, norm: layerNorm(features) };
  const bind = (p: Params<typeof shared> & { readonly norm?: (x: Tensor) => Tensor }) => (images: Tensor) => {
    const patches = asSequence(p.patch(images));
    const [batch = 1, , features = 1] = patches.shape;
    const sequence = p.cls.broadcastTo([batch, 1, features]).concat([patches], 1).add(p.pos);
    const encoded = p.layers.reduce((x, each) => each(x), p.dropout(sequence));
    const first = [batch, 1, features].map((end) => ({ start: 0, end, step: 1 }));
    const classToken = encoded.slice(first).reshape([batch, features]);
    return p.head(p.norm?.(classToken) ?? classToken);
  };
  // Whether there is a normalization, and what comes of which shapes, is said by the signature.
  return typedLayer<Layer<VisionTransformerParams<Classes, Norm>, ImageClassifierFunction<Classes>>>(params, bind);
};
