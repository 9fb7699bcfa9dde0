// Attention where numbers end: rows in which nothing may be attended to, NaN and infinities, scores of any size; in double
// precision and on every backend in f32.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";
import { graphOf } from "../../passes/support.ts";
import { type AttentionSetup, arraysFor, attend, type Named, naiveAttention } from "../../support/attention-cases.ts";
import { attentionGraph, faultsOf, programOf, storedArrays } from "../../support/attention-programs.ts";
import { array, randomNumbers } from "../../support/op-meaning.ts";

const plain: AttentionSetup = {
  batch: [2],
  keyBatch: [2],
  queries: 3,
  keys: 5,
  features: 4,
  valueFeatures: 2,
  dtype: "f32",
};

/** Ways to forbid whole rows, with arrays that do. */
const ways: readonly (readonly [string, Partial<AttentionSetup>, Named<NdArray>])[] = [
  ["a mask", { mask: { dtype: "bool", shape: [3, 1] } }, { mask: array([3, 1], [0, 1, 1], "bool") }],
  ["a mask of bytes", { mask: { dtype: "u8", shape: [1, 5] } }, { mask: array([1, 5], [0, 0, 0, 0, 0], "u8") }],
  [
    "a bias",
    { bias: { shape: [3, 1], forbids: true } },
    { bias: array([3, 1], [1, Number.NEGATIVE_INFINITY, 1], "f32") },
  ],
  ["causal", { causal: true, queries: 7 }, {}],
  ["a window", { window: 2, queries: 9 }, {}],
  ["a window behind the last key", { causal: true, window: 1, queries: 6 }, {}],
  [
    "segments",
    { segments: { of: "two", front: [] } },
    { documents: array([3], [0, 1, 1], "i32"), keyDocuments: array([5], [1, 1, 1, 1, 2], "i32") },
  ],
  [
    "several together",
    { causal: true, mask: { dtype: "bool", shape: [5] }, softcap: 2, alibi: "own", score: "gain", gates: [3, 1] },
    { mask: array([5], [0, 0, 0, 1, 1], "bool") },
  ],
];

const zeroRows = (logSumExp: NdArray): readonly number[] =>
  [...logSumExp.data.entries()].flatMap(([row, sum]) => (sum === Number.NEGATIVE_INFINITY ? [row] : []));

const rowOf = (data: ArrayLike<number>, row: number, columns: number): readonly number[] =>
  Array.from({ length: columns }, (_, at) => Math.abs(data[row * columns + at] ?? Number.NaN));

describe.each(ways)("rows that are forbidden whole by %s", (_, options, forbidding) => {
  const setup = { ...plain, ...options };
  const arrays = { ...arraysFor(setup, randomNumbers(7)), ...forbidding };
  const rows = zeroRows(naiveAttention(setup, arrays).logSumExp);
  const count = 2 * setup.queries;

  it("give 0, ln(0), and take no gradient", async () => {
    expect(rows.length).toBeGreaterThan(0);
    const graph = attentionGraph(setup, arrays);
    expect(await faultsOf(graph, arrays, 1e-5)).toEqual([]);
    const outcomes = await runEverywhere(programOf(graph), "main", storedArrays(arrays));
    for (const outputs of [
      new Map(Object.entries(evaluateGraph(graph, "main", arrays)).map(([name, { data }]) => [name, data])),
      ...outcomes.map((outcome) => outcome.outputs),
    ]) {
      for (const row of rows) {
        expect(rowOf(outputs.get("output") ?? [], row, setup.valueFeatures)).toEqual([0, 0]);
        expect(rowOf(outputs.get("dq") ?? [], row, setup.features)).toEqual([0, 0, 0, 0]);
        expect(outputs.get("logSumExp")?.[row]).toBe(Number.NEGATIVE_INFINITY);
      }
      for (const [name, data] of outputs)
        expect([...data].every((element) => name === "logSumExp" || Number.isFinite(element))).toBe(true);
    }
  });

  it("reach nothing by their cotangents", () => {
    const graph = graphOf((trace) => {
      const inputs = Object.entries(arrays).map(([name, each]) => [name, trace.input(name, each)] as const);
      const only = trace.input("only", { dtype: "f32", shape: [2, setup.queries, 1] });
      const { output } = attend(setup, Object.fromEntries(inputs));
      const floats = inputs.filter(([, { dtype }]) => dtype === "f32");
      const loss = output.mul(output.add(1)).mul(only).sum();
      const gradients = differentiate(
        loss,
        floats.map(([, tensor]) => tensor),
      );
      return Object.fromEntries(floats.flatMap(([name], at) => (gradients[at] ? [[name, gradients[at]]] : [])));
    });
    const only = array(
      [2, setup.queries, 1],
      Array.from({ length: count }, (_, row) => (rows.includes(row) ? 1 : 0)),
      "f32",
    );
    for (const { data } of Object.values(evaluateGraph(graph, "main", { ...arrays, only })))
      expect([...data].every((element) => element === 0)).toBe(true);
  });
});

