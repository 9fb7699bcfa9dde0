// Attention in f32 on every backend: the same bits, within an error of what it means in double precision, forward and all
// gradients, for lengths and depths around the edges of blocks. `SWEEP=500 npx vitest run test/ir/ops/attention-backends` tries as
// many more random uses.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryUse } from "../../support/attention-arbitrary.ts";
import { type AttentionSetup, arraysFor, countOfScores } from "../../support/attention-cases.ts";
import { attentionGraph, faultsOf } from "../../support/attention-programs.ts";
import { randomNumbers } from "../../support/op-meaning.ts";

const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 47, 48, 49, 95, 96, 97, 255, 256, 257, 300];
const depths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 64];

type Options = Partial<AttentionSetup>;

/** Options by name, of scores [heads, queries, keys]. */
const optionsOf = (queries: number, keys: number): readonly Options[] => [
  {},
  { causal: true },
  { causal: true, window: 50 },
  { window: 3, bias: { shape: [1, keys], forbids: true } },
  { causal: true, prefix: 51, softcap: 3 },
  { mask: { dtype: "u8", shape: [keys] }, score: "gain" },
  { alibi: "own", causal: true, gates: [2, 1, 1] },
  { segments: { of: "two", front: [] }, causal: true },
  { bias: { shape: [2, queries, keys], forbids: true }, gates: [queries, 1] },
  { score: "table", mask: { dtype: "bool", shape: [2, queries, 1] } },
  { score: "row", window: 60 },
  { causal: true, prefix: [queries, 1], alibi: "given" },
];

const cyclic = <T>(list: readonly T[], at: number): T => {
  const found = list[at % list.length];
  if (found === undefined) throw new Error("an empty list");
  return found;
};

/** Every length as that of queries and of keys, with another each time, and every option. */
const setups: readonly AttentionSetup[] = lengths.flatMap((queries, at) =>
  [5, 11].map((step, turn): AttentionSetup => {
    const keys = cyclic(lengths, at + step);
    const features = cyclic(depths, at + 3 * turn);
    return {
      batch: [2],
      keyBatch: [turn + 1],
      queries,
      keys,
      features: queries * keys > 20000 ? Math.min(features, 9) : features,
      valueFeatures: cyclic(depths, at + 5 + turn),
      dtype: "f32",
      ...cyclic(optionsOf(queries, keys), 2 * at + turn),
    };
  }),
);

const titled = (setup: AttentionSetup): string => JSON.stringify(setup);

const faults = (setup: AttentionSetup, seed = 1): Promise<readonly string[]> => {
  const arrays = arraysFor(setup, randomNumbers(seed));
  return faultsOf(attentionGraph(setup, arrays), arrays, 1e-5);
};

/** Uses with lengths around the edges of blocks and any options; short ones more often. */
const arbitraryBlocks = arbitraryUse({
  lengths: fc.oneof(
    { weight: 3, arbitrary: fc.nat(12) },
    { weight: 2, arbitrary: fc.constantFrom(...lengths) },
    { weight: 1, arbitrary: fc.nat(310) },
  ),
  features: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 9 }) }, fc.constantFrom(...depths)),
  dtype: "f32",
});

const isTried = fc
  .tuple(arbitraryBlocks, fc.integer())
  // What takes seconds in double precision.
  .filter(([setup]) => countOfScores(setup) * (setup.features + setup.valueFeatures) < 400_000);

const expectRight = async ([setup, seed]: readonly [AttentionSetup, number]): Promise<void> => {
  expect(await faults(setup, seed)).toEqual([]);
};

const sweep = Number(process.env["SWEEP"] ?? 0);

describe("attention in f32", () => {
  const some: AttentionSetup = {
    batch: [2],
    keyBatch: [1],
    queries: 50,
    keys: 261,
    features: 5,
    valueFeatures: 3,
    dtype: "f32",
    causal: true,
    bias: { shape: [261], forbids: false },
    gates: [50, 1],
  };

  it.each(setups.map((setup) => [titled(setup), setup] as const))("%s", async (_, setup) => {
    expect(await faults(setup)).toEqual([]);
  });

  it.each([2, 3])("reads no four biases where there are %i keys and more queries than a block has", async (keys) => {
    const sizes = { queries: 49, keys, features: 2, valueFeatures: 2 };
    const setup: AttentionSetup = { ...some, ...sizes, bias: { shape: [keys], forbids: false }, gates: [49, 1] };
    expect(await faults(setup)).toEqual([]);
    expect(await faults({ ...setup, mask: { dtype: "u8", shape: [keys] }, window: 3, prefix: 2 })).toEqual([]);
  });

  it("is right for random uses", async () => {
    await fc.assert(fc.asyncProperty(isTried, expectRight), { numRuns: 30 });
  });

  it.runIf(sweep > 0)(
    "is right for many random uses",
    async () => {
      await fc.assert(fc.asyncProperty(isTried, expectRight), { numRuns: sweep });
    },
    3_600_000,
  );

  it.each([["output"], ["logSumExp"], ["dq"], ["dk"], ["dv"], ["dbias"], ["dgates"], ["dq", "dbias"], ["dk", "dv"]])(
    "is right where nothing is wanted but %s %s",
    async (...wanted) => {
      const arrays = arraysFor(some, randomNumbers(3));
      const graph = attentionGraph(some, arrays, (name) => wanted.includes(name));
      expect(await faultsOf(graph, arrays, 1e-5)).toEqual([]);
    },
  );
});
