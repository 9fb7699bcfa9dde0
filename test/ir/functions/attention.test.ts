// Attention and positions as users call them: defaults, ALiBi's slopes, symbolic extents, rotations. The op is tested by itself.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileSync, differentiate } from "../../../src/index.ts";
import {
  additiveAttention,
  attention,
  cast,
  rotary,
  type ScorePositions,
  sinusoidalPositions,
  sum,
} from "../../../src/ir/functions/index.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Dims, Tensor } from "../../../src/ir/types/tensor.ts";
import { defineModel, spec } from "../../../src/model/model.ts";
import { randomArray, randomNumbers } from "../../support/op-meaning.ts";
import { evaluated, fed } from "./evaluate-call.ts";

const random = (seed: number, ...shape: readonly number[]): NdArray =>
  randomArray({ dtype: "f64", shape }, randomNumbers(seed));

/** Attention by the definition: f64 [H, L, D], [H, S, D] and [H, S, E], causal where there are slopes. */
const naive = (q: NdArray, k: NdArray, v: NdArray, scale: number, slopes?: readonly number[]): NdArray => {
  const [heads = 0, queries = 0, features = 0] = q.shape;
  const [, keys = 0, valueFeatures = 0] = v.shape;
  const at = ({ data, shape: [, rows = 0, columns = 0] }: NdArray, head: number, row: number, column: number) =>
    data[(head * rows + row) * columns + column] ?? Number.NaN;
  const result: number[] = [];
  for (let head = 0; head < heads; head++)
    for (let query = 0; query < queries; query++) {
      const exponentials = Array.from({ length: keys }, (_, key) => {
        const distance = query + keys - queries - key;
        if (slopes !== undefined && distance < 0) return 0;
        let product = 0;
        for (let f = 0; f < features; f++) product += at(q, head, query, f) * at(k, head, key, f);
        return Math.exp(scale * product - (slopes?.[head] ?? 0) * distance);
      });
      const sum = exponentials.reduce((total, each) => total + each, 0);
      for (let f = 0; f < valueFeatures; f++)
        result.push(exponentials.reduce((total, each, key) => total + (each / sum) * at(v, head, key, f), 0));
    }
  return fed([heads, queries, valueFeatures], result);
};

const expectNear = (actual: NdArray, wanted: NdArray, tolerance = 1e-12): void => {
  expect(actual.shape).toEqual(wanted.shape);
  for (const [at, element] of wanted.data.entries())
    expect(Math.abs((actual.data[at] ?? Number.NaN) - element)).toBeLessThanOrEqual(tolerance);
};

