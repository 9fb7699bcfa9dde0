// What a graph costs, counted on the graph itself: how many nodes compute something, how many numbers are made by arithmetic, and
// how many bytes all values have together. Only what results need counts; a body counts as often as it is repeated.
import { liveNodes, typeOf } from "../../ir/graph/analysis.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import type { Graph, Node } from "../../ir/graph/graph.ts";
import { opOf } from "../../ir/ops/index.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import type { TensorType } from "../../ir/types/tensor-type.ts";

/** What is counted. */
export interface GraphCost {
  /** Nodes. */
  readonly nodes: number;
  /** Results of arithmetic, each term of a sum counting as one. */
  readonly operations: number;
  /** Bytes that results take. */
  readonly bytes: number;
}

const elementsOf = ({ shape }: TensorType): number => sizeOf(shape.map((extent) => (isKnown(extent) ? extent : 1)));

/** Moving elements is free, a reduction does as much as it reads, other arithmetic as much as it gives, products as much as they sum. */
const operationsOf = (node: Node, operandElements: readonly number[]): number => {
  const { lower } = opOf(node.op);
  const made = node.results.reduce((sum, { type }) => sum + elementsOf(type), 0);
  const read = operandElements.reduce((sum, elements) => sum + elements, 0);
  if (lower.by === "memory" || lower.by === "alias") return 0;
  if (lower.by === "element") return lower.work === "index" ? 0 : lower.work === "loop" ? read : made;
  if (node.op === "matmul") {
    const [result] = node.results;
    const rows = result?.type.shape.at(-2);
    const [left = 0] = operandElements;
    return rows === undefined || !isKnown(rows) || rows === 0 ? 0 : 2 * made * (left / rows);
  }
  return read + made;
};

const totalOf = (a: GraphCost, b: GraphCost): GraphCost => ({
  nodes: a.nodes + b.nodes,
  operations: a.operations + b.operations,
  bytes: a.bytes + b.bytes,
});

const nothing: GraphCost = { nodes: 0, operations: 0, bytes: 0 };

const costOfNode = (graph: Graph, node: Node): GraphCost => {
  const operandElements = node.operands.map((operand) => elementsOf(typeOf(graph, operand)));
  const isLeaf = opOf(node.op).lower.by === "memory";
  const own: GraphCost = {
    nodes: isLeaf ? 0 : 1,
    operations: node.op === "scan" ? 0 : operationsOf(node, operandElements),
    bytes: node.results.reduce((sum, { type }) => sum + dtypes[type.dtype].bytes * elementsOf(type), 0),
  };
  const repeats = node.op === "scan" && isKnown(node.attrs.length) ? node.attrs.length : 1;
  return bodiesIn(node)
    .map(([, body]) => costOf(body))
    .map((inside) => ({ ...inside, operations: repeats * inside.operations, bytes: repeats * inside.bytes }))
    .reduce(totalOf, own);
};

/** Adds up what the results of a graph need. */
export const costOf = (graph: Graph): GraphCost => {
  const live = liveNodes(graph);
  return [...graph.nodes.values()]
    .filter(({ id }) => live.has(id))
    .reduce((total, node) => totalOf(total, costOfNode(graph, node)), nothing);
};
