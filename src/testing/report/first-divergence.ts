// Where in a graph it begins to go wrong: the first node that fails when it is the only result.

import type { Node } from "../../ir/graph/graph.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { Violation } from "../property.ts";
import { rewriteCase } from "../shrinking/rewrite-case.ts";
import { computingNodes } from "../shrinking/rule.ts";

/** A node, the graph that ends in it, and what is wrong with that. */
export interface Divergence {
  readonly node: Node;
  readonly drawn: GraphCase;
  readonly violation: Violation;
}

/** The first node, operands before users, whose value alone violates the property; undefined where it takes several results. */
export const firstDivergence = async (
  drawn: GraphCase,
  check: (drawn: GraphCase) => Promise<Violation | undefined>,
): Promise<Divergence | undefined> => {
  for (const node of computingNodes(drawn.graph))
    for (const { id } of node.results) {
      const name = drawn.graph.entries[0]?.name ?? "main";
      const alone = rewriteCase(drawn, { entries: [{ name, outputs: [{ name: "value", value: id }], updates: [] }] });
      const violation = alone === undefined ? undefined : await check(alone);
      if (alone !== undefined && violation !== undefined) return { node, drawn: alone, violation };
    }
  return undefined;
};
