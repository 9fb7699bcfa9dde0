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
  readonly encoder: Layer<TransformerEncoderParams<E, F, true>, TransformerEncoderFunction<E>>;
  readonly decoder: Layer<TransformerDecoderParams<E, F, true>, TransformerDecoderFunction<E>>;
};

/** What is masked in source and target; the target is causal unless said otherwise. */
export interface TransformerMasks extends Omit<DecoderOptions, "keyPadding"> {
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
  readonly encoderLayers?: number;
  readonly decoderLayers?: number;
}

/**
 * An encoder of the source [..., S, features] and a decoder of the target [..., T, features] that looks at it, each with layer
 * normalization at the end: [..., T, features]. Matrices begin by Glorot's rule, as in PyTorch.
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
