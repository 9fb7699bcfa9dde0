// Random models, trainings and pipelines: all kinds come up, all of them compile, and cases hold what their graphs need.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { assertValid } from "../../../src/ir/graph/verify.ts";
import { distributionOf } from "../../../src/testing/arbitraries/distribution.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { type ModelKind, modelKinds, models } from "../../../src/testing/arbitraries/models.ts";
import { pipelines } from "../../../src/testing/arbitraries/pipelines.ts";
import { trainings } from "../../../src/testing/arbitraries/trainings.ts";
import { feedsOf } from "../../../src/testing/case-arrays.ts";
import { exactPasses, graphPasses } from "../../../src/testing/properties/graph-passes.ts";
import { firstDifference, runEverywhere } from "../../../src/testing/run-everywhere.ts";
import { allBits, run } from "../../passes/support.ts";

/** What says of a graph that it is of this kind. */
const signs: { readonly [K in ModelKind]: string } = {
  mlp: "matmul",
  cnn: "conv2d",
  rnn: "scan",
  lstm: "scan",
  gru: "scan",
  transformer: "attention",
};

describe.each(modelKinds)("%s", (kind) => {
  const [drawn, ...more] = fc.sample(models(kind), { numRuns: 12, seed: 4 });

  test("is such a network, of several sizes", () => {
    const cases = drawn === undefined ? more : [drawn, ...more];
    const { ops } = distributionOf(cases);
    expect(ops.get(signs[kind])).toBe(1);
    const shapes = cases.map(({ parameters }) => JSON.stringify(Object.values(parameters).map(({ shape }) => shape)));
    expect(new Set(shapes).size).toBeGreaterThan(6);
  });

  test("has arrays for all that its graph reads, and gives the same bits on every backend", async () => {
    const [graphCase] = drawn === undefined ? more : [drawn];
    if (graphCase === undefined) throw new TypeError("a model is drawn");
    assertValid(graphCase.graph);
    const { program } = planGraph(graphCase.graph, { verify: "each" });
    const [closure, javascript, wasm] = await runEverywhere(program, "predict", feedsOf(graphCase));
    expect([firstDifference(closure, javascript), firstDifference(closure, wasm)]).toEqual([undefined, undefined]);
  });
});

test("trainings have the entry points of a training, and run", () => {
  const cases = fc.sample(trainings(), { numRuns: 16, seed: 5 });
  for (const { graph, feeds, parameters } of cases) {
    assertValid(graph);
    expect(graph.entries.map(({ name }) => name)).toEqual(expect.arrayContaining(["predict", "grads", "step"]));
    const { outputs, updates } = evaluateEntry(graph, "step", feeds, parameters);
    expect(outputs["loss"]?.shape).toEqual([]);
    expect(updates["optimizer.step"]?.data[0]).toBe((parameters["optimizer.step"]?.data[0] ?? 0) + 1);
  }
  const { ops, updated } = distributionOf(cases);
  expect(updated).toBe(1);
  expect([...ops.keys()]).toEqual(expect.arrayContaining(["scan", "conv2d", "crossEntropy", "select"]));
});

describe("pipelines", () => {
  test("every pass comes up, in several orders, and so does no pass at all", () => {
    const drawn = fc.sample(pipelines(), { numRuns: 300, seed: 6 });
    const seen = new Set(drawn.flat());
    expect(graphPasses.filter((pass) => !seen.has(pass))).toEqual([]);
    expect(drawn.some((passes) => passes.length === 0)).toBe(true);
    expect(drawn.some((passes) => passes.length > 5)).toBe(true);
  });

  test("exact passes, in any order, keep every bit", () => {
    fc.assert(
      fc.property(graphs({ maxSteps: 4, maxElements: 256 }), pipelines(exactPasses, 5), (graphCase, passes) => {
        const { graph, feeds, parameters } = graphCase;
        const changed = passes.reduce((current, pass) => pass.run(current), graph);
        assertValid(changed);
        expect(allBits(run(changed, feeds, parameters).outputs)).toEqual(
          allBits(run(graph, feeds, parameters).outputs),
        );
      }),
      { numRuns: 100 },
    );
  });
});
