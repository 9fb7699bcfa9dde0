// Moves products that need no state out of a recurrence and in front of it: W x[t] for all t is one large product instead of
// many small ones. The recurrence then takes a sequence of projections instead of the inputs themselves.
//
//   scan h over x: tanh(W x[t] + U h)   =>   p = x W^T;  scan h over p: tanh(p[t] + U h)
import { definitionOf, order } from "../../ir/graph/analysis.ts";
import { bodyResults } from "../../ir/graph/body-graph.ts";
import type { Editor } from "../../ir/graph/edit.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { Pass } from "../pass.ts";
import { type Batched, batchOverTime, madeByProducts, movesElements } from "./batch-over-time.ts";
import { type Parts, putTogether, type ScanNode, scanPass, takeApart, tensorsOf } from "./scan-edit.ts";

/** The values of a body that depend on no state, and on some sequence. */
const stateless = ({ body, states, over }: Parts): ReadonlySet<ValueId> => {
  const onState = new Set<ValueId>(states.map(({ inner }) => inner));
  const onTime = new Set<ValueId>(over.map(({ inner }) => inner));
  for (const { operands, results } of order(body))
    for (const { id } of results) {
      if (operands.some((operand) => onState.has(operand))) onState.add(id);
      if (operands.some((operand) => onTime.has(operand))) onTime.add(id);
    }
  return new Set([...onTime].filter((value) => !onState.has(value)));
};

/** Where the part of a body that needs no state ends: values that something else, or the caller, reads. */
const frontier = (parts: Parts, free: ReadonlySet<ValueId>): ReadonlySet<ValueId> => {
  const { body } = parts;
  const ends = new Set<ValueId>();
  const given = bodyResults(body);
  for (const { operands, results } of order(body))
    if (!results.some(({ id }) => free.has(id)))
      for (const operand of operands) if (free.has(operand)) ends.add(operand);
  for (const value of given) if (free.has(value)) ends.add(value);
  // Slices and transposes of a projection stay in the step: one sequence is better than three.
  const settled = new Set<ValueId>();
  const settle = (value: ValueId): void => {
    const node = definitionOf(body, value);
    if (movesElements(node)) for (const operand of node.operands) if (free.has(operand)) settle(operand);
    if (!movesElements(node)) settled.add(value);
  };
  for (const value of ends) settle(value);
  return settled;
};

const hoist = (editor: Editor, node: ScanNode): void => {
  const parts = takeApart(node);
  const { body, over, captured } = parts;
  const products = madeByProducts(body);
  const candidates = [...frontier(parts, stateless(parts))].filter((value) => products.has(value));
  if (candidates.length === 0) return;
  const trace = tensorsOf(editor);
  const given = new Map<ValueId, Batched>([
    ...over.map(({ outer, inner }) => [inner, { kind: "each", tensor: trace.tensor(outer) }] as const),
    ...captured.map(({ outer, inner }) => [inner, { kind: "same", tensor: trace.tensor(outer) }] as const),
  ]);
  const batch = batchOverTime(trace, body, node.attrs.length, given);
  const hoisted = candidates.flatMap((inner) => {
    const batched = batch(inner);
    return batched?.kind === "each" ? [{ inner, outer: trace.value(batched.tensor) }] : [];
  });
  if (hoisted.length === 0) return;
  putTogether(editor, node, { ...parts, over: [...over, ...hoisted] });
};

/** Computes products that need no state for all steps at once, before the recurrence. */
export const hoistFromScans: Pass<Graph, Graph> = scanPass(
  "hoist-from-scans",
  "Computes products of recurrences that need no state for all steps at once, before them.",
  hoist,
);
