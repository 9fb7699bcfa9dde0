// GPT-2 as a user writes it with plain functions and methods of tensors over a tree of parameters, the head not tied.
import {
  compile,
  crossEntropy,
  define,
  defineModel,
  einsum,
  embedding,
  gelu,
  layerNorm,
  matmul,
  normal,
  ones,
  type Params,
  param,
  repeat,
  reshape,
  slice,
  softmax,
  spec,
  type Tensor,
  training,
  transpose,
  zeros,
} from "weftgraph";
import { adamW } from "weftgraph/optim";

const affine = <const In extends number, const Out extends number>(inputs: In, outputs: Out) => ({
  w: param([inputs, outputs], normal(0.02)),
  b: param([outputs], zeros),
});

const norm = () => ({ scale: param([768], ones), shift: param([768], zeros) });

const block = () => ({
  ln1: norm(),
  attention: { q: affine(768, 768), k: affine(768, 768), v: affine(768, 768), o: affine(768, 768) },
  ln2: norm(),
  mlp: { up: affine(768, 3072), down: affine(3072, 768) },
});

const tree = {
  wte: param([50257, 768], normal(0.02)),
  wpe: param([1024, 768], normal(0.01)),
  blocks: repeat(12, block),
  lnf: norm(),
  head: param([768, 50257], normal(0.02)),
};

type Gpt2 = Params<typeof tree>;
type Hidden = Tensor<["B", "T", 768], "f32">;

/** Attention written out: heads apart, scores, weights, heads together. */
const attend = (p: Gpt2["blocks"][number]["attention"], x: Hidden, mask: Tensor<["T", "T"], "f32">) => {
  const q = x.matmul(p.q.w).add(p.q.b);
  const k = x.matmul(p.k.w).add(p.k.b);
  const v = matmul(x, p.v.w).add(p.v.b);
  const queries = transpose(reshape(q, ["B", "T", 12, 64]), [0, 2, 1, 3]);
  const keys = k.reshape(["B", "T", 12, 64]).transpose([0, 2, 1, 3]);
  const values = v.reshape(["B", "T", 12, 64]).transpose([0, 2, 1, 3]);
  const products = einsum("bhqd,bhkd->bhqk", queries, keys);
  const scores = products.mul(1 / 8).add(mask);
  const weights = softmax(scores);
  const mixed = weights.matmul(values);
  const together = mixed.transpose([0, 2, 1, 3]).reshape(["B", "T", 768]);
  const projected = together.matmul(p.o.w).add(p.o.b);
  return projected;
};

/** For any widths: checked here once, and at each call. */
const feedForward = define(
  "feedForward",
  {
    x: ["f32", "B", "T", "D"],
    up: ["f32", "D", "F"],
    upBias: ["f32", "F"],
    down: ["f32", "F", "D"],
    downBias: ["f32", "D"],
  },
  ({ x, up, upBias, down, downBias }) => {
    const inner = gelu(x.matmul(up).add(upBias));
    const outer = inner.matmul(down).add(downBias);
    return outer;
  },
);

const forward = (p: Gpt2, ids: Tensor<["B", "T"], "i32">, mask: Tensor<["T", "T"], "f32">) => {
  const vectors = embedding(p.wte, ids);
  const positions = slice(p.wpe, [{ end: "T" }]);
  let hidden: Hidden = vectors.add(positions);
  for (const each of p.blocks) {
    const attended = attend(each.attention, layerNorm(hidden, each.ln1.scale, each.ln1.shift), mask);
    const residual = hidden.add(attended);
    const normalized = layerNorm(residual, each.ln2.scale, each.ln2.shift);
    const { up, down } = each.mlp;
    const fed = feedForward({ x: normalized, up: up.w, upBias: up.b, down: down.w, downBias: down.b });
    hidden = residual.add(fed);
  }
  const last = layerNorm(hidden, p.lnf.scale, p.lnf.shift);
  const logits = last.matmul(p.head);
  return logits;
};

export const gpt2 = defineModel({
  name: "gpt2",
  params: tree,
  inputs: { ids: spec("i32", ["B", "T"]), mask: spec("f32", ["T", "T"]) },
  forward: (p, { ids, mask }) => ({ logits: forward(p, ids, mask) }),
});

export const trainer = await compile(
  training(gpt2, {
    inputs: { next: spec("i32", ["B", "T"]) },
    loss: ({ logits }, { next }) => {
      const losses = crossEntropy(logits.reshape(["B*T", 50257]), next.reshape(["B*T"]), { reduction: "none" });
      const loss = losses.mean();
      return loss;
    },
    optimizer: adamW({ learningRate: 3e-4 }),
  }),
  { dims: { B: 2, T: 128 } },
);

const ids = new Int32Array(256);
const mask = new Float32Array(128 * 128);
export const step = trainer.step({ ids, mask, next: ids });
export const result = trainer.predict({ ids, mask });
export const logits = result.logits;
export const query = trainer.parameters.get("blocks.3.attention.q.w");
