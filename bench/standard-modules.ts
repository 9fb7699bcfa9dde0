// The modules whose size is watched: networks that everyone knows, for inference and with their training step. Nothing in
// their code depends on weights, so they are emitted as they were initialised.
import { gzipSync } from "node:zlib";
import { type Emittable, generate, type ModuleFormat } from "../src/codegen/index.ts";
import { compileSync, crossEntropy, defineModel, maxPool2d, relu, reshape, spec, training } from "../src/index.ts";
import { conv2d, linear } from "../src/nn/index.ts";
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

const trained = <M extends typeof perceptron | typeof lenet>(model: M): Emittable =>
  compileSync(
    training(model as typeof lenet, {
      inputs: { label: spec("i32", ["B"]) },
      loss: ({ logits }, { label }) => crossEntropy(logits, label),
      optimizer: adam({ learningRate: 1e-3 }),
    }),
    { dims: { B: 32 } },
  );

/** Every module that is measured, by name. */
export const standardModules: readonly StandardModule[] = [
  { name: "MLP, inference, batch 1", compile: () => compileSync(perceptron, { dims: { B: 1 } }) },
  { name: "MLP, inference, batch 32", compile: () => compileSync(perceptron, { dims: { B: 32 } }) },
  { name: "MLP, training with Adam", compile: () => trained(perceptron) },
  { name: "LeNet, inference, batch 1", compile: () => compileSync(lenet, { dims: { B: 1 } }) },
  { name: "LeNet, inference, batch 32", compile: () => compileSync(lenet, { dims: { B: 32 } }) },
  { name: "LeNet, training with Adam", compile: () => trained(lenet) },
];

/** The code of a module in one of its formats, file by file. */
export const codeOf = (compiled: Emittable, format: ModuleFormat): readonly CodeFile[] =>
  generate(compiled, { format })
    .filter(({ name }) => name.endsWith(".mjs") || name.endsWith(".wasm"))
    .map(({ name, contents }) => {
      const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
      return { file: name, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
    });
