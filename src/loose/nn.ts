// The package entry `weftgraph/loose/nn`: the layers of `weftgraph/nn`, and its functions of tensors without shapes in their types. What
// a layer says of shapes is taken out where a model is given its parameters.
import * as nn from "../nn/index.ts";
import type { Loose } from "./loose.ts";

export * from "../nn/index.ts";
export {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "./index.ts";

// Each cast holds because a `Loose` type says less of the same function: that its operands are tensors, not which ones.

export const binaryCrossEntropy = nn.binaryCrossEntropy as unknown as Loose<typeof nn.binaryCrossEntropy>;
export const binaryCrossEntropyWithLogits = nn.binaryCrossEntropyWithLogits as unknown as Loose<
  typeof nn.binaryCrossEntropyWithLogits
>;
export const crossEntropyWithProbabilities = nn.crossEntropyWithProbabilities as unknown as Loose<
  typeof nn.crossEntropyWithProbabilities
>;
export const hinge = nn.hinge as unknown as Loose<typeof nn.hinge>;
export const hingeEmbedding = nn.hingeEmbedding as unknown as Loose<typeof nn.hingeEmbedding>;
export const huber = nn.huber as unknown as Loose<typeof nn.huber>;
export const klDivergence = nn.klDivergence as unknown as Loose<typeof nn.klDivergence>;
export const meanAbsoluteError = nn.meanAbsoluteError as unknown as Loose<typeof nn.meanAbsoluteError>;
export const multiMargin = nn.multiMargin as unknown as Loose<typeof nn.multiMargin>;
export const negativeLogLikelihood = nn.negativeLogLikelihood as unknown as Loose<typeof nn.negativeLogLikelihood>;
export const smoothL1 = nn.smoothL1 as unknown as Loose<typeof nn.smoothL1>;
export const squaredHinge = nn.squaredHinge as unknown as Loose<typeof nn.squaredHinge>;
