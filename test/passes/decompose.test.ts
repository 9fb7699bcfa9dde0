import { expect, expectTypeOf, test } from "vitest";
import { define } from "../../src/ir/functions/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { emitOne } from "../../src/ir/graph/traced-tensor.ts";
import type { CoreOp } from "../../src/ir/ops/index.ts";
import { decompose, inlineCalls, isDecomposed, writeFunctions } from "../../src/passes/decompose.ts";
import { type Pass, pipeline } from "../../src/passes/pass.ts";
import { simplify } from "../../src/passes/pipelines.ts";
import { graphs } from "../../src/testing/arbitraries/graph.ts";
import { forAll } from "../../src/testing/report/for-all.ts";
import { holds } from "../support/holds.ts";
import { graphOf, opsOf, run } from "./support.ts";

const softmax = (rows: number | string): Graph =>
  graphOf((t) => ({ y: emitOne(t, "softmax", [t.input("x", { dtype: "f32", shape: [rows, 3] }).neg()], { axis: 1 }) }));

test("composites are gone, also those within composites, and every result keeps its type", async () => {
  const decomposes = holds("composites are gone", ({ graph, feeds, parameters }) => {
    const core = decompose.run(graph);
    expect(isDecomposed(core)).toBe(true);
    expect(decompose.run(core)).toBe(core);
    const types = (of: Graph) =>
      Object.values(run(of, feeds, parameters).outputs).map(({ dtype, shape }) => ({ dtype, shape }));
    expect(types(core)).toEqual(types(graph));
  });
  await forAll(graphs({ values: ["normal"] }), { ...decomposes, passes: decompose }, { runs: 60 });
});

test("parts take the place of the composite in the user's program", () => {
  const graph = softmax("B");
  const before = new Set(graph.nodes.keys());
  const composite = [...graph.nodes.values()].find(({ op }) => op === "softmax");
  const parts = [...decompose.run(graph).nodes.values()].filter(({ id }) => !before.has(id));
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) expect(part.location).toBe(composite?.location);
  expect(opsOf(decompose.run(graph))).not.toContain("softmax");
});

test("functions of a user's own are written out, also where they are called within one another", () => {
  const twice = define("twice", { x: ["f32", "N"] }, ({ x }) => x.add(x));
  const fourTimes = define("fourTimes", { x: ["f32", "N"] }, ({ x }) => twice({ x: twice({ x }) }));
  const graph = graphOf((t) => ({ y: fourTimes({ x: t.input("x", { dtype: "f32", shape: [2] }) }) }));
  expect(opsOf(graph)).toEqual(["input", "apply"]);
  for (const written of [inlineCalls.run(graph), writeFunctions(graph)])
    expect(opsOf(written)).toEqual(["input", "binary add", "binary add"]);
});

test("graphs without composites are given back as they are", () => {
  const graph = graphOf((t) => ({ y: t.input("x", { dtype: "f32", shape: [2] }).exp() }));
  expect(decompose.run(graph)).toBe(graph);
});

test("the result says in its type that nothing but core ops is left", () => {
  expectTypeOf(decompose.run(softmax(2))).toEqualTypeOf<Graph<CoreOp>>();
  const lowers: Pass<Graph<CoreOp>, Graph<CoreOp>> = { name: "lowers", summary: "", run: (graph) => graph };
  expect(pipeline(simplify).andThen(decompose).andThen(lowers).steps).toHaveLength(3);
  // @ts-expect-error: simplify may leave composites, which a pass over core ops does not take
  pipeline(simplify).andThen(lowers);
});

test("a row of minus infinities has no weights, beside others that have", () => {
  const data = Float64Array.of(Infinity, Infinity, Infinity, 0, Infinity, Infinity);
  const [y] = Object.values(run(decompose.run(softmax(2)), { x: { dtype: "f32", shape: [2, 3], data } }).outputs);
  expect([...(y?.data ?? [])]).toEqual([0, 0, 0, 1, 0, 0]);
});

test("the parts mean what the composite means", () => {
  const feeds = { x: { dtype: "f32", shape: [2, 3], data: Float64Array.of(1, 2, 3, -1, 0, 5) } } as const;
  const [y] = Object.values(run(decompose.run(softmax(2)), feeds).outputs);
  const expected = [
    [-1, -2, -3],
    [1, 0, -5],
  ].flatMap((row) => {
    const weights = row.map(Math.exp);
    return weights.map((weight) => weight / weights.reduce((a, b) => a + b));
  });
  expect(y?.data).toHaveLength(6);
  for (const [at, element] of expected.entries()) expect(Math.abs((y?.data[at] ?? 0) - element)).toBeLessThan(2e-7);
});
