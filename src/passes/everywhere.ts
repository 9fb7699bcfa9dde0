// Passes within bodies: what is true of a graph is true of the graph that an op repeats, so passes run there as well, the
// innermost body first.

import { nodesWithBodies } from "../ir/graph/analysis.ts";
import { changeBodies } from "../ir/graph/body.ts";
import { type Edited, edit } from "../ir/graph/edit.ts";
import type { Graph } from "../ir/graph/graph.ts";
import type { Pass } from "./pass.ts";

/** The graph with other bodies; the very graph where `change` gives every body back. */
export const editBodies = (graph: Graph, change: (body: Graph) => Graph): Edited =>
  edit(graph, (editor) => {
    for (const node of nodesWithBodies(graph)) {
      const attrs = changeBodies(node, change);
      if (attrs === node.attrs) continue;
      const made = editor.emit(node.op, node.operands, attrs, node.location);
      node.results.forEach(({ id }, position) => {
        const result = made[position];
        if (result !== undefined) editor.replace(id, result);
      });
    }
  });

/** The pass, run on every body and then on the graph. */
export const everywhere = (pass: Pass<Graph, Graph>): Pass<Graph, Graph> => {
  const deep: Pass<Graph, Graph> = {
    ...pass,
    run: (graph, observer) => {
      const { graph: inner, patches } = editBodies(graph, (body) => deep.run(body, observer));
      observer?.changed(patches);
      return pass.run(inner, observer);
    },
  };
  return deep;
};
