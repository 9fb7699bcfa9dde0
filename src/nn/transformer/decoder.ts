// The decoder of the Transformer (Vaswani et al. 2017, section 3.1), with the parameters of PyTorch's TransformerDecoder.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { type Layer, type Params, repeat, typedLayer } from "../../model/parameter.ts";
import {
  type MultiHeadAttentionFunction,
  type MultiHeadAttentionParams,
  multiHeadAttention,
} from "../attention/multi-head-attention.ts";
import { dropout } from "../dropout.ts";
import type { LayerNormFunction, LayerNormParams } from "../layer-norm.ts";
import { linear } from "../linear.ts";
import { requireSizes } from "../sizes.ts";
import { feedForward, knownOfLayers, normalization, residual, type TransformerLayerOptions } from "./block.ts";
import type { SelfAttentionOptions, TransformerEncoderLayerParams, TransformerStackOptions } from "./encoder.ts";

/** The parameters of `transformerDecoderLayer`, under PyTorch's names. */
export type TransformerDecoderLayerParams<E extends number, F extends number> = TransformerEncoderLayerParams<E, F> & {
  /** Attention to the memory. */
  readonly multihead_attn: Layer<MultiHeadAttentionParams<E>, MultiHeadAttentionFunction<E>>;
  /** The normalization of the feed-forward network. */
  readonly norm3: Layer<LayerNormParams<E>, LayerNormFunction<E>>;
};

/** What is masked in a decoder: of the target (causal unless said otherwise), and of the memory. */
export interface DecoderOptions extends SelfAttentionOptions {
  /** Where targets [T] may attend to the memory [S]: true where allowed. */
  readonly memoryMask?: NonNullable<SelfAttentionOptions["mask"]>;
  /** [..., memory positions], true where the memory is padding: PyTorch's `memory_key_padding_mask`. */
  readonly memoryKeyPadding?: NonNullable<SelfAttentionOptions["keyPadding"]>;
}

/** What a decoder does: a target [..., positions, features] that looks at a memory keeps its shape. */
export interface TransformerDecoderFunction<E extends number> {
  <S extends Dims, D extends DType, M extends Dims, B extends DType>(
    target: Check<NoInfer<SequenceShape<"multiHeadAttention", S, D, E>>, Tensor<S, D>>,
    memory: Check<NoInfer<SequenceShape<"multiHeadAttention", M, B, E>>, Tensor<M, B>>,
    options?: DecoderOptions,
  ): Tensor<S, D>;
}

/**
 * Causal self-attention of the target, attention to the memory, and a feed-forward network, each with a residual
 * connection and layer normalization. Target [..., T, features] and memory [..., S, features] -> [..., T, features].
 * `causal: false` lets the target see what comes later.
 *
 * @throws W284 heads that do not divide the features; W286 other features; W282 a mask that does not fit the scores.
 * @see Vaswani et al. 2017, section 3.1; `torch.nn.TransformerDecoderLayer`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 512]), memory: spec("f32", ["B", 20, 512]) },
 *   params: { decode: transformerDecoderLayer(512, 8) },
 *   forward: ({ decode }, { x, memory }) => {
 *     const y = decode(x, memory); // Tensor<["B", 16, 512], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 18
 */
export const transformerDecoderLayer = <const E extends number, const F extends number = 2048>(
  features: E,
  heads: number,
  options: TransformerLayerOptions<F> = {},
): Layer<TransformerDecoderLayerParams<E, F>, TransformerDecoderFunction<E>> => {
  requireKnownOptions("transformerDecoderLayer", options, knownOfLayers);
  const inner: number = options.feedForward ?? 2048;
  requireSizes("transformerDecoderLayer", { features, feedForward: inner });
  const rate = options.dropout ?? 0;
  const params: TransformerDecoderLayerParams<number, number> = {
    self_attn: multiHeadAttention<number>(features, heads, { dropout: rate }),
    multihead_attn: multiHeadAttention<number>(features, heads, { dropout: rate }),
    linear1: linear<number, number>(features, inner),
    linear2: linear<number, number>(inner, features),
    norm1: normalization(features, options),
    norm2: normalization(features, options),
    norm3: normalization(features, options),
    dropout: dropout(rate),
  };
  const bind = (p: Params<typeof params>) => {
    const join = residual(p.dropout, options);
    return (target: Tensor, memory: Tensor, { memoryMask, memoryKeyPadding, ...own }: DecoderOptions = {}) => {
      const across = {
        keys: memory,
        ...(memoryMask === undefined ? {} : { mask: memoryMask }),
        ...(memoryKeyPadding === undefined ? {} : { keyPadding: memoryKeyPadding }),
      };
      const itself = join(target, p.norm1, (queries) => p.self_attn(queries, { causal: true, ...own }));
      const informed = join(itself, p.norm2, (queries) => p.multihead_attn(queries, across));
      return join(informed, p.norm3, feedForward(p, options));
    };
  };
  // The numbers that the type computes from the same arguments; the shapes that fit are said by the signature.
  return typedLayer<Layer<TransformerDecoderLayerParams<E, F>, TransformerDecoderFunction<E>>>(params, bind);
};

/** The parameters of `transformerDecoder`, under PyTorch's names. */
export type TransformerDecoderParams<E extends number, F extends number, Norm extends boolean> = {
  /** The layers, in order. */
  readonly layers: readonly Layer<TransformerDecoderLayerParams<E, F>, TransformerDecoderFunction<E>>[];
} & (Norm extends false
  ? unknown
  : {
      /** The normalization behind them. */
      readonly norm: Layer<LayerNormParams<E>, LayerNormFunction<E>>;
    });

/**
 * Decoder layers one after the other, and layer normalization at the end. Target [..., T, features] and memory [..., S,
 * features] -> [..., T, features].
 *
 * @throws W284 heads that do not divide the features; W286 other features; W282 a mask that does not fit the scores.
 * @see Vaswani et al. 2017, section 3.1; `torch.nn.TransformerDecoder`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 512]), memory: spec("f32", ["B", 20, 512]) },
 *   params: { decode: transformerDecoder(6, 512, 8) },
 *   forward: ({ decode }, { x, memory }) => {
 *     const y = decode(x, memory); // Tensor<["B", 16, 512], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 110
 */
export const transformerDecoder = <
  const E extends number,
  const F extends number = 2048,
  const Norm extends boolean = true,
>(
  count: number,
  features: E,
  heads: number,
  options: TransformerStackOptions<F, Norm> = {},
): Layer<TransformerDecoderParams<E, F, Norm>, TransformerDecoderFunction<E>> => {
  requireKnownOptions("transformerDecoder", options, [...knownOfLayers, "finalNorm"]);
  const { finalNorm, ...each } = options;
  const layers = repeat(count, () => transformerDecoderLayer<number, number>(features, heads, each));
  const norm = normalization(features, options);
  const bind = (p: { readonly layers: Params<typeof layers>; readonly norm?: (x: Tensor) => Tensor }) => {
    return (target: Tensor, memory: Tensor, masks: DecoderOptions = {}) => {
      const decoded = p.layers.reduce((sequence, each) => each(sequence, memory, masks), target);
      return p.norm?.(decoded) ?? decoded;
    };
  };
  // Whether there is a normalization, and what comes of which shapes, is said by the signature.
  return typedLayer<Layer<TransformerDecoderParams<E, F, Norm>, TransformerDecoderFunction<E>>>(
    finalNorm === false ? { layers } : { layers, norm },
    bind,
  );
};
