// One entry point while it is being fused: its live nodes, who reads what, and what a node costs where it is read.
import { definitionOf, order, reachable, typeOf } from "../../ir/graph/analysis.ts";
import type { Entry, Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { opOf } from "../../ir/ops/index.ts";
import { sameShape } from "../../ir/types/tensor-type.ts";

/** What a node costs where it is read. */
export type Work = "memory" | "alias" | "index" | "scalar" | "loop" | "kernel" | "body";

export const workOf = (node: Node): Work => {
  const { lower } = opOf(node.op);
  return lower.by === "element" ? lower.work : lower.by === "ops" ? "kernel" : lower.by;
};

/** Members that a group may have: what engines still optimise as one function. */
export const mostMembers = 96;

/** Whether every element of the result needs only the elements at the same place of the operands. */
export const isPointwise = (graph: Graph, node: Node): boolean => {
  const [result] = node.results;
  return (
    workOf(node) === "scalar" &&
    result !== undefined &&
    node.operands.every((operand) => sameShape(typeOf(graph, operand).shape, result.type.shape))
  );
};

/** Operands that must lie in memory as whole buffers. */
const bufferOperands = (node: Node): readonly ValueId[] => {
  const { lower } = opOf(node.op);
  if (lower.by === "body") return node.operands;
  if (lower.by !== "kernel") return [];
  const { buffers } = lower;
  return node.operands.filter((_, position) =>
    "allBut" in buffers ? !buffers.allBut.includes(position) : buffers.includes(position),
  );
};

/** One entry point being fused. */
export interface Fusing {
  readonly graph: Graph;
  readonly entry: Entry;
  /** Live nodes, operands before users. */
  readonly nodes: readonly Node[];
  readonly users: ReadonlyMap<ValueId, readonly Node[]>;
  /** Values that must end in memory whatever reads them. */
  readonly required: ReadonlySet<ValueId>;
}

/** Looks at one entry point: what is live, and what must end in memory. */
export const fusingOf = (graph: Graph, entry: Entry): Fusing => {
  const results = [...entry.outputs, ...entry.updates].map(({ value }) => value);
  const live = reachable(results, (value) => definitionOf(graph, value));
  const nodes = order(graph).filter(({ id }) => live.has(id));
  const users = new Map<ValueId, Node[]>();
  const required = new Set(results);
  for (const node of nodes) {
    for (const operand of new Set(node.operands)) {
      const readers = users.get(operand);
      if (readers === undefined) users.set(operand, [node]);
      else readers.push(node);
    }
    for (const operand of bufferOperands(node)) required.add(operand);
  }
  // A reshape in memory is the memory of its operand.
  for (const node of nodes.toReversed())
    if (workOf(node) === "alias" && node.results.some(({ id }) => required.has(id)))
      for (const operand of node.operands) required.add(operand);
  return { graph, entry, nodes, users, required };
};
