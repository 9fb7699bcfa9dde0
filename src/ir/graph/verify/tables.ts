// The tables of a graph: ids (V3), definitions and their order (V1, V2), and that nothing can be changed (V10).
import type { Graph, Node, ValueId } from "../graph.ts";
import { called, type Violation, violation } from "./violation.ts";

const isId = (id: number): boolean => Number.isSafeInteger(id) && id >= 0;

/** (V1), (V2), (V3) for nodes: ids are sound, and operands are defined, above their use. */
export const orderViolations = (graph: Graph): readonly Violation[] => {
  const found: Violation[] = [];
  const all = new Set<ValueId>();
  for (const [key, node] of graph.nodes) {
    if (key !== node.id || !isId(node.id))
      found.push(violation("V3", `node ${node.id} is kept under the id ${key}`, key));
    for (const { id } of node.results) {
      if (all.has(id) || !isId(id)) found.push(violation("V3", `${called(id)} is no new id of a value`, key));
      all.add(id);
    }
  }
  const defined = new Set<ValueId>();
  for (const [key, node] of graph.nodes) {
    for (const operand of node.operands) {
      if (!all.has(operand))
        found.push(violation("V1", `${node.op} reads ${called(operand)}, which no node defines`, key));
      else if (!defined.has(operand))
        found.push(violation("V2", `${node.op} reads ${called(operand)}, which is not defined above it`, key));
    }
    for (const { id } of node.results) defined.add(id);
  }
  return found;
};

/** Nodes that are frozen through and through, which they stay: most nodes of a graph were in the graph before it. */
const frozenNodes = new WeakSet<Node>();

/** The parts of a node that are objects of their own, by name. */
const partsOf = (node: Node): readonly (readonly [name: string, part: unknown])[] => [
  ["node", node],
  ["operands", node.operands],
  ["attributes", node.attrs],
  ...Object.entries(node.attrs).map(([name, value]): readonly [string, unknown] => [`attribute ${name}`, value]),
  ["results", node.results],
  ...node.results.flatMap((result): readonly (readonly [string, unknown])[] => [
    ["result", result],
    ["type", result.type],
    ["shape", result.type.shape],
  ]),
];

const isFrozenThrough = (node: Node): boolean =>
  Object.isFrozen(node) &&
  Object.isFrozen(node.operands) &&
  Object.isFrozen(node.attrs) &&
  Object.values(node.attrs).every(Object.isFrozen) &&
  Object.isFrozen(node.results) &&
  node.results.every((each) => Object.isFrozen(each) && Object.isFrozen(each.type) && Object.isFrozen(each.type.shape));

/** The first part of a node that can be changed, by name. */
const unfrozenPart = (node: Node): string | undefined => {
  if (frozenNodes.has(node)) return undefined;
  if (isFrozenThrough(node)) {
    frozenNodes.add(node);
    return undefined;
  }
  const unfrozen = partsOf(node).find(([, part]) => !Object.isFrozen(part));
  return unfrozen?.[0];
};

/** Whether nothing of a node can be changed. */
export const isFrozenNode = (node: Node): boolean => unfrozenPart(node) === undefined;

/** (V10): everything is frozen. */
export const frozenViolations = (graph: Graph): readonly Violation[] => {
  const found: Violation[] = [];
  for (const [key, node] of graph.nodes) {
    const part = unfrozenPart(node);
    if (part !== undefined) found.push(violation("V10", `the ${part} of ${node.op} can be changed`, key));
  }
  const parts: readonly (readonly [string, unknown])[] = [
    ["graph", graph],
    ["list of inputs", graph.inputs],
    ["list of parameters", graph.parameters],
    ["list of entries", graph.entries],
    ...graph.entries.flatMap((entry): readonly (readonly [string, unknown])[] => [
      [`entry ${entry.name}`, entry],
      [`list of outputs of ${entry.name}`, entry.outputs],
      [`list of updates of ${entry.name}`, entry.updates],
      ...[...entry.outputs, ...entry.updates].map((named): readonly [string, unknown] => [
        `name ${named.name} in ${entry.name}`,
        named,
      ]),
    ]),
    ...[...graph.constants].map(([id, contents]): readonly [string, unknown] => [`contents of ${id}`, contents]),
  ];
  for (const [name, part] of parts)
    if (!Object.isFrozen(part)) found.push(violation("V10", `the ${name} can be changed`));
  return found;
};
