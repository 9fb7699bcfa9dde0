// Multi-head attention (Vaswani et al. 2017, section 3.2.2), with the parameters of PyTorch's MultiheadAttention.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { atCaller, checkedRate } from "../../ir/functions/argument.ts";
import type { Attending, AttentionOptions } from "../../ir/functions/attention.ts";
import { linear as transform } from "../../ir/functions/contraction.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { MultiplyNaturals } from "../../ir/types/static/natural.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { glorotUniform, zeros } from "../../model/initializer.ts";
import { type Layer, type ParamSpec, param, typedLayer } from "../../model/parameter.ts";
import { equalParts } from "../equal-parts.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import { droppedAttention, droppedAttentionWithWeights } from "./dropped-attention.ts";
import { mergeHeads, requireFeatures, requireHeads, requirePositions, splitHeads } from "./heads.ts";

type InputWeights<E extends number, K extends number, V extends number> = [K, V] extends [E, E]
  ? { readonly in_proj_weight: ParamSpec<[MultiplyNaturals<3, E>, E], "f32"> }
  : {
      readonly q_proj_weight: ParamSpec<[E, E], "f32">;
      readonly k_proj_weight: ParamSpec<[E, K], "f32">;
      readonly v_proj_weight: ParamSpec<[E, V], "f32">;
    };

/**
 * The parameters of `multiHeadAttention`, under PyTorch's names: one input matrix with the rows of queries, keys and values below
 * each other, or three where keys or values have other features.
 */
export type MultiHeadAttentionParams<
  E extends number,
  K extends number = E,
  V extends number = E,
  Bias extends boolean = true,
> = InputWeights<E, K, V> &
  (Bias extends false ? unknown : { readonly in_proj_bias: ParamSpec<[MultiplyNaturals<3, E>], "f32"> }) & {
    readonly out_proj: Layer<LinearParams<E, E, Bias>, LinearFunction<E, E>>;
  };

/** What is attended to, and what is masked. Nothing said, a sequence attends to itself. */
export interface MultiHeadOptions extends AttentionOptions {
  /** [..., keys, key features]: what is attended to. The queries themselves unless said. */
  readonly keys?: Tensor;
  /** [..., keys, value features]; the keys unless said. */
  readonly values?: Tensor;
  /** [..., keys], true where a key is padding and is not attended to: PyTorch's `key_padding_mask`. */
  readonly keyPadding?: Tensor<Dims, "bool" | "u8">;
}

/** What multi-head attention does: [..., queries, features] keeps its shape. */
export interface MultiHeadAttentionFunction<E extends number> {
  <S extends Dims, D extends DType, const Weights extends boolean = false>(
    queries: Check<NoInfer<SequenceShape<"multiHeadAttention", S, D, E>>, Tensor<S, D>>,
    options?: MultiHeadOptions & { readonly weights?: Weights },
  ): Attending<Weights, S, Dims, D>;
}

/** Options of the layer. */
export interface MultiHeadAttentionOptions<K extends number, V extends number, Bias extends boolean> {
  /** Features of the keys and of the values, where they are not those of the queries: PyTorch's `kdim` and `vdim`. */
  readonly keyFeatures?: K;
  readonly valueFeatures?: V;
  readonly bias?: Bias;
  /** The rate at which weights are dropped in training; 0 unless said. */
  readonly dropout?: number;
}

interface Given {
  readonly in_proj_weight?: Tensor;
  readonly q_proj_weight?: Tensor;
  readonly k_proj_weight?: Tensor;
  readonly v_proj_weight?: Tensor;
  readonly in_proj_bias?: Tensor;
  readonly out_proj: (x: Tensor) => Tensor;
}

/** The rows for queries, keys and values, which stand below each other. */
const thirds = (x: Tensor | undefined): readonly Tensor[] => (x === undefined ? [] : equalParts(x, 3, 0));

