// A language model in the manner of Llama (Touvron et al. 2023): root-mean-square normalization in front, rotary positions,
// queries that share heads of keys and values in groups (Ainslie et al. 2023), SwiGLU (Shazeer 2020), and no biases.
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { silu } from "../../ir/functions/activation.ts";
import { attention } from "../../ir/functions/attention.ts";
import { mergeHeads, splitHeads } from "../../ir/functions/heads.ts";
import { rmsNorm } from "../../ir/functions/normalization.ts";
import { rotary } from "../../ir/functions/positions.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { normal, ones } from "../../model/initializer.ts";
import { type Layer, layer, type ParamSpec, type Params, param, repeat, typedLayer } from "../../model/parameter.ts";
import { currentPosition } from "../../model/past.ts";
import { requireHeads, requireKeyHeads } from "../attention/heads.ts";
import { lookingBack } from "../attention/looking-back.ts";
import { type EmbeddingFunction, type EmbeddingParams, embedding } from "../embedding.ts";
import { initialized } from "../initialized.ts";
import { type LinearFunction, type LinearParams, linear } from "../linear.ts";
import { requireSizes } from "../sizes.ts";
import type { LanguageModelFunction } from "./gpt.ts";
import { attendingOf, type LanguageAttentionOptions, type LanguageBatchOptions } from "./language-attention.ts";

/** How large a Llama is. */
export interface LlamaOptions<Vocabulary extends number> extends LanguageAttentionOptions {
  /** How many tokens there are. */
  readonly vocabulary: Vocabulary;
  /** Features of a position. */
  readonly features: number;
  /** Heads of queries, which divide the features. */
  readonly heads: number;
  /** Heads of keys and values; as many as of queries unless said. */
  readonly keyHeads?: number;
  /** Features inside the feed-forward network. */
  readonly feedForward: number;
  /** How many blocks there are. */
  readonly blocks: number;
  /** The base of the rotary angles; 10000 unless said. */
  readonly base?: number;
  /** What is added to the mean square; 1e-5 unless said. */
  readonly epsilon?: number;
}

const known = optionNames<LlamaOptions<number>>({
  vocabulary: true,
  features: true,
  heads: true,
  keyHeads: true,
  feedForward: true,
  blocks: true,
  base: true,
  epsilon: true,
  window: true,
  softcap: true,
  alibi: true,
  score: true,
});

/** A linear layer without a bias. */
export type LlamaLinear = Layer<LinearParams<number, number, false>, LinearFunction<number, number>>;

/** The parameters of a block, and what it does to [..., positions, features]. */
export type LlamaBlock = Layer<
  {
    /** The scale in front of attention. */
    readonly n1: ParamSpec<[number], "f32">;
    /** The scale in front of the feed-forward network. */
    readonly n2: ParamSpec<[number], "f32">;
    /** To queries. */
    readonly q: LlamaLinear;
    /** To keys. */
    readonly k: LlamaLinear;
    /** To values. */
    readonly v: LlamaLinear;
    /** From heads side by side to what is added. */
    readonly o: LlamaLinear;
    /** What lets features through. */
    readonly gate: LlamaLinear;
    /** Into the feed-forward network. */
    readonly up: LlamaLinear;
    /** Out of it. */
    readonly down: LlamaLinear;
  },
  (x: Tensor, attending: LanguageBatchOptions) => Tensor
>;

