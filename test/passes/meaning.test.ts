// What every graph pass promises: the meaning of the graph stays, the result is well formed, a second run changes nothing,
// and where there is nothing to do the very same graph comes back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { assertValid } from "../../src/ir/graph/verify.ts";
import { cse } from "../../src/passes/cse.ts";
import { dce } from "../../src/passes/dce.ts";
import { decompose } from "../../src/passes/decompose.ts";
import { foldConstants } from "../../src/passes/fold-constants.ts";
import { runPasses } from "../../src/passes/manager.ts";
import type { Pass } from "../../src/passes/pass.ts";
import { absorbTransposes, optimize, simplify, standard } from "../../src/passes/pipelines.ts";
import { type GraphCase, graphs } from "../../src/testing/arbitraries/graph.ts";
import { forAll } from "../../src/testing/report/for-all.ts";
import { holds } from "../support/holds.ts";
import { allBits, run } from "./support.ts";

const passes: readonly Pass<Graph, Graph>[] = [simplify, absorbTransposes, foldConstants, cse, dce, optimize];

/** Any ops, or only those that most rules are about, closer together. */
const cases: fc.Arbitrary<GraphCase> = fc.oneof(
  graphs(),
  graphs({
    ops: [
      "unary",
      "binary",
      "compare",
      "select",
      "cast",
      "clamp",
      "reshape",
      "transpose",
      "broadcast",
      "reduce",
      "concat",
      "slice",
    ],
    maxSteps: 16,
    maxElements: 256,
  }),
);

const results = ({ feeds, parameters }: GraphCase, graph: Graph) => {
  const { outputs, updates } = run(graph, feeds, parameters);
  return { outputs: allBits(outputs), updates: allBits(updates) };
};

describe.each(passes.map((pass) => [pass.name, pass] as const))("%s", (_, pass) => {
  test("keeps every bit of every result, and every invariant", async () => {
    const keepsBits = holds(`${pass.name} keeps every bit`, (graphCase) => {
      const changed = pass.run(graphCase.graph);
      assertValid(changed);
      expect(results(graphCase, changed)).toEqual(results(graphCase, graphCase.graph));
    });
    await forAll(cases, { ...keepsBits, passes: pass }, { runs: 120 });
  });

  test("comes to rest: what it made it gives back as it is", async () => {
    const rests = holds(`${pass.name} comes to rest`, ({ graph }) => {
      const changed = pass.run(graph);
      expect(pass.run(changed)).toBe(changed);
    });
    await forAll(cases, rests, { runs: 120 });
  });
});

test("the standard pipeline, verified after each pass, keeps every bit that decomposition keeps", async () => {
  const keepsBits = holds("the standard pipeline keeps what decomposition keeps", (graphCase) => {
    const { program } = runPasses(standard, graphCase.graph, { verify: "each" });
    const { outputs } = results(graphCase, program);
    // A composite with a meaning of its own rounds once where its parts round often.
    expect(outputs).toEqual(results(graphCase, decompose.run(optimize.run(graphCase.graph))).outputs);
  });
  // Without motifs: where attention is found, or recurrences are refined, sums are taken in another order.
  const plain = graphs({ motifs: {}, values: ["normal", "whole"] });
  await forAll(plain, { ...keepsBits, passes: standard }, { runs: 100 });
});

test("passes give the same graph for the same graph", async () => {
  const repeats = holds("passes give the same graph for the same graph", ({ graph }) => {
    const nodes = (of: Graph) => [...of.nodes.values()].map((node) => ({ ...node, location: undefined }));
    expect(nodes(optimize.run(graph))).toEqual(nodes(optimize.run(graph)));
  });
  await forAll(graphs(), repeats, { runs: 50 });
});
