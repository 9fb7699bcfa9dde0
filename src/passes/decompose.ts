// Composites (softmax, pooling, losses, ...) replaced by the ops that say them, again and again until only ops are left
// that lower. The result's type says so: what follows takes nothing else.
import { invariant } from "../ir/diagnostics/invariant.ts";
import type { Location } from "../ir/diagnostics/location.ts";
import { order } from "../ir/graph/analysis.ts";
import { bodyIn } from "../ir/graph/body-graph.ts";
import { decomposition, isComposite } from "../ir/graph/decomposition.ts";
import { type Edited, type Editor, edit } from "../ir/graph/edit.ts";
import type { Graph, Node, ValueId } from "../ir/graph/graph.ts";
import type { CoreOp } from "../ir/ops/index.ts";
import { editBodies } from "./everywhere.ts";
import type { Pass } from "./pass.ts";

/** Whether no composite is left, in the graph and in the bodies that it repeats. */
export const isDecomposed = (graph: Graph): graph is Graph<CoreOp> =>
  [...graph.nodes.values()].every((node) => {
    const body = bodyIn(node);
    return !isComposite(node.op) && (body === undefined || isDecomposed(body));
  });

/** Puts what a composite is made of into the graph; gives its results there. */
const splice = (
  editor: Editor,
  node: Node,
  operands: readonly ValueId[],
  location: Location | undefined,
): readonly ValueId[] => {
  const body = decomposition(node.op, operands.map(editor.typeOf), node.attrs);
  const places = new Map<ValueId, ValueId>();
  const place = (value: ValueId): ValueId => {
    const found = places.get(value);
    invariant(found !== undefined, `%${value} of ${node.op} is placed before it is used`);
    return found;
  };
  body.inputs.forEach((input, position) => {
    const operand = operands[position];
    if (operand !== undefined) places.set(input, operand);
  });
  for (const part of order(body)) {
    if (part.op === "input") continue;
    invariant(part.op !== "data", `${node.op} decomposes without dense constants`);
    const partOperands = part.operands.map(place);
    const made = isComposite(part.op)
      ? splice(editor, part, partOperands, location)
      : editor.emit(part.op, partOperands, part.attrs, location);
    part.results.forEach(({ id }, position) => {
      const result = made[position];
      if (result !== undefined) places.set(id, result);
    });
  }
  return (body.entries[0]?.outputs ?? []).map(({ value }) => place(value));
};

/** The graph in core ops alone, and what changed. */
export const decomposeGraph = (graph: Graph): Edited => {
  const inner = editBodies(graph, (body) => decomposeGraph(body).graph);
  const { graph: result, patches } = decomposeNodes(inner.graph);
  return { graph: result, patches: [...inner.patches, ...patches] };
};

const decomposeNodes = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    for (const node of order(graph)) {
      if (!isComposite(node.op)) continue;
      const made = splice(editor, node, node.operands.map(editor.resolve), node.location);
      node.results.forEach(({ id }, position) => {
        const result = made[position];
        if (result !== undefined) editor.replace(id, result);
      });
    }
  });

/** Replaces composites by the ops that say them. */
export const decompose: Pass<Graph, Graph<CoreOp>> = {
  name: "decompose",
  summary: "Replaces composite ops by the ops that say them.",
  run: (graph, observer) => {
    const { graph: result, patches } = decomposeGraph(graph);
    observer?.changed(patches);
    invariant(isDecomposed(result), "no composite is left");
    return result;
  },
};

/** The same pass over decomposed graphs, for passes that make no composites. */
export const onCore = (pass: Pass<Graph, Graph>): Pass<Graph<CoreOp>, Graph<CoreOp>> => ({
  ...pass,
  run: (graph, observer) => {
    const result = pass.run(graph, observer);
    invariant(isDecomposed(result), `${pass.name} makes no composites`);
    return result;
  },
});
