// Networks small enough to be compiled many times over: what the tests of compiling, training and emitting share.
import {
  argmax,
  cast,
  crossEntropy,
  defineModel,
  equal,
  flatten,
  maxPool2d,
  relu,
  reshape,
  spec,
  sum,
  training,
} from "../../src/index.ts";
import { batchNorm, conv2d, dropout, linear, residualBlock } from "../../src/nn/index.ts";
import { adam, ema, sgd } from "../../src/optim/index.ts";

/** Two linear layers: [B, 6] to three classes. */
export const perceptron = defineModel({
  name: "perceptron",
  params: { hidden: linear(6, 8), output: linear(8, 3) },
  inputs: { features: spec("f32", ["B", 6]) },
  forward: (p, { features }) => ({ logits: p.output(relu(p.hidden(features))) }),
});

/** Trained by Adam, so that there is state beside the parameters. */
export const perceptronTraining = training(perceptron, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: ({ logits }, { label }) => ({ right: sum(cast(equal(argmax(logits, 1), label), "i32")) }),
});

/** A convolution, a pooling and a linear layer: [B, 1, 6, 6] to three classes. */
export const convolutional = defineModel({
  name: "convolutional",
  params: { edges: conv2d(1, 4, 3), output: linear(16, 3) },
  inputs: { image: spec("f32", ["B", 1, 6, 6]) },
  forward: (p, { image }) => ({ logits: p.output(reshape(maxPool2d(relu(p.edges(image)), 2), ["B", 16])) }),
});

export const convolutionalTraining = training(convolutional, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
});

/** All that a training keeps beside parameters: running statistics, random masks and averages. */
export const normalized = defineModel({
  name: "normalized",
  params: {
    edges: conv2d(1, 4, 3, { bias: false }),
    norm: batchNorm(4),
    block: residualBlock(4, 6, { stride: 2 }),
    drop: dropout(0.25),
    output: linear(24, 3),
  },
  inputs: { image: spec("f32", ["B", 1, 6, 6]) },
  forward: (p, { image }) => ({ logits: p.output(p.drop(flatten(p.block(relu(p.norm(p.edges(image))))))) }),
});

export const normalizedTraining = training(normalized, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  averages: ema({ decay: 0.9 }),
});

/** Numbers in [-1, 1) that depend on nothing but their count and a seed. */
export const numbers = (count: number, seed = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, at) => (Math.imul(at + seed, 0x9e3779b1) >>> 0) / 2 ** 31 - 1);

/** Class indices below `classes`. */
export const labels = (count: number, classes: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: count }, (_, at) => (at * 7 + 2) % classes);

/** An array as text that tells any two bit patterns apart, NaNs aside. */
export const bitsOf = (data: ArrayLike<number>): string =>
  Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
