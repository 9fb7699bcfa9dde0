// Attention, transformers and models of them against PyTorch: the meaning in double precision, and the f32 programs of closures
// and of WebAssembly.
import { describe, test } from "vitest";
import {
  type AttentionOptions,
  attention,
  crossEntropy,
  logSoftmax,
  rotary,
  sinusoidalPositions,
  softmax,
} from "../../src/ir/functions/index.ts";
import type { Dims, Tensor } from "../../src/ir/types/tensor.ts";
import {
  additiveAttention,
  gpt,
  llama,
  multiHeadAttention,
  transformer,
  transformerDecoderLayer,
  transformerEncoderLayer,
  translationTransformer,
  visionTransformer,
} from "../../src/nn/index.ts";
import { golden } from "../support/golden.ts";
import { expectCompiled, expectMeaning, type Network, network } from "./golden-network.ts";

type Inputs = (name: string) => Tensor;

/** Attention alone, with options that may be fed. */
const attending = (options: (input: Inputs) => AttentionOptions): Network =>
  network({}, (_, input) => ({ y: attention(input("q"), input("k"), input("v"), options(input)) }));

const condition = (mask: Tensor): Tensor<Dims, "bool"> => mask.cast("bool") as Tensor<Dims, "bool">; // by the cast
const real = (bias: Tensor): Tensor<Dims, "f32"> => bias as Tensor<Dims, "f32">; // as it is fed
const bytes = (mask: Tensor): Tensor<Dims, "u8"> => mask as Tensor<Dims, "u8">; // as it is fed
const tokens = (ids: Tensor): Tensor<Dims, "i32"> => ids as Tensor<Dims, "i32">; // as they are fed

const functions: Readonly<Record<string, Network>> = {
  attention_full: attending(() => ({})),
  attention_cross: attending(() => ({})),
  attention_large_scores: attending(() => ({})),
  attention_gqa: attending(() => ({})),
  attention_causal: attending(() => ({ causal: true })),
  attention_causal_past: attending(() => ({ causal: true })),
  attention_gqa_causal: attending(() => ({ causal: true })),
  attention_window: attending(() => ({ causal: true, window: Number(golden("attention_window").config["w"]) })),
  attention_scale: attending(() => ({ scale: Number(golden("attention_scale").config["scale"]) })),
  attention_softcap_alibi: attending(() => ({
    causal: true,
    alibi: true,
    softcap: Number(golden("attention_softcap_alibi").config["cap"]),
  })),
  attention_bool_mask: attending((input) => ({ mask: bytes(input("mask")) })),
  attention_padding_mask: attending((input) => ({ mask: condition(input("mask")) })),
  attention_additive_mask: attending((input) => ({ bias: real(input("mask")) })),
  attention_additive_bias_heads: attending((input) => ({ bias: real(input("bias")) })),
  stable_softmax_large: network({}, (_, input) => ({
    softmax: softmax(input("x")),
    log_softmax: logSoftmax(input("x")),
  })),
  positional_encoding: network({}, (_, input) => {
    const [length = 0, features] = input("x").shape.slice(-2);
    const pe: Tensor = sinusoidalPositions(length, Number(features), { dtype: input("x").dtype });
    return { y: input("x").add(pe), pe };
  }),
  rope: network({}, (_, input) => ({
    half: rotary(input("x")),
    interleaved: rotary(input("x"), { pairing: "interleaved" }),
  })),
};

const layers: Readonly<Record<string, Network>> = {
  additive_attention: network(additiveAttention(4, 4, 6), (layer, input) => {
    const { context, weights } = layer(input("query"), input("keys"));
    return { context, weights };
  }),
  mha_self: network(multiHeadAttention(8, 2), (layer, input) => {
    const { output: y, weights } = layer(input("x"), { weights: true });
    return { y, weights };
  }),
  mha_cross: network(multiHeadAttention(8, 2, { keyFeatures: 5, valueFeatures: 7 }), (layer, input) => ({
    y: layer(input("q"), { keys: input("k"), values: input("v") }),
  })),
  mha_causal_padding: network(multiHeadAttention(8, 4), (layer, input) => ({
    y: layer(input("x"), { causal: true, keyPadding: bytes(input("pad")) }),
  })),
  transformer_encoder_layer_post: network(transformerEncoderLayer(8, 2, { feedForward: 16 }), (layer, input) => ({
    y: layer(input("x")),
  })),
  transformer_encoder_layer_pre: network(
    transformerEncoderLayer(8, 2, { feedForward: 16, normFirst: true, activation: "gelu" }),
    (layer, input) => ({ y: layer(input("x")) }),
  ),
  transformer_decoder_layer_post: network(transformerDecoderLayer(8, 2, { feedForward: 16 }), (layer, input) => ({
    y: layer(input("tgt"), input("memory")),
  })),
  transformer_decoder_layer_pre: network(
    transformerDecoderLayer(8, 2, { feedForward: 16, normFirst: true }),
    (layer, input) => ({ y: layer(input("tgt"), input("memory")) }),
  ),
  transformer_full: network(
    transformer(8, 2, { feedForward: 16, encoderLayers: 2, decoderLayers: 2 }),
    (layer, input) => ({ y: layer(input("src"), input("tgt")) }),
  ),
};

