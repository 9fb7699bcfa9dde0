// Whole models, as layers: factories over the public layers.
export { type GptBlock, type GptOptions, type GptParams, gpt, type LanguageModelFunction } from "./gpt.ts";
export type { LanguageAttentionOptions, LanguageBatchOptions } from "./language-attention.ts";
export { type LlamaBlock, type LlamaLinear, type LlamaOptions, type LlamaParams, llama } from "./llama.ts";
export {
  type TranslationFunction,
  type TranslationTransformerOptions,
  type TranslationTransformerParams,
  translationTransformer,
} from "./translation-transformer.ts";
export {
  type ImageClassifierFunction,
  type ImageSize,
  type VisionTransformerOptions,
  type VisionTransformerParams,
  visionTransformer,
} from "./vision-transformer.ts";
