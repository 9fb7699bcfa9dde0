// Attention whose weights are dropped in training (Vaswani et al. 2017, as implemented by its authors and in PyTorch). The mask is
// random bits of a key, made again wherever it is wanted: within the loop over scores, there and back, it is never written out.
import { type Attended, type AttentionOptions, attention } from "../../ir/functions/attention.ts";
import { dropout } from "../../ir/functions/dropout.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { currentMode, nextRandomKey } from "../../model/mode.ts";

/** Queries, keys and values, of one number of positions or of another: [..., heads, positions, features] each. */
export type Projections = readonly [queries: Tensor, keys: Tensor, values: Tensor];

/** Dropout with one mask, to whatever it is applied; undefined where nothing is dropped. */
const dropping = (rate: number): ((weights: Tensor) => Tensor) | undefined => {
  if (rate === 0 || currentMode() === "inference") return undefined;
  // The key has two words, which its static type does not say.
  const key = nextRandomKey() as Tensor<[2], "i32">;
  return (weights) => dropout(weights, rate, key);
};

/** Attention; in training some of the weights are 0. */
export const droppedAttention = (projections: Projections, options: AttentionOptions, rate: number): Tensor => {
  const drop = dropping(rate);
  return attention(...projections, drop === undefined ? options : { ...options, drop });
};

/** Attention with its weights, written out; in training some of the weights are 0, in the output and as they are given back. */
export const droppedAttentionWithWeights = (
  projections: Projections,
  options: AttentionOptions,
  rate: number,
): Attended<Dims, Dims, Tensor["dtype"]> => {
  const drop = dropping(rate);
  if (drop === undefined) return attention(...projections, { ...options, weights: true });
  const { output, weights } = attention(...projections, { ...options, drop, weights: true });
  return { output, weights: drop(weights) };
};
