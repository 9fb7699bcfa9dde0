// Graphs with one recurrence, and what a pass makes of them.
import { expect } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { bodiesIn } from "../../../src/ir/graph/body-graph.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { functionOf } from "../../../src/ir/graph/print-node.ts";
import { assertValid } from "../../../src/ir/graph/verify.ts";
import { parseGraph } from "../../../src/ir/text/index.ts";
import { dce } from "../../../src/passes/dce.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import { feedsFor } from "../support.ts";

/** The ops of a graph; of a recurrence also how many operands and results it has. */
const computing = ({ nodes }: Graph): readonly string[] =>
  [...nodes.values()]
    .filter(({ op }) => op !== "input")
    .map((node) => {
      const counts = node.op === "scan" ? `${node.operands.length} -> ${node.results.length}` : functionOf(node);
      return [node.op, counts].join(" ").trimEnd();
    });

/** The ops of a graph, those of the steps of its recurrences in brackets. */
const outline = (graph: Graph): string => {
  const steps = [...graph.nodes.values()].flatMap((node) =>
    bodiesIn(node).map(([, body]) => `[${computing(body).join(", ")}]`),
  );
  return [...computing(graph), ...steps].join(", ");
};

/** What a pass makes of a graph, which gives the same numbers; undefined where it gives back the very graph. */
export const changed = (pass: Pass<Graph, Graph>, text: string): string | undefined => {
  const graph = parseGraph(text);
  const after = pass.run(graph);
  if (after === graph) return undefined;
  assertValid(after);
  const feeds = feedsFor(graph, 7, "normal");
  const [expected, found] = [graph, after].map((each) => evaluateEntry(each, "main", feeds).outputs);
  for (const [name, { data, shape }] of Object.entries(expected ?? {})) {
    expect(found?.[name]?.shape).toEqual(shape);
    for (const [at, value] of data.entries()) expect(found?.[name]?.data[at]).toBeCloseTo(value, 10);
  }
  return outline(dce.run(after));
};

interface Step {
  readonly given: string;
  /** What the scan takes: types of a state, of the elements of a sequence, and of what is captured. */
  readonly operands: string;
  readonly inputs: string;
  readonly lines: readonly string[];
  readonly yields: string;
  readonly results: string;
  readonly entry: string;
}

/** A graph with a recurrence of three steps with one state. */
export const scanning = ({ given, operands, inputs, lines, yields, results, entry }: Step): string => {
  const count = results.split(/, (?=[a-z])/).length;
  const names = Array.from({ length: count }, (_, at) => `%${at}`).join(", ");
  const body = lines.map((line, at) => `%${at} = ${line}`).join("\n");
  return `graph @g(${given}) {
    ${names} = scan ${operands} {body = (${inputs}) {
      ${body}
      yield ${yields}
    }, carried = 1, sequences = 1, length = 3} : ${results}
    entry @main(${entry})
  }`;
};
