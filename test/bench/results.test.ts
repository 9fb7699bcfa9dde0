// From seconds to rows: the fastest form of each contender, the best peer, shares of the peak, goals.
import { describe, expect, test } from "vitest";
import { peakOperations } from "../../bench/peak.ts";
import { resultsOf, type Timed } from "../../bench/results.ts";

const timed = (contender: Timed["contender"], form: string, seconds: readonly number[], aside?: string): Timed => ({
  contender,
  form,
  aside,
  seconds,
});

const facts = {
  operations: peakOperations,
  bytes: undefined,
  nodes: undefined,
  goals: [
    { against: "ort-web", least: 2 },
    { against: "best peer", least: 2 },
    { against: "peak", least: 0.5 },
  ],
} as const;

// In the third round the machine was ten times slower.
const peakSeconds = [1, 1, 10];
const raced = [
  timed("ort-node", "op", [1, 1, 10], "native"),
  timed("weftgraph", "attention", [2, 2, 20]),
  timed("ort-web", "op", [6, 6, 60]),
  timed("ort-web", "products", [5, 5, 50]),
  timed("jax", "grad", [3, 3, 30]),
];

describe("results", () => {
  const { rows, remarks, goals, peakGigaflops } = resultsOf(raced, peakSeconds, facts);

  test("show the fastest form of each contender, the fastest first", () => {
    expect(rows.map(({ contender, form }) => `${contender} ${form}`)).toEqual([
      "ort-node op",
      "weftgraph attention",
      "jax grad",
      "ort-web products",
    ]);
    expect(remarks).toEqual([{ contender: "ort-web", form: "op", kind: "slower", says: "6.00e+3 ms" }]);
  });

  test("compare with the fastest peer that is not set aside", () => {
    expect(rows.map(({ timesBestPeer }) => timesBestPeer)).toEqual([3, 1.5, 1, 3 / 5]);
  });

  test("know their share of the peak, round by round", () => {
    expect(rows.map(({ shareOfPeak }) => shareOfPeak)).toEqual([1, 1 / 2, 1 / 3, 1 / 5]);
    expect(peakGigaflops).toBe(peakOperations / 1e9);
  });

  test("judge goals", () => {
    expect(goals.map(({ against, measured }) => [against, measured])).toEqual([
      ["ort-web", 2.5],
      ["best peer", 1.5],
      ["peak", 0.5],
    ]);
  });

  test("know which share of the peak a ratio would take", () => {
    expect(goals.map(({ wouldTake }) => wouldTake)).toEqual([2 / 5, 2 / 3, undefined]);
    const threads = [...raced, timed("weftgraph-2-threads", "attention", [1, 1, 10])];
    const of = { of: "weftgraph-2-threads", against: "weftgraph", least: 1.9 } as const;
    expect(resultsOf(threads, peakSeconds, { ...facts, goals: [of] }).goals).toEqual([{ ...of, measured: 2 }]);
  });

  test("without peers have no ratio, and judge the goals of which both sides are there", () => {
    const alone = resultsOf([timed("weftgraph", "attention", [2, 2, 20])], peakSeconds, facts);
    expect(alone.rows[0]).not.toHaveProperty("timesBestPeer");
    expect(alone.goals.map(({ against }) => against)).toEqual(["peak"]);
  });
});
