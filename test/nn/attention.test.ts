// Layers of attention and transformers as descriptions (names, shapes, first values), what one head means, masks that padding
// makes, and models whose batch and length are symbols.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cast, compileSync, training } from "../../src/index.ts";
import { attention, crossEntropy, linear, mean } from "../../src/ir/functions/index.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { randomStream } from "../../src/model/initializer.ts";
import { withMode } from "../../src/model/mode.ts";
import { defineModel, spec } from "../../src/model/model.ts";
import { bindSpecs, flattenSpecs, type Params, type SpecTree } from "../../src/model/parameter.ts";
import {
  additiveAttention,
  gpt,
  learnedPositions,
  llama,
  multiHeadAttention,
  transformer,
  transformerDecoder,
  transformerEncoder,
  transformerEncoderLayer,
  translationTransformer,
  visionTransformer,
} from "../../src/nn/index.ts";
import { adam, sgd } from "../../src/optim/index.ts";
import { evaluated } from "../ir/functions/evaluate-call.ts";
import { randomArray, randomNumbers } from "../support/op-meaning.ts";

const shapes = (layer: SpecTree): Record<string, readonly unknown[]> =>
  Object.fromEntries(flattenSpecs(layer).map(([name, { shape }]) => [name, shape]));

/** Standard deviation of a leaf's first values. */
const deviation = (layer: SpecTree, name: string): number => {
  const found = flattenSpecs(layer).find(([path]) => path === name)?.[1];
  if (found === undefined) throw new Error(`no parameter ${name}`);
  const values = found.initializer.fill(found.shape.map(Number), randomStream(5, name));
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
};

describe("parameters have PyTorch's names and layouts", () => {
  test.each<readonly [string, SpecTree, Record<string, readonly number[]>]>([
    [
      "multiHeadAttention",
      multiHeadAttention(12, 3),
      { in_proj_weight: [36, 12], in_proj_bias: [36], "out_proj.weight": [12, 12], "out_proj.bias": [12] },
    ],
    [
      "multiHeadAttention of other keys, without biases",
      multiHeadAttention(12, 3, { keyFeatures: 5, bias: false }),
      { q_proj_weight: [12, 12], k_proj_weight: [12, 5], v_proj_weight: [12, 12], "out_proj.weight": [12, 12] },
    ],
    ["additiveAttention", additiveAttention(3, 4, 5), { W: [3, 5], U: [4, 5], v: [5] }],
    ["learnedPositions", learnedPositions(16, 4), { weight: [16, 4] }],
  ])("%s", (_, layer, expected) => expect(shapes(layer)).toEqual(expected));

  test("stacks, with and without normalization at the end", () => {
    const names = (layer: SpecTree): readonly string[] => Object.keys(shapes(layer));
    const sizes = { feedForward: 8 };
    expect(names(transformerEncoder(2, 4, 2, sizes)).filter((name) => /^norm|1\.linear1/.test(name))).toEqual([
      "layers.1.linear1.weight",
      "layers.1.linear1.bias",
      "norm.weight",
      "norm.bias",
    ]);
    expect(
      names(transformerDecoder(1, 4, 2, { ...sizes, finalNorm: false })).some((name) => name.startsWith("norm")),
    ).toBe(false);
    expect(shapes(transformerEncoderLayer(4, 2))["linear1.weight"]).toEqual([2048, 4]);
  });
});

describe("parameters begin by the rules of the papers", () => {
  test("matrices of attention and of the transformer by Glorot", () => {
    const glorot = (rows: number, columns: number): number => Math.sqrt(2 / (rows + columns));
    expect(deviation(multiHeadAttention(64, 4), "in_proj_weight")).toBeCloseTo(glorot(192, 64), 2);
    const both = transformer(64, 4, { feedForward: 128, encoderLayers: 1, decoderLayers: 1 });
    expect(deviation(both, "decoder.layers.0.linear2.weight")).toBeCloseTo(glorot(64, 128), 2);
  });

  test("GPT: normal 0.02, what ends a residual branch divided by sqrt(2 blocks), biases 0", () => {
    const model = gpt({ vocabulary: 200, context: 20, features: 64, heads: 4, blocks: 8 });
    expect(deviation(model, "wte.weight")).toBeCloseTo(0.02, 3);
    expect(deviation(model, "blocks.3.fc.weight")).toBeCloseTo(0.02, 3);
    expect(deviation(model, "blocks.3.out.weight")).toBeCloseTo(0.005, 3);
    expect(deviation(model, "blocks.3.qkv.bias")).toBe(0);
    expect(deviation(model, "lnf.weight")).toBe(1);
  });
});

