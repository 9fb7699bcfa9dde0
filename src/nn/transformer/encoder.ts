// The encoder of the Transformer (Vaswani et al. 2017, section 3.1), with the parameters of PyTorch's TransformerEncoder.
import { requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { type Layer, type Params, repeat, typedLayer } from "../../model/parameter.ts";
import {
  type MultiHeadAttentionFunction,
  type MultiHeadAttentionParams,
  type MultiHeadOptions,
  multiHeadAttention,
} from "../attention/multi-head-attention.ts";
import { type DropoutLayer, dropout } from "../dropout.ts";
import type { LayerNormFunction, LayerNormParams } from "../layer-norm.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import { requireSizes } from "../sizes.ts";
import { feedForward, knownOfLayers, normalization, residual, type TransformerLayerOptions } from "./block.ts";

/** The parameters of `transformerEncoderLayer`, under PyTorch's names. */
export type TransformerEncoderLayerParams<E extends number, F extends number> = {
  /** Attention of the sequence to itself. */
  readonly self_attn: Layer<MultiHeadAttentionParams<E>, MultiHeadAttentionFunction<E>>;
  /** Into the feed-forward network. */
  readonly linear1: Layer<LinearParams<E, F>, LinearFunction<E, F>>;
  /** Out of it. */
  readonly linear2: Layer<LinearParams<F, E>, LinearFunction<F, E>>;
  /** The normalization of attention. */
  readonly norm1: Layer<LayerNormParams<E>, LayerNormFunction<E>>;
  /** The normalization of what comes next. */
  readonly norm2: Layer<LayerNormParams<E>, LayerNormFunction<E>>;
  /** Dropout of what is added. */
  readonly dropout: DropoutLayer;
};

/** What is masked when a sequence attends to itself. */
export type SelfAttentionOptions = Omit<MultiHeadOptions, "keys" | "values">;

/** What an encoder does: [..., positions, features] keeps its shape. */
export interface TransformerEncoderFunction<E extends number> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<SequenceShape<"multiHeadAttention", S, D, E>>, Tensor<S, D>>,
    options?: SelfAttentionOptions,
  ): Tensor<S, D>;
}

/**
 * Self-attention and a feed-forward network, each with a residual connection and layer normalization, behind it or
 * (normFirst) in front of it: norm2(h + linear2(relu(linear1(h)))) with h = norm1(x + attend(x)). [..., L, features] ->
 * [..., L, features].
 *
 * @throws W284 heads that do not divide the features; W286 other features; W282 a mask that does not fit the scores.
 * @see Vaswani et al. 2017, section 3.1; `torch.nn.TransformerEncoderLayer`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 512]) },
 *   params: { encode: transformerEncoderLayer(512, 8) },
 *   forward: ({ encode }, { x }) => {
 *     const y = encode(x); // Tensor<["B", 16, 512], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 12
 */
export const transformerEncoderLayer = <const E extends number, const F extends number = 2048>(
  features: E,
  heads: number,
  options: TransformerLayerOptions<F> = {},
): Layer<TransformerEncoderLayerParams<E, F>, TransformerEncoderFunction<E>> => {
  requireKnownOptions("transformerEncoderLayer", options, knownOfLayers);
  const inner: number = options.feedForward ?? 2048;
  requireSizes("transformerEncoderLayer", { features, feedForward: inner });
  const rate = options.dropout ?? 0;
  const params: TransformerEncoderLayerParams<number, number> = {
    self_attn: multiHeadAttention<number>(features, heads, { dropout: rate }),
    linear1: linear<number, number>(features, inner),
    linear2: linear<number, number>(inner, features),
    norm1: normalization(features, options),
    norm2: normalization(features, options),
    dropout: dropout(rate),
  };
  const bind = (p: Params<typeof params>) => {
    const join = residual(p.dropout, options);
    return (x: Tensor, masks: SelfAttentionOptions = {}) => {
      const attended = join(x, p.norm1, (queries) => p.self_attn(queries, masks));
      return join(attended, p.norm2, feedForward(p, options));
    };
  };
  // The numbers that the type computes from the same arguments; the shapes that fit are said by the signature.
  return typedLayer<Layer<TransformerEncoderLayerParams<E, F>, TransformerEncoderFunction<E>>>(params, bind);
};

/** The parameters of `transformerEncoder`, under PyTorch's names. */
export type TransformerEncoderParams<E extends number, F extends number, Norm extends boolean> = {
  /** The layers, in order. */
  readonly layers: readonly Layer<TransformerEncoderLayerParams<E, F>, TransformerEncoderFunction<E>>[];
} & (Norm extends false
  ? unknown
  : {
      /** The normalization behind them. */
      readonly norm: Layer<LayerNormParams<E>, LayerNormFunction<E>>;
    });

/** Options of encoders and decoders: those of their layers, and whether there is a normalization at the end. */
export interface TransformerStackOptions<F extends number, Norm extends boolean> extends TransformerLayerOptions<F> {
  /** Layer normalization behind the last layer, as in PyTorch's `Transformer`; there is one unless this is false. */
  readonly finalNorm?: Norm;
}

/**
 * Encoder layers one after the other, and layer normalization at the end. [..., L, features] -> [..., L, features].
 *
 * @throws W284 heads that do not divide the features; W286 other features; W282 a mask that does not fit the scores.
 * @see Vaswani et al. 2017, section 3.1; `torch.nn.TransformerEncoder`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 512]) },
 *   params: { encode: transformerEncoder(6, 512, 8) },
 *   forward: ({ encode }, { x }) => {
 *     const y = encode(x); // Tensor<["B", 16, 512], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 74
 */
export const transformerEncoder = <
  const E extends number,
  const F extends number = 2048,
  const Norm extends boolean = true,
>(
  count: number,
  features: E,
  heads: number,
  options: TransformerStackOptions<F, Norm> = {},
): Layer<TransformerEncoderParams<E, F, Norm>, TransformerEncoderFunction<E>> => {
  requireKnownOptions("transformerEncoder", options, [...knownOfLayers, "finalNorm"]);
  const { finalNorm, ...each } = options;
  const layers = repeat(count, () => transformerEncoderLayer<number, number>(features, heads, each));
  const norm = normalization(features, options);
  const bind = (p: { readonly layers: Params<typeof layers>; readonly norm?: (x: Tensor) => Tensor }) => {
    return (x: Tensor, masks: SelfAttentionOptions = {}) => {
      const encoded = p.layers.reduce((sequence, each) => each(sequence, masks), x);
      return p.norm?.(encoded) ?? encoded;
    };
  };
  // Whether there is a normalization, and what comes of which shapes, is said by the signature.
  return typedLayer<Layer<TransformerEncoderParams<E, F, Norm>, TransformerEncoderFunction<E>>>(
    finalNorm === false ? { layers } : { layers, norm },
    bind,
  );
};
