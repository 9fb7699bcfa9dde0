// What fusion promises: on the networks of the zoo, on random graphs, and on the patterns that networks are made of.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attention, conv2d, relu, softmax, stopGradient } from "../../../src/ir/functions/index.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { functionOf } from "../../../src/ir/graph/print-node.ts";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { fuseElementwise } from "../../../src/passes/fuse-elementwise.ts";
import type { FusedGraph } from "../../../src/passes/fused-graph.ts";
import { standard } from "../../../src/passes/pipelines.ts";
import { bindSymbols } from "../../../src/passes/specialize.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { fusionAudit } from "../../support/fusion-audit.ts";
import { modelZoo } from "../../support/model-zoo.ts";
import { graphOf } from "../support.ts";

/** The ops of each kernel of a graph, in order. */
const kernelsOf = (graph: Graph): readonly string[] => {
  const { graph: core, entries } = fused(graph);
  return entries.flatMap(({ groups }) =>
    groups.map(({ members }) =>
      [...members]
        .map((id) => {
          const node = core.nodes.get(id);
          return node === undefined ? "?" : (functionOf(node) ?? node.op);
        })
        .join(" "),
    ),
  );
};

const fused = (graph: Graph): FusedGraph => fuseElementwise.run(standard.run(graph));

describe("no elementwise kernel is apart from what it reads without a reason", () => {
  test.each(modelZoo.map((model) => [model.name, model] as const))(
    "%s",
    (_, { graph, dims }) => {
      expect(fusionAudit(fused(bindSymbols(graph(), dims)))).toEqual([]);
    },
    60_000,
  );

  test("random graphs", () => {
    fc.assert(
      fc.property(graphs({ maxSteps: 8 }), ({ graph }) => {
        expect(fusionAudit(fused(graph))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});

/** Inputs of a shape, by name. */
type Given = (name: string, ...shape: readonly number[]) => Tensor;

const givenBy =
  (trace: Trace): Given =>
  (name, ...shape) =>
    trace.input(name, { dtype: "f32", shape });

const patterns: readonly (readonly [name: string, kernels: readonly string[], describe: (x: Given) => Tensor])[] = [
  [
    "bias and activation are in the product",
    ["matmul add relu"],
    (x) =>
      relu(
        x("x", 8, 16)
          .matmul(x("w", 16, 4))
          .add(x("b", 4)),
      ),
  ],
  [
    "the residual is added where the projection ends",
    ["matmul add add"],
    (x) =>
      x("x", 8, 16).add(
        x("y", 8, 32)
          .matmul(x("w", 32, 16))
          .add(x("b", 16)),
      ),
  ],
  [
    "a factor, and the half of a mask",
    ["matmul mul gt select"],
    (x) => {
      const product = x("x", 8, 16)
        .matmul(x("w", 16, 4))
        .mul(0.5);
      return x("mask", 8, 4).greater(0).select(product, 0);
    },
  ],
  [
    "bias, batch statistics and activation are in the convolution",
    ["conv2d add mul add relu"],
    (x) =>
      relu(
        conv2d(x("x", 2, 3, 8, 8), x("w", 4, 3, 3, 3))
          .add(x("b", 4, 1, 1))
          .mul(x("scale", 4, 1, 1))
          .add(x("shift", 4, 1, 1)),
      ),
  ],
  [
    "bias and scale before the softmax are in the attention",
    ["attention"],
    (x) => {
      const scores = x("q", 2, 5, 8)
        .matmul(x("k", 2, 6, 8).transpose([0, 2, 1]))
        .mul(0.25)
        .add(x("bias", 5, 6));
      return softmax(scores, 2).matmul(x("v", 2, 6, 8));
    },
  ],
  [
    "what follows attention element by element is another kernel only where attention has several results",
    ["attention", "mul"],
    (x) => attention(x("q", 2, 5, 8), x("k", 2, 6, 8), x("v", 2, 6, 8)).mul(2),
  ],
];

describe("what is done at the end of a kernel", () => {
  test.each(patterns)("%s", (_, kernels, describeIt) => {
    expect(kernelsOf(graphOf((trace) => ({ y: describeIt(givenBy(trace)) })))).toEqual(kernels);
  });
});

const views: readonly (readonly [name: string, view: (x: Given) => Tensor])[] = [
  ["reshape", (x) => x("x", 2, 4, 16).reshape([8, 16])],
  ["transpose", (x) => x("x", 16, 8).transpose([1, 0])],
  [
    "slice",
    (x) =>
      x("x", 12, 16).slice([
        { start: 2, end: 10, step: 1 },
        { start: 0, end: 16, step: 1 },
      ]),
  ],
  ["broadcast", (x) => x("x", 1, 16).broadcastTo([8, 16])],
  ["concat", (x) => x("x", 3, 16).concat([x("z", 5, 16)], 0)],
  ["stopGradient", (x) => stopGradient(x("x", 8, 16))],
  [
    "slice of a transpose of a reshape",
    (x) =>
      x("x", 2, 8, 16)
        .reshape([16, 16])
        .transpose([1, 0])
        .slice([
          { start: 4, end: 12, step: 1 },
          { start: 0, end: 16, step: 1 },
        ]),
  ],
];

const productOf = (view: (x: Given) => Tensor, side: "left" | "right"): readonly string[] =>
  kernelsOf(
    graphOf((trace) => {
      const x = givenBy(trace);
      return { y: side === "left" ? view(x).matmul(x("w", 16, 4)) : x("w", 4, 8).matmul(view(x)) };
    }),
  );

describe("views have no kernel", () => {
  test.each(views)("%s, on the right of a product, which is packed", (_, view) => {
    expect(productOf(view, "right")).toEqual(["matmul"]);
  });

  // Rows on the left are read once for each panel of columns, so they lie in memory: what is not there in order is copied once.
  test.each(views)("%s, on the left of a product", (name, view) => {
    const isInOrder = ["reshape", "transpose", "stopGradient"].includes(name);
    expect(productOf(view, "left")).toHaveLength(isInOrder ? 1 : 2);
  });

  test.each(views)("%s, within a chain of elementwise ops", (name, view) => {
    const kernels = kernelsOf(graphOf((trace) => ({ y: view(givenBy(trace)).exp().add(1) })));
    // What is repeated is computed once, and then repeated.
    expect(kernels).toEqual(name === "broadcast" ? ["exp add", "broadcast"] : [kernels[0]]);
  });
});