/** Random arrays for the parameters of a layer, by name. */
const drawnFor = (layer: SpecTree, random: () => number): ReadonlyMap<string, NdArray> =>
  new Map(
    flattenSpecs(layer).map(([name, { shape }]) => [
      name,
      randomArray({ dtype: "f64", shape: shape.map(Number) }, random),
    ]),
  );

/** Evaluates a layer in double precision on arrays for its parameters and its inputs. */
const applied = <T extends SpecTree>(
  layer: T,
  parameters: ReadonlyMap<string, NdArray>,
  inputs: readonly NdArray[],
  call: (layer: Params<T>, ...tensors: Tensor[]) => Tensor,
): NdArray =>
  evaluated([...parameters.values(), ...inputs], (...tensors) => {
    const at = [...parameters.keys()];
    const bound = bindSpecs(layer, (path) => tensors[at.indexOf(path)] ?? expect.unreachable(path));
    // The layer's own type says what it is once bound.
    return call(bound as Params<T>, ...tensors.slice(at.length));
  });

const largestDifference = (a: NdArray, b: NdArray): number => {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((worst, element, at) => Math.max(worst, Math.abs(element - (b.data[at] ?? Number.NaN))), 0);
};

describe("multi-head attention", () => {
  test("with one head is attention between projections", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        (batch, length, seed) => {
          const random = randomNumbers(seed);
          const layer = multiHeadAttention(4, 1);
          const parameters = drawnFor(layer, random);
          const x = randomArray({ dtype: "f64", shape: [batch, length, 4] }, random);
          const attended = applied(layer, parameters, [x], (attend, sequence) => attend(sequence, { causal: true }));
          const byHand = evaluated([...parameters.values(), x], (weight, bias, outWeight, outBias, sequence) => {
            if (!weight || !bias || !outWeight || !outBias || !sequence) throw new Error("five tensors");
            const part = (from: number): Tensor => {
              const rows = { start: from, end: from + 4, step: 1 };
              return linear(sequence, weight.slice([rows, { start: 0, end: 4, step: 1 }]), bias.slice([rows]));
            };
            return linear(attention(part(0), part(4), part(8), { causal: true }), outWeight, outBias);
          });
          expect(largestDifference(attended, byHand)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("one input product gives what three do", () => {
    const random = randomNumbers(3);
    const layer = multiHeadAttention(6, 3);
    const parameters = drawnFor(layer, random);
    const x = randomArray({ dtype: "f64", shape: [2, 4, 6] }, random);
    const itself = applied(layer, parameters, [x], (attend, sequence) => attend(sequence));
    // Another tensor of the same elements.
    const apart = applied(layer, parameters, [x], (attend, sequence) => attend(sequence, { keys: sequence.add(0) }));
    expect(largestDifference(itself, apart)).toBeLessThan(1e-13);
  });

  test("commutes with an exchange of positions, and padding is as good as absent", () => {
    const random = randomNumbers(4);
    const layer = transformerEncoderLayer(6, 2, { feedForward: 5 });
    const parameters = drawnFor(layer, random);
    const x = randomArray({ dtype: "f64", shape: [3, 6] }, random);
    const order = [2, 0, 1];
    const exchanged = (rows: NdArray): NdArray => ({
      ...rows,
      data: rows.data.map((_, at) => rows.data[(order[Math.floor(at / 6)] ?? 0) * 6 + (at % 6)] ?? 0),
    });
    const encoded = (rows: NdArray) => applied(layer, parameters, [rows], (encode, sequence) => encode(sequence));
    expect(largestDifference(encoded(exchanged(x)), exchanged(encoded(x)))).toBeLessThan(1e-12);
    const pad: NdArray = { dtype: "u8", shape: [3], data: Float64Array.of(0, 0, 1) };
    const padded = applied(layer, parameters, [x, pad], (encode, sequence, padding) =>
      encode(sequence, { keyPadding: cast(padding ?? sequence, "bool") }),
    );
    const shorter = encoded({ ...x, shape: [2, 6], data: x.data.slice(0, 12) });
    expect(largestDifference({ ...padded, shape: [2, 6], data: padded.data.slice(0, 12) }, shorter)).toBeLessThan(
      1e-12,
    );
  });

  test("a decoder sees no padding of its memory, and later targets only where it is told so", () => {
    const random = randomNumbers(5);
    const layer = transformer(4, 2, { feedForward: 5, encoderLayers: 1, decoderLayers: 2 });
    const parameters = drawnFor(layer, random);
    const [source, target] = [3, 4].map((length) => randomArray({ dtype: "f64", shape: [1, length, 4] }, random));
    if (source === undefined || target === undefined) throw new Error("two sequences");
    const pad: NdArray = { dtype: "u8", shape: [1, 3], data: Float64Array.of(0, 0, 1) };
    const padded = applied(layer, parameters, [source, target, pad], (both, from, to, padding) =>
      both(from, to ?? from, { sourcePadding: cast(padding ?? from, "bool") }),
    );
    const decoded = (from: NdArray, to: NdArray, causal = true) =>
      applied(layer, parameters, [from, to], (both, x, y) => both(x, y ?? x, { causal }));
    const shorter = { ...source, shape: [1, 2, 4], data: source.data.slice(0, 8) };
    expect(largestDifference(padded, decoded(shorter, target))).toBeLessThan(1e-12);
    const changed = { ...target, data: target.data.map((element, at) => (at < 12 ? element : -3 * element)) };
    const early = (array: NdArray): NdArray => ({ ...array, shape: [1, 3, 4], data: array.data.slice(0, 12) });
    expect(largestDifference(early(decoded(source, changed)), early(decoded(source, target)))).toBe(0);
    expect(
      largestDifference(early(decoded(source, changed, false)), early(decoded(source, target, false))),
    ).toBeGreaterThan(1e-3);
  });

  test("a batch of nothing but padding has finite outputs and gradients in f32", () => {
    const model = defineModel({
      name: "padded",
      params: { encode: transformerEncoderLayer(4, 2, { feedForward: 8 }) },
      inputs: { x: spec("f32", ["B", "T", 4]), pad: spec("u8", ["B", "T"]) },
      forward: (p, { x, pad }) => ({ y: p.encode(x, { keyPadding: pad }) }),
    });
    for (const backend of ["closure", "wasm"] as const) {
      const trainer = compileSync(training(model, { loss: ({ y }) => mean(y.mul(y).mul(y)), optimizer: adam() }), {
        dims: { B: 2, T: 3 },
        backend,
      });
      const x = Float32Array.from({ length: 24 }, (_, at) => Math.sin(at));
      // A step whose loss or gradients are not finite is refused.
      expect(Number.isFinite(trainer.step({ x, pad: Uint8Array.of(1, 1, 1, 0, 1, 0) }).loss)).toBe(true);
    }
  });
});

describe("dropout", () => {
  const random = randomNumbers(8);
  const x = randomArray({ dtype: "f64", shape: [2, 3, 4] }, random);

  test("of everything leaves what goes past the sublayers, in training", () => {
    const layer = transformerEncoderLayer(4, 2, { feedForward: 5, normFirst: true, dropout: 1 });
    const parameters = drawnFor(layer, random);
    const encoded = (mode: "training" | "inference") =>
      applied(layer, parameters, [x], (encode, sequence) => withMode(mode, () => encode(sequence)).result);
    expect(largestDifference(encoded("training"), x)).toBe(0);
    expect(largestDifference(encoded("inference"), x)).toBeGreaterThan(0.1);
  });

  test("of all weights leaves the bias of multi-head attention, in training", () => {
    const layer = multiHeadAttention(4, 2, { dropout: 1 });
    const parameters = drawnFor(layer, random);
    const attended = applied(
      layer,
      parameters,
      [x],
      (attend, sequence) => withMode("training", () => attend(sequence)).result,
    );
    const last = parameters.get("out_proj.bias")?.data ?? new Float64Array();
    for (const [at, element] of attended.data.entries()) expect(element).toBeCloseTo(last[at % 4] ?? Number.NaN, 14);
  });

  test("is absent at inference, and in training its masks differ from step to step", () => {
    const described = (rate: number) =>
      defineModel({
        name: "dropped",
        params: { language: gpt({ vocabulary: 11, context: 6, features: 8, heads: 2, blocks: 1, dropout: rate }) },
        inputs: { ids: spec("i32", ["B", "T"]) },
        forward: (p, { ids }) => ({ logits: p.language(ids) }),
      });
    const ids = Int32Array.of(1, 2, 3, 4, 5, 6);
    const still = sgd({ learningRate: 0 });
    const trainer = (rate: number) =>
      compileSync(training(described(rate), { loss: ({ logits }) => mean(logits.mul(logits)), optimizer: still }), {
        dims: { B: 1, T: 6 },
      });
    const [without, half] = [trainer(0), trainer(0.5)];
    expect([...half.predict({ ids }).logits.data]).toEqual([...without.predict({ ids }).logits.data]);
    const losses = [1, 2, 3].map(() => half.step({ ids }).loss);
    expect(new Set(losses).size).toBe(3);
  });
});

describe("models whose batch and length are symbols", () => {
  const tokens = (count: number, below: number): Int32Array<ArrayBuffer> =>
    Int32Array.from({ length: count }, (_, at) => (at * 7) % below);

  test.each([
    ["gpt", gpt({ vocabulary: 11, context: 9, features: 8, heads: 2, blocks: 1, tied: true })],
    ["llama", llama({ vocabulary: 11, features: 8, heads: 4, keyHeads: 2, feedForward: 12, blocks: 1 })],
  ] as const)("%s learns, and no logit depends on what comes later", (name, language) => {
    const model = defineModel({
      name,
      params: { language },
      inputs: { ids: spec("i32", ["B", "T"]) },
      forward: (p, { ids }) => ({ logits: p.language(ids) }),
    });
    const trained = training(model, {
      inputs: { next: spec("i32", ["B", "T"]) },
      loss: ({ logits }, { next }) => mean(crossEntropy(logits.reshape([-1, 11]), next.reshape([-1]))),
      optimizer: adam({ learningRate: 0.01 }),
    });
    const trainer = compileSync(trained, { dims: { B: 2, T: 6 } });
    const ids = tokens(12, 11);
    const feeds = { ids, next: ids };
    const losses = Array.from({ length: 30 }, () => trainer.step(feeds).loss);
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? 0));
    const before = trainer.predict({ ids }).logits.data.slice(0, 33);
    const after = trainer.predict({ ids: Int32Array.from(ids.with(3, 0)) }).logits.data.slice(0, 33);
    expect([...after]).toEqual([...before]);
  });

  test("translationTransformer and visionTransformer give what their types say", () => {
    const translation = defineModel({
      name: "translation",
      params: {
        translate: translationTransformer({
          sourceVocabulary: 7,
          targetVocabulary: 9,
          features: 8,
          heads: 2,
          feedForward: 8,
          encoderLayers: 1,
          decoderLayers: 1,
        }),
      },
      inputs: { source: spec("i32", ["B", "S"]), target: spec("i32", ["B", "T"]) },
      forward: (p, { source, target }) => ({ logits: p.translate(source, target) }),
    });
    const translated = compileSync(translation, { dims: { B: 2, S: 5, T: 4 } });
    const { logits } = translated({ source: tokens(10, 7), target: tokens(8, 9) });
    expect(logits.shape).toEqual([2, 4, 9]);
    const vision = defineModel({
      name: "vision",
      params: { see: visionTransformer({ image: [8, 12], patch: 4, features: 8, heads: 2, layers: 1, classes: 5 }) },
      inputs: { image: spec("f32", ["B", 3, 8, 12]) },
      forward: (p, { image }) => ({ logits: p.see(image) }),
    });
    const seen = compileSync(vision, { dims: { B: 2 } })({ image: new Float32Array(2 * 3 * 96).fill(0.5) });
    expect(seen.logits.shape).toEqual([2, 5]);
    expect([...seen.logits.data].every(Number.isFinite)).toBe(true);
  });
});
