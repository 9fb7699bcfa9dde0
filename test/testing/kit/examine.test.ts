// Examining a graph from which the compiler has dropped an input: with nothing to look up, nothing depends on it.
import { expect, test } from "vitest";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { examine } from "../../../src/testing/kit/examine.ts";
import { graphOf } from "../../passes/support.ts";

test("what is computed is judged although an input is not read", async () => {
  const graph = graphOf((trace) => {
    const lookedUp = trace.input("table", { dtype: "f32", shape: [5, 3] });
    return { rows: lookedUp.gather(trace.input("ids", { dtype: "i32", shape: [0] })) };
  });
  const planned = planGraph(graph);
  expect(planned.program.entries[0]?.inputs).toEqual([]);
  const { tensors, failures } = await examine(planned, undefined, { runs: 1, seed: 0, referenceRuns: 1 });
  expect(failures).toEqual([]);
  expect(tensors.map(({ tensor, error }) => [tensor, error])).toEqual([["rows", { absolute: 0, share: 0 }]]);
});
