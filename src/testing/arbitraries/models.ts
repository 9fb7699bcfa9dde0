// Random models: networks of each kind from layers that users take, of random sizes and with random options.
import fc from "fast-check";
import { relu, silu } from "../../ir/functions/activation.ts";
import { flatten, maxPool2d } from "../../ir/functions/index.ts";
import { tanh } from "../../ir/functions/trigonometry.ts";
import type { Bindings } from "../../ir/types/dim.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { type AnyModel, defineModel, modelGraph, spec } from "../../model/model.ts";
import { repeat } from "../../model/parameter.ts";
import {
  batchNorm,
  conv2d,
  dropout,
  embedding,
  globalAveragePool,
  gru,
  layerNorm,
  learnedPositions,
  linear,
  lstm,
  rnn,
  transformerEncoder,
} from "../../nn/index.ts";
import { bindSymbols } from "../../passes/specialize.ts";
import { randomCase } from "../kit/random-case.ts";
import type { GraphCase } from "./graph-case.ts";
import type { ValueProfile } from "./values.ts";

/** The kinds of network that are drawn. */
export type ModelKind = "mlp" | "cnn" | "rnn" | "lstm" | "gru" | "transformer";

/**
 * Every kind of network that `models` draws.
 *
 * @example
 * modelKinds; // ["mlp", "cnn", "rnn", "lstm", "gru", "transformer"]
 */
export const modelKinds: readonly ModelKind[] = ["mlp", "cnn", "rnn", "lstm", "gru", "transformer"];

/** How large a network is, and with which options it is built; each kind reads what it has. */
export interface ModelSizes {
  readonly features: number;
  readonly hidden: number;
  readonly results: number;
  readonly layers: number;
  readonly heads: number;
  readonly kernel: number;
  readonly bias: boolean;
  readonly normalized: boolean;
  readonly dropped: boolean;
  readonly bidirectional: boolean;
  readonly batchFirst: boolean;
  readonly normFirst: boolean;
  readonly causal: boolean;
  readonly activation: "relu" | "tanh" | "silu";
}

const activations: { readonly [A in ModelSizes["activation"]]: (x: Tensor) => Tensor } = {
  relu: (x) => relu(x),
  tanh: (x) => tanh(x),
  silu: (x) => silu(x),
};

const rate = ({ dropped }: ModelSizes): number => (dropped ? 0.25 : 0);

const perceptron = (sizes: ModelSizes): AnyModel => {
  const { features, hidden, results, layers, bias, normalized, activation } = sizes;
  const active = activations[activation];
  return defineModel({
    name: "mlp",
    params: {
      layers: repeat(layers, (at) => linear<number, number, boolean>(at === 0 ? features : hidden, hidden, { bias })),
      norm: layerNorm<number>(hidden),
      drop: dropout(rate(sizes)),
      output: linear<number, number>(hidden, results),
    },
    inputs: { x: spec("f32", ["B", features]) },
    forward: (p, { x }) => {
      const last = p.layers.reduce<Tensor>((y, each) => active(each(y)), x);
      return { y: p.output(p.drop(normalized ? p.norm(last) : last)) };
    },
  });
};

const convolutional = (sizes: ModelSizes): AnyModel => {
  const { features, hidden, results, layers, kernel, bias, normalized, activation } = sizes;
  const active = activations[activation];
  const padding = Math.floor(kernel / 2);
  return defineModel({
    name: "cnn",
    params: {
      layers: repeat(layers, (at) =>
        conv2d<number, number, number, 1, number, 1, 1, boolean>(at === 0 ? features : hidden, hidden, kernel, {
          padding,
          bias,
        }),
      ),
      norms: repeat(layers, () => batchNorm<number>(hidden)),
      output: linear<number, number>(hidden, results),
    },
    inputs: { x: spec("f32", ["B", features, 4, 5]) },
    forward: (p, { x }) => {
      const images = p.layers.reduce<Tensor>((y, each, at) => {
        const filtered: Tensor = each(y);
        return active(normalized ? (p.norms[at]?.(filtered) ?? filtered) : filtered);
      }, x);
      const pooled = kernel > 1 ? maxPool2d(images, 2, { ceil: true }) : images;
      return { y: p.output(flatten(globalAveragePool(pooled))) };
    },
  });
};

const cells = { rnn, lstm, gru } as const;

