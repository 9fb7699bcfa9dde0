// Attention against a naive loop over queries and keys in double precision, its gradients against central differences, and
// rows in which nothing may be attended to.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attention, attentionWeights } from "../../../src/ir/ops/attention.ts";
import type { AttentionAttrs } from "../../../src/ir/ops/attention-typing.ts";
import type { KnownType, NdArray } from "../../../src/ir/types/ndarray.ts";
import { generate, positionOf } from "../../../src/ir/types/ndarray.ts";
import { type Shape, tensorType } from "../../../src/ir/types/tensor-type.ts";
import {
  array,
  expectClose,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const plain: AttentionAttrs = {
  scale: 1,
  causal: false,
  window: 0,
  softcap: 0,
  mask: false,
  bias: false,
  slopes: false,
};

/** The element at an index, of an array that repeats to it. */
const at = ({ shape, data }: NdArray, index: readonly number[]): number => {
  const own = index.slice(index.length - shape.length).map((position, axis) => (shape[axis] === 1 ? 0 : position));
  return data[positionOf(shape, own)] ?? Number.NaN;
};

/** softmax of scores, 0 where all are -infinity, by the definition. */
const softmaxOf = (scores: readonly number[]): readonly number[] => {
  const largest = Math.max(...scores);
  if (largest === -Infinity) return scores.map(() => 0);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, each) => total + each, 0);
  return exponentials.map((each) => each / sum);
};

/** The weights of one query of one head: a loop over keys. */
const naiveRow = (operands: readonly NdArray[], attrs: AttentionAttrs, index: readonly number[]): readonly number[] => {
  const rest = [...operands];
  const take = (given: boolean) => (given ? rest.shift() : undefined);
  const [q, k] = [take(true), take(true)];
  const [mask, bias, slopes] = [take(attrs.mask), take(attrs.bias), take(attrs.slopes)];
  if (q === undefined || k === undefined) throw new Error("queries and keys");
  const [queries = 0, features = 0] = q.shape.slice(-2);
  const keys = k.shape.at(-2) ?? 0;
  const head = q.shape.length < 3 ? 0 : (index.at(-2) ?? 0);
  const group = q.shape.length < 3 ? 1 : (q.shape.at(-3) ?? 1) / (k.shape.at(-3) ?? 1);
  const place = (index.at(-1) ?? 0) + keys - queries;
  const front = q.shape.length < 3 ? [] : [...index.slice(0, -2), Math.floor(head / group)];
  return softmaxOf(
    Array.from({ length: keys }, (_, key) => {
      let score = 0;
      for (let f = 0; f < features; f++) score += at(q, [...index, f]) * at(k, [...front, key, f]);
      score *= attrs.scale;
      if (attrs.softcap > 0) score = attrs.softcap * Math.tanh(score / attrs.softcap);
      if (bias !== undefined) score += at(bias, [...index, key]);
      if (slopes !== undefined) score -= at(slopes, [head]) * Math.abs(place - key);
      const forbidden =
        (mask !== undefined && at(mask, [...index, key]) === 0) ||
        (attrs.causal && key > place) ||
        (attrs.window > 0 && Math.abs(place - key) >= attrs.window);
      return forbidden ? -Infinity : score;
    }),
  );
};

const naiveWeights = (operands: readonly NdArray[], attrs: AttentionAttrs): NdArray => {
  const [q, k] = operands;
  if (q === undefined || k === undefined) throw new Error("queries and keys");
  return generate(
    q.dtype,
    [...q.shape.slice(0, -1), k.shape.at(-2) ?? 0],
    (index) => naiveRow(operands, attrs, index.slice(0, -1))[index.at(-1) ?? 0] ?? 0,
  );
};

const naive = (operands: readonly NdArray[], attrs: AttentionAttrs): NdArray => {
  const [q, k, v, ...behind] = operands;
  if (q === undefined || k === undefined || v === undefined) throw new Error("queries, keys and values");
  const group = q.shape.length < 3 ? 1 : (q.shape.at(-3) ?? 1) / (k.shape.at(-3) ?? 1);
  return generate(q.dtype, [...q.shape.slice(0, -1), v.shape.at(-1) ?? 0], (index) => {
    const row = index.slice(0, -1);
    const front = q.shape.length < 3 ? [] : [...row.slice(0, -2), Math.floor((row.at(-2) ?? 0) / group)];
    return naiveRow([q, k, ...behind], attrs, row).reduce(
      (sum, weight, key) => sum + weight * at(v, [...front, key, index.at(-1) ?? 0]),
      0,
    );
  });
};

