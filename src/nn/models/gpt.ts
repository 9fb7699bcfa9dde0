// A language model in the manner of GPT-2 (Radford et al. 2019): tokens and learned positions, blocks of causal self-attention and
// a feed-forward network of four times the features, normalized in front, and a head that may share the table of tokens.
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { geluTanh } from "../../ir/functions/activation.ts";
import { linear as transform } from "../../ir/functions/contraction.ts";
import { mergeHeads, splitHeads } from "../../ir/functions/heads.ts";
import { chunk } from "../../ir/functions/parts.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { GatherShape } from "../../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { normal, zeros } from "../../model/initializer.ts";
import { type Layer, layer, type Params, repeat, type SpecTree, typedLayer } from "../../model/parameter.ts";
import { droppedAttention } from "../attention/dropped-attention.ts";
import { requireHeads } from "../attention/heads.ts";
import {
  type LearnedPositionsFunction,
  type LearnedPositionsParams,
  learnedPositions,
} from "../attention/learned-positions.ts";
import { lookingBack } from "../attention/looking-back.ts";
import { type DropoutLayer, dropout } from "../dropout.ts";
import { type EmbeddingFunction, type EmbeddingParams, embedding } from "../embedding.ts";
import { initialized } from "../initialized.ts";
import { type LayerNormFunction, type LayerNormParams, layerNorm } from "../layer-norm.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import { requireSizes } from "../sizes.ts";
import { attendingOf, type LanguageAttentionOptions, type LanguageBatchOptions } from "./language-attention.ts";

/** How large a GPT is. */
export interface GptOptions<Vocabulary extends number, Tied extends boolean> extends LanguageAttentionOptions {
  /** How many tokens there are. */
  readonly vocabulary: Vocabulary;
  /** How many positions there are vectors for: the longest sequence. */
  readonly context: number;
  /** Features of a position. */
  readonly features: number;
  /** Heads of attention, which divide the features. */
  readonly heads: number;
  /** How many blocks there are. */
  readonly blocks: number;
  /** The rate of dropout in training: of embeddings, of attention weights, and of what a residual branch adds; 0 unless said. */
  readonly dropout?: number;
  /** Whether the table of tokens is the weight of the head as well (Press and Wolf 2017); not unless said. */
  readonly tied?: Tied;
}

const known = optionNames<GptOptions<number, boolean>>({
  vocabulary: true,
  context: true,
  features: true,
  heads: true,
  blocks: true,
  dropout: true,
  tied: true,
  window: true,
  softcap: true,
  alibi: true,
  score: true,
});

/** A language model: tokens i32 [..., positions] give, at each position, logits of the next token. */
export interface LanguageModelFunction<Vocabulary extends number> {
  <S extends Dims, D extends DType>(
    tokens: Check<NoInfer<GatherShape<[Vocabulary, number], S, D, 0>>, Tensor<S, D>>,
    options?: LanguageBatchOptions,
  ): Tensor<[...S, Vocabulary], "f32">;
}

/** The parameters of a block, and what it does to [..., positions, features]. */
export type GptBlock = Layer<
  {
    /** The normalization in front of attention. */
    readonly ln1: Layer<LayerNormParams<number>, LayerNormFunction<number>>;
    /** The normalization in front of the feed-forward network. */
    readonly ln2: Layer<LayerNormParams<number>, LayerNormFunction<number>>;
    /** To queries, keys and values, side by side. */
    readonly qkv: Layer<LinearParams<number, number>, LinearFunction<number, number>>;
    /** From heads side by side to what is added. */
    readonly proj: Layer<LinearParams<number, number>, LinearFunction<number, number>>;
    /** Into the feed-forward network. */
    readonly fc: Layer<LinearParams<number, number>, LinearFunction<number, number>>;
    /** Out of it. */
    readonly out: Layer<LinearParams<number, number>, LinearFunction<number, number>>;
    /** Dropout of what is added. */
    readonly dropout: DropoutLayer;
  },
  (x: Tensor, attending: LanguageBatchOptions) => Tensor
>;

