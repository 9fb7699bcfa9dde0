// W142 and W140: options that nothing has, wherever options are taken. Callers without a type checker can write all of these.
import { describe, expect, it, test } from "vitest";
import { checkpoints } from "../../src/cli/training/index.ts";
import * as library from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import * as kit from "../../src/testing/index.ts";
import { described, describedLater } from "../support/described.ts";
import { perceptron, perceptronTraining } from "../support/small-models.ts";

/** Functions by name, of which nothing is known. */
type Loose = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

const loosely = (module: object): Loose => module as Loose;
const functions = loosely(library);
const layers = loosely(nn);
const optimizers = loosely(optim);
const testing = loosely(kit);

/** Describes a call of a public function on inputs of some shapes. */
const calling = (module: Loose, name: string, shapes: readonly (readonly number[])[], ...rest: readonly unknown[]) =>
  described(() => {
    const trace = library.traceOver(library.graphBuilder());
    const inputs = shapes.map((shape, at) => trace.input(`x${at}`, { dtype: "f32", shape }));
    library.withTrace(trace, () => module[name]?.(...inputs, ...rest));
  });

const image = [1, 4, 8, 8];
const rows = [2, 4];

type Mistake = readonly [
  module: Loose,
  name: string,
  shapes: readonly (readonly number[])[],
  ...rest: readonly unknown[],
];

const mistakes: readonly Mistake[] = [
  [functions, "matmul", [rows, rows], { transposeBoth: true }],
  [functions, "sum", [rows], { axis: [1] }],
  [functions, "mean", [rows], { axis: [1] }],
  [functions, "variance", [rows], { biased: true }],
  [functions, "norm", [rows], { power: 1 }],
  [functions, "cumsum", [rows], 0, { reversed: true }],
  [functions, "conv2d", [image, [4, 4, 3, 3]], { strides: 2 }],
  [functions, "convTranspose2d", [image, [4, 4, 3, 3]], { outPadding: 1 }],
  [functions, "maxPool2d", [image], 2, { countPadding: true }],
  [functions, "averagePool2d", [image], 2, { dilation: 2 }],
  [functions, "attention", [rows, rows, rows], { casual: true }],
  [functions, "crossEntropy", [rows, [2]], { weight: 1 }],
  [functions, "meanSquaredError", [rows, rows], { reduce: "sum" }],
  [functions, "batchNorm", [rows], { eps: 1e-5 }],
  [functions, "groupNorm", [rows], 2, { eps: 1e-5 }],
  [functions, "layerNorm", [rows, [4], [4]], { eps: 1e-5 }],
  [functions, "rmsNorm", [rows, [4]], { eps: 1e-5 }],
  [functions, "standardize", [rows], { axis: [-1] }],
  [functions, "rotary", [rows], { basis: 10 }],
  [functions, "sinusoidalPositions", [], 4, 4, { basis: 10 }],
  [functions, "randomUniform", [], 1, [2], { min: 0 }],
  [functions, "scan", [], { carries: {}, over: {}, step: () => {} }],
  [functions, "training", [], perceptron, { los: () => 1 }],
  [functions, "decoding", [], perceptron, { position: "T" }],
  [layers, "linear", [], 2, 3, { biased: false }],
  [layers, "conv2d", [], 2, 3, 3, { strides: 2 }],
  [layers, "convTranspose2d", [], 2, 3, 3, { outPadding: 2 }],
  [layers, "embedding", [], 2, 3, { padding: 0 }],
  [layers, "layerNorm", [], 4, { eps: 1e-5 }],
  [layers, "rmsNorm", [], 4, { eps: 1e-5 }],
  [layers, "batchNorm", [], 4, { momentun: 0.1 }],
  [layers, "groupNorm", [], 2, 4, { afine: false }],
  [layers, "instanceNorm", [], 4, { afine: false }],
  [layers, "multiHeadAttention", [], 8, 2, { drop: 0.1 }],
  [layers, "rnn", [], 2, 3, { nonLinearity: "relu" }],
  [layers, "lstm", [], 2, 3, { bidirection: true }],
  [layers, "gru", [], 2, 3, { batchfirst: true }],
  [layers, "residualBlock", [], 2, 3, { strides: 2 }],
  [layers, "invertedResidual", [], 2, 3, { expand: 6 }],
  [layers, "transformerEncoderLayer", [], 8, 2, { preNorm: true }],
  [layers, "transformerEncoder", [], 2, 8, 2, { normLast: true }],
  [layers, "transformerDecoder", [], 2, 8, 2, { dropOut: 0.1 }],
  [layers, "transformer", [], 8, 2, { encoders: 6 }],
  [layers, "gpt", [], { vocab: 5 }],
  [layers, "llama", [], { vocab: 5 }],
  [layers, "translationTransformer", [], { vocab: 5 }],
  [layers, "visionTransformer", [], { images: 5 }],
  [layers, "huber", [rows, rows], { delt: 1 }],
  [layers, "hinge", [rows, rows], { margin: 1 }],
  [optimizers, "sgd", [], { learningRate: 0.1, momentun: 0.9 }],
  [optimizers, "adam", [], { beta: [0.9, 0.99] }],
  [optimizers, "adamW", [], { weightdecay: 0.1 }],
  [optimizers, "adagrad", [], { lr: 0.1 }],
  [optimizers, "rmsProp", [], { centred: true }],
  [optimizers, "ema", [], { rate: 0.9 }],
  [testing, "graphs", [], { maxNodes: 5 }],
  [testing, "tensors", [], { rank: 5 }],
];