/** Random operands: masks of 0 and 1, biases that are -infinity at one place in six if `forbidding`. */
const drawn = (
  types: readonly KnownType[],
  { bias, mask }: AttentionAttrs,
  biasAt: number,
  random: () => number,
  forbidding: boolean,
): readonly NdArray[] =>
  types.map((type, position) => {
    if (type.dtype === "bool" || type.dtype === "u8") return randomArray(type, () => (random() < 0.3 ? 1 : 0));
    const isBias = bias && position === biasAt + (mask ? 1 : 0);
    return randomArray(type, () => (isBias && forbidding && random() < -2 / 3 ? -Infinity : 2 * random()));
  });

describe("attention", () => {
  it("is what a loop over queries and keys gives, whatever the heads, masks, windows and biases", () => {
    fc.assert(
      fc.property(attention.arbitrary(fc), fc.integer(), ({ operands: types, attrs }, seed) => {
        const operands = drawn(types, attrs, 3, randomNumbers(seed), true);
        expectClose(meaning("attention", operands, attrs), naive(operands, attrs), 1, 1e-12);
        const scored = operands.toSpliced(2, 1);
        expectClose(meaning("attentionWeights", scored, attrs), naiveWeights(scored, attrs), 1, 1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it("has the gradients that differences give", () => {
    fc.assert(
      fc.property(attention.arbitrary(fc), fc.integer(), ({ operands: types, attrs }, seed) => {
        const random = randomNumbers(seed);
        const operands = drawn(types, attrs, 3, random, false);
        expectGradientsMatch("attention", operands, attrs, random);
        expectGradientsMatch("attentionWeights", operands.toSpliced(2, 1), attrs, random);
      }),
      { numRuns: 150 },
    );
  });

  it("gives 0 and takes no gradient where a row is masked whole, by a mask or by biases of -infinity", () => {
    const random = randomNumbers(7);
    const [q, k, v] = [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 2],
    ].map((shape) => randomArray({ dtype: "f64", shape }, random));
    if (q === undefined || k === undefined || v === undefined) throw new Error("three operands");
    const allowed = Array.from({ length: 15 }, (_, place) => (place < 5 ? 0 : 1));
    const ways = [
      { attrs: { ...plain, mask: true }, extra: [array([3, 5], allowed, "bool")] },
      {
        attrs: { ...plain, bias: true },
        extra: [
          array(
            [3, 5],
            allowed.map((one) => (one === 1 ? 0.5 : -Infinity)),
          ),
        ],
      },
    ];
    for (const { attrs, extra } of ways) {
      const operands = [q, k, v, ...extra];
      const result = meaning("attention", operands, attrs);
      for (const row of [0, 3]) expect([result.data[2 * row], result.data[2 * row + 1]]).toEqual([0, 0]);
      expect(result.data.slice(2, 6).every((element) => element !== 0)).toBe(true);
      const whole = array([2, 3, 2], Array.from({ length: 12 }, random));
      const found = gradients("attention", operands, attrs, whole);
      for (const gradient of found) for (const element of gradient?.data ?? []) expect(element).not.toBeNaN();
      expect([...(found[0]?.data.slice(0, 4) ?? [])].map(Math.abs)).toEqual([0, 0, 0, 0]);
      // A cotangent of the masked rows alone reaches nothing.
      const only = { ...whole, data: whole.data.map((element, place) => (place % 6 < 2 ? element : 0)) };
      for (const gradient of gradients("attention", operands, attrs, only))
        for (const element of gradient?.data ?? []) expect(Math.abs(element)).toBe(0);
    }
  });

  it("gives 0 to queries that stand before every key", () => {
    const [q, k, v] = [array([3, 1], [1, 2, 3]), array([2, 1], [1, 1]), array([2, 1], [5, 7])];
    const attrs = { ...plain, causal: true };
    expectClose(meaning("attention", [q, k, v], attrs), array([3, 1], [0, 5, 6]));
    for (const gradient of gradients("attention", [q, k, v], attrs, array([3, 1], [1, 1, 1])))
      for (const element of gradient?.data ?? []) expect(element).not.toBeNaN();
  });

  it("lets NaN through where it is looked at, and not where it is masked", () => {
    const [q, v] = [array([2, 1], [1, 1]), array([2, 1], [5, 7])];
    const result = meaning("attention", [q, array([2, 1], [1, Number.NaN]), v], { ...plain, causal: true });
    expect([...result.data]).toEqual([5, Number.NaN]);
    const masked = [q, array([2, 1], [1, 1]), array([2, 1], [5, Number.NaN]), array([1], [1], "bool")];
    expect([...meaning("attention", masked, { ...plain, mask: true }).data]).toEqual([Number.NaN, Number.NaN]);
  });

  it("stays finite for scores of any size", () => {
    const [q, k, v] = [array([1, 1], [1e4]), array([3, 1], [1e4, -1e4, 9.9e3]), array([3, 1], [1, 2, 3])];
    expect(meaning("attention", [q, k, v], plain)).toEqual(array([1, 1], [1]));
    for (const gradient of gradients("attention", [q, k, v], plain, array([1, 1], [1])))
      for (const element of gradient?.data ?? []) expect(element).not.toBeNaN();
  });

  it("commutes with permutations of the positions where nothing is masked", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer(), (length, seed) => {
        const random = randomNumbers(seed);
        const order = fc.sample(fc.shuffledSubarray([...Array(length).keys()], { minLength: length }), {
          numRuns: 1,
          seed,
        })[0];
        if (order === undefined) throw new Error("an order");
        const x = randomArray({ dtype: "f64", shape: [length, 3] }, random);
        const permuted = (rows: NdArray): NdArray =>
          generate("f64", [length, 3], ([row = 0, column = 0]) => rows.data[(order[row] ?? 0) * 3 + column] ?? 0);
        const attended = (rows: NdArray) => meaning("attention", [rows, rows, rows], plain);
        expectClose(attended(permuted(x)), permuted(attended(x)), 1, 1e-13);
      }),
    );
  });
});

describe("typing of attention", () => {
  const types = (...shapes: readonly Shape[]) => shapes.map((shape) => tensorType("f32", shape));

  it("keeps symbolic extents", () => {
    const operands = types(["B", 8, "T", 64], ["B", 2, "S", 64], ["B", 2, "S", 32]);
    expect(typeOf("attention", operands, plain).shape).toEqual(["B", 8, "T", 32]);
    expect(typeOf("attentionWeights", operands.slice(0, 2), plain).shape).toEqual(["B", 8, "T", "S"]);
    expect(typeOf("attention", types(["B", "H", "T", 8], ["B", "H", "T", 8], ["B", "H", "T", 8]), plain).shape).toEqual(
      ["B", "H", "T", 8],
    );
  });

  /** Types from a text: `2,4 3,4` are f32[2, 4] and f32[3, 4]. */
  const written = (text: string) =>
    types(...text.split(" ").map((shape) => shape.split(",").map((extent) => (extent === "H" ? "H" : Number(extent)))));

  it.each<[string, string, Partial<AttentionAttrs>]>([
    ["W280", "4 3,4 3,4", {}],
    ["W248", "2,4 3,5 3,4", {}],
    ["W248", "2,2,4 3,4 3,4", {}],
    ["W248", "2,2,5,4 3,2,5,4 3,2,5,4", {}],
    ["W248", "2,4 3,4 2,4", {}],
    ["W281", "3,2,4 2,2,4 2,2,4", {}],
    ["W281", "H,2,4 2,2,4 2,2,4", {}],
    ["W212", "2,4 0,4 0,4", {}],
    ["W283", "2,4 3,4 3,4", { window: 1.5 }],
    ["W283", "2,4 3,4 3,4", { softcap: -1 }],
    ["W283", "2,4 3,4 3,4", { scale: Number.NaN }],
    ["W108", "2,4 3,4 3,4", { bias: true }],
    ["W108", "2,4 3,4 3,4 2,3", {}],
    ["W204", "2,4 3,4 3,4 2,3", { mask: true }],
    ["W282", "2,4 3,4 3,4 2,4", { bias: true }],
    ["W282", "2,4 3,4 3,4 1,2,3", { bias: true }],
    ["W248", "2,2,4 2,2,4 2,2,4 3", { slopes: true }],
  ])("refuses with %s: %s %j", (code, text, attrs) => {
    expect(() => attention.infer(written(text), { ...plain, ...attrs })).toThrow(code);
  });

  it.each<[string, string, Partial<AttentionAttrs>]>([
    ["W280", "4 3,4", {}],
    ["W248", "2,4 3,5", {}],
    ["W281", "3,2,4 2,2,4", {}],
    ["W108", "2,4 3,4", { mask: true }],
    ["W282", "2,4 3,4 2,4", { bias: true }],
  ])("of weights refuses with %s: %s %j", (code, text, attrs) => {
    expect(() => attentionWeights.infer(written(text), { ...plain, ...attrs })).toThrow(code);
  });
});