describe("attention", () => {
  const [q, k, v] = [random(1, 3, 4, 6), random(2, 3, 5, 6), random(3, 3, 5, 2)];

  test("products are divided by sqrt(features) unless a scale is given", () => {
    const scaled = naive(q, k, v, 1 / Math.sqrt(6));
    expectNear(
      evaluated([q, k, v], (a, b, c) => attention(a, b, c)),
      scaled,
    );
    const tripled = naive(q, k, v, 3);
    expectNear(
      evaluated([q, k, v], (a, b, c) => attention(a, b, c, { scale: 3 })),
      tripled,
    );
  });

  test("alibi: true is the geometric sequence of slopes from 2^(-8 / heads) on", () => {
    const falls = [2 ** (-8 / 3), 2 ** (-16 / 3), 2 ** -8];
    const slopes = fed([3], falls);
    const own = evaluated([q, k, v, slopes], (a, b, c, s) =>
      attention(a, b, c, { causal: true, alibi: s as Tensor<Dims, "f64"> }),
    );
    expectNear(
      evaluated([q, k, v], (a, b, c) => attention(a, b, c, { causal: true, alibi: true })),
      own,
    );
    expectNear(own, naive(q, k, v, 1 / Math.sqrt(6), falls));
  });

  test("weights come with the output, and their rows sum to 1", () => {
    const options = { causal: true, window: 2, weights: true } as const;
    const weights = evaluated([q, k, v], (a, b, c) => attention(a, b, c, options).weights);
    expect(weights.shape).toEqual([3, 4, 5]);
    for (let row = 0; row < 12; row++) {
      const cells = Array.from(weights.data.slice(5 * row, 5 * row + 5));
      expect(cells.reduce((total, cell) => total + cell, 0)).toBeCloseTo(1, 12);
      expect(cells.filter((cell) => cell > 0).length).toBe(2);
    }
    expectNear(
      evaluated([q, k, v], (a, b, c) => attention(a, b, c, options).output),
      evaluated([q, k, v], (a, b, c) => attention(a, b, c, { causal: true, window: 2 })),
      0,
    );
  });

  /** Rows of [3, L, N] from one on, as the reference has them. */
  const rows = ({ shape, data, dtype }: NdArray, from: number, count: number): NdArray => {
    const [heads = 1, length = 1, features = 1] = shape;
    const kept = Array.from({ length: heads }, (_, head) =>
      Array.from(data.subarray((head * length + from) * features, (head * length + from + count) * features)),
    );
    return { dtype, shape: [heads, count, features], data: Float64Array.from(kept.flat()) };
  };

  test("with a past it gives the rows of the whole, whatever stands behind the positions that there are", () => {
    const settings = fc.record(
      {
        window: fc.integer({ min: 1, max: 6 }),
        alibi: fc.boolean(),
        softcap: fc.constant(2),
        scale: fc.constant(0.7),
        score: fc.constant((score: Tensor, { query, key }: ScorePositions) =>
          score.sub(query.mul(3).sub(key).cast("f64").mul(0.1)),
        ),
        weights: fc.constant(false as const),
      },
      { requiredKeys: [] },
    );
    const lengths = fc.record({ past: fc.nat(5), count: fc.integer({ min: 1, max: 4 }), spare: fc.nat(3) });
    fc.assert(
      fc.property(settings, lengths, fc.boolean(), fc.nat(), (options, { past, count, spare }, isTensor, seed) => {
        const length = past + count;
        const [keys, values] = [random(seed + 1, 3, length + spare, 4), random(seed + 2, 3, length + spare, 5)];
        const queries = random(seed + 3, 3, length, 4);
        const whole = evaluated([queries, rows(keys, 0, length), rows(values, 0, length)], (a, b, c) =>
          attention(a, b, c, { ...options, causal: true }),
        );
        const piece = evaluated(
          [rows(queries, past, count), keys, values, fed([], [past], "i32")],
          (a, b, c, position) =>
            attention(a, b, c, {
              ...options,
              causal: true,
              past: isTensor ? (position as Tensor<[], "i32">) : past,
            }),
        );
        expectNear(piece, rows(whole, past, count));
      }),
      { numRuns: 60 },
    );
  });

  test("a past goes with a mask, a bias and slopes of its own, and without causality", () => {
    const [mask, bias] = [fed([1, 5], [1, 0, 1, 1, 1], "bool"), random(4, 3, 4, 5)];
    const slopes = fed([3], [0.5, 0.25, 0.1]);
    const call =
      (past: object) =>
      (...[a, b, c, m, s, t]: Tensor[]) =>
        // Whatever was fed above.
        attention(a as Tensor, b as never, c as never, {
          window: 3,
          mask: m as Tensor<Dims, "bool">,
          bias: s as Tensor<Dims, "f64">,
          alibi: t as Tensor<Dims, "f64">,
          ...past,
        });
    // The last ones stand together: so they do where one key stands before that of the first query.
    const given = [q, k, v, mask, bias, slopes];
    expectNear(evaluated(given, call({ past: 1 })), evaluated(given, call({})));
    const other = evaluated(given, call({ past: 0 }));
    expect(
      other.data.some((element, at) => Math.abs(element - (evaluated(given, call({})).data[at] ?? 0)) > 1e-3),
    ).toBe(true);
  });

  test("extents may be symbols, that of the features included", () => {
    const attend = (a: Tensor, b: Tensor, c: Tensor) => attention(a, b, c, { causal: true, window: 3, alibi: true });
    const model = defineModel({
      name: "symbolic",
      params: {},
      inputs: {
        q: spec("f32", ["B", "H", "T", "D"]),
        k: spec("f32", ["B", "H", "S", "D"]),
        v: spec("f32", ["B", "H", "S", "E"]),
      },
      forward: (_, inputs) => ({ y: attend(inputs.q, inputs.k, inputs.v) }),
    });
    const single = (array: NdArray) => Float32Array.from(array.data);
    const run = compileSync(model, { dims: { B: 1, H: 3, T: 4, S: 5, D: 6, E: 2 } });
    const { y } = run({ q: single(q), k: single(k), v: single(v) });
    const exact = evaluated([q, k, v], attend);
    for (const [at, element] of exact.data.entries()) expect(y.data[at]).toBeCloseTo(element, 5);
  });
});

