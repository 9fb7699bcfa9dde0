// Joining kernels over the same rows: normalizations and losses become one kernel or two, rows that depend on other rows stay apart, and
// no bit changes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { crossEntropy, differentiate, logSoftmax, softmax, standardize, sum } from "../../src/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import type { PlannedProgram, Program } from "../../src/ir/loop/kernel.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { runPassesUntil } from "../../src/passes/manager.ts";
import { silent } from "../../src/passes/pass.ts";
import { compilation } from "../../src/passes/pipelines.ts";
import { planBuffers } from "../../src/passes/plan-buffers.ts";
import { type GraphCase, graphs } from "../../src/testing/arbitraries/graph.ts";
import { firstDifference, type Outcome, poison, runInstance } from "../../src/testing/backends-agree.ts";
import { feedsOf } from "../../src/testing/case-arrays.ts";
import { graphOf } from "./support.ts";

const rows = (of: (x: Tensor, classes: Tensor) => Tensor): Graph =>
  graphOf((trace) => ({
    y: of(trace.input("x", { dtype: "f32", shape: [12, 40] }), trace.input("classes", { dtype: "i32", shape: [12] })),
  }));

const kernelsOf = (graph: Graph): readonly string[] =>
  (planGraph(graph, { verify: "each" }).program.entries[0]?.calls ?? []).map(({ kernel }) => kernel);

/** The program without the pass. */
const apart = (graph: Graph): PlannedProgram =>
  // What the pipeline gives after this pass is a program.
  planBuffers.run(runPassesUntil(compilation, graph, "prepare").program as Program, silent);

const outcome = (program: PlannedProgram, entry: string, drawn: GraphCase): Outcome => {
  const instance = wasmBackend.instantiate(program);
  poison(program, instance);
  return runInstance(program, "wasm", instance, entry, feedsOf(drawn));
};

const slope = (y: Tensor, x: Tensor): Tensor => differentiate(sum(y.mul(y)), [x])[0];

describe("join-rows", () => {
  test.each<readonly [string, number, (x: Tensor, classes: Tensor) => Tensor]>([
    ["softmax", 1, (x) => softmax(x)],
    ["logSoftmax", 1, (x) => logSoftmax(x)],
    ["layerNorm", 1, (x) => standardize(x)],
    ["crossEntropy", 2, (x, classes) => crossEntropy(x, classes)],
    ["the gradient of softmax", 1, (x) => slope(softmax(x), x)],
    ["the gradient of layerNorm", 2, (x) => slope(standardize(x), x)],
    ["the gradient of crossEntropy", 1, (x, classes) => differentiate(crossEntropy(x, classes), [x])[0]],
  ])("%s is at most %i kernels", (_, count, of) => {
    expect(kernelsOf(rows(of)).length).toBeLessThanOrEqual(count);
  });

  test("temporaries of one row take the place of a row", () => {
    const { program } = planGraph(rows((x) => standardize(x)));
    const temporaries = [...program.buffers.values()].filter(({ role }) => role === "temporary");
    expect(temporaries.every(({ length }) => length < 12 * 40)).toBe(true);
  });

  test("rows that need other rows stay apart", () => {
    // The mean over rows is known when all rows have been read.
    expect(
      kernelsOf(rows((x) => softmax(x.sub(softmax(x).mean({ axes: [0], keepDims: true }))))).length,
    ).toBeGreaterThan(1);
  });

  test("no bit changes on random graphs", () => {
    let joinedCount = 0;
    fc.assert(
      fc.property(graphs(), (drawn) => {
        const [together, before] = [planGraph(drawn.graph).program, apart(drawn.graph)];
        if (together.entries[0]?.calls.length !== before.entries[0]?.calls.length) joinedCount += 1;
        for (const { name } of together.entries) {
          const [mine, theirs] = [outcome(together, name, drawn), outcome(before, name, drawn)];
          expect(firstDifference(theirs, mine)).toBeUndefined();
        }
      }),
      { numRuns: 100 },
    );
    expect(joinedCount).toBeGreaterThan(5);
  });
});
