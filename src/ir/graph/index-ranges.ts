// Which inputs are indices, and into how many rows: an i32 input that reaches an indexing operand (perhaps reshaped or
// broadcast on the way) must stay below the extent that it indexes. Checked where arrays are fed.
import { opOf } from "../ops/index.ts";
import type { Dim } from "../types/dim.ts";
import { definitionOf, typeOf, users } from "./analysis.ts";
import type { Graph, ValueId } from "./graph.ts";

/** Ops that hand elements on as they are. */
const passesThrough: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcast", "slice", "flip"]);

const rangesOf = (graph: Graph, value: ValueId): readonly Dim[] =>
  (users(graph).get(value) ?? []).flatMap((node) => {
    if (passesThrough.has(node.op)) return node.results.flatMap(({ id }) => rangesOf(graph, id));
    const { operandRange } = opOf(node.op);
    if (operandRange === undefined) return [];
    const types = node.operands.map((operand) => typeOf(graph, operand));
    return node.operands.flatMap((operand, position) =>
      operand === value ? (operandRange(position, types, node.attrs) ?? []) : [],
    );
  });

/** For each input that indexes something, the number of rows it may address. Asked of graphs with known extents. */
export const indexRanges = (graph: Graph): ReadonlyMap<string, number> => {
  const ranges = new Map<string, number>();
  for (const value of graph.inputs) {
    const node = definitionOf(graph, value);
    const extents = rangesOf(graph, value).filter((extent) => typeof extent === "number");
    if (node.op === "input" && extents.length > 0) ranges.set(node.attrs.name, Math.min(...extents));
  }
  return ranges;
};

/** The names of all inputs, whether or not an entry point reads them. */
export const inputNames = (graph: Graph): readonly string[] =>
  graph.inputs.flatMap((value) => {
    const node = definitionOf(graph, value);
    return node.op === "input" ? [node.attrs.name] : [];
  });
