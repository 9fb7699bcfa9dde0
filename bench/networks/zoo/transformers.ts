// Transformers: an encoder as of sentence embeddings (MiniLM), and a decoder as of language models (GPT).
import { networkBuilder } from "../builder.ts";
import type { Network, Value } from "../network.ts";

/** The sizes of a transformer. */
export interface TransformerSizes {
  readonly layers: number;
  readonly batch: number;
  readonly positions: number;
  readonly features: number;
  readonly heads: number;
  readonly hidden: number;
  /** Whether a decoder's last product is by the table of its embedding. */
  readonly tied?: boolean;
}

type Builder = ReturnType<typeof networkBuilder>;

/** Attention of x over itself, with the four projections. */
const selfAttention = (
  build: Builder,
  x: Value,
  { batch, features, heads }: TransformerSizes,
  causal: boolean,
): Value => {
  const [q, k, v] = [build.linear(x, features), build.linear(x, features), build.linear(x, features)];
  return build.linear(build.attention(q, k, v, { batch, heads, causal }), features);
};

const perceptron = (build: Builder, x: Value, { features, hidden }: TransformerSizes): Value =>
  build.linear(build.activate(build.linear(x, hidden), "gelu"), features);

/** Norms behind the sums, everyone sees everyone (Devlin et al. 2019). Rows go in as they come out of the embedding. */
export const encoder = (sizes: TransformerSizes): Network => {
  const build = networkBuilder();
  let x = build.input("x", [sizes.batch * sizes.positions, sizes.features]);
  for (let layer = 0; layer < sizes.layers; layer++) {
    const attended = build.layerNorm(build.add(x, selfAttention(build, x, sizes, false)));
    x = build.layerNorm(build.add(attended, perceptron(build, attended, sizes)));
  }
  return build.finish(x);
};

const decoderLogits = (build: Builder, sizes: TransformerSizes, vocabulary: number): Value => {
  const { batch, positions, features, layers, tied = false } = sizes;
  const text = build.numbers("text", [batch * positions], vocabulary);
  const table = build.table(vocabulary, features);
  let x = build.addPositions(build.embedding(table, text), batch);
  for (let layer = 0; layer < layers; layer++) {
    const attended = build.add(x, selfAttention(build, build.layerNorm(x), sizes, true));
    x = build.add(attended, perceptron(build, build.layerNorm(attended), sizes));
  }
  const last = build.layerNorm(x);
  return tied ? build.tied(last, table) : build.linear(last, vocabulary);
};

/** Norms before each part, the past alone is seen (Radford et al. 2019): logits of the next token at each position. */
export const decoder = (sizes: TransformerSizes, vocabulary: number): Network => {
  const build = networkBuilder();
  return build.finish(decoderLogits(build, sizes, vocabulary));
};

/** The same with its loss. */
export const decoderLoss = (sizes: TransformerSizes, vocabulary: number): Network => {
  const build = networkBuilder();
  const logits = decoderLogits(build, sizes, vocabulary);
  return build.finish(build.crossEntropy(logits, build.numbers("next", [sizes.batch * sizes.positions], vocabulary)));
};
