import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { assertValid } from "../../../src/ir/graph/verify.ts";
import type { GraphCase } from "../../../src/testing/arbitraries/graph.ts";
import { longGraphs } from "../../../src/testing/arbitraries/long-graphs.ts";

const sample = fc.sample(longGraphs(), { numRuns: 60, seed: 7 });

const longest = ({ graph }: GraphCase): number =>
  Math.max(
    1,
    ...[...graph.nodes.values()].flatMap(({ results }) => results.flatMap(({ type }) => type.shape.map(Number))),
  );

test("graphs are well formed, and run on the values that come with them", () => {
  for (const { graph, feeds, parameters } of sample) {
    assertValid(graph);
    const { outputs } = evaluateEntry(graph, "main", feeds, parameters);
    expect(Object.keys(outputs)).toEqual(graph.entries[0]?.outputs.map(({ name }) => name));
  }
});

test("in most of them some loop fills a tile, and in some four accumulators", () => {
  expect(sample.filter((drawn) => longest(drawn) >= 16).length).toBeGreaterThan(25);
  expect(sample.filter((drawn) => longest(drawn) >= 33).length).toBeGreaterThan(10);
});
