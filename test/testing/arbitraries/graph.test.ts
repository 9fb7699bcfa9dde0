import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { assertValid } from "../../../src/ir/graph/verify.ts";
import { computingOps, type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";

const sample = fc.sample(graphs(), { numRuns: 400, seed: 7 });

test("graphs are well formed, and run on the values that come with them", () => {
  fc.assert(
    fc.property(graphs(), ({ graph, feeds, parameters }) => {
      assertValid(graph);
      const { outputs } = evaluateEntry(graph, "main", feeds, parameters);
      expect(Object.keys(outputs)).toEqual(graph.entries[0]?.outputs.map(({ name }) => name));
    }),
    { numRuns: 200 },
  );
});

test("every op comes up", () => {
  const seen = new Set(sample.flatMap(({ graph }) => [...graph.nodes.values()].map(({ op }) => op)));
  expect(computingOps.filter((op) => !seen.has(op))).toEqual([]);
});

const share = (holds: (graphCase: GraphCase) => boolean): number => sample.filter(holds).length / sample.length;

test("graphs hang together: values are used again, and nodes build on each other", () => {
  const isShared = ({ graph }: GraphCase): boolean => {
    const reads = new Map<number, number>();
    for (const { operands } of graph.nodes.values())
      for (const operand of operands) reads.set(operand, (reads.get(operand) ?? 0) + 1);
    return [...reads.values()].some((count) => count > 1);
  };
  const depth = ({ graph }: GraphCase): number => {
    const depths = new Map<number, number>();
    for (const { operands, results } of graph.nodes.values())
      for (const { id } of results)
        depths.set(id, 1 + Math.max(0, ...operands.map((operand) => depths.get(operand) ?? 0)));
    return Math.max(...depths.values());
  };
  expect(share(isShared)).toBeGreaterThan(0.4);
  expect(share((graphCase) => depth(graphCase) > 5)).toBeGreaterThan(0.4);
});

test("parameters, updates, dense constants and empty tensors come up", () => {
  expect(share(({ graph }) => graph.parameters.length > 0)).toBeGreaterThan(0.1);
  expect(share(({ graph }) => graph.entries.some(({ updates }) => updates.length > 0))).toBeGreaterThan(0.05);
  expect(share(({ graph }) => graph.constants.size > 0)).toBeGreaterThan(0.1);
  const isEmpty = ({ graph }: GraphCase) =>
    [...graph.nodes.values()].some(({ results }) => results.some(({ type }) => type.shape.includes(0)));
  expect(share(isEmpty)).toBeGreaterThan(0.1);
});

test("a graph can be restricted to some ops", () => {
  const only = fc.sample(graphs({ ops: ["unary", "matmul"] }), { numRuns: 50, seed: 3 });
  const computing = only.flatMap(({ graph }) => [...graph.nodes.values()].map(({ op }) => op));
  const allowed = new Set([
    "unary",
    "matmul",
    "input",
    "parameter",
    "constant",
    "data",
    "cast",
    "reshape",
    "slice",
    "pad",
  ]);
  expect(computing.filter((op) => !allowed.has(op))).toEqual([]);
});
