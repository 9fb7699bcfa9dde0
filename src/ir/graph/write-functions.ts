// Functions written out: in the place of a node that applies one stand the nodes that the function is made of. A derivative
// is taken of those, so that it is the derivative of the same program without functions, to the bit and to any order; and
// bodies that must be elementwise are looked at without them.
import { invariant } from "../diagnostics/invariant.ts";
import { type Location, withinFunction } from "../diagnostics/location.ts";
import type { Body } from "../ops/body.ts";
import { analysis, definitionOf, order, reachable, typeOf } from "./analysis.ts";
import { bodyOf, changeBodies, finishBody } from "./body.ts";
import { bodiesIn, bodyResults, graphOf } from "./body-graph.ts";
import { type GraphBuilder, graphBuilder } from "./builder.ts";
import type { Graph, Node, NodeId, ValueId } from "./graph.ts";

/** Whether a graph or a body in it applies a function. */
const appliesFunctions: (graph: Graph) => boolean = analysis((graph) => [...graph.nodes.values()].some(applies));

const applies = (node: Node): boolean =>
  node.op === "apply" || bodiesIn(node).some(([, body]) => appliesFunctions(body));

/** What nodes are written with. */
type Emitting = Pick<GraphBuilder, "adopt" | "emit">;

const placeOf = (places: ReadonlyMap<ValueId, ValueId>, value: ValueId): ValueId => {
  const place = places.get(value);
  invariant(place !== undefined, `%${value} is written before it is used`);
  return place;
};

/** Writes one node, its operands being elsewhere; gives its results. */
const writeNode = (
  builder: Emitting,
  node: Node,
  operands: readonly ValueId[],
  location: Location | undefined,
): readonly ValueId[] => {
  if (node.op !== "apply") return builder.emit(node.op, operands, changeBodies(node, bodyWritten), location);
  const graph = graphOf(node.attrs.body);
  const places = new Map(graph.inputs.map((input, at) => [input, operands[at] ?? input]));
  builder.adopt(graph.constants);
  writeNodes(builder, order(graph), places, (own) => withinFunction(own, location, node.attrs.name));
  return bodyResults(graph).map((value) => placeOf(places, value));
};

/** Writes nodes, except those whose values have their places already. */
const writeNodes = (
  builder: Emitting,
  nodes: readonly Node[],
  places: Map<ValueId, ValueId>,
  locate: (own: Location | undefined) => Location | undefined = (own) => own,
): void => {
  for (const node of nodes) {
    if (node.results.every(({ id }) => places.has(id))) continue;
    const operands = node.operands.map((operand) => placeOf(places, operand));
    const made = writeNode(builder, node, operands, locate(node.location));
    node.results.forEach(({ id }, at) => places.set(id, made[at] ?? id));
  }
};

/** The graph of a body with all functions written out; the very graph where there are none. */
const bodyWritten = (graph: Graph): Graph => {
  if (!appliesFunctions(graph)) return graph;
  const builder = graphBuilder();
  const places = new Map<ValueId, ValueId>();
  for (const input of graph.inputs) {
    const { op, attrs, location } = definitionOf(graph, input);
    invariant(op === "input", `%${input} is an input`);
    places.set(input, builder.input(attrs.name, typeOf(graph, input), location));
  }
  builder.adopt(graph.constants);
  writeNodes(builder, order(graph), places);
  return finishBody(
    builder,
    bodyResults(graph).map((value) => placeOf(places, value)),
  );
};

/** The body with all functions written out; the very body where there are none. */
export const withoutFunctions = (body: Body): Body => {
  const graph = graphOf(body);
  const written = bodyWritten(graph);
  return written === graph ? body : bodyOf(written);
};

/** A graph under construction as it is without functions. */
export interface Written {
  /** The values that were asked for, there. */
  readonly values: readonly ValueId[];
  /** Nodes in the order in which they would have come into being without functions. */
  readonly inOrder: (nodes: ReadonlyMap<NodeId, Node>) => ReadonlyMap<NodeId, Node>;
}

/** Where a node stands: with the node that it was written for, as the how manieth. */
type Standing = readonly [node: NodeId, nth: number];

const isBefore = (a: Standing, b: Standing): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** For whom nodes were written. The same node may be written for several, and stands with the first. */
interface Standings {
  readonly known: Map<NodeId, Standing>;
  /** How many nodes were written so far. */
  count: number;
}

const standingsOf = new WeakMap<GraphBuilder, Standings>();

const standingOf = ({ known }: Standings, { id }: Node): Standing => known.get(id) ?? [id, 0];

/** A builder for what is written in the place of a node. */
const emittingFor = ({ id }: Node, builder: GraphBuilder, standings: Standings): Emitting => ({
  adopt: builder.adopt,
  emit: (...given) => {
    const made = builder.emit(...given);
    for (const value of made) {
      const node = builder.definitionOf(value);
      const here: Standing = [id, ++standings.count];
      if (isBefore(here, standingOf(standings, node))) standings.known.set(node.id, here);
    }
    return made;
  },
});

/**
 * Values of a graph under construction as they are without functions: what they are made of is added to the graph. Where no
 * function is on the way, the very values. Nodes keep an order, since the way back adds up gradients in it.
 */
export const writtenOut = (builder: GraphBuilder, values: readonly ValueId[]): Written => {
  const needed = new Map<NodeId, Node>();
  reachable(values, (value) => {
    const node = builder.definitionOf(value);
    needed.set(node.id, node);
    return node;
  });
  const standings = standingsOf.get(builder) ?? { known: new Map<NodeId, Standing>(), count: 0 };
  const inOrder: Written["inOrder"] = (all) => {
    if (standings.known.size === 0) return all;
    const isFirst = (a: Node, b: Node): boolean => isBefore(standingOf(standings, a), standingOf(standings, b));
    return new Map([...all].sort(([, a], [, b]) => (isFirst(a, b) ? -1 : 1)));
  };
  if (![...needed.values()].some(applies)) return { values, inOrder };
  standingsOf.set(builder, standings);
  // Nodes are numbered as they come into being, so operands before users.
  const nodes = [...needed.values()].sort((a, b) => a.id - b.id);
  const places = new Map<ValueId, ValueId>();
  for (const node of nodes) {
    const isAsItWas = !applies(node) && node.operands.every((operand) => places.get(operand) === operand);
    if (isAsItWas) for (const { id } of node.results) places.set(id, id);
    else writeNodes(emittingFor(node, builder, standings), [node], places);
  }
  return { values: values.map((value) => placeOf(places, value)), inOrder };
};