/** Queries, keys and values of all heads, side by side: three products, or one where a sequence attends to itself. */
const projected = (given: Given, sequences: readonly [Tensor, Tensor, Tensor]): readonly Tensor[] => {
  const { in_proj_weight: weight, in_proj_bias: bias } = given;
  const [queries, keys, values] = sequences;
  if (weight !== undefined && queries === keys && keys === values)
    return equalParts(transform(queries, weight, bias), 3, -1);
  const weights =
    weight === undefined ? [given.q_proj_weight, given.k_proj_weight, given.v_proj_weight] : thirds(weight);
  const biases = thirds(bias);
  return sequences.flatMap((sequence, part) => {
    const own = weights[part];
    return own === undefined ? [] : [transform(sequence, own, biases[part])];
  });
};

/** Where attending is allowed, by the mask and by what is no padding. */
const allowed = ({ mask, keyPadding }: MultiHeadOptions): Tensor<Dims, "bool" | "u8"> | undefined => {
  if (keyPadding === undefined) return mask;
  const { shape } = keyPadding;
  const real = keyPadding
    .cast("bool")
    .logicalNot()
    .reshape([...shape.slice(0, -1), 1, 1, shape.at(-1) ?? 1]);
  // Both are conditions.
  return (mask === undefined ? real : real.logicalAnd(mask.cast("bool"))) as Tensor<Dims, "bool">;
};

/**
 * Attention of several heads, each on its own slice of projected features; the heads side by side are projected once more. Sequences
 * are [..., positions, features] (batch first). A mask says with true where attending is allowed, as in `attention` (PyTorch's
 * module has it the other way round). With `weights: true` it gives { output, weights [..., heads, queries, keys] }. Input weights
 * begin by Glorot's rule and biases at 0, as in PyTorch. Refused: heads that do not divide the features (W284).
 */
export const multiHeadAttention = <
  const E extends number,
  const K extends number = E,
  const V extends number = E,
  const Bias extends boolean = true,
>(
  features: E,
  heads: number,
  options: MultiHeadAttentionOptions<K, V, Bias> = {},
): Layer<MultiHeadAttentionParams<E, K, V, Bias>, MultiHeadAttentionFunction<E>> => {
  requireHeads("multiHeadAttention", heads, features);
  const { bias = true } = options;
  const rate = atCaller(() => checkedRate(options.dropout ?? 0));
  const keyFeatures: number = options.keyFeatures ?? features;
  const valueFeatures: number = options.valueFeatures ?? features;
  const matrix = (rows: number, columns: number) => param([rows, columns], glorotUniform);
  const weights =
    keyFeatures === features && valueFeatures === features
      ? { in_proj_weight: matrix(3 * features, features) }
      : {
          q_proj_weight: matrix(features, features),
          k_proj_weight: matrix(features, keyFeatures),
          v_proj_weight: matrix(features, valueFeatures),
        };
  const biases = bias ? { in_proj_bias: param([3 * features], zeros) } : {};
  const params = { ...weights, ...biases, out_proj: linear(features, features, { bias }) };
  const bind = (given: Given) => {
    return (queries: Tensor, options: MultiHeadOptions & { readonly weights?: boolean } = {}) => {
      requirePositions("multiHeadAttention", queries);
      requireFeatures("multiHeadAttention", queries, features);
      const { keys = queries, values = keys, keyPadding: _, weights = false, ...attending } = options;
      const mask = allowed(options);
      const settings = mask === undefined ? attending : { ...attending, mask };
      const [q, k, v] = projected(given, [queries, keys, values]).map((part) => splitHeads(part, heads));
      invariant(q !== undefined && k !== undefined && v !== undefined, "there are three projections");
      if (!weights) return given.out_proj(mergeHeads(droppedAttention([q, k, v], settings, rate)));
      const attended = droppedAttentionWithWeights([q, k, v], settings, rate);
      return { output: given.out_proj(mergeHeads(attended.output)), weights: attended.weights };
    };
  };
  // Which parameters there are, and what comes of which shapes, is said by the signature.
  return typedLayer<Layer<MultiHeadAttentionParams<E, K, V, Bias>, MultiHeadAttentionFunction<E>>>(params, bind);
};
