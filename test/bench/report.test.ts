// What a run writes: flat rows, goals, growth; the list of what falls short; and the chart that is drawn of it.
import { describe, expect, test } from "vitest";
import { barsOf, chartSpec, drawChart } from "../../bench/chart.ts";
import { type Report, reportOf } from "../../bench/report.ts";
import { growthOf, type Result, type Row } from "../../bench/results.ts";
import { growthSection, listOf, shortOf } from "../../bench/table.ts";
import { workloads } from "../../bench/workloads/table.ts";

const row = (contender: Row["contender"], median: number, timesBestPeer?: number, aside?: string): Row => ({
  contender,
  form: "form",
  milliseconds: { median, min: median, max: median },
  ...(timesBestPeer === undefined ? {} : { timesBestPeer }),
  ...(aside === undefined ? {} : { aside }),
});

const result = (group: string, workload: string, rows: readonly Row[], more: Partial<Result> = {}): Result => ({
  group,
  workload,
  operations: 0,
  bytes: undefined,
  nodes: undefined,
  peakGigaflops: 50,
  rows,
  remarks: [],
  goals: [],
  ...more,
});

const run = { load: { before: [1], after: [1] }, rounds: 3, clock: "cpu" } as const;

const results: readonly Result[] = [
  result(
    "products",
    "matmul 512",
    [row("ort-node", 1, 8, "native"), row("weftgraph", 4, 2), row("tfjs-wasm", 8, 1), row("ort-web", 9, 0.9)],
    { goals: [{ against: "ort-web", least: 3, measured: 2.25 }] },
  ),
  result("rows", "softmax", [row("jax", 1, 1), row("weftgraph", 2, 0.5)], {
    goals: [{ against: "milliseconds", most: 5, measured: 2 }],
    remarks: [{ contender: "ort-web", kind: "lacks", says: "softmax" }],
  }),
  result("compiling", "compile 1000", [row("weftgraph", 10)], { nodes: 1000 }),
  result("compiling", "compile 10000", [row("weftgraph", 1000)], { nodes: 10_000 }),
  result("compiling", "compile GPT-2", [row("weftgraph", 1)]),
];

const report: Report = reportOf(results, run);

describe("a report", () => {
  test("has a row for each contender of each workload", () => {
    expect(report.rows.map(({ workload, contender, ratio }) => [workload, contender, ratio])).toEqual([
      ["matmul 512", "ort-node", 8],
      ["matmul 512", "weftgraph", 2],
      ["matmul 512", "tfjs-wasm", 1],
      ["matmul 512", "ort-web", 0.9],
      ["softmax", "jax", 1],
      ["softmax", "weftgraph", 0.5],
      ["compile 1000", "weftgraph", undefined],
      ["compile 10000", "weftgraph", undefined],
      ["compile GPT-2", "weftgraph", undefined],
    ]);
    expect(report.rows[1]).toMatchObject({ group: "products", form: "form", median: 4, min: 4, max: 4 });
  });

  test("says of each goal whether it is reached, and of what was left out why", () => {
    expect(report.goals.map(({ workload, reached }) => [workload, reached])).toEqual([
      ["matmul 512", false],
      ["softmax", true],
    ]);
    expect(report.remarks).toEqual([{ workload: "softmax", contender: "ort-web", kind: "lacks", says: "softmax" }]);
  });

  test("survives being written", () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("lists what falls short", () => {
    expect(shortOf(report)).toEqual([
      "- matmul 512: 3x ort-web: 2.25x, FALLS SHORT",
      "- compiling: slope 2.00 instead of at most 1.1",
    ]);
    expect(shortOf(reportOf(results.slice(1, 2), run))).toEqual([]);
  });
});

describe("growth", () => {
  test("is of the graphs whose nodes are counted", () => {
    const growth = growthOf(results);
    expect(growth?.points).toEqual([
      [1000, 10],
      [10_000, 1000],
    ]);
    expect(growth?.slope).toBeCloseTo(2, 12);
    expect(growth === undefined ? "" : growthSection(growth)).toContain("- goal slope at most 1.1: 2.00, FALLS SHORT");
  });

  test("needs two of them", () => {
    expect(growthOf(results.slice(0, 3))).toBeUndefined();
  });
});

describe("the chart", () => {
  const bars = barsOf(report.rows);

  test("has a bar for each workload that peers have done, native code aside", () => {
    expect(bars).toEqual([
      { group: "products", workload: "matmul 512", ratio: 2, label: "2.00x tfjs-wasm" },
      { group: "rows", workload: "softmax", ratio: 0.5, label: "0.50x jax" },
    ]);
  });

  test("has a drawing for each group", () => {
    expect(chartSpec(bars)).toMatchObject({ vconcat: [{ title: "products" }, { title: "rows" }] });
  });

  test("is drawn as SVG, in the order of the table", async () => {
    const svg = await drawChart(bars);
    expect(svg).toMatch(/^<svg /);
    const texts = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
    for (const text of ["products", "matmul 512", "2.00x tfjs-wasm", "rows", "softmax", "0.50x jax"])
      expect(texts).toContain(text);
    expect(texts.indexOf("products")).toBeLessThan(texts.indexOf("rows"));
  });
});

test("the list names every workload below its group, with its goals", () => {
  const lines = listOf(workloads).split("\n");
  const groups = new Set(workloads.map(({ group }) => group));
  expect(lines.length).toBe(workloads.length + groups.size);
  expect(lines.filter((line) => !line.startsWith(" "))).toEqual([...groups]);
  expect(lines.find((line) => line.startsWith("  compile GPT-2 "))).toMatch(/1000 ms at most$/);
});
