// Multi-head attention (Vaswani et al. 2017, section 3.2.2), with the parameters of PyTorch's MultiheadAttention.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { atCaller, checkedRate } from "../../ir/functions/argument.ts";
import type { Attending, AttentionOptions } from "../../ir/functions/attention.ts";
import { mergeHeads, splitHeads } from "../../ir/functions/heads.ts";
import type { Dim } from "../../ir/types/dim.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { OverScores, SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { PartsOf } from "../../ir/types/static/parts.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { type Layer, typedLayer } from "../../model/parameter.ts";
import { requireWhole } from "../../model/past.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import { requireSizes } from "../sizes.ts";
import { droppedAttention, droppedAttentionWithWeights, type Projections } from "./dropped-attention.ts";
import { requireFeatures, requireHeads, requireKeyHeads, requirePositions } from "./heads.ts";
import {
  type GivenProjections,
  type InputBiases,
  type InputWeights,
  inputProjections,
  type KeyHeads,
  projected,
} from "./input-projections.ts";
import { type Attendance, lookingBack } from "./looking-back.ts";

/**
 * The parameters of `multiHeadAttention`, under PyTorch's names: one input matrix with the rows of queries, keys and values below
 * each other, or three where keys or values have other features. With `keyHeads` there are fewer rows of keys and values.
 */
export type MultiHeadAttentionParams<
  E extends number,
  K extends number = E,
  V extends number = E,
  Bias extends boolean = true,
  Shared extends KeyHeads = undefined,
> = InputWeights<E, K, V, Shared> &
  InputBiases<E, Bias, Shared> & {
    /** The projection of the heads side by side. */
    readonly out_proj: Layer<LinearParams<E, E, Bias>, LinearFunction<E, E>>;
  };

/** What is attended to, and what is masked. Nothing said, a sequence attends to itself. */
export interface MultiHeadOptions<Mask = Tensor<Dims, "bool" | "u8">>
  extends Omit<AttentionOptions<Dims, DType, Mask>, "drop"> {
  /** What is attended to, [..., keys, key features]: the queries themselves unless said. */
  readonly keys?: Tensor;
  /** [..., keys, value features]; the keys unless said. */
  readonly values?: Tensor;
  /** [..., keys], true where a key is padding and is not attended to: PyTorch's `key_padding_mask`. */
  readonly keyPadding?: Tensor<Dims, "bool" | "u8">;
}

/** A weight for each head, query and key: queries [..., L, E] and keys [..., S, K] give [..., heads, L, S]. */
export type HeadWeights<Heads extends number, Queries extends Dims, Keys extends Dims> = Queries extends readonly [
  ...infer Batch extends Dims,
  infer Length extends Dim,
  Dim,
]
  ? Keys extends readonly [...Dims, infer KeyLength extends Dim, Dim]
    ? [...Batch, Heads, Length, KeyLength]
    : Dims
  : Dims;

/** What multi-head attention does: [..., queries, features] keeps its shape. */
export interface MultiHeadAttentionFunction<E extends number, Heads extends number = number> {
  <
    S extends Dims,
    D extends DType,
    const Weights extends boolean = false,
    Keys extends Dims = S,
    Mask extends Tensor = never,
  >(
    queries: Check<NoInfer<SequenceShape<"multiHeadAttention", S, D, E>>, Tensor<S, D>>,
    options?: MultiHeadOptions<
      Check<NoInfer<OverScores<"attention", "mask", Mask, HeadWeights<Heads, S, Keys>, readonly ["bool", "u8"]>>, Mask>
    > & { readonly keys?: Tensor<Keys>; readonly weights?: Weights },
  ): Attending<Weights, S, HeadWeights<Heads, S, Keys>, D>;
}

/** Options of the layer. */
export interface MultiHeadAttentionOptions<
  K extends number,
  V extends number,
  Bias extends boolean,
  Shared = KeyHeads,
> {
  /** Features of the keys and of the values, where they are not those of the queries: PyTorch's `kdim` and `vdim`. */
  readonly keyFeatures?: K;
  /** The features of what values are made of; those of keys unless said. */
  readonly valueFeatures?: V;
  /** Whether projections have biases: yes unless said. */
  readonly bias?: Bias;
  /** Heads of keys and values, of which each serves as many heads of queries (Ainslie et al. 2023); a head each unless said. */
  readonly keyHeads?: Shared;
  /** The rate at which weights are dropped in training; 0 unless said. */
  readonly dropout?: number;
}

const known = optionNames<MultiHeadAttentionOptions<number, number, boolean>>({
  keyFeatures: true,
  valueFeatures: true,
  bias: true,
  keyHeads: true,
  dropout: true,
});

interface Given extends GivenProjections {
  readonly out_proj: (x: Tensor) => Tensor;
}

