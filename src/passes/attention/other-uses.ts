// Whether the scores of an attention are for it alone. If something else needs them, or anything made of them on the way to the
// result, they have to be written out anyway, and attention would compute them a second time.
import { definitionOf, liveNodes, results, users } from "../../ir/graph/analysis.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { RecognisedAttention } from "./attention-op.ts";

/** Whether every way from the products of queries and keys to a result of the graph leads through the result of attention. */
export const isOnlyFor = (graph: Graph, recognised: RecognisedAttention): boolean => {
  const { products, result, captured } = recognised;
  const needed = new Set(captured);
  for (const { value } of [recognised.queries, recognised.keys, recognised.values]) needed.add(value);
  const live = liveNodes(graph);
  const reached = new Set<ValueId>();
  const open: ValueId[] = [products];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === result.value || reached.has(value)) continue;
    if (results(graph).has(value) || needed.has(value)) return false;
    reached.add(value);
    for (const node of users(graph).get(value) ?? [])
      if (live.has(node.id)) for (const { id } of node.results) open.push(id);
  }
  return live.has(definitionOf(graph, result.value).id);
};