const recurrent = (kind: keyof typeof cells, sizes: ModelSizes): AnyModel => {
  const { features, hidden, results, layers, bias, bidirectional, batchFirst } = sizes;
  return defineModel({
    name: kind,
    params: {
      cell: cells[kind]<number, number, number, boolean, boolean>(features, hidden, {
        layers: Math.min(layers, 2),
        bidirectional,
        batchFirst,
        bias,
        dropout: rate(sizes),
      }),
      output: linear<number, number>(bidirectional ? 2 * hidden : hidden, results),
    },
    inputs: { x: spec("f32", batchFirst ? ["B", "T", features] : ["T", "B", features]) },
    forward: (p, { x }) => {
      const sequence: Tensor = x;
      const { output, hidden } = p.cell(sequence);
      return { y: p.output(output), hidden };
    },
  });
};

const transformer = (sizes: ModelSizes): AnyModel => {
  const { hidden, results, layers, heads, normFirst, causal } = sizes;
  const features = hidden * heads;
  return defineModel({
    name: "transformer",
    params: {
      tokens: embedding<number, number>(results, features),
      positions: learnedPositions<number, number>(8, features),
      encoder: transformerEncoder<number, number>(Math.min(layers, 2), features, heads, {
        feedForward: 2 * features,
        normFirst,
        dropout: rate(sizes),
        activation: sizes.activation === "relu" ? "relu" : "gelu",
      }),
      output: linear<number, number>(features, results),
    },
    inputs: { x: spec("i32", ["B", "T"]) },
    forward: (p, { x }) => ({ y: p.output(p.encoder(p.positions(p.tokens(x)), { causal })) }),
  });
};

const describe: { readonly [K in ModelKind]: (sizes: ModelSizes) => AnyModel } = {
  mlp: perceptron,
  cnn: convolutional,
  rnn: (sizes) => recurrent("rnn", sizes),
  lstm: (sizes) => recurrent("lstm", sizes),
  gru: (sizes) => recurrent("gru", sizes),
  transformer,
};

/** A model, values of its symbols, and what it was drawn as. */
export interface DrawnModel {
  readonly kind: ModelKind;
  readonly sizes: ModelSizes;
  readonly model: AnyModel;
  readonly dims: Bindings;
  readonly seed: number;
  readonly profile: ValueProfile;
}

const sizes = (): fc.Arbitrary<ModelSizes> => {
  const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
  return fc.record<ModelSizes>({
    features: upTo(6),
    hidden: upTo(5),
    results: upTo(5),
    layers: upTo(3),
    heads: upTo(2),
    kernel: upTo(3),
    bias: fc.boolean(),
    normalized: fc.boolean(),
    dropped: fc.boolean(),
    bidirectional: fc.boolean(),
    batchFirst: fc.boolean(),
    normFirst: fc.boolean(),
    causal: fc.boolean(),
    activation: fc.constantFrom("relu", "tanh", "silu"),
  });
};

/** Random descriptions of models, of all kinds or one. */
export const drawnModels = (kind?: ModelKind): fc.Arbitrary<DrawnModel> =>
  fc
    .record({
      kind: kind === undefined ? fc.constantFrom(...modelKinds) : fc.constant(kind),
      sizes: sizes(),
      // Two rows at least, lest batch normalization in training has a single value to take the variance of.
      rows: fc.integer({ min: 2, max: 4 }),
      steps: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
      profile: fc.constantFrom<ValueProfile>("normal", "whole", "ties", "conditioned"),
    })
    .map(({ kind, sizes, rows, steps, seed, profile }) => {
      const isSequence = kind !== "mlp" && kind !== "cnn";
      const dims: Bindings = isSequence ? { B: rows, T: steps } : { B: rows };
      return { kind, sizes, model: describe[kind](sizes), dims, seed, profile };
    });

/** A random model with a case to run: its graph with symbols bound, inputs, and parameters as they begin. */
export interface ModelCase extends GraphCase {
  /** The model. */
  readonly model: AnyModel;
  /** What its symbols were bound to. */
  readonly dims: Bindings;
}

/**
 * Random models with cases to run, of all kinds or one.
 *
 * @example
 * import fc from "fast-check";
 * const [drawn] = fc.sample(models("mlp"), { numRuns: 1, seed: 1 });
 * drawn?.model.kind; // "model"
 */
export const models = (kind?: ModelKind): fc.Arbitrary<ModelCase> =>
  drawnModels(kind).map(({ model, dims, seed, profile }) => ({
    ...randomCase(bindSymbols(modelGraph(model), dims), model, { seed, profile }),
    model,
    dims,
  }));
