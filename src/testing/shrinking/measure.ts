// How simple a case is, as a list of whole numbers that are compared one after the other. A shrinker offers only cases that
// are smaller, and there is no endless descent in such lists, so shrinking ends whatever its rules do.
import { analysis, liveNodes, order } from "../../ir/graph/analysis.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import type { Graph, Node } from "../../ir/graph/graph.ts";
import { schemaOf } from "../../ir/graph/schema.ts";
import { type AttributeKind, type AttributeValue, isBody } from "../../ir/ops/attributes.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import type { Shape } from "../../ir/types/tensor-type.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { numberCost } from "./number-cost.ts";

/**
 * What is counted in a graph, the most important first: nodes that compute (in bodies as well), how many of them no result
 * needs, what the entry points give, leaves, elements of all values, axes of all values, and how far ops, attributes and kinds of leaves are from the simplest.
 * Last of all counts how far the elements of leaves are from 0.
 */
type Counts = readonly number[];

const places = {
  nodes: 0,
  dead: 1,
  results: 2,
  leaves: 3,
  elements: 4,
  axes: 5,
  ops: 6,
  attributes: 7,
  forms: 8,
} as const;

const leafForms: ReadonlyMap<string, number> = new Map([
  ["input", 0],
  ["constant", 1],
  ["parameter", 2],
  ["data", 3],
]);

/** Whether a node computes nothing: an input, a parameter, a constant. */
export const isLeaf = ({ op }: Pick<Node, "op">): boolean => leafForms.has(op);

/** How far an op is from the simplest of its kind: neg and add. */
const opCost = ({ op, attrs }: Node): number => {
  if (isLeaf({ op })) return 0;
  if (op === "unary") return attrs.fn === "neg" ? 0 : 1;
  if (op === "binary") return attrs.fn === "add" ? 0 : 1;
  return op === "compare" || op === "select" || op === "cast" || op === "clamp" ? 2 : 3;
};

const dimCost = (dim: number | string): number => (isKnown(dim) ? numberCost("f64", dim) : 50);

const attributeCost = (kind: AttributeKind, value: AttributeValue | undefined): number => {
  if (kind === "resultShape" || kind === "resultDtype" || kind === "text" || value === undefined) return 0;
  if (typeof kind === "object") return typeof value === "string" ? kind.oneOf.indexOf(value) : 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return numberCost("f64", value);
  if (typeof value === "string" || isBody(value)) return 0;
  return value.reduce<number>((sum, item) => sum + 1 + dimCost(item), 0);
};

const attributesCost = (node: Node): number => {
  let sum = 0;
  for (const [name, kind] of schemaOf(node.op)) sum += attributeCost(kind, node.attrs[name]);
  return sum;
};

/** A tensor without elements counts as some: it hides more than it shows. */
const elementsOf = (shape: Shape): number => sizeOf(shape.map((extent) => (isKnown(extent) ? extent : 1))) || 4;

const countNodes = (graph: Graph, nodes: readonly Node[]): Counts => {
  const counts = Object.values(places).map(() => 0);
  const add = (at: number, count: number): void => {
    counts[at] = (counts[at] ?? 0) + count;
  };
  for (const node of nodes) {
    add(isLeaf(node) ? places.leaves : places.nodes, 1);
    for (const { type } of node.results) {
      add(places.elements, elementsOf(type.shape));
      add(places.axes, type.shape.length);
    }
    add(places.ops, opCost(node));
    add(places.attributes, attributesCost(node));
    add(places.forms, leafForms.get(node.op) ?? 0);
    for (const [, body] of bodiesIn(node)) countNodes(body, order(body)).forEach((count, at) => add(at, count));
  }
  for (const { outputs, updates } of graph.entries) add(places.results, 1 + outputs.length + 2 * updates.length);
  return counts;
};

/** The counts of a graph. */
const counts: (graph: Graph) => Counts = analysis((graph) => {
  const nodes = order(graph);
  const dead = nodes.filter((node) => !isLeaf(node) && !liveNodes(graph).has(node.id)).length;
  return countNodes(graph, nodes).with(places.dead, dead);
});

const valuesCost = ({ graph, feeds, parameters }: GraphCase): number => {
  let sum = 0;
  for (const { dtype, data } of [...Object.values(feeds), ...Object.values(parameters), ...graph.constants.values()])
    for (const element of data) sum += numberCost(dtype, element);
  return sum;
};

/** Whether a case is simpler than another: the first count that differs is the smaller one. */
export const isSimpler = (left: GraphCase, right: GraphCase): boolean => {
  const others = counts(right.graph);
  const at = counts(left.graph).findIndex((count, place) => count !== others[place]);
  if (at < 0) return valuesCost(left) < valuesCost(right);
  return (counts(left.graph)[at] ?? 0) < (others[at] ?? 0);
};
