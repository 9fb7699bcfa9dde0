// Whether two graphs are one program, told node by node without printing them: what holds the text form to its word.
import { definitionOf, order } from "../../ir/graph/analysis.ts";
import { graphOf } from "../../ir/graph/body-graph.ts";
import type { ConstantId, Entry, Graph, NamedValue, Node, ValueId } from "../../ir/graph/graph.ts";
import { type Attributes, type AttributeValue, isBody } from "../../ir/ops/attributes.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import { printType, sameType } from "../../ir/types/tensor-type.ts";

/** Which value of the one graph is which of the other. */
type Places = Map<ValueId, ValueId>;

const isList = (value: AttributeValue | undefined): value is readonly (number | string)[] => Array.isArray(value);

const attributeDifference = (a: AttributeValue | undefined, b: AttributeValue | undefined): string | undefined => {
  if (isBody(a) && isBody(b)) {
    const inside = graphDifference(graphOf(a), graphOf(b));
    return inside === undefined ? undefined : `a body in which ${inside}`;
  }
  const isSame =
    isList(a) && isList(b)
      ? a.length === b.length && a.every((item, position) => Object.is(item, b[position]))
      : Object.is(a, b);
  return isSame ? undefined : `${JSON.stringify(b)} instead of ${JSON.stringify(a)}`;
};

const attributesDifference = (a: Attributes, b: Attributes): string | undefined => {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    // Addresses of contents are names; the contents themselves are compared.
    const difference = name === "id" ? undefined : attributeDifference(a[name], b[name]);
    if (difference !== undefined) return `${name} is ${difference}`;
  }
  return undefined;
};

const bytesOf = ({ buffer, byteOffset, byteLength }: DataArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const contentsOf = (graph: Graph, node: Node): DataArray | undefined =>
  // A node names its constant as plain text, for ops do not know the graph's brands.
  node.op === "data" ? graph.constants.get(node.attrs.id as ConstantId)?.data : undefined;

/** Whether two dense constants have the same bytes, payloads of NaN and all. */
const contentsDiffer = (a: DataArray | undefined, b: DataArray | undefined): boolean => {
  if (a === undefined || b === undefined) return a !== b;
  const [bytes, others] = [bytesOf(a), bytesOf(b)];
  return (
    a.constructor !== b.constructor || bytes.length !== others.length || bytes.some((byte, at) => byte !== others[at])
  );
};

/** How one node differs from the one in its place; where it does not, its results are noted. */
const nodeDifference = (graphs: readonly [Graph, Graph], a: Node, b: Node, places: Places): string | undefined => {
  if (a.op !== b.op) return `%${a.id} is a ${b.op}, not a ${a.op}`;
  const operands = a.operands.map((operand) => places.get(operand));
  if (operands.length !== b.operands.length || operands.some((operand, position) => operand !== b.operands[position]))
    return `${a.op} %${a.id} reads other values`;
  const difference = attributesDifference(a.attrs, b.attrs);
  if (difference !== undefined) return `of ${a.op} %${a.id}, ${difference}`;
  if (contentsDiffer(contentsOf(graphs[0], a), contentsOf(graphs[1], b))) return `data %${a.id} has other contents`;
  if (a.results.length !== b.results.length) return `${a.op} %${a.id} has ${b.results.length} results`;
  for (const [position, { id, type }] of a.results.entries()) {
    const other = b.results[position];
    if (other === undefined || !sameType(type, other.type))
      return `%${id} is a ${other === undefined ? "nothing" : printType(other.type)}, not a ${printType(type)}`;
    places.set(id, other.id);
  }
  return undefined;
};

const namesDiffer = (a: readonly NamedValue[], b: readonly NamedValue[], places: Places): boolean =>
  a.length !== b.length ||
  a.some(({ name, value }, position) => name !== b[position]?.name || places.get(value) !== b[position].value);

const entryDiffers = (a: Entry, b: Entry | undefined, places: Places): boolean =>
  b === undefined ||
  a.name !== b.name ||
  namesDiffer(a.outputs, b.outputs, places) ||
  namesDiffer(a.updates, b.updates, places);

/** Leaves in the order of their declaration, then everything else in order. */
const nodesOf = (graph: Graph): readonly Node[] => [
  ...[...graph.inputs, ...graph.parameters].map((leaf) => definitionOf(graph, leaf)),
  ...order(graph).filter(({ op }) => op !== "input" && op !== "parameter"),
];

/**
 * The first difference between two graphs, in words: names, entry points, nodes in their order, attributes and constants in
 * every bit. Numbers of nodes and values do not count, nor do places in source files.
 */
export const graphDifference = (a: Graph, b: Graph): string | undefined => {
  if (a.name !== b.name) return `the name is ${JSON.stringify(b.name)}, not ${JSON.stringify(a.name)}`;
  if (a.inputs.length !== b.inputs.length || a.parameters.length !== b.parameters.length)
    return `there are ${b.inputs.length} inputs and ${b.parameters.length} parameters`;
  const [nodes, others] = [nodesOf(a), nodesOf(b)];
  if (nodes.length !== others.length) return `there are ${others.length} nodes, not ${nodes.length}`;
  const places: Places = new Map();
  for (const [position, node] of nodes.entries()) {
    const other = others[position];
    const difference = other === undefined ? "a node is missing" : nodeDifference([a, b], node, other, places);
    if (difference !== undefined) return difference;
  }
  const at = a.entries.findIndex((entry, position) => entryDiffers(entry, b.entries[position], places));
  if (at >= 0) return `entry ${JSON.stringify(a.entries[at]?.name)} differs`;
  return a.entries.length === b.entries.length ? undefined : `there are ${b.entries.length} entries`;
};
