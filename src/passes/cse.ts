// Common subexpressions: nodes with the same op, attributes and operands compute the same values, so the first stands for
// all. One sweep with operands before users suffices, for equal operands have been made the same by then. All ops are
// pure; random bits are a function of their key.
import { order } from "../ir/graph/analysis.ts";
import { attributesKey } from "../ir/graph/builder.ts";
import { type Edited, edit } from "../ir/graph/edit.ts";
import type { Graph, Node } from "../ir/graph/graph.ts";
import type { Pass } from "./pass.ts";

/** The graph in which every computation stands once. */
export const eliminateCommonSubexpressions = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    const first = new Map<string, Node>();
    for (const node of order(graph)) {
      // Operands are separated, or (1, 12) would be (11, 2).
      const key = `${node.op}(${node.operands.map(editor.resolve).join()}){${attributesKey(node.attrs)}}`;
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, node);
      else
        node.results.forEach(({ id }, position) => {
          const same = earlier.results[position];
          if (same !== undefined) editor.replace(id, same.id);
        });
    }
  });

/** Computes equal expressions once. */
export const cse: Pass<Graph, Graph> = {
  name: "cse",
  summary: "Computes equal expressions once.",
  idempotent: true,
  run: (graph, observer) => {
    const { graph: result, patches } = eliminateCommonSubexpressions(graph);
    observer?.changed(patches);
    return result;
  },
};
