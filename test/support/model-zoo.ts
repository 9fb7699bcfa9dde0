// Networks that people know, described with the public functions, as the graphs that they are compiled from: what is promised of
// memory and of fusion is promised of these. Nothing here is run, so they may have the sizes they are known for.
import {
  crossEntropy,
  decoding,
  defineModel,
  flatten,
  maxPool2d,
  meanSquaredError,
  relu,
  reshape,
  sigmoid,
  spec,
  tanh,
  training,
} from "../../src/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import type { Bindings } from "../../src/ir/types/dim.ts";
import { modelGraph } from "../../src/model/model.ts";
import {
  batchNorm,
  conv2d,
  dropout,
  embedding,
  globalAveragePool,
  gpt,
  gru,
  invertedResidual,
  layerNorm,
  linear,
  llama,
  lstm,
  residualBlock,
  rmsNorm,
  rnn,
  transformerEncoder,
  translationTransformer,
  visionTransformer,
} from "../../src/nn/index.ts";
import { adam, adamW, sgd } from "../../src/optim/index.ts";
import { decodingGraph } from "../../src/training/decoding-graph.ts";
import { trainingGraph } from "../../src/training/training-graph.ts";

/** A network as a graph, made when asked for, and the values of its symbols. */
export interface ZooModel {
  readonly name: string;
  readonly graph: () => Graph;
  readonly dims: Bindings;
}

const perceptron = defineModel({
  name: "mlp",
  params: { hidden: linear(784, 512), second: linear(512, 256), output: linear(256, 10) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { image }) => ({ logits: p.output(relu(p.second(relu(p.hidden(image))))) }),
});

const perceptronTraining = training(perceptron, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
});

const lenet = defineModel({
  name: "lenet",
  params: {
    conv1: conv2d(1, 6, 5, { padding: 2 }),
    conv2: conv2d(6, 16, 5),
    hidden1: linear(400, 120),
    hidden2: linear(120, 84),
    output: linear(84, 10),
  },
  inputs: { image: spec("f32", ["B", 1, 28, 28]) },
  forward: (p, { image }) => {
    const edges = maxPool2d(relu(p.conv1(image)), 2);
    const shapes = maxPool2d(relu(p.conv2(edges)), 2);
    return { logits: p.output(relu(p.hidden2(relu(p.hidden1(reshape(shapes, ["B", 400])))))) };
  },
});

const lenetTraining = training(lenet, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: 1e-3 }),
});

/** A residual network of 18 layers (He et al. 2016, table 1), for images of 64 x 64. */
const resnet = defineModel({
  name: "resnet",
  params: {
    stem: conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false }),
    norm: batchNorm(64),
    first: [residualBlock(64, 64), residualBlock(64, 64)] as const,
    second: [residualBlock(64, 128, { stride: 2 }), residualBlock(128, 128)] as const,
    third: [residualBlock(128, 256, { stride: 2 }), residualBlock(256, 256)] as const,
    fourth: [residualBlock(256, 512, { stride: 2 }), residualBlock(512, 512)] as const,
    output: linear(512, 10),
  },
  inputs: { image: spec("f32", ["B", 3, 64, 64]) },
  forward: (p, { image }) => {
    const stem = maxPool2d(relu(p.norm(p.stem(image))), 3, { stride: 2, padding: 1 });
    const [a, b] = [p.first, p.second];
    const wide = b[1](b[0](a[1](a[0](stem))));
    const last = p.fourth[1](p.fourth[0](p.third[1](p.third[0](wide))));
    return { logits: p.output(reshape(globalAveragePool(last), ["B", 512])) };
  },
});

const resnetTraining = training(resnet, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
});

