// Losses beside `crossEntropy` and `meanSquaredError`: functions of predictions and targets, with PyTorch's meaning.
export { binaryCrossEntropy, binaryCrossEntropyWithLogits, type WithLogitsOptions } from "./binary-cross-entropy.ts";
export {
  type CrossEntropyWithProbabilitiesFunction,
  crossEntropyWithProbabilities,
  type LikelihoodOptions,
  type NegativeLogLikelihoodFunction,
  negativeLogLikelihood,
  type ProbabilityOptions,
} from "./cross-entropy.ts";
export {
  hinge,
  hingeEmbedding,
  type MarginOptions,
  type MultiMarginFunction,
  type MultiMarginOptions,
  multiMargin,
  squaredHinge,
} from "./hinge.ts";
export { type DivergenceOptions, type KlDivergenceFunction, klDivergence } from "./kl-divergence.ts";
export type { LossOptions, NoOptions, PairLoss } from "./pair-loss.ts";
export { type HuberOptions, huber, meanAbsoluteError, type SmoothL1Options, smoothL1 } from "./regression.ts";
