// Encoders, decoders, and both.
export type { TransformerLayerOptions } from "./block.ts";
export {
  type DecoderOptions,
  type TransformerDecoderFunction,
  type TransformerDecoderLayerParams,
  type TransformerDecoderParams,
  transformerDecoder,
  transformerDecoderLayer,
} from "./decoder.ts";
export {
  type SelfAttentionOptions,
  type TransformerEncoderFunction,
  type TransformerEncoderLayerParams,
  type TransformerEncoderParams,
  type TransformerStackOptions,
  transformerEncoder,
  transformerEncoderLayer,
} from "./encoder.ts";
export {
  type TransformerFunction,
  type TransformerMasks,
  type TransformerOptions,
  type TransformerParams,
  transformer,
} from "./transformer.ts";