const mobile = defineModel({
  name: "mobile",
  params: {
    stem: conv2d(3, 32, 3, { stride: 2, padding: 1, bias: false }),
    norm: batchNorm(32),
    first: invertedResidual(32, 16, { expansion: 1 }),
    second: invertedResidual(16, 24, { stride: 2 }),
    third: invertedResidual(24, 24),
    output: linear(24, 10),
  },
  inputs: { image: spec("f32", ["B", 3, 64, 64]) },
  forward: (p, { image }) => {
    const stem = relu(p.norm(p.stem(image)));
    return { logits: p.output(reshape(globalAveragePool(p.third(p.second(p.first(stem)))), ["B", 24])) };
  },
});

const autoencoder = defineModel({
  name: "autoencoder",
  params: { encode: linear(784, 256), code: linear(256, 32), decode: linear(32, 256), output: linear(256, 784) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { image }) => {
    const code = p.code(tanh(p.encode(image)));
    return { code, again: sigmoid(p.output(tanh(p.decode(code)))) };
  },
});

const autoencoderTraining = training(autoencoder, {
  inputs: { target: spec("f32", ["B", 784]) },
  loss: ({ again }, { target }) => meanSquaredError(again, target),
  optimizer: adam({ learningRate: 1e-3 }),
});

const tagger = (name: string, cell: typeof lstm | typeof gru | typeof rnn, bidirectional: boolean) =>
  defineModel({
    name,
    params: {
      embedding: embedding(1000, 64),
      cell: cell<number, number, number, boolean>(64, 128, { bidirectional, layers: 2 }),
      output: linear(bidirectional ? 256 : 128, 20),
    },
    inputs: { words: spec("i32", ["T", "B"]) },
    forward: (p, { words }) => ({ tags: p.output(p.cell(p.embedding(words)).output) }),
  });

const characters = defineModel({
  name: "characters",
  params: { embedding: embedding(65, 64), lstm: lstm(64, 128), output: linear(128, 65) },
  inputs: { text: spec("i32", ["T", "B"]) },
  forward: (p, { text }) => ({ logits: p.output(p.lstm(p.embedding(text)).output) }),
});

