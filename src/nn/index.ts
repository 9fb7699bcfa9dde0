// The package entry `weftgraph/nn`: layers, which are parameters with the function they are for, and pooling, which has none.
export {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "../ir/functions/pooling.ts";
export * from "./attention/index.ts";
export {
  type BatchNormLayerOptions,
  type BatchNormParams,
  batchNorm,
  type ChannelNormFunction,
  type ChannelNormOptions,
  type ChannelParams,
  groupNorm,
  instanceNorm,
  type MakeGroupNorm,
} from "./channel-norm.ts";
export {
  type ConvolutionLayer,
  type ConvolutionLayerFunction,
  type ConvolutionParams,
  type ConvolutionWeight,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type TransposedConvolutionLayer,
  type TransposedConvolutionLayerFunction,
} from "./convolution.ts";
export { type DropoutFunction, type DropoutLayer, dropout } from "./dropout.ts";
export { type EmbeddingFunction, type EmbeddingOptions, type EmbeddingParams, embedding } from "./embedding.ts";
export {
  type Features,
  type LayerNormFunction,
  type LayerNormOptions,
  type LayerNormParams,
  layerNorm,
  type RmsNormParams,
  rmsNorm,
} from "./layer-norm.ts";
export { type LinearFunction, type LinearParams, linear } from "./linear.ts";
export * from "./losses/index.ts";
export * from "./models/index.ts";
export {
  gru,
  type LstmFunction,
  lstm,
  type RecurrentFunction,
  type RecurrentOutput,
  rnn,
} from "./recurrent/recurrent.ts";
export type { RecurrentInputs, RecurrentOptions, RecurrentParams } from "./recurrent/recurrent-layer.ts";
export {
  type BlockConvolution,
  type BlockNorm,
  type InvertedResidualFunction,
  type InvertedResidualOptions,
  type InvertedResidualParams,
  invertedResidual,
  type ResidualBlockParams,
  type ResidualFunction,
  type ResidualOptions,
  residualBlock,
} from "./residual.ts";
export * from "./transformer/index.ts";
