// What the passes over recurrences share: a scan taken apart, and put together again with other states, sequences, captured
// values and results.

import { invariant } from "../../ir/diagnostics/invariant.ts";
import { bodyWith } from "../../ir/graph/body.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import type { GraphBuilder } from "../../ir/graph/builder.ts";
import { type Edited, type Editor, edit } from "../../ir/graph/edit.ts";
import type { Graph, NodeOf, ValueId } from "../../ir/graph/graph.ts";
import type { Trace } from "../../ir/graph/trace.ts";
import { traceOver } from "../../ir/graph/traced-tensor.ts";
import { partsOf } from "../../ir/ops/recurrence-parts.ts";
import type { Pass } from "../pass.ts";

export type ScanNode = NodeOf<"scan">;

/** An operand with the input of the body that takes it: values of the graph around, and of the body. */
export interface Link {
  readonly outer: ValueId;
  readonly inner: ValueId;
}

/** A state: what it starts from, the input of the body, and what the body gives back for it. */
export interface StateLink extends Link {
  readonly next: ValueId;
  /** The result of the scan: the state after the last step. */
  readonly result: ValueId;
}

/** A result sequence: the value of the body that is one element of it. */
export interface OutputLink {
  readonly inner: ValueId;
  readonly result: ValueId;
}

/** A scan by its parts. */
export interface Parts {
  readonly body: Graph;
  readonly states: readonly StateLink[];
  readonly over: readonly Link[];
  readonly captured: readonly Link[];
  readonly outputs: readonly OutputLink[];
}

/** Takes a scan apart. */
export const takeApart = ({ attrs, operands, results }: ScanNode): Parts => {
  const body = graphOf(attrs.body);
  const made = bodyResults(body);
  const at = <T>(list: readonly T[], position: number): T => {
    const found = list[position];
    invariant(found !== undefined, "a scan has an operand for each input of its body, and a result for each output");
    return found;
  };
  const links = operands.map((outer, position): Link => ({ outer, inner: at(body.inputs, position) }));
  const parts = partsOf(links, attrs);
  return {
    body,
    states: parts.state.map((link, position) => ({
      ...link,
      next: at(made, position),
      result: at(results, position).id,
    })),
    over: parts.over,
    captured: parts.captured,
    outputs: made.slice(attrs.carried).map((inner, position) => ({
      inner,
      result: at(results, attrs.carried + position).id,
    })),
  };
};

/** A scan of some parts; what has no result yet is new. */
export interface NewParts {
  readonly body: Graph;
  readonly states: readonly (Link & { readonly next: ValueId; readonly result?: ValueId })[];
  readonly over: readonly Link[];
  readonly captured: readonly Link[];
  readonly outputs: readonly { readonly inner: ValueId; readonly result?: ValueId }[];
  /** Inputs of the body that are no longer there, and the inputs that stand for them. */
  readonly same?: ReadonlyMap<ValueId, ValueId>;
}

/** Puts a scan together in the place of another; results of the old one that the parts name are replaced. Gives the outputs. */
export const putTogether = (editor: Editor, node: ScanNode, parts: NewParts): readonly ValueId[] => {
  const links = [...parts.states, ...parts.over, ...parts.captured];
  const body = bodyWith(
    parts.body,
    links.map(({ inner }) => inner),
    [...parts.states.map(({ next }) => next), ...parts.outputs.map(({ inner }) => inner)],
    parts.same,
  );
  const made = editor.emit(
    "scan",
    links.map(({ outer }) => outer),
    { ...node.attrs, carried: parts.states.length, sequences: parts.over.length, body },
    node.location,
  );
  [...parts.states, ...parts.outputs].forEach(({ result }, position) => {
    const value = made[position];
    if (result !== undefined && value !== undefined) editor.replace(result, value);
  });
  return made.slice(parts.states.length);
};

/** Tensors over an edit, so that what a pass adds can be written as formulas are. */
export const tensorsOf = (editor: Editor): Trace => {
  const refuse = (): never => {
    throw new TypeError("an edit adds no inputs, parameters or dense constants");
  };
  const builder: GraphBuilder = {
    emit: editor.emit,
    constant: (value, dtype, shape) => {
      const [made] = editor.emit("constant", [], { value, dtype, shape });
      invariant(made !== undefined, "a constant has a result");
      return made;
    },
    typeOf: editor.typeOf,
    locationOf: (value) => editor.definition(value).location,
    definitionOf: editor.definition,
    input: refuse,
    parameter: refuse,
    data: refuse,
    adopt: refuse,
    finish: refuse,
  };
  return traceOver(builder);
};

/** A pass that changes scans, one after the other. */
export const scanPass = (
  name: string,
  summary: string,
  change: (editor: Editor, node: ScanNode) => void,
): Pass<Graph, Graph> => ({
  name,
  summary,
  run: (graph, observer) => {
    const { graph: result, patches }: Edited = edit(graph, (editor) => {
      for (const node of graph.nodes.values()) if (node.op === "scan") change(editor, node);
    });
    observer?.changed(patches);
    return result;
  },
});