/** A slice of the positions of sequences i32 [B, T]. */
const positions = (ids: Tensor, start: number, fromEnd: number): Tensor<Dims, "i32"> => {
  const [batch = 0, length = 0] = ids.shape;
  const rows = { start: 0, end: batch, step: 1 };
  return tokens(ids.slice([rows, { start, end: Number(length) - fromEnd, step: 1 }]));
};

/** All axes but the last as one. */
const asRows = (logits: Tensor): Tensor => logits.reshape([-1, logits.shape.at(-1) ?? 1]);

/** Mean cross-entropy of the next token at each position. */
const ofNextToken: Network["loss"] = ({ logits }, input) =>
  crossEntropy(asRows(logits ?? input("ids")), positions(input("ids"), 1, 0).reshape([-1])).mean();

/** Label smoothing 0.1 over real tokens: token 0 counts neither in the sum nor in the mean. */
const smoothed: Network["loss"] = ({ logits }, input) => {
  const rows = asRows(logits ?? input("tgt"));
  const labels = positions(input("tgt"), 1, 0).reshape([-1]);
  const classes = Number(rows.shape.at(-1));
  const smooth = labels
    .oneHot(classes, rows.dtype)
    .mul(0.9)
    .add(0.1 / classes);
  const isReal = labels.equal(0).logicalNot().cast(rows.dtype);
  const costs = logSoftmax(rows)
    .mul(smooth)
    .sum({ axes: [1] })
    .neg();
  return costs.mul(isReal).sum().div(isReal.sum());
};

const sizes = { vocabulary: 13, context: 8, features: 8, heads: 2, blocks: 2 };

const models: Readonly<Record<string, Network>> = {
  gpt_lm: network(gpt(sizes), (model, input) => ({ logits: model(positions(input("ids"), 0, 1)) }), ofNextToken),
  gpt_lm_tied: network(
    gpt({ ...sizes, tied: true }),
    (model, input) => ({ logits: model(positions(input("ids"), 0, 1)) }),
    ofNextToken,
  ),
  llama_lm: network(
    llama({ vocabulary: 13, features: 16, heads: 4, keyHeads: 2, feedForward: 20, blocks: 2 }),
    (model, input) => ({ logits: model(positions(input("ids"), 0, 1)) }),
    ofNextToken,
  ),
  vit_tiny: {
    ...network(
      visionTransformer({
        image: 8,
        patch: 4,
        channels: 1,
        features: 8,
        heads: 2,
        layers: 1,
        feedForward: 16,
        classes: 5,
        finalNorm: false,
      }),
      (model, input) => ({ logits: model(input("x") as Tensor<[2, 1, 8, 8]>) }), // as it is fed
      ({ logits }, input) => crossEntropy(logits ?? input("x"), input("label")).mean(),
    ),
    nameOf: (path) => path.replace("layers.0.", "layer."),
  },
  transformer_translation: network(
    translationTransformer({
      sourceVocabulary: 9,
      targetVocabulary: 11,
      features: 8,
      heads: 2,
      feedForward: 16,
      encoderLayers: 1,
      decoderLayers: 1,
    }),
    (model, input) => ({ logits: model(tokens(input("src")), positions(input("tgt"), 0, 1)) }),
    smoothed,
  ),
};

/** Relative errors of gradients that a case allows besides: scores of order 100 carry errors of order 1e-5. */
const allowances: Readonly<Record<string, number>> = { attention_large_scores: 1e-4 };

describe.each(Object.entries({ ...functions, ...layers, ...models }))("%s", (name, described) => {
  test("outputs, loss and gradients in double precision", () => expectMeaning(name, described));
  test.each(["closure", "wasm"] as const)("outputs, loss and gradients in f32, %s", (backend) => {
    const gradients = allowances[name] ?? 0;
    expectCompiled(name, described, { backend, gradients });
  });
});
