// Additive attention (Bahdanau et al. 2015) with its learned projections.
import { additiveAttention as attend, type Context } from "../../ir/functions/attention.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { AttentionShape, SequenceShape, WeightsShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { glorotUniform } from "../../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../../model/parameter.ts";
import { requireSizes } from "../sizes.ts";

/** The parameters of `additiveAttention`, under the names of the formula. */
export type AdditiveAttentionParams<Q extends number, K extends number, Hidden extends number> = {
  /** From queries: [Q, hidden]. */
  readonly W: ParamSpec<[Q, Hidden], "f32">;
  /** From keys: [K, hidden]. */
  readonly U: ParamSpec<[K, Hidden], "f32">;
  /** From what they give together to a score: [hidden]. */
  readonly v: ParamSpec<[Hidden], "f32">;
};

/** What additive attention does: queries [..., Lq, Q] and keys [..., Lk, K] give a context [..., Lq, K] and weights. */
export interface AdditiveAttentionFunction<Q extends number, K extends number> {
  <S extends Dims, D extends DType, T extends Dims, E extends DType>(
    queries: Check<NoInfer<SequenceShape<"additiveAttention", S, D, Q>>, Tensor<S, D>>,
    keys: Check<NoInfer<SequenceShape<"additiveAttention", T, E, K>>, Tensor<T, E>>,
    options?: { readonly mask?: Tensor<Dims, "bool" | "u8"> },
  ): Context<AttentionShape<S, T>, WeightsShape<S, T>, D>;
}

/**
 * Scores v . tanh(query W + key U), weights by softmax over keys, and the sum of keys by weight: queries [..., Lq, Q]
 * and keys [..., Lk, K] give { context: [..., Lq, K], weights: [..., Lq, Lk] }. Parameters begin by Glorot's rule.
 *
 * @throws W203 other features; W282 a mask that does not fit the scores.
 * @see Bahdanau et al. 2015, appendix A.1.2.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { q: spec("f32", ["B", 1, 32]), k: spec("f32", ["B", 9, 64]) },
 *   params: { attend: additiveAttention(32, 64, 16) },
 *   forward: ({ attend }, { q, k }) => {
 *     const { context, weights } = attend(q, k);
 *     const y = context; // Tensor<["B", 1, 64], "f32">
 *     weights; // Tensor<["B", 1, 9], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 3
 */
export const additiveAttention = <const Q extends number, const K extends number, const Hidden extends number>(
  queryFeatures: Q,
  keyFeatures: K,
  hidden: Hidden,
): Layer<AdditiveAttentionParams<Q, K, Hidden>, AdditiveAttentionFunction<Q, K>> => {
  requireSizes("additiveAttention", { queryFeatures, keyFeatures, hidden });
  const params: AdditiveAttentionParams<Q, K, Hidden> = {
    W: param([queryFeatures, hidden], glorotUniform),
    U: param([keyFeatures, hidden], glorotUniform),
    v: param([hidden], glorotUniform),
  };
  const bind =
    (given: { readonly W: Tensor; readonly U: Tensor; readonly v: Tensor }) =>
    (queries: Tensor, keys: Tensor, options: { readonly mask?: Tensor<Dims, "bool" | "u8"> } = {}) =>
      attend(queries, keys, given, options);
  // The shapes that fit are said by the signature.
  return layer(params, bind) as Layer<AdditiveAttentionParams<Q, K, Hidden>, AdditiveAttentionFunction<Q, K>>;
};
