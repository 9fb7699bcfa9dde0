// What can be known about a graph by looking: definitions, users, order, liveness, symbols. Each fact is worked out once
// per graph and kept by the graph's identity; graphs never change, so nothing is ever invalidated.
import { invariant } from "../diagnostics/invariant.ts";
import type { AttributeKind, Attributes } from "../ops/attributes.ts";
import { type OpKind, opOf } from "../ops/index.ts";
import { type Dim, symbolsOf } from "../types/dim.ts";
import type { TensorType } from "../types/tensor-type.ts";
import { bodiesIn } from "./body-graph.ts";
import type { Graph, Node, NodeId, ValueId } from "./graph.ts";

/** A function of graphs that is computed once for each. */
export const analysis = <T>(compute: (graph: Graph) => T): ((graph: Graph) => T) => {
  const known = new WeakMap<Graph, { readonly fact: T }>();
  return (graph) => {
    const found = known.get(graph) ?? { fact: compute(graph) };
    known.set(graph, found);
    return found.fact;
  };
};

/** The node that defines each value. */
export const definitions: (graph: Graph) => ReadonlyMap<ValueId, Node> = analysis((graph) => {
  const defining = new Map<ValueId, Node>();
  for (const node of graph.nodes.values()) for (const { id } of node.results) defining.set(id, node);
  return defining;
});

/** The node that defines a value of this graph. */
export const definitionOf = (graph: Graph, value: ValueId): Node => {
  const node = definitions(graph).get(value);
  invariant(node !== undefined, () => `value %${value} is defined in graph ${graph.name}`);
  return node;
};

/** The type of a result of a node. */
export const resultType = (node: Node, value: ValueId): TensorType => {
  const result = node.results.find(({ id }) => id === value);
  invariant(result !== undefined, () => `value %${value} is a result of ${node.op}`);
  return result.type;
};

/** The type of a value of this graph. */
export const typeOf = (graph: Graph, value: ValueId): TensorType => resultType(definitionOf(graph, value), value);

/** The nodes that read each value, in graph order, each once. Values that only entries read have none. */
export const users: (graph: Graph) => ReadonlyMap<ValueId, readonly Node[]> = analysis((graph) => {
  const using = new Map<ValueId, Node[]>();
  for (const node of graph.nodes.values())
    for (const operand of new Set(node.operands)) {
      const readers = using.get(operand);
      if (readers === undefined) using.set(operand, [node]);
      else readers.push(node);
    }
  return using;
});

/** The values that leave the graph: outputs and new values of parameters, over all entries. */
export const results: (graph: Graph) => ReadonlySet<ValueId> = analysis(
  (graph) =>
    new Set(graph.entries.flatMap(({ outputs, updates }) => [...outputs, ...updates].map(({ value }) => value))),
);

/** The nodes that some result needs. */
export const liveNodes: (graph: Graph) => ReadonlySet<NodeId> = analysis((graph) =>
  reachable(results(graph), (value) => definitionOf(graph, value)),
);

/** The nodes that the given values need. */
export const reachable = (from: Iterable<ValueId>, definition: (value: ValueId) => Node): ReadonlySet<NodeId> => {
  const reached = new Set<NodeId>();
  const open = [...from];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const node = definition(value);
    if (reached.has(node.id)) continue;
    reached.add(node.id);
    for (const operand of node.operands) open.push(operand);
  }
  return reached;
};

/** The nodes, operands before users. This is `graph.nodes` as it stands, whatever order its map is in. */
export const order: (graph: Graph) => readonly Node[] = analysis((graph) =>
  topologicalOrder(graph.nodes.values(), (value) => definitionOf(graph, value)),
);

/** Whether operands stand before their users, as they do in graphs as they come from the builder and out of edits. */
const isInOrder = (nodes: readonly Node[]): boolean => {
  const defined = new Set<ValueId>();
  for (const node of nodes) {
    for (const operand of node.operands) if (!defined.has(operand)) return false;
    for (const { id } of node.results) defined.add(id);
  }
  return true;
};

/**
 * Operands before users, and otherwise as given; what is needed but not given is put before its first user. Walks with
 * a list of its own, so that a chain of a million nodes does not exhaust the stack.
 */
export const topologicalOrder = (given: Iterable<Node>, definition: (value: ValueId) => Node): readonly Node[] => {
  const nodes = [...given];
  if (isInOrder(nodes)) return nodes;
  const sorted: Node[] = [];
  const state = new Map<NodeId, "open" | "done">();
  for (const root of nodes) {
    const path: Node[] = [root];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (state.get(node.id) === "done") {
        path.pop();
        continue;
      }
      state.set(node.id, "open");
      const missing: Node[] = [];
      for (const operand of node.operands) {
        const source = definition(operand);
        const stage = state.get(source.id);
        invariant(stage !== "open", () => `node ${node.id} (${node.op}) is in no cycle`);
        if (stage !== "done") missing.push(source);
      }
      if (missing.length > 0) path.push(...missing.reverse());
      else {
        path.pop();
        state.set(node.id, "done");
        sorted.push(node);
      }
    }
  }
  return sorted;
};

/** The names of the attributes of an op that hold dimensions, and so possibly symbols. */
export const dimAttributes = (op: OpKind): readonly string[] =>
  Object.entries(opOf(op).attributes).flatMap(([name, kind]: [string, AttributeKind]) =>
    kind === "dim" || kind === "dims" || kind === "resultShape" ? [name] : [],
  );

/** The symbols in the types and attributes of a graph, and of the bodies in it, sorted. */
export const usedSymbols: (graph: Graph) => readonly string[] = analysis((graph) => {
  const dims = new Set<Dim>();
  const ofBodies = nodesWithBodies(graph).flatMap((node) => bodiesIn(node).flatMap(([, body]) => usedSymbols(body)));
  for (const { op, attrs, results } of graph.nodes.values()) {
    for (const { type } of results) for (const extent of type.shape) dims.add(extent);
    const byName: Attributes = attrs;
    for (const name of dimAttributes(op))
      for (const dim of [byName[name]].flat()) if (typeof dim === "string") dims.add(dim);
  }
  return [...new Set([...[...dims].flatMap(symbolsOf), ...ofBodies])].sort();
});

/** The nodes that repeat or apply a body; most graphs have none. */
export const nodesWithBodies: (graph: Graph) => readonly Node[] = analysis((graph) =>
  [...graph.nodes.values()].filter((node) => bodiesIn(node).length > 0),
);

/** Ids that the graph does not use yet: all from here on are free. */
export const freeIds: (graph: Graph) => { readonly node: NodeId; readonly value: ValueId } = analysis((graph) => {
  let node = -1;
  let value = -1;
  for (const { id, results } of graph.nodes.values()) {
    node = Math.max(node, id);
    for (const result of results) value = Math.max(value, result.id);
  }
  // Brands are made where ids are born; here they continue the numbering.
  return { node: (node + 1) as NodeId, value: (value + 1) as ValueId };
});
