// A result as Markdown: aligned columns, rows that lose, what has no row, and goals.
import { expect, test } from "vitest";
import { isReached, type Result, type Row } from "../../bench/results.ts";
import { section } from "../../bench/table.ts";

const row = (contender: Row["contender"], milliseconds: number, timesBestPeer: number): Row => ({
  contender,
  form: "attention",
  milliseconds: { median: milliseconds, min: milliseconds / 2, max: milliseconds * 2 },
  gigaflops: 100 / milliseconds,
  shareOfPeak: 1 / milliseconds,
  timesBestPeer,
});

const result: Result = {
  workload: "attention 256 full",
  group: "attention",
  operations: 134_217_728,
  bytes: undefined,
  nodes: undefined,
  peakGigaflops: 50,
  rows: [{ ...row("ort-node", 2, 2), aside: "native" }, row("ort-web", 4, 1), row("weftgraph", 5, 0.8)],
  remarks: [
    { contender: "ort-web", form: "MultiHeadAttention", kind: "slower", says: "6.00 ms" },
    { contender: "jax", kind: "failed", says: "its process ended (1)" },
  ],
  goals: [
    { against: "ort-web", least: 1.6, measured: 0.8 },
    { against: "peak", least: 0.2, measured: 0.2 },
  ],
};

test("a section shows every row, remark and goal", () => {
  expect(section(result)).toBe(
    [
      "### attention 256 full",
      "",
      "134.2 MFLOP; peak 50.0 GFLOP/s",
      "",
      "| contender     | form                                  | ms, median |   min |   max | GFLOP/s | of peak | GB/s | to best peer |",
      "| ------------- | ------------------------------------- | ---------: | ----: | ----: | ------: | ------: | ---: | -----------: |",
      "| ort-node      | attention (native: not compared with) |      2.000 | 1.000 | 4.000 |    50.0 |    50 % |      |        2.00x |",
      "| ort-web       | attention                             |      4.000 | 2.000 | 8.000 |    25.0 |    25 % |      |        1.00x |",
      "| **weftgraph** | attention                             |      5.000 | 2.500 | 10.00 |    20.0 |    20 % |      |        0.80x |",
      "",
      "- ort-web, MultiHeadAttention: slower: 6.00 ms",
      "- jax: FAILED: its process ended (1)",
      "- goal 1.6x ort-web: 0.80x, FALLS SHORT",
      "- goal 20 % of the peak: 20 %",
      "",
    ].join("\n"),
  );
});

test("a goal that only a faster machine would reach says so", () => {
  const goal = { against: "ort-web", least: 1.75, measured: 1.6 } as const;
  const lineOf = (wouldTake: number) => section({ ...result, rows: [], goals: [{ ...goal, wouldTake }] });
  expect(lineOf(0.97)).toContain("- goal 1.75x ort-web: 1.60x, FALLS SHORT (would take 97 % of the peak)\n");
  expect(lineOf(0.5)).toContain("- goal 1.75x ort-web: 1.60x, FALLS SHORT\n");
});

test("without rows there is no table", () => {
  expect(section({ ...result, rows: [], goals: [] })).not.toContain("|");
});

test("a goal is reached by exactly what it wants", () => {
  expect(result.goals.map(isReached)).toEqual([false, true]);
});
