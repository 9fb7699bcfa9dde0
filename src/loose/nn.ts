// The package entry `weftgraph/loose/nn`: the layers of `weftgraph/nn`, and its functions of tensors without shapes in their types. What
// a layer says of shapes is taken out where a model is given its parameters.
import * as nn from "../nn/index.ts";
import { type Loose, loosely } from "./loose.ts";

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

export const binaryCrossEntropy: Loose<typeof nn.binaryCrossEntropy> = loosely(nn.binaryCrossEntropy);
export const binaryCrossEntropyWithLogits: Loose<typeof nn.binaryCrossEntropyWithLogits> = loosely(
  nn.binaryCrossEntropyWithLogits,
);
export const crossEntropyWithProbabilities: Loose<typeof nn.crossEntropyWithProbabilities> = loosely(
  nn.crossEntropyWithProbabilities,
);
export const hinge: Loose<typeof nn.hinge> = loosely(nn.hinge);
export const hingeEmbedding: Loose<typeof nn.hingeEmbedding> = loosely(nn.hingeEmbedding);
export const huber: Loose<typeof nn.huber> = loosely(nn.huber);
export const klDivergence: Loose<typeof nn.klDivergence> = loosely(nn.klDivergence);
export const meanAbsoluteError: Loose<typeof nn.meanAbsoluteError> = loosely(nn.meanAbsoluteError);
export const multiMargin: Loose<typeof nn.multiMargin> = loosely(nn.multiMargin);
export const negativeLogLikelihood: Loose<typeof nn.negativeLogLikelihood> = loosely(nn.negativeLogLikelihood);
export const smoothL1: Loose<typeof nn.smoothL1> = loosely(nn.smoothL1);
export const squaredHinge: Loose<typeof nn.squaredHinge> = loosely(nn.squaredHinge);
