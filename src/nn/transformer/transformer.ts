// The Transformer (Vaswani et al. 2017, figure 1) without embeddings, with the parameters of PyTorch's Transformer.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { glorotUniform } from "../../model/initializer.ts";
import { type Layer, type Params, typedLayer } from "../../model/parameter.ts";
import { initialized } from "../initialized.ts";
import { knownOfLayers, type TransformerLayerOptions } from "./block.ts";
import {
  type DecoderOptions,
  type TransformerDecoderFunction,
  type TransformerDecoderParams,
  transformerDecoder,
} from "./decoder.ts";
import {
  type SelfAttentionOptions,
  type TransformerEncoderFunction,
  type TransformerEncoderParams,
  transformerEncoder,
} from "./encoder.ts";

/** The parameters of `transformer`, under PyTorch's names. */
export type TransformerParams<E extends number, F extends number> = {
  /** The encoder. */
  readonly encoder: Layer<TransformerEncoderParams<E, F, true>, TransformerEncoderFunction<E>>;
  /** The decoder. */
  readonly decoder: Layer<TransformerDecoderParams<E, F, true>, TransformerDecoderFunction<E>>;
};

/** What is masked in source and target; the target is causal unless said otherwise. */
export interface TransformerMasks extends Omit<DecoderOptions, "keyPadding"> {
  /** Where the source [S] may attend to itself [S]: true where allowed. */
  readonly sourceMask?: NonNullable<SelfAttentionOptions["mask"]>;
  /** [..., source positions], true where the source is padding, for the encoder and for the decoder's look at it. */
  readonly sourcePadding?: NonNullable<SelfAttentionOptions["keyPadding"]>;
  /** [..., target positions], true where the target is padding. */
  readonly targetPadding?: NonNullable<SelfAttentionOptions["keyPadding"]>;
}

/** What a transformer does: a source and a target give, for each target position, features. */
export interface TransformerFunction<E extends number> {
  <S extends Dims, D extends DType, T extends Dims, B extends DType>(
    source: Check<NoInfer<SequenceShape<"multiHeadAttention", S, D, E>>, Tensor<S, D>>,
    target: Check<NoInfer<SequenceShape<"multiHeadAttention", T, B, E>>, Tensor<T, B>>,
    masks?: TransformerMasks,
  ): Tensor<T, B>;
}

/** Options of `transformer`: six layers each unless said. */
export interface TransformerOptions<F extends number> extends TransformerLayerOptions<F> {
  /** How many layers the encoder has; 6 unless said. */
  readonly encoderLayers?: number;
  /** How many layers the decoder has; 6 unless said. */
  readonly decoderLayers?: number;
}

/**
 * An encoder of the source [..., S, features] and a decoder of the target [..., T, features] that looks at it, each
 * with layer normalization at the end: [..., T, features]. Matrices begin by Glorot's rule, as in PyTorch.
 *
 * @throws W284 heads that do not divide the features; W286 other features; W282 a mask that does not fit the scores.
 * @see Vaswani et al. 2017, figure 1; `torch.nn.Transformer`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { source: spec("f32", ["B", 20, 512]), target: spec("f32", ["B", 16, 512]) },
 *   params: { transform: transformer(512, 8) },
 *   forward: ({ transform }, { source, target }) => {
 *     const y = transform(source, target); // Tensor<["B", 16, 512], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 184
 */
export const transformer = <const E extends number, const F extends number = 2048>(
  features: E,
  heads: number,
  options: TransformerOptions<F> = {},
): Layer<TransformerParams<E, F>, TransformerFunction<E>> => {
  requireKnownOptions("transformer", options, [...knownOfLayers, "encoderLayers", "decoderLayers"]);
  const { encoderLayers = 6, decoderLayers = 6, ...rest } = options;
  const params: TransformerParams<number, number> = {
    encoder: transformerEncoder<number, number>(encoderLayers, features, heads, rest),
    decoder: transformerDecoder<number, number>(decoderLayers, features, heads, rest),
  };
  const bind = (p: Params<typeof params>) => {
    return (source: Tensor, target: Tensor, masks: TransformerMasks = {}) => {
      const { sourceMask, sourcePadding, targetPadding, memoryKeyPadding = sourcePadding, ...own } = masks;
      const memory = p.encoder(source, {
        ...(sourceMask === undefined ? {} : { mask: sourceMask }),
        ...(sourcePadding === undefined ? {} : { keyPadding: sourcePadding }),
      });
      return p.decoder(target, memory, {
        ...own,
        ...(targetPadding === undefined ? {} : { keyPadding: targetPadding }),
        ...(memoryKeyPadding === undefined ? {} : { memoryKeyPadding }),
      });
    };
  };
  const begun = initialized(params, (_, { shape, initializer }) => (shape.length > 1 ? glorotUniform : initializer));
  // The numbers that the type computes from the same arguments; the shapes that fit are said by the signature.
  return typedLayer<Layer<TransformerParams<E, F>, TransformerFunction<E>>>(begun, bind);
};
