// What layers and language models are told of attention arrives in every block: windows, documents, prefixes, heads that share keys,
// and functions of scores with parameters of their own.
import { describe, expect, test } from "vitest";
import { compileSync, param, training } from "../../src/index.ts";
import { concat, gather, mean, split } from "../../src/ir/functions/index.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { zeros } from "../../src/model/initializer.ts";
import { defineModel, spec } from "../../src/model/model.ts";
import { bindSpecs, flattenSpecs, type Params, type SpecTree } from "../../src/model/parameter.ts";
import { gpt, type LanguageBatchOptions, llama, multiHeadAttention, transformerEncoder } from "../../src/nn/index.ts";
import { adam } from "../../src/optim/index.ts";
import { evaluated } from "../ir/functions/evaluate-call.ts";
import { randomArray, randomNumbers } from "../support/op-meaning.ts";

/** Calls a layer whose parameters are the given arrays, by name, in double precision. */
const applied = <T extends SpecTree>(
  layer: T,
  parameters: ReadonlyMap<string, NdArray>,
  inputs: readonly NdArray[],
  call: (layer: Params<T>, ...tensors: Tensor[]) => Tensor,
): NdArray =>
  evaluated([...parameters.values(), ...inputs], (...tensors) => {
    const names = [...parameters.keys()];
    const bound = bindSpecs(layer, (path) => tensors[names.indexOf(path)] ?? expect.unreachable(path));
    // The layer's own type says what it is once bound.
    return call(bound as Params<T>, ...tensors.slice(names.length));
  });

const drawnFor = (layer: SpecTree, random: () => number): ReadonlyMap<string, NdArray> =>
  new Map(
    flattenSpecs(layer).map(([name, { shape }]) => [
      name,
      randomArray({ dtype: "f64", shape: shape.map(Number) }, random),
    ]),
  );

const expectNear = (actual: NdArray, wanted: NdArray): void => {
  expect(actual.shape).toEqual(wanted.shape);
  for (const [at, element] of wanted.data.entries()) expect(actual.data[at]).toBeCloseTo(element, 12);
};

describe("multi-head attention", () => {
  const random = randomNumbers(11);

  test("with heads that share keys is one whose rows of keys and values are repeated", () => {
    const [shared, own] = [multiHeadAttention(8, 4, { keyHeads: 2 }), multiHeadAttention(8, 4)];
    const parameters = drawnFor(shared, random);
    expect(parameters.get("in_proj_weight")?.shape).toEqual([16, 8]);
    const repeated = new Map(parameters);
    for (const name of ["in_proj_weight", "in_proj_bias"]) {
      const array = parameters.get(name);
      if (array === undefined) throw new Error(name);
      const all = evaluated([array], (rows) => {
        const [queries, ...others] = split(rows, [8, 4, 4]);
        const twice = others.flatMap((part) => split(part, 2).flatMap((head) => [head, head]));
        return concat([...(queries === undefined ? [] : [queries]), ...twice]);
      });
      repeated.set(name, all);
    }
    const x = randomArray({ dtype: "f64", shape: [2, 5, 8] }, random);
    const memory = randomArray({ dtype: "f64", shape: [2, 3, 8] }, random);
    for (const keys of [undefined, memory]) {
      const inputs = keys === undefined ? [x] : [x, keys];
      const call = (attend: Params<typeof own>, sequence: Tensor, other?: Tensor): Tensor =>
        attend(sequence, other === undefined ? { causal: true } : { keys: other });
      // Bound, both are functions of the same type.
      const grouped = applied(shared, parameters, inputs, (attend, ...rest) =>
        call(attend as never, ...(rest as [Tensor])),
      );
      expectNear(
        grouped,
        applied(own, repeated, inputs, (attend, ...rest) => call(attend, ...(rest as [Tensor]))),
      );
    }
  });

  test("keys that are the values are projected with them, to the same as apart", () => {
    const layer = multiHeadAttention(6, 2);
    const parameters = drawnFor(layer, random);
    const inputs = [3, 4].map((length) => randomArray({ dtype: "f64", shape: [2, length, 6] }, random));
    const together = applied(layer, parameters, inputs, (attend, x, keys) => attend(x, { keys: keys ?? x }));
    const apart = applied(layer, parameters, inputs, (attend, x, keys = x) => attend(x, { keys, values: keys.add(0) }));
    expectNear(together, apart);
  });

  test("of a sequence of documents is that of each document, in an encoder too", () => {
    const layer = transformerEncoder(2, 6, 2, { feedForward: 5 });
    const parameters = drawnFor(layer, random);
    const x = randomArray({ dtype: "f64", shape: [1, 5, 6] }, random);
    const documents: NdArray = { dtype: "i32", shape: [1, 5], data: Float64Array.of(3, 3, 7, 7, 7) };
    const whole = applied(layer, parameters, [x, documents], (encode, sequence, of) =>
      encode(sequence, { segments: of as Tensor<[1, 5], "i32"> }),
    );
    const alone = applied(layer, parameters, [x], (encode, sequence) =>
      concat(
        split(sequence, [2, 3], 1).map((document): Tensor => encode(document)),
        1,
      ),
    );
    expectNear(whole, alone);
  });
});