describe("gradients of attention in f32", () => {
  test.each(["wasm", "closure"] as const)("know that what is added to a whole row changes nothing: %s", (backend) => {
    // So far from 0 all scores of the row are one number, whose logarithm of the sum is that number too.
    const model = defineModel({
      name: "far",
      params: {},
      inputs: { q: spec("f32", [3, 2]), k: spec("f32", [4, 2]), v: spec("f32", [4, 2]), bias: spec("f32", [3, 1]) },
      forward: (_, { q, k, v, bias }) => {
        const y = attention(q, k, v, { bias });
        const [gradient] = differentiate(sum(y.mul(y)), [bias]);
        return { gradient };
      },
    });
    const run = compileSync(model, { backend });
    const single = (array: NdArray) => Float32Array.from(array.data);
    const feeds = { q: single(random(9, 3, 2)), k: single(random(10, 4, 2)), v: single(random(11, 4, 2)) };
    const { gradient } = run({ ...feeds, bias: Float32Array.of(-1e9, 1e9, 0) });
    for (const element of gradient.data) expect(Math.abs(element)).toBeLessThan(1e-6);
  });
});

describe("additive attention", () => {
  const [query, keys] = [random(4, 2, 3), random(5, 4, 3)];
  const [W, U, v] = [random(6, 3, 5), random(7, 3, 5), random(8, 5)];

  test("a masked key has no weight, and a query without keys gets 0", () => {
    const mask = fed([2, 4], [1, 0, 1, 1, 0, 0, 0, 0], "u8");
    const context = evaluated([query, keys, W, U, v, mask], (a, b, w, u, x, m) => {
      const options = { mask: cast(m, "bool") };
      return additiveAttention(a, b, { W: w, U: u, v: x }, options).context;
    });
    const three = { ...keys, shape: [3, 3], data: keys.data.filter((_, at) => at < 3 || at >= 6) };
    const without = evaluated(
      [query, three, W, U, v],
      (a, b, w, u, x) => additiveAttention(a, b, { W: w, U: u, v: x }).context,
    );
    expectNear(
      { ...context, shape: [3], data: context.data.slice(0, 3) },
      { ...without, shape: [3], data: without.data.slice(0, 3) },
    );
    expect(Array.from(context.data.slice(3))).toEqual([0, 0, 0]);
  });
});

describe("positions", () => {
  test("sinusoids of an odd number of features end with a sine", () => {
    const { data } = evaluated([fed([1], [0])], (x) => sinusoidalPositions(3, 5, { dtype: "f64" }).add(x));
    expect(data[9]).toBeCloseTo(Math.sin(1 / 10000 ** (4 / 5)), 14);
    expect(data[6]).toBeCloseTo(Math.cos(1), 14);
    expect(data[12]).toBeCloseTo(Math.sin(2 / 10000 ** (2 / 5)), 14);
  });

  test.each(["half", "interleaved"] as const)(
    "rotations keep lengths, and products depend on distance alone: %s",
    (pairing) => {
      fc.assert(
        fc.property(fc.integer(), fc.nat(50), fc.nat(50), fc.constantFrom(100, 10000), (seed, first, shift, base) => {
          const [x, y] = [random(seed, 1, 6), random(seed + 1, 1, 6)];
          const product = (a: number, b: number): number =>
            evaluated([x, y], (left, right) =>
              sum(rotary(left, { pairing, base, start: a }).mul(rotary(right, { pairing, base, start: b }))),
            ).data[0] ?? Number.NaN;
          expect(product(first + shift, shift)).toBeCloseTo(product(first, 0), 10);
          expect(product(shift, shift)).toBeCloseTo(product(0, 0), 10);
        }),
        { numRuns: 20 },
      );
    },
  );

  test.each(["half", "interleaved"] as const)("rotations go on where an earlier part stopped: %s", (pairing) => {
    const x = random(9, 2, 5, 4);
    const whole = evaluated([x], (a) => rotary(a, { pairing }));
    const tail = { ...x, shape: [1, 2, 4], data: x.data.slice(12, 20) };
    const wanted = { ...tail, data: whole.data.slice(12, 20) };
    expectNear(
      evaluated([tail], (a) => rotary(a, { pairing, start: 3 })),
      wanted,
    );
    const start = fed([], [3], "i32");
    expectNear(
      evaluated([tail, start], (a, s) => rotary(a, { pairing, start: s as Tensor<[], "i32"> })),
      wanted,
    );
  });
});
