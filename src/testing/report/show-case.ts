// A case for people: the graph in its text form, with what it is run on, and remarks behind nodes, as comments. So what a
// report shows can be read back by `parseGraph`, up to constants that are too long to show.
import { definitionOf } from "../../ir/graph/analysis.ts";
import type { Graph, NodeId, ValueId } from "../../ir/graph/graph.ts";
import { printNumber } from "../../ir/graph/print-node.ts";
import { printGraph, textNames } from "../../ir/text/print.ts";
import { type DType, dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { shortestText } from "../shrinking/number-cost.ts";
import { leafOf } from "../shrinking/rewrite-case.ts";

/** So many elements of an array are shown. */
const shownElements = 16;

/** Constants of up to so many bytes are written out. */
const shownBytes = 256;

const numberText = (dtype: DType, value: number): string =>
  Number.isFinite(value) ? shortestText(dtype, value) : printNumber(value);

/** The elements of an array in nested brackets; of a long one the first and how many there are. Rounded where digits are given. */
export const showArray = ({ dtype, shape, data }: NdArray, digits?: number): string => {
  const numbers = Array.from(data.subarray(0, shownElements), (value) =>
    digits === undefined ? numberText(dtype, value) : numberText("f64", Number(value.toPrecision(digits))),
  );
  if (data.length > shownElements) return `[${numbers.join(", ")}, ...] (${data.length} elements)`;
  const nested = (from: number, axis: number, size: number): string => {
    const extent = shape[axis];
    if (extent === undefined) return numbers[from] ?? "";
    const step = extent === 0 ? 0 : size / extent;
    return `[${Array.from({ length: extent }, (_, at) => nested(from + at * step, axis + 1, step)).join(", ")}]`;
  };
  return nested(0, 0, data.length);
};

const valueLines = (drawn: GraphCase, nameOf: (value: ValueId) => string): readonly string[] => {
  const { graph } = drawn;
  const constants = [...graph.nodes.values()].flatMap(({ op, results }) =>
    op === "data" ? results.map(({ id }) => id) : [],
  );
  return [...graph.inputs, ...graph.parameters, ...constants].flatMap((value) => {
    const leaf = leafOf(drawn, value);
    const node = definitionOf(graph, value);
    const named = node.op === "parameter" ? ` (parameter ${JSON.stringify(node.attrs.name)})` : "";
    return leaf === undefined ? [] : [`// ${nameOf(value)}${named} = ${showArray(leaf.array)}`];
  });
};

const contentsBytes = ({ constants }: Graph): number =>
  [...constants.values()].reduce((sum, { dtype, data }) => sum + data.length * dtypes[dtype].bytes, 0);

/** Adds remarks to the lines on which nodes begin. */
const remarked = (drawn: GraphCase, text: string, remarks: ReadonlyMap<NodeId, string>): string => {
  const nameOf = textNames(drawn.graph);
  const beginnings = [...remarks].map(([id, remark]) => {
    const results = drawn.graph.nodes.get(id)?.results ?? [];
    return [`  ${results.map((result) => nameOf(result.id)).join(", ")} = `, remark] as const;
  });
  return text
    .split("\n")
    .map((line) => {
      const found = beginnings.find(([beginning]) => line.startsWith(beginning));
      return found === undefined ? line : `${line}  // ${found[1]}`;
    })
    .join("\n");
};

/** A case as text: values of inputs, parameters and constants as comments, then the graph, with remarks behind nodes. */
export const showCase = (drawn: GraphCase, remarks: ReadonlyMap<NodeId, string> = new Map()): string => {
  const { graph } = drawn;
  const contents = contentsBytes(graph) <= shownBytes ? "exact" : "elided";
  return [
    ...valueLines(drawn, textNames(graph)).map((line) => `${line}\n`),
    remarked(drawn, printGraph(graph, { contents }), remarks),
  ].join("");
};