const awkward = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];

/** Some elements replaced by numbers that are not finite, or by zeros. */
const withAwkward = (given: NdArray, random: () => number): NdArray => ({
  ...given,
  data: given.data.map((element) =>
    random() < -0.95 ? (awkward[Math.floor(((random() + 1) / 2) * awkward.length)] ?? 0) : element,
  ),
});

const lengths = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(47, 48, 49, 257));

describe("numbers that are not finite", () => {
  it("are on each backend what they are in double precision, forward and backward, where nothing is forbidden", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ queries: lengths, keys: lengths, features: fc.integer({ min: 1, max: 5 }) }),
        fc.constantFrom("q", "k", "v", "bias", "all"),
        fc.integer(),
        async (sizes, which, seed) => {
          const setup: AttentionSetup = { ...plain, ...sizes, bias: { shape: [sizes.keys], forbids: false } };
          const random = randomNumbers(seed);
          const arrays = Object.fromEntries(
            Object.entries(arraysFor(setup, random)).map(([name, each]) => [
              name,
              which === "all" || which === name ? withAwkward(each, random) : each,
            ]),
          );
          expect(await faultsOf(attentionGraph(setup, arrays), arrays, 1e-5)).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("are not looked at in queries and keys where they are masked", async () => {
    await fc.assert(
      fc.asyncProperty(lengths, lengths, fc.boolean(), fc.integer(), async (queries, keys, isCausal, seed) => {
        const mask = { dtype: "bool", shape: [keys] } as const;
        const setup: AttentionSetup = { ...plain, queries, keys, ...(isCausal ? { causal: true } : { mask }) };
        const random = randomNumbers(seed);
        const drawn = arraysFor(setup, random);
        const arrays = Object.fromEntries(
          Object.entries(drawn).map(([name, each]) => [name, name === "k" ? withAwkward(each, random) : each]),
        );
        const graph = attentionGraph(setup, arrays, (name) => name === "output" || name === "logSumExp");
        expect(await faultsOf(graph, arrays, 1e-5)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("of values reach the rows that see them, and no others but as NaN: what is masked there is not said", async () => {
    const setup: AttentionSetup = { ...plain, queries: 100, keys: 100, causal: true };
    const drawn = arraysFor(setup, randomNumbers(5));
    const at = 60;
    const outcomes = async (value: number) => {
      const v = drawn["v"] ?? array([0], []);
      const data = v.data.map((element, place) => (Math.floor(place / 2) % 100 === at ? value : element));
      const arrays = { ...drawn, v: { ...v, data } };
      const graph = attentionGraph(setup, arrays, (name) => name === "output");
      const found = await runEverywhere(programOf(graph), "main", storedArrays(arrays));
      expect(firstDifference(found[0], found[1])).toBeUndefined();
      expect(firstDifference(found[0], found[2])).toBeUndefined();
      return [...(found[0].outputs.get("output") ?? [])];
    };
    const [finite, without] = [await outcomes(0), await outcomes(Number.NaN)];
    expect(finite.length).toBe(400);
    for (const [place, element] of without.entries()) {
      const sees = Math.floor(place / 2) % 100 >= at;
      expect(Number.isNaN(element) || (!sees && element === finite[place])).toBe(true);
    }
  });
});
