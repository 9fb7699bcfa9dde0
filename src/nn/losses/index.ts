// Losses beside `crossEntropy` and `meanSquaredError`: functions of predictions and targets, with PyTorch's meaning.
export { binaryCrossEntropy, binaryCrossEntropyWithLogits, type WithLogitsOptions } from "./binary-cross-entropy.ts";
export {
  crossEntropyWithProbabilities,
  type LikelihoodOptions,
  negativeLogLikelihood,
  type ProbabilityOptions,
} from "./cross-entropy.ts";
export {
  hinge,
  hingeEmbedding,
  type MarginOptions,
  type MultiMarginOptions,
  multiMargin,
  squaredHinge,
} from "./hinge.ts";
export { type DivergenceOptions, klDivergence } from "./kl-divergence.ts";
export type { LossOptions, NoOptions, PairLoss } from "./pair-loss.ts";
export { type HuberOptions, huber, meanAbsoluteError, type SmoothL1Options, smoothL1 } from "./regression.ts";
