// Removes dead code: nodes that no result of any entry needs, and dense constants that no node names. Inputs and
// parameters stay, for they are the graph's signature.
import { liveNodes } from "../ir/graph/analysis.ts";
import { type Edited, edit } from "../ir/graph/edit.ts";
import type { Graph } from "../ir/graph/graph.ts";
import type { Pass } from "./pass.ts";

/** The graph without dead code. */
export const removeDeadCode = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    const live = liveNodes(graph);
    const named = new Set<string>();
    for (const node of graph.nodes.values()) {
      if (live.has(node.id) || node.op === "input" || node.op === "parameter") {
        if (node.op === "data") named.add(node.attrs.id);
      } else editor.remove(node.id);
    }
    for (const id of graph.constants.keys()) if (!named.has(id)) editor.forget(id);
  });

/** Removes nodes that no result needs. */
export const dce: Pass<Graph, Graph> = {
  name: "dce",
  summary: "Removes nodes that no result needs, and constants that no node names.",
  idempotent: true,
  run: (graph, observer) => {
    const { graph: result, patches } = removeDeadCode(graph);
    observer?.changed(patches);
    return result;
  },
};