/** Where attending is allowed, by the mask and by what is no padding. */
const allowed = ({ mask, keyPadding }: MultiHeadOptions): Tensor<Dims, "bool" | "u8"> | undefined => {
  if (keyPadding === undefined) return mask;
  const { shape } = keyPadding;
  const real = keyPadding
    .cast("bool")
    .logicalNot()
    .reshape([...shape.slice(0, -1), 1, 1, shape.at(-1) ?? 1]);
  return mask === undefined ? real : real.logicalAnd(mask.cast("bool"));
};

/** What heads attend to: while a sequence is read in pieces, causal self-attention looks back on the pieces before. */
const attendanceOf = (projections: Projections, options: AttentionOptions, isSelf: boolean): Attendance => {
  const isCausal = options.causal === true;
  if (options.prefix !== undefined) requireWhole("multiHeadAttention", "a prefix is seen before it is read");
  if (isSelf && isCausal) return lookingBack(projections, options);
  if (isSelf) requireWhole("multiHeadAttention", "without `causal` it looks at what comes after");
  else if (isCausal || options.window !== undefined)
    requireWhole("multiHeadAttention", "where the keys of another sequence stand beside it is not known");
  return { projections, options };
};

/** The type of `multiHeadAttention`. */
export interface MakeMultiHeadAttention {
  <
    const E extends number,
    const K extends number = E,
    const V extends number = E,
    const Bias extends boolean = true,
    const Shared extends KeyHeads = undefined,
    const Heads extends number = number,
  >(
    features: E,
    heads: Check<NoInfer<PartsOf<"multiHeadAttention", Heads, "heads", E, "features">>, Heads>,
    options?: MultiHeadAttentionOptions<
      K,
      V,
      Bias,
      Check<NoInfer<PartsOf<"multiHeadAttention", Shared, "heads of keys", Heads, "heads">>, Shared>
    >,
  ): Layer<MultiHeadAttentionParams<E, K, V, Bias, Shared>, MultiHeadAttentionFunction<E, Heads>>;
}

/**
 * Attention of several heads, each on its own slice of projected features; the heads side by side are projected once
 * more. Sequences are [..., positions, features] (batch first) and keep their shape. A mask says with true where
 * attending is allowed, as in `attention` (PyTorch's module has it the other way round). With `weights: true` it gives
 * { output, weights [..., heads, queries, keys] }. Input weights begin by Glorot's rule and biases at 0, as in PyTorch.
 *
 * @throws W284 heads that do not divide the features, or `keyHeads` that do not divide the heads; W286 other features;
 * W282 a mask or bias that does not fit the scores.
 * @see Vaswani et al. 2017, section 3.2.2; `torch.nn.MultiheadAttention`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 512]) },
 *   params: { attend: multiHeadAttention(512, 8) },
 *   forward: ({ attend }, { x }) => {
 *     const y = attend(x, { causal: true }); // Tensor<["B", 16, 512], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 4
 */
export const multiHeadAttention: MakeMultiHeadAttention = (features, heads, options = {}) => {
  requireKnownOptions("multiHeadAttention", options, known);
  // Numbers, unless the call did not compile.
  const [queryHeads, keyHeads] = [heads as number, (options.keyHeads ?? heads) as number];
  const { keyFeatures = features, valueFeatures = features } = options;
  requireSizes("multiHeadAttention", { features, keyFeatures, valueFeatures });
  requireHeads("multiHeadAttention", queryHeads, features);
  requireKeyHeads("multiHeadAttention", keyHeads, queryHeads);
  const { bias = true } = options;
  const rate = atCaller(() => checkedRate(options.dropout ?? 0));
  const sizes = {
    features,
    keyFeatures,
    valueFeatures,
    shared: (features / queryHeads) * keyHeads,
  };
  const params = { ...inputProjections(sizes, bias), out_proj: linear(features, features, { bias }) };
  const bind = (given: Given) => {
    return (queries: Tensor, options: MultiHeadOptions & { readonly weights?: boolean } = {}) => {
      requirePositions("multiHeadAttention", queries);
      requireFeatures("multiHeadAttention", queries, features);
      const { keys = queries, values = keys, keyPadding: _, weights = false, ...attending } = options;
      const mask = allowed(options);
      const settings = mask === undefined ? attending : { ...attending, mask };
      const [q, k, v] = projected(given, [queries, keys, values], sizes).map((part, at) =>
        splitHeads(part, at === 0 ? queryHeads : keyHeads),
      );
      invariant(q !== undefined && k !== undefined && v !== undefined, "there are three projections");
      const { projections, options: looking } = attendanceOf([q, k, v], settings, keys === queries);
      if (!weights) return given.out_proj(mergeHeads(droppedAttention(projections, looking, rate)));
      const attended = droppedAttentionWithWeights(projections, looking, rate);
      return { output: given.out_proj(mergeHeads(attended.output)), weights: attended.weights };
    };
  };
  // Which parameters there are, and what comes of which shapes, is said by the signature.
  return typedLayer<never>(params, bind);
};
