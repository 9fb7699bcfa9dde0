// A graph with f64 wherever it says f32. The reference computes f32 in double precision anyway, but numbers that are written into a
// graph of f32, such as the slope of a leaky rectifier, are f32 numbers there: seven digits, where gradients are compared in eleven.

import type { NamedArrays } from "../../backends/reference/interpreter.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { order } from "../../ir/graph/analysis.ts";
import { changeBodies } from "../../ir/graph/body.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import { copyEntries } from "../../ir/graph/copy.ts";
import type { ConstantId, Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import type { AttributeKind, Attributes } from "../../ir/ops/attributes.ts";
import { opOf } from "../../ir/ops/index.ts";
import { isKnown } from "../../ir/types/dim.ts";

const widened = (node: Node): Attributes => {
  const attrs = changeBodies(node, (body) => inDouble(body));
  const kinds: readonly (readonly [string, AttributeKind])[] = Object.entries(opOf(node.op).attributes);
  const types = kinds.filter(([name, kind]) => (kind === "dtype" || kind === "resultDtype") && attrs[name] === "f32");
  return { ...attrs, ...Object.fromEntries(types.map(([name]) => [name, "f64"])) };
};

/** Where a graph is cut: the results of a call become inputs, and what it reads becomes outputs. */
export type Cut = (node: Node) => boolean;

/** The graph in double precision, entries and names as they were; in pieces where it is cut. */
export const inDouble = (graph: Graph, isCut: Cut = () => false): Graph => {
  const builder = graphBuilder();
  const places = new Map<ValueId, ValueId>();
  const place = (value: ValueId): ValueId => {
    const found = places.get(value);
    invariant(found !== undefined, `%${value} is copied before it is used`);
    return found;
  };
  const ends: ValueId[] = [];
  const leaves = new Set([...graph.inputs, ...graph.parameters]);
  const nodes = order(graph);
  const isLeaf = (node: Node): boolean => node.results.some(({ id }) => leaves.has(id));
  const wide = (dtype: Node["results"][number]["type"]["dtype"]) => (dtype === "f32" ? "f64" : dtype);
  for (const value of leaves) {
    const node = nodes.find(({ results }) => results[0]?.id === value);
    invariant(node?.op === "input" || node?.op === "parameter", `%${value} is an input or a parameter`);
    const { name, dtype, shape } = node.attrs;
    places.set(value, builder[node.op](name, { dtype: wide(dtype), shape }, node.location));
  }
  for (const node of nodes) {
    if (isLeaf(node)) continue;
    const severed = isCut(node);
    if (severed) ends.push(...node.operands.map(place));
    const made = severed
      ? node.results.map(({ id, type: { dtype, shape } }) =>
          builder.input(`result ${id}`, { dtype: wide(dtype), shape }),
        )
      : node.op === "data"
        ? [dataOf(graph, node, builder.data)]
        : builder.emit(node.op, node.operands.map(place), widened(node), node.location);
    node.results.forEach(({ id }, at) => {
      const value = made[at];
      if (value !== undefined) places.set(id, value);
    });
  }
  const severed = ends.map((value, at) => ({ name: `operand ${at}`, value }));
  const entries = copyEntries(graph.entries, place);
  return builder.finish(
    graph.name,
    entries.map((entry) => ({ ...entry, outputs: [...entry.outputs, ...severed] })),
  );
};

const dataOf = (
  { constants }: Graph,
  { attrs, location }: Extract<Node, { readonly op: "data" }>,
  data: ReturnType<typeof graphBuilder>["data"],
): ValueId => {
  // A node names its constant as plain text, for the ops do not know the graph's brands.
  const contents = constants.get(attrs.id as ConstantId);
  invariant(contents !== undefined, `the contents of ${attrs.id} are in the graph`);
  const shape = attrs.shape.filter(isKnown);
  return contents.dtype === "f32"
    ? data("f64", shape, Float64Array.from(contents.data), location)
    : data(contents.dtype, shape, contents.data, location);
};

/** Arrays for such a graph. */
export const arraysInDouble = (arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, array.dtype === "f32" ? { ...array, dtype: "f64" } : array]),
  );
