// Joining kernels over the same rows: normalizations and losses become one kernel or two, rows that depend on other rows stay apart, and
// no bit changes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { crossEntropy, differentiate, logSoftmax, softmax, standardize, sum } from "../../src/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { add, type BlockBuilder, binary, i32, load, subtract } from "../../src/ir/loop/build.ts";
import type { PlannedProgram, Program } from "../../src/ir/loop/kernel.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { joinRows } from "../../src/passes/join-rows.ts";
import { runPassesUntil } from "../../src/passes/manager.ts";
import { silent } from "../../src/passes/pass.ts";
import { compilation } from "../../src/passes/pipelines.ts";
import { planBuffers } from "../../src/passes/plan-buffers.ts";
import { graphs } from "../../src/testing/arbitraries/graph.ts";
import { feedsOf } from "../../src/testing/case-arrays.ts";
import {
  firstDifference,
  type Outcome,
  type PortArrays,
  poison,
  runInstance,
} from "../../src/testing/run-everywhere.ts";
import { at, fillRow, programOf, rowCount, twice, width } from "../support/row-programs.ts";
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

const outcome = (program: PlannedProgram, entry: string, feeds: PortArrays): Outcome => {
  const instance = wasmBackend.instantiate(program);
  poison(program, instance);
  return runInstance(program, "wasm", instance, entry, feeds);
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
          const feeds = feedsOf(drawn);
          const [mine, theirs] = [outcome(together, name, feeds), outcome(before, name, feeds)];
          expect(firstDifference(theirs, mine)).toBeUndefined();
        }
      }),
      { numRuns: 100 },
    );
    expect(joinedCount).toBeGreaterThan(5);
  });
});

/** How many kernels are left; what they compute is what the kernels apart do. */
const leftOf = (program: Program): number | undefined => {
  const together = joinRows.run(program, silent);
  const feeds = new Map([["x", Float32Array.from({ length: rowCount * width }, (_, at) => 1 + at)]]);
  const [mine, theirs] = [together, program].map((each) => outcome(planBuffers.run(each, silent), "main", feeds));
  expect(theirs && mine && firstDifference(theirs, mine)).toBeUndefined();
  return together.entries[0]?.calls.length;
};

describe("kernels by hand", () => {
  const doubled = (body: BlockBuilder): void =>
    body.loop(rowCount, (i, inner) => fillRow(inner, "t", i, (k) => twice(at("x", i, k))));

  test("are joined row by row", () => {
    const next = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "y", i, (k) => binary("add", at("t", i, k), at("x", i, k))));
    expect(leftOf(programOf(doubled, next))).toBe(1);
  });

  test("stay apart where a row needs a later one", () => {
    const backwards = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "y", i, (k) => at("t", subtract(i32(rowCount - 1), i), k)));
    expect(leftOf(programOf(doubled, backwards))).toBe(2);
  });

  test("that take two rows at a time keep both where temporaries are shortened", () => {
    const pairs = (body: BlockBuilder): void =>
      body.loop(
        rowCount,
        (i, inner) => {
          for (const row of [i, add(i, 1)]) fillRow(inner, "t", row, (k) => twice(at("x", row, k)));
        },
        { step: 2 },
      );
    const next = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "y", i, (k) => twice(at("t", i, k))));
    expect(leftOf(programOf(pairs, next))).toBe(1);
  });

  test("stay apart where rows do not come out even", () => {
    const every =
      (count: number, step: number) =>
      (body: BlockBuilder): void =>
        body.loop(count, (i, inner) => fillRow(inner, step === 1 ? "z" : "y", i, (k) => twice(at("x", i, k))), {
          step,
        });
    expect(leftOf(programOf(every(10, 1), every(10, 4)))).toBe(2);
    expect(leftOf(programOf(every(12, 1), every(12, 4)))).toBe(1);
  });

  test("do not write over a row that they read again", () => {
    const first = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "z", i, (k) => twice(at("x", i, k))));
    const second = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) =>
        fillRow(inner, "y", i, (k) => binary("add", at("z", i, k), at("x", i, subtract(i32(width - 1), k)))),
      );
    expect(leftOf(programOf(first, second))).toBe(1);
  });

  test("stay apart where the second names what the first has written", () => {
    const next = (body: BlockBuilder): void => {
      const last = body.name(load("f32", "t", rowCount * width - 1));
      body.loop(rowCount, (i, inner) => fillRow(inner, "y", i, (k) => binary("add", at("x", i, k), last)));
    };
    expect(leftOf(programOf(doubled, next))).toBe(2);
  });
});
