// Attention whose weights are dropped in training (Vaswani et al. 2017, as implemented by its authors and in PyTorch).
import { type Attended, type AttentionOptions, attention } from "../../ir/functions/attention.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { currentMode } from "../../model/mode.ts";

/** Queries, keys and values of as many heads: [..., heads, positions, features] each. */
export type Projections = readonly [queries: Tensor, keys: Tensor, values: Tensor];

/** How weights are dropped: the rate, and the function of a dropout layer of that rate. */
export interface WeightDropout {
  readonly rate: number;
  readonly drop: (weights: Tensor) => Tensor;
}

/** Attention with its weights; in training some of the weights are 0, in the output and as they are given back. */
export const droppedAttentionWithWeights = (
  [queries, keys, values]: Projections,
  options: AttentionOptions,
  { rate, drop }: WeightDropout,
): Attended<Dims, Dims, Tensor["dtype"]> => {
  const attended = attention(queries, keys, values, { ...options, weights: true });
  if (rate === 0 || currentMode() === "inference") return attended;
  const weights = drop(attended.weights);
  return { output: weights.matmul(values), weights };
};

/** Attention; in training some of the weights are 0. */
export const droppedAttention = (
  projections: Projections,
  options: AttentionOptions,
  dropout: WeightDropout,
): Tensor =>
  dropout.rate === 0 || currentMode() === "inference"
    ? attention(...projections, options)
    : droppedAttentionWithWeights(projections, options, dropout).output;
