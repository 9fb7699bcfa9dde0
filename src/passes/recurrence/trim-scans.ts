// Takes out of a recurrence what it need not have: results that nobody reads, and states and operands that only these need;
// states that never change, which are captured instead; operands given twice; results given twice; and results that are a
// sequence it takes.
import { definitionOf, results, users } from "../../ir/graph/analysis.ts";
import type { Editor } from "../../ir/graph/edit.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { Pass } from "../pass.ts";
import { type Link, type Parts, putTogether, type ScanNode, type StateLink, scanPass, takeApart } from "./scan-edit.ts";

const isRead = (graph: Graph, value: ValueId): boolean => users(graph).has(value) || results(graph).has(value);

/** The inputs of a body that some of its values need. */
const inputsNeeded = (body: Graph, wanted: readonly ValueId[]): ReadonlySet<ValueId> => {
  const needed = new Set<ValueId>();
  const seen = new Set<ValueId>();
  const open = [...wanted];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    const node = definitionOf(body, value);
    if (node.op === "input") needed.add(value);
    open.push(...node.operands);
  }
  return needed;
};

/** The states that are read in the end, or that something wanted needs on the way. */
const liveStates = (graph: Graph, { body, states, outputs }: Parts): readonly StateLink[] => {
  const wanted = outputs.filter(({ result }) => isRead(graph, result)).map(({ inner }) => inner);
  let live = states.filter(({ result }) => isRead(graph, result));
  for (let before = -1; before !== live.length; ) {
    before = live.length;
    const needed = inputsNeeded(body, [...wanted, ...live.map(({ next }) => next)]);
    live = states.filter((state) => live.includes(state) || needed.has(state.inner));
  }
  return live;
};

/** Each operand once; inputs that take the same one are one input. */
const shared = (
  editor: Editor,
  links: readonly Link[],
): { readonly kept: readonly Link[]; readonly same: ReadonlyMap<ValueId, ValueId> } => {
  const first = new Map<ValueId, ValueId>();
  const same = new Map<ValueId, ValueId>();
  const kept = links.filter(({ outer, inner }) => {
    const known = first.get(editor.resolve(outer));
    if (known === undefined) first.set(editor.resolve(outer), inner);
    else same.set(inner, known);
    return known === undefined;
  });
  return { kept, same };
};

const trim = (editor: Editor, node: ScanNode): void => {
  const graph = editor.base;
  const parts = takeApart(node);
  const taken = new Map(parts.over.map(({ inner, outer }) => [inner, outer]));
  const live = liveStates(graph, parts);
  const changing = live.filter(({ inner, next }) => next !== inner);
  const constant = live.filter((state) => !changing.includes(state));
  const asked = parts.outputs.filter(({ inner, result }) => isRead(graph, result) && !taken.has(inner));
  const firstOf = (inner: ValueId) => asked.find((output) => output.inner === inner);
  const outputs = asked.filter((output) => firstOf(output.inner) === output);
  const needed = inputsNeeded(parts.body, [...changing.map(({ next }) => next), ...outputs.map(({ inner }) => inner)]);
  const over = parts.over.filter(({ inner }) => needed.has(inner));
  const captured = [...parts.captured, ...constant].filter(({ inner }) => needed.has(inner));
  const [overShared, capturedShared] = [shared(editor, over), shared(editor, captured)];
  const isSame =
    changing.length === parts.states.length &&
    outputs.length === parts.outputs.length &&
    overShared.kept.length === parts.over.length &&
    capturedShared.kept.length === parts.captured.length;
  if (isSame) return;
  for (const { outer, result } of constant) editor.replace(result, outer);
  for (const { inner, result } of parts.outputs) {
    const sequence = taken.get(inner);
    if (sequence !== undefined) editor.replace(result, sequence);
    const first = firstOf(inner);
    if (first !== undefined && first.result !== result && isRead(graph, result)) editor.replace(result, first.result);
  }
  if (changing.length + outputs.length === 0) return;
  putTogether(editor, node, {
    body: parts.body,
    states: changing,
    over: overShared.kept,
    captured: capturedShared.kept,
    outputs,
    same: new Map([...overShared.same, ...capturedShared.same]),
  });
};

/** Takes out of recurrences what nobody needs. */
export const trimScans: Pass<Graph, Graph> = scanPass(
  "trim-scans",
  "Drops results of recurrences that nobody reads, with what only they need, and states that never change.",
  trim,
);
