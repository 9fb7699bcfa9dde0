// The package entry `weftgraph/nn`: layers, which are parameters with the function they are for, and pooling, which has none.
export { averagePool2d, maxPool2d } from "../ir/functions/convolution.ts";
export { type Conv2dFunction, type Conv2dOptions, type Conv2dParams, type Conv2dWeight, conv2d } from "./conv2d.ts";
export { type EmbeddingFunction, type EmbeddingParams, embedding } from "./embedding.ts";
export { type LayerNormFunction, type LayerNormParams, layerNorm } from "./layer-norm.ts";
export { type LinearFunction, type LinearParams, linear } from "./linear.ts";
export * from "./losses/index.ts";
export {
  gru,
  type LstmFunction,
  lstm,
  type RecurrentFunction,
  type RecurrentOutput,
  rnn,
} from "./recurrent/recurrent.ts";
export type { RecurrentInputs, RecurrentOptions, RecurrentParams } from "./recurrent/recurrent-layer.ts";
