// Differentiation happens while a graph is being described, before any pass could have made one op of attention written by
// hand. Taken node by node, its derivative would need the weights, and so keep the way there from being fused as well.
// Therefore the derivative is taken of the graph as fuse-attention leaves it: the nodes that the pass makes are added to the
// graph under construction, and the way back leads through them. When the pass comes to the whole graph it makes the same
// nodes once more, of the way there that has no other use now, and equal nodes are one.
import { definitionOf, order } from "../../ir/graph/analysis.ts";
import type { Graph, Node, NodeId, ValueId } from "../../ir/graph/graph.ts";
import type { Trace } from "../../ir/graph/trace.ts";
import type { Written } from "../../ir/graph/write-functions.ts";
import { fuseAttention } from "./fuse-attention.ts";

/** A graph to be differentiated, and the values in it that cotangents are given of. */
export interface Primal {
  readonly graph: Graph;
  readonly ends: readonly ValueId[];
}

/** Puts the nodes that a pass made into the graph under construction; the same nodes by the names that values have there. */
const adopted = (trace: Trace, primal: Graph, fused: Graph): Graph => {
  const places = new Map<ValueId, ValueId>();
  const place = (value: ValueId): ValueId => places.get(value) ?? value;
  for (const { id, op, operands, attrs, results, location } of order(fused)) {
    if (primal.nodes.has(id)) continue;
    const made = trace.builder.emit(op, operands.map(place), attrs, location);
    results.forEach((result, at) => places.set(result.id, made[at] ?? result.id));
  }
  const whole = trace.builder.finish(primal.name, []);
  const nodes = new Map<NodeId, Node>();
  for (const node of order(fused)) {
    const [first] = node.results;
    const isNew = !primal.nodes.has(node.id) && first !== undefined;
    const known = isNew ? definitionOf(whole, place(first.id)) : node;
    if (!nodes.has(known.id)) nodes.set(known.id, isNew ? known : { ...node, operands: node.operands.map(place) });
  }
  const entries = fused.entries.map((entry) => ({
    ...entry,
    outputs: entry.outputs.map(({ name, value }) => ({ name, value: place(value) })),
  }));
  return { ...whole, entries, nodes };
};

/**
 * The graph under construction as its derivative is to be taken, its nodes in an order. `wanted` are the values that gradients are asked of: only
 * where these are inputs and parameters is anything fused, for the pass might look through any other value.
 */
export const fusePrimal = (
  trace: Trace,
  ends: readonly ValueId[],
  wanted: readonly ValueId[],
  inOrder: Written["inOrder"],
): Primal => {
  const outputs = [...ends, ...wanted].map((value, at) => ({ name: `${at}`, value }));
  const whole = trace.builder.finish("primal", [{ name: "primal", outputs, updates: [] }]);
  const primal: Graph = { ...whole, nodes: inOrder(whole.nodes) };
  const areLeaves = wanted.every((value) => definitionOf(primal, value).operands.length === 0);
  const fused = areLeaves ? fuseAttention.run(primal) : primal;
  if (fused === primal) return { graph: primal, ends };
  const graph = adopted(trace, primal, fused);
  const placed = graph.entries.flatMap((entry) => entry.outputs.map(({ value }) => value));
  return { graph, ends: placed.slice(0, ends.length) };
};
