// What the type checker knows of layers and models of layers: this file is compiled with the project and never run.
import { expectTypeOf } from "vitest";
import {
  type Dims,
  type DType,
  defineModel,
  gelu,
  layer,
  layerNorm,
  embedding as lookUp,
  type Params,
  param,
  repeat,
  type SpecTree,
  spec,
  type Tensor,
} from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";

declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;
declare const bound: <T extends SpecTree>(layer: T) => Params<T>;

// Sequences, images and volumes, and back.
const sequence = given("f32", ["B", 3, "L"]);
const volume = given("f32", ["B", 3, 16, 16, 16]);
expectTypeOf(bound(nn.conv1d(3, 8, 3, { padding: 1 }))(sequence)).toEqualTypeOf<Tensor<["B", 8, "L"], "f32">>();
expectTypeOf(bound(nn.conv3d(3, 8, 3, { padding: 1, stride: 2 }))(volume)).toEqualTypeOf<
  Tensor<["B", 8, 8, 8, 8], "f32">
>();
expectTypeOf(bound(nn.convTranspose1d(3, 8, 4, { padding: 1, stride: 2 }))(sequence)).toEqualTypeOf<
  Tensor<["B", 8, "2*L"], "f32">
>();
expectTypeOf(bound(nn.convTranspose3d(3, 8, 4, { padding: 1, stride: 2 }))(volume)).toEqualTypeOf<
  Tensor<["B", 8, 32, 32, 32], "f32">
>();
expectTypeOf(nn.maxPool1d(sequence, 2)).toEqualTypeOf<Tensor<["B", 3, "floor(L/2)"], "f32">>();

// What keeps the shape.
const image = given("f32", ["B", 8, "H", "W"]);
for (const norm of [nn.batchNorm(8), nn.groupNorm(2, 8), nn.instanceNorm(8)] as const)
  expectTypeOf(bound(norm)(image)).toEqualTypeOf<Tensor<["B", 8, "H", "W"], "f32">>();
expectTypeOf(bound(nn.layerNorm(64))(given("f32", ["B", 64]))).toEqualTypeOf<Tensor<["B", 64], "f32">>();
expectTypeOf(bound(nn.rmsNorm([4, 8]))(given("f32", ["B", 4, 8]))).toEqualTypeOf<Tensor<["B", 4, 8], "f32">>();
expectTypeOf(bound(nn.dropout(0.1))(image)).toEqualTypeOf<Tensor<["B", 8, "H", "W"], "f32">>();
expectTypeOf(bound(nn.learnedPositions(8, 6))(given("f32", ["B", "T", 6]))).toEqualTypeOf<
  Tensor<["B", "T", 6], "f32">
>();

// Residual blocks, of whatever images.
expectTypeOf(bound(nn.residualBlock(8, 16, { stride: 2 }))(image)).toEqualTypeOf<
  Tensor<["B", 16, "floor((H+1)/2)", "floor((W+1)/2)"], "f32">
>();
expectTypeOf(bound(nn.invertedResidual(8, 24))(image)).toEqualTypeOf<Tensor<["B", 24, "H", "W"], "f32">>();
expectTypeOf(bound(nn.invertedResidual(8, 24, { stride: 2, expansion: 1 }))(image)).toEqualTypeOf<
  Tensor<["B", 24, "floor((H+1)/2)", "floor((W+1)/2)"], "f32">
>();

// Recurrence: sequences and the last states.
const lstm = bound(nn.lstm(8, 16));
const read = lstm(given("f32", ["T", "B", 8]));
expectTypeOf(read.output).toEqualTypeOf<Tensor<["T", "B", 16], "f32">>();
expectTypeOf(read.hidden).toEqualTypeOf<Tensor<[1, "B", 16], "f32">>();
expectTypeOf(read.cell).toEqualTypeOf<Tensor<[1, "B", 16], "f32">>();
const both = bound(nn.gru(8, 16, { layers: 2, bidirectional: true }))(given("f32", ["T", "B", 8]));
expectTypeOf(both.output).toEqualTypeOf<Tensor<["T", "B", 32], "f32">>();
expectTypeOf(both.hidden).toEqualTypeOf<Tensor<[4, "B", 16], "f32">>();
expectTypeOf(bound(nn.rnn(8, 16, { batchFirst: true }))(given("f32", ["B", 12, 8])).output).toEqualTypeOf<
  Tensor<["B", 12, 16], "f32">
