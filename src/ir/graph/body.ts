// Bodies as graphs: what an op such as `scan` repeats is a graph of its own with one entry, in the attribute of the op. It
// takes nothing but its inputs, so it can be moved, typed and run by itself.
import { invariant } from "../diagnostics/invariant.ts";
import type { Attributes } from "../ops/attributes.ts";
import type { Body, DescribeBody } from "../ops/body.ts";
import { definitionOf, order, typeOf, users } from "./analysis.ts";
import { bodiesIn, bodyResults, type GraphBody, graphOf } from "./body-graph.ts";
import { type GraphBuilder, graphBuilder } from "./builder.ts";
import { inputNames } from "./entry-inputs.ts";
import type { Graph, Node, ValueId } from "./graph.ts";
import { printBody } from "./print-body.ts";
import { withTrace } from "./trace.ts";
import { traceOver } from "./traced-tensor.ts";

/** The name of a body's one entry. */
const entryName = "step";

/** Closes a graph whose only entry is the body. */
export const finishBody = (builder: GraphBuilder, results: readonly ValueId[]): Graph =>
  builder.finish("body", [
    { name: entryName, outputs: results.map((value, at) => ({ name: `${at}`, value })), updates: [] },
  ]);

/** A graph of one entry as a body: its inputs in order, its outputs in order. */
export const bodyOf = (graph: Graph): Body => {
  invariant(graph.entries.length === 1 && graph.parameters.length === 0, "a body has one entry and no parameters");
  const body: GraphBody = {
    inputs: Object.freeze(graph.inputs.map((value) => typeOf(graph, value))),
    outputs: Object.freeze(bodyResults(graph).map((value) => typeOf(graph, value))),
    text: printBody(graph),
    graph,
  };
  return Object.freeze(body);
};

/** A node's attributes with its bodies changed; the very same where `change` gives every body back. */
export const changeBodies = (node: Node, change: (body: Graph) => Graph): Attributes => {
  const changed = bodiesIn(node).flatMap(([name, body]) => {
    const after = change(body);
    return after === body ? [] : [[name, bodyOf(after)] as const];
  });
  return changed.length === 0 ? node.attrs : { ...node.attrs, ...Object.fromEntries(changed) };
};

/** The nodes that values need, up to those whose values are known. */
const nodesFor = (graph: Graph, results: readonly ValueId[], known: ReadonlyMap<ValueId, ValueId>): readonly Node[] => {
  const needed = new Set<Node>();
  const open = [...results];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const node = definitionOf(graph, value);
    if (known.has(value) || needed.has(node)) continue;
    needed.add(node);
    open.push(...node.operands);
  }
  return order(graph).filter((node) => needed.has(node));
};

/** Writes the nodes that `results` need into a builder; `places` holds the values that stand for inputs, and gets all others. */
export const writeNodes = (
  graph: Graph,
  results: readonly ValueId[],
  builder: GraphBuilder,
  places: Map<ValueId, ValueId>,
): readonly ValueId[] => {
  const place = (value: ValueId): ValueId => {
    const found = places.get(value);
    invariant(found !== undefined, `%${value} is written before it is used`);
    return found;
  };
  builder.adopt(graph.constants);
  for (const node of nodesFor(graph, results, places)) {
    const made = builder.emit(node.op, node.operands.map(place), node.attrs, node.location);
    node.results.forEach(({ id }, position) => {
      const value = made[position];
      if (value !== undefined && !places.has(id)) places.set(id, value);
    });
  }
  return results.map(place);
};

/** Writes a body into a graph under construction, its inputs being the given values; says where each value is there. */
export const inlineBody = (
  body: Body,
  builder: GraphBuilder,
  inputs: readonly ValueId[],
): ReadonlyMap<ValueId, ValueId> => {
  const graph = graphOf(body);
  const places = new Map(graph.inputs.flatMap((input, at) => (inputs[at] === undefined ? [] : [[input, inputs[at]]])));
  writeNodes(
    graph,
    order(graph).flatMap(({ results }) => results.map(({ id }) => id)),
    builder,
    places,
  );
  return places;
};

/**
 * The body that computes some values of a graph from others. These are its inputs, whatever computed them before; it needs
 * nothing else, and holds nothing that the results do not need. `substitutes` stand for values wherever they are read.
 */
export const bodyWith = (
  graph: Graph,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
  substitutes: ReadonlyMap<ValueId, ValueId> = new Map(),
): Body => {
  const builder = graphBuilder();
  const places = new Map<ValueId, ValueId>();
  const taken = new Set(inputNames(graph));
  const fresh = (count: number): string => (taken.has(`given${count}`) ? fresh(count + 1) : `given${count}`);
  for (const input of inputs) {
    const node = definitionOf(graph, input);
    const name = node.op === "input" ? node.attrs.name : fresh(0);
    taken.add(name);
    places.set(input, builder.input(name, typeOf(graph, input), node.location));
  }
  for (const [value, by] of substitutes) {
    const place = places.get(by);
    invariant(place !== undefined, "what stands for a value in a body is an input");
    places.set(value, place);
  }
  return bodyOf(finishBody(builder, writeNodes(graph, results, builder, places)));
};

/** Makes a body from a description. */
export const describeBody: DescribeBody = (inputs, describe) => {
  const trace = traceOver(graphBuilder());
  const tensors = inputs.map((type, at) => trace.input(`x${at}`, type));
  const substitutes = new Map<ValueId, ValueId>();
  const results = withTrace(trace, () =>
    describe(tensors, {
      constant: (value, { dtype, shape }) => trace.constant(value, dtype, shape),
      substitute: (value, by) => void substitutes.set(trace.value(value), trace.value(by)),
    }),
  );
  const values = results.map((result) => trace.value(result, "a result of a body"));
  const graph = finishBody(trace.builder, values);
  return bodyWith(graph, graph.inputs, values, substitutes);
};

/** The positions of the inputs that something in the body, or its caller, reads. */
export const inputsRead = (body: Body): readonly number[] => {
  const graph = graphOf(body);
  const given = new Set(bodyResults(graph));
  return graph.inputs.flatMap((input, at) => (users(graph).has(input) || given.has(input) ? [at] : []));
};

/** The body with no inputs but those at some positions; it must read no others. */
export const withInputs = (body: Body, positions: readonly number[]): Body => {
  const graph = graphOf(body);
  return bodyWith(
    graph,
    positions.flatMap((at) => graph.inputs[at] ?? []),
    bodyResults(graph),
  );
};
