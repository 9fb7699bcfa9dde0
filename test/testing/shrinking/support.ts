// Cases from text, and as text.
import { definitionOf, typeOf } from "../../../src/ir/graph/analysis.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { knownShape } from "../../../src/ir/types/shape.ts";
import type { GraphCase } from "../../../src/testing/arbitraries/graph-case.ts";

/** A case of a graph in its text form; leaves that are given no elements count up. */
export const caseOf = (text: string, elements: Readonly<Record<string, readonly number[]>> = {}): GraphCase => {
  const graph = parseGraph(text);
  const arrays = (leaves: typeof graph.inputs): Readonly<Record<string, NdArray>> =>
    Object.fromEntries(
      leaves.flatMap((value) => {
        const node = definitionOf(graph, value);
        if (node.op !== "input" && node.op !== "parameter") return [];
        const { dtype, shape: dims } = typeOf(graph, value);
        const shape = knownShape(dims);
        const own = Object.hasOwn(elements, node.attrs.name) ? elements[node.attrs.name] : undefined;
        const given = own ?? Array.from({ length: sizeOf(shape) }, (_, at) => at + 1);
        return [[node.attrs.name, { dtype, shape, data: Float64Array.from(given) }] as const];
      }),
    );
  return { graph, feeds: arrays(graph.inputs), parameters: arrays(graph.parameters) };
};

/** The text of a graph, and a line for each array. */
export const textOf = ({ graph, feeds, parameters }: GraphCase): string =>
  [
    printGraph(graph).trimEnd(),
    ...Object.entries({ ...feeds, ...parameters }).map(([name, { data }]) => `${name} = ${[...data].join(" ")}`),
  ].join("\n");
