// GPT-2 (Radford et al. 2019, the small one) as a user writes it with layers: tied head, dropout, and how it is trained.
import {
  add,
  compile,
  crossEntropy,
  defineModel,
  gelu,
  linear as project,
  repeat,
  reshape,
  spec,
  type Tensor,
  training,
} from "weftgraph";
import { dropout, embedding, layerNorm, learnedPositions, linear, multiHeadAttention } from "weftgraph/nn";
import { adamW, cosine } from "weftgraph/optim";

const width = 768;
const heads = 12;
const vocabulary = 50257;

const block = () => ({
  norm1: layerNorm(width),
  attention: multiHeadAttention(width, heads, { dropout: 0.1 }),
  norm2: layerNorm(width),
  up: linear(width, 3072),
  down: linear(3072, width),
});

export const gpt2 = defineModel({
  name: "gpt2",
  params: {
    tokens: embedding(vocabulary, width),
    positions: learnedPositions(1024, width),
    dropout: dropout(0.1),
    blocks: repeat(12, block),
    norm: layerNorm(width),
  },
  inputs: { ids: spec("i32", ["B", "T"]) },
  forward: (p, { ids }) => {
    const vectors = p.tokens(ids);
    const placed = p.positions(vectors);
    const embedded = p.dropout(placed);
    let hidden: Tensor<["B", "T", 768], "f32"> = embedded;
    for (const layer of p.blocks) {
      const normalized = layer.norm1(hidden);
      const attended = layer.attention(normalized, { causal: true });
      const residual = add(hidden, attended);
      const inner = layer.up(layer.norm2(residual));
      const outer = layer.down(gelu(inner));
      hidden = add(residual, outer);
    }
    const last = p.norm(hidden);
    const logits = project(last, p.tokens.weight);
    return { logits };
  },
});

export const trainer = await compile(
  training(gpt2, {
    inputs: { next: spec("i32", ["B", "T"]) },
    loss: ({ logits }, { next }) => {
      const rows = reshape(logits, [-1, vocabulary]);
      const labels = reshape(next, [-1]);
      const loss = crossEntropy(rows, labels);
      return loss;
    },
    optimizer: adamW({ learningRate: cosine(3e-4, 10_000), weightDecay: 0.1 }),
    clip: { norm: 1 },
  }),
  { dims: { B: 2, T: 128 } },
);

const ids = new Int32Array(256);
export const step = trainer.step({ ids, next: ids });
export const result = trainer.predict({ ids });
export const logits = result.logits;
export const query = trainer.parameters.get("blocks.0.attention.in_proj_weight");
