// Verification of a graph from which the compiler has dropped an input: with nothing to look up, nothing depends on it.
import { describe, expect, it } from "vitest";
import { contestants, verifyBackends } from "../../src/cli/verify-backends.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { graphOf } from "../passes/support.ts";

describe("verifyBackends", () => {
  it("compares with the reference although an input is not read", async () => {
    const graph = graphOf((trace) => {
      const table = trace.input("table", { dtype: "f32", shape: [5, 3] });
      return { rows: table.gather(trace.input("ids", { dtype: "i32", shape: [0] })) };
    });
    const planned = planGraph(graph);
    expect(planned.program.entries[0]?.inputs).toEqual([]);
    const options = { runs: 1, seed: 0, referenceRuns: 1, tolerance: 1e-6 };
    const progress = { step: () => {}, end: () => {} };
    const report = verifyBackends(planned, undefined, await contestants(planned), options, progress);
    expect(report.findings).toEqual([]);
    expect(report.tensors.map(({ tensor, error }) => [tensor, error])).toEqual([["rows", 0]]);
  });
});
