// What a rule of the shrinker is, and how rules over graphs become rules over cases.
import { definitionOf, liveNodes, order } from "../../ir/graph/analysis.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { isLeaf } from "./measure.ts";
import type { Change } from "./rewrite-case.ts";

/** One way of making a case simpler: the changes to try, those that take most away first. They need not fit. */
export interface Rule {
  readonly name: string;
  readonly changes: (drawn: GraphCase) => Iterable<Change>;
}

/** The nodes that compute something that a result needs, operands before users. */
export const computingNodes = (graph: Graph): readonly Node[] =>
  order(graph).filter((node) => liveNodes(graph).has(node.id) && !isLeaf(node));

/** The leaves that a result needs or a parameter is, in the order of the graph. */
export const liveLeaves = (graph: Graph): readonly ValueId[] =>
  order(graph)
    .filter((node) => isLeaf(node) && (liveNodes(graph).has(node.id) || node.op === "parameter"))
    .flatMap(({ results }) => results.map(({ id }) => id));

/** The values that results and updates of all entry points name, each once. */
export const wantedValues = ({ entries }: Graph): readonly ValueId[] => [
  ...new Set(entries.flatMap(({ outputs, updates }) => [...outputs, ...updates].map(({ value }) => value))),
];

/** Values by how many nodes lie between them and the nearest result. */
export const depths = (graph: Graph): ReadonlyMap<ValueId, number> => {
  const found = new Map<ValueId, number>();
  let level = wantedValues(graph);
  for (let depth = 0; level.length > 0; depth++) {
    const next = new Set<ValueId>();
    for (const value of level) {
      if (found.has(value)) continue;
      found.set(value, depth);
      for (const operand of definitionOf(graph, value).operands) next.add(operand);
    }
    level = [...next];
  }
  return found;
};
