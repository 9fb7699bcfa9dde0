// GPT-2 (Radford et al. 2019), 12 layers of 768 features, written out by hand: what the types of a whole model cost is measured
// on it, and every shape in it is exact.
import {
  add,
  attention,
  compileSync,
  crossEntropy,
  type Dims,
  defineModel,
  embedding,
  gelu,
  layerNorm,
  linear,
  matmul,
  normal,
  ones,
  type Params,
  param,
  repeat,
  reshape,
  slice,
  spec,
  type Tensor,
  transpose,
  zeros,
} from "../../../src/index.ts";

const features = 768;
const heads = 12;

const affine = <const In extends number, const Out extends number>(inputs: In, outputs: Out) => ({
  weight: param([outputs, inputs], normal(0.02)),
  bias: param([outputs], zeros),
});
const norm = <const N extends number>(width: N) => ({ scale: param([width], ones), shift: param([width], zeros) });
const block = () => ({
  before: norm(features),
  query: affine(features, features),
  key: affine(features, features),
  value: affine(features, features),
  merged: affine(features, features),
  between: norm(features),
  up: affine(features, 3072),
  down: affine(3072, features),
});

export const params = {
  tokens: param([50257, features], normal(0.02)),
  positions: param([1024, features], normal(0.01)),
  blocks: repeat(12, block),
  last: norm(features),
};

type Block = Params<typeof params>["blocks"][number];
type Sequence = Tensor<["B", "T", 768], "f32">;

const split = (x: Sequence): Tensor<["B", 12, "T", 64], "f32"> =>
  transpose(reshape(x, ["B", "T", heads, 64]), [0, 2, 1, 3]);

const attended = (p: Block, x: Sequence) => {
  const q = split(linear(x, p.query.weight, p.query.bias));
  const k = split(linear(x, p.key.weight, p.key.bias));
  const v = split(linear(x, p.value.weight, p.value.bias));
  const merged = reshape(transpose(attention(q, k, v, { causal: true }), [0, 2, 1, 3]), ["B", "T", features]);
  return linear(merged, p.merged.weight, p.merged.bias);
};

const layer = (p: Block, x: Sequence) => {
  const y = add(x, attended(p, layerNorm(x, p.before.scale, p.before.shift)));
  const wide = gelu(linear(layerNorm(y, p.between.scale, p.between.shift), p.up.weight, p.up.bias));
  return add(y, linear(wide, p.down.weight, p.down.bias));
};

export const gpt2 = defineModel({
  name: "gpt2",
  params,
  inputs: { ids: spec("i32", ["B", "T"]), next: spec("i32", ["B*T"]) },
  forward: (p, { ids, next }) => {
    let h: Sequence = add(embedding(p.tokens, ids), slice(p.positions, [{ end: "T" }]));
    for (const each of p.blocks) h = layer(each, h);
    const logits = matmul(layerNorm(h, p.last.scale, p.last.shift), p.tokens, { transposeB: true });
    return { logits, loss: crossEntropy(reshape(logits, [-1, 50257]), next) };
  },
});

export const result = (): Dims =>
  compileSync(gpt2, { dims: { B: 1, T: 8 } })({ ids: new Int32Array(8), next: new Int32Array(8) }).logits.shape;
