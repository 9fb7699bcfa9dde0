// The model of "Attention Is All You Need" (Vaswani et al. 2017) for translation: embeddings times sqrt(features) plus sinusoidal
// positions (sections 3.4 and 3.5), encoder and decoder, and a linear generator of the next token.
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { sinusoidalPositions } from "../../ir/functions/positions.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { GatherShape } from "../../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { type Layer, type Params, typedLayer } from "../../model/parameter.ts";
import { type DropoutLayer, dropout } from "../dropout.ts";
import { type EmbeddingFunction, type EmbeddingParams, embedding } from "../embedding.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import {
  type TransformerFunction,
  type TransformerOptions,
  type TransformerParams,
  transformer,
} from "../transformer/transformer.ts";

/** How large a translation model is. */
export interface TranslationTransformerOptions<Target extends number> extends TransformerOptions<number> {
  /** How many tokens the source has. */
  readonly sourceVocabulary: number;
  /** How many tokens the target has. */
  readonly targetVocabulary: Target;
  /** Features of a position. */
  readonly features: number;
  /** Heads of attention, which divide the features. */
  readonly heads: number;
  /** The token that fills sequences up, which nothing attends to; 0 unless said. */
  readonly padding?: number;
}

const known = optionNames<TranslationTransformerOptions<number>>({
  sourceVocabulary: true,
  targetVocabulary: true,
  features: true,
  heads: true,
  padding: true,
  encoderLayers: true,
  decoderLayers: true,
  feedForward: true,
  normFirst: true,
  activation: true,
  epsilon: true,
  dropout: true,
});

/** What a translation model does: tokens of a source and those of a target so far give logits of each next one. */
export interface TranslationFunction<Target extends number> {
  <S extends Dims, D extends DType, T extends Dims, E extends DType>(
    source: Check<NoInfer<GatherShape<[number, number], S, D, 0>>, Tensor<S, D>>,
    target: Check<NoInfer<GatherShape<[Target, number], T, E, 0>>, Tensor<T, E>>,
  ): Tensor<[...T, Target], "f32">;
}

/** The parameters of `translationTransformer`. */
export type TranslationTransformerParams<Target extends number> = {
  /** Vectors of source tokens. */
  readonly src_emb: Layer<EmbeddingParams<number, number>, EmbeddingFunction<number, number>>;
  /** Vectors of target tokens. */
  readonly tgt_emb: Layer<EmbeddingParams<Target, number>, EmbeddingFunction<Target, number>>;
  /** Encoder and decoder. */
  readonly tr: Layer<TransformerParams<number, number>, TransformerFunction<number>>;
  /** From features to logits. */
  readonly gen: Layer<LinearParams<number, Target>, LinearFunction<number, Target>>;
  /** Dropout of embeddings. */
  readonly dropout: DropoutLayer;
};

/** Vectors of tokens times sqrt(features), plus where they stand. */
const placed = (vectors: Tensor): Tensor => {
  const [length = 1, features = 1] = vectors.shape.slice(-2);
  const positions = sinusoidalPositions(length, Number(features), { dtype: vectors.dtype });
  return vectors.mul(Math.sqrt(Number(features))).add(positions);
};

/**
 * Source tokens i32 [..., S] and target tokens i32 [..., T] to logits [..., T, target vocabulary]: embeddings times
 * sqrt(features) plus sinusoids, `transformer`, a linear layer. Position t sees the target up to t, so with the target
 * shifted by one it predicts the next token.
 *
 * @throws W284 heads that do not divide the features; W522 while decoding.
 * @see Vaswani et al. 2017, section 3.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { source: spec("i32", ["B", 20]), target: spec("i32", ["B", 16]) },
 *   params: { translate: translationTransformer({ sourceVocabulary: 90, targetVocabulary: 110, features: 64, heads: 4 }) },
 *   forward: ({ translate }, { source, target }) => {
 *     const y = translate(source, target); // Tensor<["B", 16, 110], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 188
 */
export const translationTransformer = <const Target extends number>(
  options: TranslationTransformerOptions<Target>,
): Layer<TranslationTransformerParams<Target>, TranslationFunction<Target>> => {
  const write = "translationTransformer({ sourceVocabulary: 9000, targetVocabulary: 9000, features: 512, heads: 8 })";
  requireKnownOptions("translationTransformer", options, known, write);
  const { padding = 0, features, heads, sourceVocabulary, targetVocabulary: targets, ...rest } = options;
  const targetVocabulary: number = targets;
  const params: TranslationTransformerParams<number> = {
    src_emb: embedding(sourceVocabulary, features),
    tgt_emb: embedding(targetVocabulary, features),
    tr: transformer<number, number>(features, heads, rest),
    gen: linear(features, targetVocabulary),
    dropout: dropout(options.dropout ?? 0),
  };
  const bind = (p: Params<typeof params>) => (source: Tensor<Dims, "i32">, target: Tensor<Dims, "i32">) => {
    const isPadding = (tokens: Tensor): Tensor<Dims, "bool"> => tokens.equal(padding);
    const decoded = p.tr(p.dropout(placed(p.src_emb(source))), p.dropout(placed(p.tgt_emb(target))), {
      sourcePadding: isPadding(source),
      targetPadding: isPadding(target),
    });
    return p.gen(decoded);
  };
  // The numbers that the type computes from the same arguments; the shapes that fit are said by the signature.
  return typedLayer<Layer<TranslationTransformerParams<Target>, TranslationFunction<Target>>>(params, bind);
};