const sizes = { vocabulary: 11, features: 8, heads: 4, blocks: 1 };
const languages = {
  gpt: (options: object) => gpt({ ...sizes, context: 12, ...options }),
  llama: (options: object) => llama({ ...sizes, keyHeads: 2, feedForward: 12, ...options }),
};

describe.each(["gpt", "llama"] as const)("%s", (name) => {
  /** Which positions' logits change when a token is another one. */
  const reached = (
    changed: number,
    made: object,
    told: (inputs: { readonly document: Tensor<["B", "T"], "i32"> }) => LanguageBatchOptions = () => ({}),
  ): readonly number[] => {
    const model = defineModel({
      name,
      params: { language: languages[name](made) },
      inputs: { ids: spec("i32", ["B", "T"]), document: spec("i32", ["B", "T"]) },
      forward: (p, { ids, document }) => ({ logits: p.language(ids, told({ document })) }),
    });
    const run = compileSync(model, { dims: { B: 1, T: 8 } });
    const ids = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const document = Int32Array.of(0, 0, 0, 1, 1, 1, 1, 1);
    const before = [...run({ ids, document }).logits.data];
    const after = run({ ids: Int32Array.from(ids.with(changed, 0)), document }).logits.data;
    const rows = before.flatMap((element, at) => (Object.is(element, after[at]) ? [] : [Math.floor(at / 11)]));
    return [...new Set(rows)];
  };

  test("is causal, sees a window, documents and a prefix where it is told so", () => {
    expect(reached(2, {})).toEqual([2, 3, 4, 5, 6, 7]);
    expect(reached(2, { window: 3 })).toEqual([2, 3, 4]);
    expect(reached(2, { window: 3 }, () => ({ window: 2 }))).toEqual([2, 3]);
    expect(reached(1, {}, ({ document }) => ({ segments: document }))).toEqual([1, 2]);
    expect(reached(1, {}, () => ({ prefix: 2 }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(reached(2, {}, () => ({ prefix: 2 }))).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test("changes its scores by soft cap, slopes and a function, when it is made or with a batch", () => {
    const logits = (made: object, told: LanguageBatchOptions): string => {
      const model = defineModel({
        name,
        params: { language: languages[name](made) },
        inputs: { ids: spec("i32", ["B", "T"]) },
        forward: (p, { ids }) => ({ logits: p.language(ids, told) }),
      });
      const run = compileSync(model, { dims: { B: 1, T: 4 }, seed: 1 });
      return run({ ids: Int32Array.of(1, 2, 3, 4) }).logits.data.join();
    };
    const plain = logits({}, {});
    const asked: readonly LanguageBatchOptions[] = [
      { softcap: 0.001 },
      { alibi: true },
      { score: (score, { query, key }) => score.sub(query.sub(key).cast("f32")) },
    ];
    for (const options of asked) {
      expect(logits(options, {})).not.toBe(plain);
      expect(logits({}, options)).toBe(logits(options, {}));
    }
  });

  test("learns what a function of scores reads", () => {
    const model = defineModel({
      name,
      params: { language: languages[name]({}), nearness: param([8], zeros) },
      inputs: { ids: spec("i32", ["B", "T"]) },
      forward: (p, { ids }) => ({
        logits: p.language(ids, {
          score: (score, { query, key }) => score.add(gather(p.nearness, query.sub(key).maximum(0))),
        }),
      }),
    });
    const learning = training(model, {
      loss: ({ logits }) => mean(logits.mul(logits)),
      optimizer: adam({ learningRate: 0.1 }),
    });
    const trainer = compileSync(learning, { dims: { B: 1, T: 8 } });
    trainer.step({ ids: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    expect([...(trainer.parameters.get("nearness")?.data ?? [])].every((element) => element !== 0)).toBe(true);
  });
});