/** What is found, and the cure, in one line. */
const found = (text: string): string => {
  const lines = text.split("\n");
  return `${lines[0]?.replace("error[", "[")} -> ${lines.at(-1)?.trim()}`;
};

describe("W142: no such option", () => {
  it("of every function that takes options", () => {
    expect(mistakes.map((mistake) => found(calling(...mistake)))).toMatchInlineSnapshot(`
      [
        "[W142]: matmul: there is no option "transposeBoth" -> help: did you mean "transposeB"?",
        "[W142]: sum: there is no option "axis" -> help: did you mean "axes"?",
        "[W142]: mean: there is no option "axis" -> help: did you mean "axes"?",
        "[W142]: variance: there is no option "biased" -> help: did you mean "unbiased"?",
        "[W142]: norm: there is no option "power" -> help: the options are p, axes, keepDims.",
        "[W142]: cumsum: there is no option "reversed" -> help: did you mean "reverse"?",
        "[W142]: conv2d: there is no option "strides" -> help: did you mean "stride"?",
        "[W142]: convTranspose2d: there is no option "outPadding" -> help: did you mean "outputPadding"?",
        "[W142]: maxPool2d: there is no option "countPadding" -> help: the options are stride, padding, dilation, ceil.",
        "[W142]: averagePool2d: there is no option "dilation" -> help: the options are stride, padding, ceil, countPadding.",
        "[W142]: attention: there is no option "casual" -> help: did you mean "causal"?",
        "[W142]: crossEntropy: there is no option "weight" -> help: did you mean "weights"?",
        "[W142]: meanSquaredError: there is no option "reduce" -> help: the only option is reduction.",
        "[W142]: batchNorm: there is no option "eps" -> help: did you mean "epsilon"?",
        "[W142]: groupNorm: there is no option "eps" -> help: did you mean "epsilon"?",
        "[W142]: layerNorm: there is no option "eps" -> help: did you mean "epsilon"?",
        "[W142]: rmsNorm: there is no option "eps" -> help: did you mean "epsilon"?",
        "[W142]: standardize: there is no option "axis" -> help: did you mean "axes"?",
        "[W142]: rotary: there is no option "basis" -> help: the options are pairing, base, start.",
        "[W142]: sinusoidalPositions: there is no option "basis" -> help: the options are base, dtype, start.",
        "[W142]: randomUniform: there is no option "min" -> help: the options are low, high.",
        "[W142]: scan: there is no option "carries" -> help: the options are carry, over, reverse, step.",
        "[W142]: training: there is no option "los" -> help: did you mean "loss"?",
        "[W142]: decoding: there is no option "position" -> help: did you mean "positions"?",
        "[W142]: linear: there is no option "biased" -> help: did you mean "bias"?",
        "[W142]: conv2d: there is no option "strides" -> help: did you mean "stride"?",
        "[W142]: convTranspose2d: there is no option "outPadding" -> help: did you mean "outputPadding"?",
        "[W142]: embedding: there is no option "padding" -> help: did you mean "paddingIndex"?",
        "[W142]: layerNorm: there is no option "eps" -> help: did you mean "epsilon"?",
        "[W142]: rmsNorm: there is no option "eps" -> help: did you mean "epsilon"?",
        "[W142]: batchNorm: there is no option "momentun" -> help: did you mean "momentum"?",
        "[W142]: groupNorm: there is no option "afine" -> help: did you mean "affine"?",
        "[W142]: instanceNorm: there is no option "afine" -> help: did you mean "affine"?",
        "[W142]: multiHeadAttention: there is no option "drop" -> help: did you mean "dropout"?",
        "[W142]: rnn: there is no option "nonLinearity" -> help: did you mean "nonlinearity"?",
        "[W142]: lstm: there is no option "bidirection" -> help: did you mean "bidirectional"?",
        "[W142]: gru: there is no option "batchfirst" -> help: did you mean "batchFirst"?",
        "[W142]: residualBlock: there is no option "strides" -> help: did you mean "stride"?",
        "[W142]: invertedResidual: there is no option "expand" -> help: the options are stride, expansion.",
        "[W142]: transformerEncoderLayer: there is no option "preNorm" -> help: the options are feedForward, normFirst, activation, epsilon, dropout.",
        "[W142]: transformerEncoder: there is no option "normLast" -> help: the options are feedForward, normFirst, activation, epsilon, dropout, finalNorm.",
        "[W142]: transformerDecoder: there is no option "dropOut" -> help: did you mean "dropout"?",
        "[W142]: transformer: there is no option "encoders" -> help: the options are feedForward, normFirst, activation, epsilon, dropout, encoderLayers, decoderLayers.",
        "[W142]: gpt: there is no option "vocab" -> help: did you mean "vocabulary"?",
        "[W142]: llama: there is no option "vocab" -> help: did you mean "vocabulary"?",
        "[W142]: translationTransformer: there is no option "vocab" -> help: the options are sourceVocabulary, targetVocabulary, features, heads, padding, encoderLayers, decoderLayers, feedForward, normFirst, activation, epsilon, dropout.",
        "[W142]: visionTransformer: there is no option "images" -> help: did you mean "image"?",
        "[W142]: huber: there is no option "delt" -> help: did you mean "delta"?",
        "[W142]: hinge: there is no option "margin" -> help: the only option is reduction.",
        "[W142]: sgd: there is no option "momentun" -> help: did you mean "momentum"?",
        "[W142]: adam: there is no option "beta" -> help: did you mean "betas"?",
        "[W142]: adamW: there is no option "weightdecay" -> help: did you mean "weightDecay"?",
        "[W142]: adagrad: there is no option "lr" -> help: the options are learningRate, learningRateDecay, initialAccumulator, epsilon, weightDecay.",
        "[W142]: rmsProp: there is no option "centred" -> help: did you mean "centered"?",
        "[W142]: ema: there is no option "rate" -> help: the options are decay, warmup.",
        "[W142]: graphs: there is no option "maxNodes" -> help: the options are ops, motifs, motifShare, swarm, maxSteps, large, values, maxElements, sharing, differentiable, gradients.",
        "[W142]: tensorTypes: there is no option "rank" -> help: the options are dtypes, minRank, maxRank, empty.",
      ]
    `);
  });

  it("of what is waited for", async () => {
    const { compileSync, fit } = functions;
    const trainer = compileSync?.(perceptronTraining, { dims: { B: 2 } });
    const later = [
      () => fit?.(trainer, { data: {}, epochs: 1, batchSize: 8 }),
      () => testing["gradientsMatch"]?.(perceptron, { dim: { B: 2 } }),
      () => testing["customGradientMatches"]?.(() => {}, { input: [] }),
      () => testing["forAll"]?.(kit.graphs(), kit.agreesOnBackends(), { run: 5 }),
    ];
    const texts = await Promise.all(later.map((each) => describedLater(async () => each())));
    expect(texts.map(found)).toMatchInlineSnapshot(`
      [
        "[W142]: fit: there is no option "batchSize" -> help: the options are data, validation, epochs, shuffle, earlyStopping, checkpoint, log, signal, onStart, onStep, onEpoch, onCheckpoint, onEnd.",
        "[W142]: gradientsMatch: there is no option "dim" -> help: did you mean "dims"?",
        "[W142]: customGradientMatches: there is no option "input" -> help: did you mean "inputs"?",
        "[W142]: forAll: there is no option "run" -> help: did you mean "runs"?",
      ]
    `);
    expect(found(described(() => checkpoints("runs", { evry: 5 } as object)))).toMatchInlineSnapshot(
      `"[W142]: checkpoints: there is no option "evry" -> help: did you mean "every"?"`,
    );
  });

  it("points at the line of the user", () => {
    expect(described(() => optimizers["sgd"]?.({ learningRate: 0.1, momentun: 0.9 }))).toMatchInlineSnapshot(`
      "error[W142]: sgd: there is no option "momentun"

        test/errors/options.test.ts
         |     expect(described(() => optimizers["sgd"]?.({ learningRate: 0.1, momentun: 0.9 }))).toMatchInlineSnapshot(\`
         |                                             ^
        help: did you mean "momentum"?"
    `);
  });
});

test("W140: options that are no record", () => {
  const { adam, sgd } = optimizers;
  const wrong = [() => adam?.(null), () => sgd?.(undefined), () => sgd?.(0.1), () => layers["linear"]?.(2, 3, null)];
  expect(wrong.map((each) => found(described(each)))).toMatchInlineSnapshot(`
    [
      "[W140]: adam: a record of options is expected, got null -> help: write { learningRate: ..., betas: ... }.",
      "[W140]: sgd: a record of options is expected, got undefined -> help: write { learningRate: ..., momentum: ... }.",
      "[W140]: sgd: a record of options is expected, got 0.1 -> help: write { learningRate: ..., momentum: ... }.",
      "[W140]: linear: a record of options is expected, got null -> help: write { bias: ... }.",
    ]
  `);
});
