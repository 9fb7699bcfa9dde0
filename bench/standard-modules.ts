// The modules whose size is watched: networks that everyone knows, for inference and with their training step. Nothing in
// their code depends on weights, so they are emitted as they were initialised.
import { gzipSync } from "node:zlib";
import { type Emittable, generate, type ModuleFormat } from "../src/codegen/index.ts";
import { compileSync, crossEntropy, defineModel, maxPool2d, relu, reshape, spec, training } from "../src/index.ts";
import { conv2d, embedding, linear, lstm } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";

/** A network, compiled, and what it is. */
export interface StandardModule {
  readonly name: string;
  readonly compile: () => Emittable;
}

/** A file of a module's code: all but types, weights and text that nothing loads. */
export interface CodeFile {
  readonly file: string;
  readonly bytes: number;
  /** Under `gzip -9`. */
  readonly gzip: number;
}

/** 784 pixels, 128 hidden units, ten classes. */
const perceptron = defineModel({
  name: "mlp",
  params: { hidden: linear(784, 128), output: linear(128, 10) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { image }) => ({ logits: p.output(relu(p.hidden(image))) }),
});

/** LeNet-5 (LeCun et al. 1998) with relu and max pooling. */
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
    const features = reshape(shapes, ["B", 400]);
    return { logits: p.output(relu(p.hidden2(relu(p.hidden1(features))))) };
  },
});

/** An LSTM that guesses the next of 65 characters, over sequences of 64. */
const characters = defineModel({
  name: "characters",
  params: { embedding: embedding(65, 64), lstm: lstm(64, 128), output: linear(128, 65) },
  inputs: { text: spec("i32", [64, "B"]) },
  forward: (p, { text }) => ({ logits: p.output(p.lstm(p.embedding(text)).output) }),
});

const optimizer = adam({ learningRate: 1e-3 });

const classifier = (model: typeof perceptron | typeof lenet): Emittable => {
  // One of two networks that take images of their own shape to ten classes; here their classes are all that matters.
  const description = model as typeof perceptron;
  const loss = training(description, {
    inputs: { label: spec("i32", ["B"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    optimizer,
  });
  return compileSync(loss, { dims: { B: 32 } });
};

const nextCharacter = training(characters, {
  inputs: { next: spec("i32", [64, "B"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, ["64*B", 65]), reshape(next, ["64*B"])),
  optimizer,
});

/** Every module that is measured, by name. */
export const standardModules: readonly StandardModule[] = [
  { name: "MLP, inference, batch 1", compile: () => compileSync(perceptron, { dims: { B: 1 } }) },
  { name: "MLP, inference, batch 32", compile: () => compileSync(perceptron, { dims: { B: 32 } }) },
  { name: "MLP, training with Adam", compile: () => classifier(perceptron) },
  { name: "LeNet, inference, batch 1", compile: () => compileSync(lenet, { dims: { B: 1 } }) },
  { name: "LeNet, inference, batch 32", compile: () => compileSync(lenet, { dims: { B: 32 } }) },
  { name: "LeNet, training with Adam", compile: () => classifier(lenet) },
  { name: "LSTM, inference, batch 1", compile: () => compileSync(characters, { dims: { B: 1 } }) },
  { name: "LSTM, training with Adam", compile: () => compileSync(nextCharacter, { dims: { B: 32 } }) },
];

/** The code of a module in one of its formats, file by file. */
export const codeOf = (compiled: Emittable, format: ModuleFormat): readonly CodeFile[] =>
  generate(compiled, { format })
    .filter(({ name }) => name.endsWith(".mjs") || name.endsWith(".wasm"))
    .map(({ name, contents }) => {
      const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
      return { file: name, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
    });
