// Inputs and parameters (V6): the graph's lists and its nodes agree, and names are unique.
import type { Graph, Node, ValueId } from "../graph.ts";
import { called, repeated, type Violation, violation } from "./violation.ts";

type LeafOp = "input" | "parameter";

const isLeaf = (node: Node): node is Extract<Node, { op: LeafOp }> => node.op === "input" || node.op === "parameter";

/** (V6) for one of the two lists. */
const listViolations = (graph: Graph, op: LeafOp, listed: readonly ValueId[]): readonly Violation[] => {
  const made = new Map<ValueId, Node>();
  for (const node of graph.nodes.values()) if (node.op === op) for (const { id } of node.results) made.set(id, node);
  const known = new Set(listed);
  return [
    ...repeated(listed).map((value) => violation("V6", `${called(value)} is listed twice as ${op}`)),
    ...listed
      .filter((value) => !made.has(value))
      .map((value) => violation("V6", `${called(value)} is listed as ${op} but is no result of one`)),
    ...[...made]
      .filter(([value]) => !known.has(value))
      .map(([value, node]) => violation("V6", `the ${op} ${called(value)} is not listed`, node.id)),
  ];
};

/** (V6): inputs and parameters are leaves, listed, and have names of their own. */
export const leafViolations = (graph: Graph): readonly Violation[] => {
  const names = [...graph.nodes.values()].filter(isLeaf).map(({ attrs }) => attrs.name);
  return [
    ...listViolations(graph, "input", graph.inputs),
    ...listViolations(graph, "parameter", graph.parameters),
    ...repeated(names).map((name) => violation("V6", `the name ${JSON.stringify(name)} is given twice`)),
  ];
};