const block = (options: LlamaOptions<number>): LlamaBlock => {
  const { features, heads, keyHeads = heads, feedForward, base = 10000, epsilon = 1e-5 } = options;
  const plain = (inputs: number, outputs: number): LlamaLinear => linear(inputs, outputs, { bias: false });
  const shared = (features / heads) * keyHeads;
  const params = {
    n1: param([features], ones),
    n2: param([features], ones),
    q: plain(features, features),
    k: plain(features, shared),
    v: plain(features, shared),
    o: plain(features, features),
    gate: plain(features, feedForward),
    up: plain(features, feedForward),
    down: plain(feedForward, features),
  };
  return layer(params, (p) => (x: Tensor, attending: LanguageBatchOptions) => {
    const normed = rmsNorm(x, p.n1, { epsilon });
    const turned = { base, start: currentPosition() };
    const q = rotary(splitHeads(p.q(normed), heads), turned);
    const k = rotary(splitHeads(p.k(normed), keyHeads), turned);
    const v = splitHeads(p.v(normed), keyHeads);
    const looking = lookingBack([q, k, v], attending);
    const attended = x.add(p.o(mergeHeads(attention(...looking.projections, looking.options))));
    const inner = rmsNorm(attended, p.n2, { epsilon });
    return attended.add(p.down(silu(p.gate(inner)).mul(p.up(inner))));
  });
};

/** The parameters of `llama`. */
export type LlamaParams<Vocabulary extends number> = {
  /** The normalization behind them. */
  readonly norm: ParamSpec<[number], "f32">;
  /** Vectors of tokens. */
  readonly emb: Layer<EmbeddingParams<Vocabulary, number>, EmbeddingFunction<Vocabulary, number>>;
  /** The blocks, in order. */
  readonly blocks: readonly LlamaBlock[];
  /** From features to logits. */
  readonly head: Layer<LinearParams<number, Vocabulary, false>, LinearFunction<number, Vocabulary>>;
};

/**
 * Tokens i32 [..., T] to logits [..., T, vocabulary]: blocks of rmsNorm, attention with rotary positions, and
 * down(silu(gate(x)) * up(x)); no position has a parameter, so T is not bounded. Matrices begin as normal numbers of
 * deviation 0.02.
 *
 * @throws W284 where `heads` do not divide the features, or `keyHeads` the heads; W285 an odd number of features in a
 * head.
 * @see Touvron et al. 2023, section 2.2.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { tokens: spec("i32", ["B", 128]) },
 *   params: { predict: llama({ vocabulary: 32000, features: 64, heads: 8, keyHeads: 2, feedForward: 128, blocks: 2 }) },
 *   forward: ({ predict }, { tokens }) => {
 *     const y = predict(tokens); // Tensor<["B", 128, 32000], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 21
 */
export const llama = <const Vocabulary extends number>(
  options: LlamaOptions<Vocabulary>,
): Layer<LlamaParams<Vocabulary>, LanguageModelFunction<Vocabulary>> => {
  const write = "llama({ vocabulary: 32000, features: 4096, heads: 32, feedForward: 11008, blocks: 32 })";
  requireKnownOptions("llama", options, known, write);
  const { vocabulary: tokens, features, feedForward } = options;
  requireSizes("llama", { vocabulary: tokens, features, feedForward });
  requireHeads("llama", options.heads, options.features);
  requireKeyHeads("llama", options.keyHeads ?? options.heads, options.heads);
  const vocabulary: number = options.vocabulary;
  const params: LlamaParams<number> = {
    norm: param([options.features], ones),
    emb: embedding(vocabulary, options.features),
    blocks: repeat(options.blocks, () => block(options)),
    head: linear(options.features, vocabulary, { bias: false }),
  };
  const own = attendingOf(options);
  const bind = (p: Params<typeof params>) => {
    return (tokens: Tensor, given: LanguageBatchOptions = {}) => {
      const embedded: Tensor = p.emb(tokens as Tensor<Dims, "i32">); // by the signature
      const last = p.blocks.reduce((x, each) => each(x, { ...own, ...given }), embedded);
      return p.head(rmsNorm(last, p.norm, { epsilon: options.epsilon ?? 1e-5 }));
    };
  };
  const begun = initialized(params, (_, { shape, initializer }) => (shape.length > 1 ? normal(0.02) : initializer));
  // The numbers that the type computes from the same arguments; the shapes that fit are said by the signature.
  return typedLayer<Layer<LlamaParams<Vocabulary>, LanguageModelFunction<Vocabulary>>>(begun, bind);
};
