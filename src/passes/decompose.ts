// Composites (softmax, pooling, losses, ...) replaced by the ops that say them, again and again until only ops are left
// that lower. The result's type says so: what follows takes nothing else.
import { invariant } from "../ir/diagnostics/invariant.ts";
import { type Location, withinFunction } from "../ir/diagnostics/location.ts";
import { analysis, nodesWithBodies, order } from "../ir/graph/analysis.ts";
import { bodiesIn } from "../ir/graph/body-graph.ts";
import { decomposition, isComposite } from "../ir/graph/decomposition.ts";
import { type Edited, type Editor, edit } from "../ir/graph/edit.ts";
import type { ConstantId, Graph, Node, NodeOf, ValueId } from "../ir/graph/graph.ts";
import type { Attributes } from "../ir/ops/attributes.ts";
import type { CoreOp, OpKind } from "../ir/ops/index.ts";
import { editBodies } from "./everywhere.ts";
import type { Pass } from "./pass.ts";

const hasNoComposites: (graph: Graph) => boolean = analysis(
  (graph) =>
    [...graph.nodes.values()].every(({ op }) => !isComposite(op)) &&
    nodesWithBodies(graph).every((node) => bodiesIn(node).every(([, body]) => hasNoComposites(body))),
);

/** Whether no composite is left, in the graph and in the bodies that it repeats. */
export const isDecomposed = (graph: Graph): graph is Graph<CoreOp> => hasNoComposites(graph);

/** Which composites are replaced. */
type Choice = (op: OpKind) => boolean;

/** Takes a dense constant over from another graph. */
const adopt = (editor: Editor, { constants }: Graph, { attrs }: NodeOf<"data">): Attributes => {
  // A node names its constant as plain text, for the ops do not know the graph's brands.
  const contents = constants.get(attrs.id as ConstantId);
  invariant(contents !== undefined, `the contents of ${attrs.id} are in the graph`);
  return { ...attrs, id: editor.intern(contents.dtype, contents.data) };
};

/** Puts what a composite is made of into the graph; gives its results there. */
const splice = (
  editor: Editor,
  isReplaced: Choice,
  node: Node,
  operands: readonly ValueId[],
  location: Location | undefined,
): readonly ValueId[] => {
  const body = decomposition(node.op, operands.map(editor.typeOf), node.attrs);
  const places = new Map<ValueId, ValueId>();
  const placed = (value: ValueId): ValueId => {
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
    const partOperands = part.operands.map(placed);
    const attrs = part.op === "data" ? adopt(editor, body, part) : part.attrs;
    // What stands in a function of the user's has places of its own; what we say a composite with stands where that does.
    const place = node.op === "apply" ? withinFunction(part.location, location, node.attrs.name) : location;
    const made = isReplaced(part.op)
      ? splice(editor, isReplaced, part, partOperands, place)
      : editor.emit(part.op, partOperands, attrs, place);
    part.results.forEach(({ id }, position) => {
      const result = made[position];
      if (result !== undefined) places.set(id, result);
    });
  }
  return (body.entries[0]?.outputs ?? []).map(({ value }) => placed(value));
};

/** A graph and what changed, its bodies' changes among it. */
type Changed = Pick<Edited, "graph" | "patches">;

/** The graph and its bodies with some composites replaced, and what changed. */
const replaceComposites = (graph: Graph, isReplaced: Choice): Changed => {
  const inner = editBodies(graph, (body) => replaceComposites(body, isReplaced).graph);
  const { graph: result, patches } = replaceNodes(inner.graph, isReplaced);
  return { graph: result, patches: [...inner.patches, ...patches] };
};

/** The graph in core ops alone, and what changed. */
export const decomposeGraph = (graph: Graph): Changed => replaceComposites(graph, isComposite);

const replaceNodes = (graph: Graph, isReplaced: Choice): Edited =>
  edit(graph, (editor) => {
    for (const node of order(graph)) {
      if (!isReplaced(node.op)) continue;
      const made = splice(editor, isReplaced, node, node.operands.map(editor.resolve), node.location);
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

/** The graph and its bodies with all functions written out that have no derivative of their own. */
export const writeFunctions = (graph: Graph): Graph => replaceComposites(graph, (op) => op === "apply").graph;

/** Puts the bodies of functions in the places of their calls, before anything looks for patterns. */
export const inlineCalls: Pass<Graph, Graph> = {
  name: "inline-calls",
  summary: "Puts the bodies of functions in the places of their calls.",
  run: (graph, observer) => {
    const { graph: result, patches } = replaceComposites(graph, (op) => op === "call" || op === "apply");
    observer?.changed(patches);
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
