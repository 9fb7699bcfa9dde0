// Layers of attention, and of positions.
export {
  type AdditiveAttentionFunction,
  type AdditiveAttentionParams,
  additiveAttention,
} from "./additive-attention.ts";
export type { InputBiases, InputWeights, KeyHeads } from "./input-projections.ts";
export { type LearnedPositionsFunction, type LearnedPositionsParams, learnedPositions } from "./learned-positions.ts";
export {
  type HeadWeights,
  type MakeMultiHeadAttention,
  type MultiHeadAttentionFunction,
  type MultiHeadAttentionOptions,
  type MultiHeadAttentionParams,
  type MultiHeadOptions,
  multiHeadAttention,
} from "./multi-head-attention.ts";
