// A graph with some of its nodes made a function: those from one place of its order to another, which no path leaves and comes
// back to. What they read from outside are its arguments, and what others read of them are its results.
import { definitionOf, results as entryResults, order } from "../../src/ir/graph/analysis.ts";
import { bodyWith } from "../../src/ir/graph/body.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { copyEntries } from "../../src/ir/graph/copy.ts";
import type { Graph, Node, ValueId } from "../../src/ir/graph/graph.ts";

const isLeaf = ({ op }: Node): boolean => op === "input" || op === "parameter";

/** The graph with nodes `from` to `to` (fractions of its length) applied as a function. */
export const outlined = (graph: Graph, from: number, to: number, name: string): Graph => {
  const nodes = order(graph).filter((node) => !isLeaf(node));
  const [first, end] = [Math.floor(from * nodes.length), Math.ceil(to * nodes.length)];
  const members = nodes.slice(first, end);
  const inside = new Set(members.flatMap(({ results }) => results.map(({ id }) => id)));
  const read = new Set(nodes.filter((node) => !members.includes(node)).flatMap(({ operands }) => operands));
  const given = [...new Set(members.flatMap(({ operands }) => operands))].filter((value) => !inside.has(value));
  const made = [...inside].filter((value) => read.has(value) || entryResults(graph).has(value));
  const builder = graphBuilder({ shareEqual: false });
  builder.adopt(graph.constants);
  const places = new Map<ValueId, ValueId>();
  const placed = (value: ValueId): ValueId => places.get(value) ?? value;
  for (const id of [...graph.inputs, ...graph.parameters]) {
    const node = definitionOf(graph, id);
    if (node.op !== "input" && node.op !== "parameter") throw new TypeError("a leaf");
    places.set(id, builder[node.op](node.attrs.name, node.results[0]?.type ?? { dtype: "f32", shape: [] }));
  }
  const emit = (node: Node): void => {
    const ids = builder.emit(node.op, node.operands.map(placed), node.attrs, node.location);
    node.results.forEach(({ id }, at) => places.set(id, ids[at] ?? id));
  };
  nodes.slice(0, first).forEach(emit);
  if (made.length > 0) {
    const body = bodyWith(graph, given, made);
    const ids = builder.emit("apply", given.map(placed), { name, body });
    made.forEach((value, at) => places.set(value, ids[at] ?? value));
  }
  nodes.slice(end).forEach(emit);
  return builder.finish(graph.name, copyEntries(graph.entries, placed));
};
