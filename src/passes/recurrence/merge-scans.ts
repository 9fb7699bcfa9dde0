// Recurrences that take the same steps are one: where two scans over the same operands compute the same state, one of them
// gives the results of both. Differentiation makes such pairs, a scan and the one that saves what the way back reads.

import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, order, typeOf } from "../../ir/graph/analysis.ts";
import { bodyOf, finishBody, inlineBody } from "../../ir/graph/body.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import { type Edited, type Editor, edit } from "../../ir/graph/edit.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { Body } from "../../ir/ops/body.ts";
import type { Pass } from "../pass.ts";
import type { ScanNode } from "./scan-edit.ts";

/** Both bodies in one, for the same inputs: outputs of the first, then those of the second; undefined where states differ. */
const joined = (
  first: Body,
  second: Body,
  carried: number,
): { readonly body: Body; readonly extra: readonly number[] } | undefined => {
  const builder = graphBuilder();
  const graph = graphOf(first);
  const inputs = graph.inputs.map((input) => {
    const node = definitionOf(graph, input);
    invariant(node.op === "input", "a body takes inputs");
    return builder.input(node.attrs.name, typeOf(graph, input), node.location);
  });
  const resultsOf = (body: Body): readonly ValueId[] => {
    const places = inlineBody(body, builder, inputs);
    return bodyResults(graphOf(body)).flatMap((value) => places.get(value) ?? []);
  };
  const [ofFirst, ofSecond] = [resultsOf(first), resultsOf(second)];
  if (!ofFirst.slice(0, carried).every((value, at) => value === ofSecond[at])) return undefined;
  const results = [...ofFirst];
  // A value may be given both as a state and as an element: the last state and the sequence are different results.
  const extra = ofSecond.map((value, position) => {
    const at = position < carried ? position : results.indexOf(value, carried);
    return at >= 0 ? at : results.push(value) - 1;
  });
  return { body: bodyOf(finishBody(builder, results)), extra };
};

const keyOf = (editor: Editor, { operands, attrs }: ScanNode): string =>
  [operands.map(editor.resolve).join(), attrs.carried, attrs.sequences, attrs.length, attrs.reverse].join(" ");

const merge = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    const known = new Map<string, ScanNode>();
    for (const node of order(graph)) {
      if (node.op !== "scan") continue;
      const key = keyOf(editor, node);
      const before = known.get(key);
      const both = before === undefined ? undefined : joined(before.attrs.body, node.attrs.body, node.attrs.carried);
      if (before === undefined || both === undefined) {
        known.set(key, node);
        continue;
      }
      const made = editor.emit("scan", node.operands, { ...node.attrs, body: both.body }, before.location);
      before.results.forEach(({ id }, at) => {
        const value = made[at];
        if (value !== undefined) editor.replace(id, value);
      });
      node.results.forEach(({ id }, at) => {
        const value = made[both.extra[at] ?? at];
        if (value !== undefined) editor.replace(id, value);
      });
      const definition = made[0] === undefined ? undefined : editor.definition(made[0]);
      if (definition?.op === "scan") known.set(key, definition);
    }
  });

/** Makes one scan of those that take the same steps. */
export const mergeScans: Pass<Graph, Graph> = {
  name: "merge-scans",
  summary: "Makes one recurrence of those over the same operands that carry the same state.",
  run: (graph, observer) => {
    const { graph: result, patches } = merge(graph);
    observer?.changed(patches);
    return result;
  },
};