const block = (features: number, heads: number, rate: number): GptBlock =>
  layer(
    {
      ln1: layerNorm(features),
      ln2: layerNorm(features),
      qkv: linear(features, 3 * features),
      proj: linear(features, features),
      fc: linear(features, 4 * features),
      out: linear(4 * features, features),
      dropout: dropout(rate),
    },
    (p) => (x: Tensor, attending: LanguageBatchOptions) => {
      const [q, k, v] = chunk(p.qkv(p.ln1(x)), 3, -1).map((part) => splitHeads(part, heads)) as [
        Tensor,
        Tensor,
        Tensor,
      ]; // three parts
      const { projections, options } = lookingBack([q, k, v], attending);
      const values = droppedAttention(projections, options, rate);
      const attended = x.add(p.dropout(p.proj(mergeHeads(values))));
      return attended.add(p.dropout(p.out(geluTanh(p.fc(p.ln2(attended))))));
    },
  );

/** The parameters of `gpt`: a tied head has none of its own. */
export type GptParams<Vocabulary extends number, Tied extends boolean = false> = {
  /** Vectors of tokens. */
  readonly wte: Layer<EmbeddingParams<Vocabulary, number>, EmbeddingFunction<Vocabulary, number>>;
  /** Vectors of positions. */
  readonly wpe: Layer<LearnedPositionsParams<number, number>, LearnedPositionsFunction<number>>;
  /** The blocks, in order. */
  readonly blocks: readonly GptBlock[];
  /** The normalization behind them. */
  readonly lnf: Layer<LayerNormParams<number>, LayerNormFunction<number>>;
  /** Dropout of embeddings. */
  readonly dropout: DropoutLayer;
} & (Tied extends true
  ? unknown
  : {
      /** From features to logits. */
      readonly head: Layer<LinearParams<number, Vocabulary, false>, LinearFunction<number, Vocabulary>>;
    });

/**
 * Tokens i32 [..., T], T at most `context`, to logits [..., T, vocabulary]: embeddings and learned positions, blocks of
 * x + attend(ln1(x)) and x + out(gelu(fc(ln2(x)))), layer normalization, a head. Weights begin as normal numbers of
 * deviation 0.02, those that end a residual branch (proj, out) divided by sqrt(2 blocks), and biases at 0, as in GPT-2.
 *
 * @throws W284 heads that do not divide the features; W214 more positions than `context`; W521 a capacity beyond it.
 * @see Radford et al. 2019, section 2.3 (GPT-2).
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { tokens: spec("i32", ["B", 128]) },
 *   params: { predict: gpt({ vocabulary: 50257, context: 1024, features: 768, heads: 12, blocks: 2 }) },
 *   forward: ({ predict }, { tokens }) => {
 *     const y = predict(tokens); // Tensor<["B", 128, 50257], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 29
 */
export const gpt = <const Vocabulary extends number, const Tied extends boolean = false>(
  options: GptOptions<Vocabulary, Tied>,
): Layer<GptParams<Vocabulary, Tied>, LanguageModelFunction<Vocabulary>> => {
  const write = "gpt({ vocabulary: 50257, context: 1024, features: 768, heads: 12, blocks: 12 })";
  requireKnownOptions("gpt", options, known, write);
  const { context, features, heads, blocks, dropout: rate = 0 } = options;
  const vocabulary: number = options.vocabulary;
  requireSizes("gpt", { vocabulary, context, features });
  requireHeads("gpt", heads, features);
  const shared: GptParams<number, true> = {
    wte: embedding(vocabulary, features),
    wpe: learnedPositions(context, features),
    blocks: repeat(blocks, () => block(features, heads, rate)),
    lnf: layerNorm(features),
    dropout: dropout(rate),
  };
  const params = options.tied === true ? shared : { ...shared, head: linear(features, vocabulary, { bias: false }) };
  const own = attendingOf(options);
  const bind = (p: Params<typeof shared> & { readonly head?: (x: Tensor) => Tensor }) => {
    return (tokens: Tensor, given: LanguageBatchOptions = {}) => {
      const embedded: Tensor = p.dropout(p.wpe(p.wte(tokens)));
      const last = p.lnf(p.blocks.reduce((x, each) => each(x, { ...own, ...given }), embedded));
      return p.head?.(last) ?? transform(last, p.wte.weight);
    };
  };
  const ended = normal(0.02 / Math.sqrt(2 * blocks));
  const begun = initialized<SpecTree>(params, (path, { shape, initializer }) => {
    if (path.endsWith("bias")) return zeros;
    if (shape.length < 2) return initializer;
    return /(?:proj|out)\.weight$/.test(path) ? ended : normal(0.02);
  });
  // Whether there is a head, and what comes of which shapes, is said by the signature.
  return typedLayer<Layer<GptParams<Vocabulary, Tied>, LanguageModelFunction<Vocabulary>>>(begun, bind);
};
