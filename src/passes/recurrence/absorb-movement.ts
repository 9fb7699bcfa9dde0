// What a recurrence captures is what is there, not a copy of it: where a captured value only repeats, transposes or reshapes
// another one, or is one number everywhere, the body captures that other one and moves its elements itself, where they are
// read. A broadcast bias need not be in memory, and a transposed weight becomes a flag of the product.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import { finishBody, writeNodes } from "../../ir/graph/body.ts";
import { bodyResults } from "../../ir/graph/body-graph.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import type { Editor } from "../../ir/graph/edit.ts";
import { inputNames } from "../../ir/graph/entry-inputs.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import type { Pass } from "../pass.ts";
import { type Link, type Parts, putTogether, type ScanNode, scanPass, takeApart } from "./scan-edit.ts";

const movements: ReadonlySet<string> = new Set(["broadcast", "transpose", "reshape", "constant"]);

/** The body with one more input for each operand of what is absorbed, and places for all values of the old one. */
interface Absorbing {
  readonly builder: ReturnType<typeof graphBuilder>;
  readonly places: Map<ValueId, ValueId>;
  readonly captured: Link[];
}

const absorbOne = (editor: Editor, { builder, captured }: Absorbing, node: Node, name: string): ValueId => {
  const operands = node.operands.map((operand, at) => {
    const inner = builder.input(`${name}_${at}`, editor.typeOf(operand));
    captured.push({ outer: editor.resolve(operand), inner });
    return inner;
  });
  const [made] = builder.emit(node.op, operands, node.attrs, node.location);
  invariant(made !== undefined, "a movement has one result");
  return made;
};

const absorb = (editor: Editor, node: ScanNode): void => {
  const parts: Parts = takeApart(node);
  const { body } = parts;
  const moved = new Map(
    parts.captured.flatMap(({ outer, inner }) => {
      const source = editor.definition(outer);
      return movements.has(source.op) ? [[inner, source] as const] : [];
    }),
  );
  if (moved.size === 0) return;
  const builder = graphBuilder();
  const absorbing: Absorbing = { builder, places: new Map(), captured: [] };
  const names = inputNames(body);
  body.inputs.forEach((input, at) => {
    const source = moved.get(input);
    const name = names[at] ?? `${at}`;
    const made =
      source === undefined
        ? builder.input(name, typeOf(body, input), definitionOf(body, input).location)
        : absorbOne(editor, absorbing, source, name);
    absorbing.places.set(input, made);
  });
  const results = writeNodes(body, bodyResults(body), builder, absorbing.places);
  const graph: Graph = finishBody(builder, results);
  const placed = (inner: ValueId): ValueId => {
    const place = absorbing.places.get(inner);
    invariant(place !== undefined, "inputs and results of the body have their places");
    return place;
  };
  const resultAt = (at: number): ValueId => {
    const result = results[at];
    invariant(result !== undefined, "the body gives as many results as before");
    return result;
  };
  const kept = parts.captured.filter(({ inner }) => !moved.has(inner));
  putTogether(editor, node, {
    body: graph,
    states: parts.states.map((state, at) => ({ ...state, inner: placed(state.inner), next: resultAt(at) })),
    over: parts.over.map(({ outer, inner }) => ({ outer, inner: placed(inner) })),
    captured: [...kept.map(({ outer, inner }) => ({ outer, inner: placed(inner) })), ...absorbing.captured],
    outputs: parts.outputs.map(({ result }, at) => ({
      result,
      inner: resultAt(parts.states.length + at),
    })),
  });
};

const absorbOnce = scanPass(
  "absorb-movement",
  "Lets recurrences capture values themselves instead of broadcast, transposed or reshaped copies.",
  absorb,
);

/** Lets the bodies of recurrences move elements themselves, instead of capturing moved copies, copies of copies included. */
export const absorbMovement: Pass<Graph, Graph> = {
  ...absorbOnce,
  run: (graph, observer) => {
    for (let before = graph; ; ) {
      const after = absorbOnce.run(before, observer);
      if (after === before) return after;
      before = after;
    }
  },
};
