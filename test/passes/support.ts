// Shared by the tests of passes: small graphs in a line, and equality of bits.
import { type Evaluation, evaluateEntry } from "../../src/backends/reference/interpreter.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { functionOf } from "../../src/ir/graph/print-node.ts";
import { type Trace, withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { knownShape } from "../../src/ir/types/shape.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { randomArray, type ValueProfile } from "../../src/testing/arbitraries/values.ts";

/** A graph with one entry `main`, whose outputs are what `describe` gives. */
export const graphOf = (describe: (trace: Trace) => Readonly<Record<string, Tensor>>): Graph => {
  const trace = traceOver(graphBuilder());
  const outputs = withTrace(trace, () => describe(trace));
  const named = Object.entries(outputs).map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
  return trace.builder.finish("test", [{ name: "main", outputs: named, updates: [] }]);
};

/** The ops of a graph, in order. */
export const opsOf = (graph: Graph): readonly string[] =>
  [...graph.nodes.values()].map((node) => [node.op, functionOf(node)].join(" ").trimEnd());

/** Random arrays for the inputs of a graph. */
export const feedsFor = (graph: Graph, seed: number, profile: ValueProfile): Record<string, NdArray> =>
  Object.fromEntries(
    [...graph.nodes.values()].flatMap((node): [string, NdArray][] => {
      if (node.op !== "input" && node.op !== "parameter") return [];
      const { dtype, name, shape } = node.attrs;
      return [[name, randomArray({ dtype, shape: knownShape(shape) }, seed + node.id * 131, profile)]];
    }),
  );

/** Runs `main` as f32 memory would hold it. */
export const run = (
  graph: Graph,
  feeds: Record<string, NdArray>,
  parameters: Record<string, NdArray> = {},
): Evaluation => evaluateEntry(graph, "main", feeds, parameters, { round: "f32" });

/** An array as text that keeps bits apart: -0 is not 0, and NaN is one class. */
export const bits = ({ dtype, shape, data }: NdArray): string =>
  `${dtype}[${shape.join()}] ${[...data].map((element) => (Object.is(element, -0) ? "-0" : String(element))).join(" ")}`;

/** All arrays of a record as text. */
export const allBits = (arrays: Readonly<Record<string, NdArray>>): Record<string, string> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, bits(array)]));