const charactersTraining = training(characters, {
  inputs: { next: spec("i32", ["T", "B"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, ["T*B", 65]), reshape(next, ["T*B"])),
  optimizer: adam({ learningRate: 1e-3 }),
});

const encoder = (layers: number, features: 32 | 384, heads: number) =>
  defineModel({
    name: "encoder",
    params: {
      words: embedding(1000, features),
      norm: layerNorm(features),
      encoder: transformerEncoder(layers, features, heads, { feedForward: 4 * features, activation: "gelu" }),
    },
    inputs: { words: spec("i32", ["B", "T"]) },
    forward: (p, { words }) => ({ encoded: p.encoder(p.norm(p.words(words))) }),
  });

const language = (features: number, heads: number, blocks: number, context: number, rate: number) =>
  defineModel({
    name: "gpt",
    params: { gpt: gpt({ vocabulary: 512, context, features, heads, blocks, dropout: rate, tied: true }) },
    inputs: { seen: spec("i32", ["B", "T"]) },
    forward: (p, { seen }) => ({ logits: p.gpt(seen) }),
  });

const languageTraining = training(language(128, 4, 4, 64, 0.1), {
  inputs: { next: spec("i32", ["B", "T"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, ["B*T", 512]), reshape(next, ["B*T"])),
  optimizer: adamW({ learningRate: 1e-3 }),
  clip: { norm: 1 },
});

const modern = defineModel({
  name: "llama",
  params: { llama: llama({ vocabulary: 512, features: 128, heads: 8, keyHeads: 2, feedForward: 384, blocks: 4 }) },
  inputs: { seen: spec("i32", ["B", "T"]) },
  forward: (p, { seen }) => ({ logits: p.llama(seen) }),
});

const translation = defineModel({
  name: "translation",
  params: {
    transformer: translationTransformer({
      sourceVocabulary: 600,
      targetVocabulary: 500,
      features: 64,
      heads: 4,
      encoderLayers: 2,
      decoderLayers: 2,
      feedForward: 256,
    }),
  },
  inputs: { source: spec("i32", ["B", "S"]), target: spec("i32", ["B", "T"]) },
  forward: (p, { source, target }) => ({ logits: p.transformer(source, target) }),
});

const translationTraining = training(translation, {
  inputs: { next: spec("i32", ["B", "T"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, ["B*T", 500]), reshape(next, ["B*T"])),
  optimizer: adam({ learningRate: 1e-3 }),
});

const vision = defineModel({
  name: "vision",
  params: { classify: visionTransformer({ image: 32, patch: 4, features: 96, heads: 4, layers: 4, classes: 10 }) },
  inputs: { image: spec("f32", ["B", 3, 32, 32]) },
  forward: (p, { image }) => ({ logits: p.classify(image) }),
});

const visionTraining = training(vision, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adamW({ learningRate: 1e-3 }),
});

const norms = defineModel({
  name: "norms",
  params: { first: layerNorm(256), second: rmsNorm(256), drop: dropout(0.1), output: linear(256, 256) },
  inputs: { x: spec("f32", ["B", 256]) },
  forward: (p, { x }) => {
    const y = x.add(p.drop(p.output(p.first(x))));
    return { y: y.add(relu(p.second(y))), flat: flatten(y) };
  },
});

const model = (name: string, description: Parameters<typeof modelGraph>[0], dims: Bindings): ZooModel => ({
  name,
  graph: () => modelGraph(description),
  dims,
});

const trained = (name: string, description: Parameters<typeof trainingGraph>[0], dims: Bindings): ZooModel => ({
  name,
  graph: () => trainingGraph(description),
  dims,
});

/** All of them. */
export const modelZoo: readonly ZooModel[] = [
  model("MLP, batch 1", perceptron, { B: 1 }),
  model("MLP, batch 64", perceptron, { B: 64 }),
  trained("MLP, training", perceptronTraining, { B: 64 }),
  model("LeNet", lenet, { B: 32 }),
  trained("LeNet, training", lenetTraining, { B: 32 }),
  model("ResNet-18", resnet, { B: 1 }),
  trained("ResNet-18, training", resnetTraining, { B: 4 }),
  model("MobileNet", mobile, { B: 1 }),
  model("autoencoder", autoencoder, { B: 32 }),
  trained("autoencoder, training", autoencoderTraining, { B: 32 }),
  model("RNN tagger", tagger("rnn", rnn, false), { T: 20, B: 4 }),
  model("LSTM tagger", tagger("lstm", lstm, false), { T: 20, B: 4 }),
  model("BiLSTM tagger", tagger("bilstm", lstm, true), { T: 20, B: 4 }),
  model("GRU tagger", tagger("gru", gru, true), { T: 20, B: 4 }),
  trained("char-LSTM, training", charactersTraining, { T: 50, B: 16 }),
  model("encoder, small", encoder(2, 32, 4), { B: 2, T: 16 }),
  model("MiniLM", encoder(6, 384, 12), { B: 1, T: 128 }),
  model("GPT", language(256, 8, 4, 256, 0), { B: 1, T: 256 }),
  trained("GPT, training", languageTraining, { B: 8, T: 64 }),
  {
    name: "GPT, decoding",
    graph: () =>
      decodingGraph(
        decoding(language(64, 4, 2, 64, 0), { positions: "T", capacity: 64, entries: { decode: 1, prefill: 16 } }),
      ),
    dims: { B: 1 },
  },
  model("Llama", modern, { B: 1, T: 64 }),
  model("translation", translation, { B: 2, S: 24, T: 20 }),
  trained("translation, training", translationTraining, { B: 4, S: 24, T: 20 }),
  model("vision transformer", vision, { B: 2 }),
  trained("vision transformer, training", visionTraining, { B: 8 }),
  model("norms", norms, { B: 64 }),
];
