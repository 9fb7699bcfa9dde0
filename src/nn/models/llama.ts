// A language model in the manner of Llama (Touvron et al. 2023): root-mean-square normalization in front, rotary positions,
// queries that share heads of keys and values in groups (Ainslie et al. 2023), SwiGLU (Shazeer 2020), and no biases.
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import { attention } from "../../ir/functions/attention.ts";
import { silu } from "../../ir/functions/elementwise.ts";
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
  readonly features: number;
  readonly heads: number;
  /** Heads of keys and values; as many as of queries unless said. */
  readonly keyHeads?: number;
  /** Features inside the feed-forward network. */
  readonly feedForward: number;
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
type Plain = Layer<LinearParams<number, number, false>, LinearFunction<number, number>>;

/** The parameters of a block, and what it does to [..., positions, features]. */
type Block = Layer<
  {
    readonly n1: ParamSpec<[number], "f32">;
    readonly n2: ParamSpec<[number], "f32">;
    readonly q: Plain;
    readonly k: Plain;
    readonly v: Plain;
    readonly o: Plain;
    readonly gate: Plain;
    readonly up: Plain;
    readonly down: Plain;
  },
  (x: Tensor, attending: LanguageBatchOptions) => Tensor
>;

const block = (options: LlamaOptions<number>): Block => {
  const { features, heads, keyHeads = heads, feedForward, base = 10000, epsilon = 1e-5 } = options;
  const plain = (inputs: number, outputs: number): Plain => linear(inputs, outputs, { bias: false });
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
  readonly norm: ParamSpec<[number], "f32">;
  readonly emb: Layer<EmbeddingParams<Vocabulary, number>, EmbeddingFunction<Vocabulary, number>>;
  readonly blocks: readonly Block[];
  readonly head: Layer<LinearParams<number, Vocabulary, false>, LinearFunction<number, Vocabulary>>;
};

/**
 * Tokens i32 [..., T] to logits [..., T, vocabulary]; no position has a parameter, so T is not bounded. Matrices begin as normal
 * numbers of deviation 0.02. Refused: W284 where `heads` do not divide the features, or `keyHeads` the heads.
 */
export const llama = <const Vocabulary extends number>(
  options: LlamaOptions<Vocabulary>,
): Layer<LlamaParams<Vocabulary>, LanguageModelFunction<Vocabulary>> => {
  requireKnownOptions("llama", options, known);
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
