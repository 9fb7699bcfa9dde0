// What stands in functions computes what it computes without them, to the bit, on every backend; and so do gradients of it, to
// second order. Random graphs have some of their nodes made a function, and some of what is then there another one around it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { closureBackend } from "../../../src/backends/closure/closure-backend.ts";
import { wasmBackend } from "../../../src/backends/wasm/instantiate.ts";
import { WeftError } from "../../../src/ir/diagnostics/diagnostic.ts";
import { definitionOf } from "../../../src/ir/graph/analysis.ts";
import { bodiesIn } from "../../../src/ir/graph/body-graph.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { copyNodes } from "../../../src/ir/graph/copy.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { inlineCalls } from "../../../src/passes/decompose.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { compilation } from "../../../src/passes/pipelines.ts";
import { type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { resultsDiffer, runProgram } from "../../../src/testing/properties/run-program.ts";
import { outlined } from "../../support/outlined.ts";

/** Which parts of a graph become functions, the second around what is left of the first. */
const parts = fc.tuple(fc.nat(6), fc.integer({ min: 2, max: 10 }), fc.nat(6), fc.integer({ min: 2, max: 10 }));
type Parts = typeof parts extends fc.Arbitrary<infer P> ? P : never;

const name = 'a "name"\n%0 {}';

const inFunctions = (graph: Graph, [a, b, c, d]: Parts): Graph => {
  const inner = outlined(graph, a / 10, Math.min(1, (a + b) / 10), name);
  return outlined(inner, c / 10, Math.min(1, (c + d) / 10), name);
};

const countApplied = (graph: Graph): number =>
  [...graph.nodes.values()].reduce(
    (sum, node) =>
      sum + (node.op === "apply" ? 1 : 0) + bodiesIn(node).reduce((inner, [, body]) => inner + countApplied(body), 0),
    0,
  );

/** What the first program gives and the second does not, bit for bit, on two backends. */
const difference = (drawn: GraphCase, plain: Graph, functions: Graph): unknown => {
  const [wanted, program] = [compilation.run(plain), compilation.run(functions)];
  return [closureBackend, wasmBackend]
    .map((backend) =>
      resultsDiffer("with functions", runProgram(wanted, drawn, backend), runProgram(program, drawn, backend)),
    )
    .find((found) => found !== undefined);
};

test("values of random graphs, which read back from their text as they were", () => {
  let applied = 0;
  let nested = 0;
  fc.assert(
    fc.property(graphs({ maxSteps: 8 }), parts, (drawn, chosen) => {
      const functions = inFunctions(drawn.graph, chosen);
      const text = printGraph(functions);
      expect(printGraph(parseGraph(text))).toBe(text);
      applied += Math.min(1, countApplied(functions));
      nested += countApplied(functions) > 1 ? 1 : 0;
      expect(countApplied(inlineCalls.run(functions))).toBe(0);
      expect(difference(drawn, drawn.graph, functions)).toBeUndefined();
    }),
    { numRuns: 40 },
  );
  expect(applied).toBeGreaterThan(25);
  expect(nested).toBeGreaterThan(10);
});

/** The gradients of all float results by all float leaves, and the gradients of a number made of these. */
const withGradients = (graph: Graph): Graph | string => {
  const trace = traceOver(graphBuilder());
  const copy = copyNodes(graph, trace.builder);
  const leaves = [...graph.inputs, ...graph.parameters]
    .filter((value) => isFloat(definitionOf(graph, value).results[0]?.type.dtype ?? "i32"))
    .map((value) => trace.tensor(copy(value)));
  const numbered = (prefix: string, tensors: readonly Tensor[]) =>
    tensors.map((tensor, at) => ({ name: `${prefix}${at}`, value: trace.value(tensor) }));
  // Each result times waves of its own places, so that no two cotangents are alike.
  const loss = (tensors: readonly Tensor[]): Tensor =>
    tensors.reduce<Tensor>(
      (sum, tensor) => sum.add(tensor.mul(tensor.sin()).sum().cast("f64")),
      trace.constant(0, "f64"),
    );
  try {
    return withTrace(trace, () => {
      const outputs = graph.entries.flatMap((entry) => entry.outputs.map(({ value }) => trace.tensor(copy(value))));
      const first = differentiate(loss(outputs.filter(({ dtype }) => isFloat(dtype))), leaves);
      const second = differentiate(loss(first), leaves);
      const named = [...numbered("d", first), ...numbered("dd", second)];
      return trace.builder.finish("gradients", [{ name: "gradients", outputs: named, updates: [] }]);
    });
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    return error.message;
  }
};

test("gradients of random graphs and gradients of those, or the same refusal", () => {
  let compared = 0;
  fc.assert(
    fc.property(graphs({ maxSteps: 5 }), parts, (drawn, chosen) => {
      const [plain, functions] = [withGradients(drawn.graph), withGradients(inFunctions(drawn.graph, chosen))];
      const areGraphs = typeof plain !== "string" && typeof functions !== "string";
      compared += areGraphs ? 1 : 0;
      expect(areGraphs ? difference(drawn, plain, functions) : functions).toBe(areGraphs ? undefined : plain);
    }),
    { numRuns: 25 },
  );
  expect(compared).toBeGreaterThan(12);
});