>();

// Attention: a weight for each head, query and key.
const attend = bound(nn.multiHeadAttention(64, 8));
const queries = given("f32", ["B", "T", 64]);
expectTypeOf(attend(queries)).toEqualTypeOf<Tensor<["B", "T", 64], "f32">>();
expectTypeOf(attend(queries, { weights: true }).weights).toEqualTypeOf<Tensor<["B", 8, "T", "T"], "f32">>();
const across = attend(queries, { keys: given("f32", ["B", "S", 64]), weights: true });
expectTypeOf(across.weights).toEqualTypeOf<Tensor<["B", 8, "T", "S"], "f32">>();
const additive = bound(nn.additiveAttention(8, 6, 4))(given("f32", ["B", "T", 8]), given("f32", ["B", "S", 6]));
expectTypeOf(additive.context).toEqualTypeOf<Tensor<["B", "T", 6], "f32">>();
expectTypeOf(additive.weights).toEqualTypeOf<Tensor<["B", "T", "S"], "f32">>();
expectTypeOf(bound(nn.transformer(64, 8))(given("f32", ["B", "S", 64]), queries)).toEqualTypeOf<
  Tensor<["B", "T", 64], "f32">
>();
expectTypeOf(
  bound(nn.visionTransformer({ image: 8, patch: 4, features: 8, heads: 2, layers: 1, classes: 3 }))(
    given("f32", ["B", 3, 8, 8]),
  ),
).toEqualTypeOf<Tensor<["B", 3], "f32">>();

// Losses: one number, or one for each pair.
const scores = given("f32", ["B", 3]);
expectTypeOf(nn.huber(scores, scores)).toEqualTypeOf<Tensor<[], "f32">>();
expectTypeOf(nn.klDivergence(scores, scores, { reduction: "none" })).toEqualTypeOf<Tensor<["B", 3], "f32">>();
expectTypeOf(nn.multiMargin(scores, given("i32", ["B"]), { reduction: "none" })).toEqualTypeOf<Tensor<["B"], "f32">>();

// A GPT-2 written with layers: blocks are a list, and what goes through them has its shape said once.
type Sequence = Tensor<["B", "T", 768], "f32">;
const block = () =>
  layer(
    {
      ln1: nn.layerNorm(768),
      attention: nn.multiHeadAttention(768, 12),
      ln2: nn.layerNorm(768),
      up: nn.linear(768, 3072),
      down: nn.linear(3072, 768),
    },
    (p) => (x: Sequence) => {
      const attended = x.add(p.attention(p.ln1(x), { causal: true }));
      expectTypeOf(p.up(p.ln2(attended))).toEqualTypeOf<Tensor<["B", "T", 3072], "f32">>();
      return attended.add(p.down(gelu(p.up(p.ln2(attended)))));
    },
  );
const gpt2 = defineModel({
  name: "gpt2",
  params: {
    wte: param([50257, 768]),
    wpe: nn.learnedPositions(1024, 768),
    blocks: repeat(12, block),
    scale: param([768]),
    shift: param([768]),
    head: nn.linear(768, 50257, { bias: false }),
  },
  inputs: { tokens: spec("i32", ["B", "T"]) },
  forward: (p, { tokens }) => {
    let x: Sequence = p.wpe(lookUp(p.wte, tokens));
    for (const each of p.blocks) x = each(x);
    expectTypeOf(p.blocks).toExtend<readonly ((x: Sequence) => Sequence)[]>();
    return { logits: p.head(layerNorm(x, p.scale, p.shift)) };
  },
});
expectTypeOf<ReturnType<typeof gpt2.forward>>().toEqualTypeOf<{
  logits: Tensor<["B", "T", 50257], "f32">;
}>();
