// Moves products that no later step needs out of a recurrence and behind it.
//
//   y[t] = v[t] W                      =>   y = v W, for all steps at once
//   s[t+1] = s[t] + a[t]^T b[t]        =>   s[T] = s[0] + a^T b, with the rows of all steps under each other
//   s[t+1] = s[t] + sum of v[t]        =>   s[T] = s[0] + the sum of v over all steps
//   s[t+1] = s[t] + v[t]               =>   the same, where v is there for all steps anyway
//
// The second and third are how the gradients of weights and biases come about in backpropagation through time. Sums are then
// taken in another order than step by step.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf, users } from "../../ir/graph/analysis.ts";
import { bodyResults } from "../../ir/graph/body-graph.ts";
import type { Editor } from "../../ir/graph/edit.ts";
import type { Graph, NodeOf, ValueId } from "../../ir/graph/graph.ts";
import type { Trace } from "../../ir/graph/trace.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import type { Pass } from "../pass.ts";
import { multiplyEach, rowsOf } from "./batch-over-time.ts";
import {
  type OutputLink,
  type Parts,
  putTogether,
  type ScanNode,
  type StateLink,
  scanPass,
  takeApart,
  tensorsOf,
} from "./scan-edit.ts";

/** What is computed behind the recurrence from sequences of values of its body. */
interface Sunk {
  /** Values of the body that must be there for all steps. */
  readonly needs: readonly ValueId[];
  readonly compute: (sequenceOf: (value: ValueId) => Tensor) => Tensor;
}

const isMatrix = (body: Graph, value: ValueId): boolean => typeOf(body, value).shape.length === 2;

/** The sum of a value of the body over all steps, where that is one product or one sum. */
const sumOverTime = (parts: Parts, value: ValueId): Sunk | undefined => {
  const { body } = parts;
  const node = definitionOf(body, value);
  const [first, second] = node.operands;
  if (first === undefined) return undefined;
  if (node.op === "binary" && node.attrs.fn === "add" && second !== undefined) {
    const [left, right] = [sumOverTime(parts, first), sumOverTime(parts, second)];
    if (left === undefined || right === undefined) return undefined;
    return {
      needs: [...left.needs, ...right.needs],
      compute: (sequenceOf) => left.compute(sequenceOf).add(right.compute(sequenceOf)),
    };
  }
  if (node.op === "reshape") {
    const inner = sumOverTime(parts, first);
    const { shape } = node.attrs;
    return inner && { ...inner, compute: (sequenceOf) => inner.compute(sequenceOf).reshape(shape) };
  }
  if (node.op === "matmul" && second !== undefined) return sumOfProducts(parts, node, first, second);
  if (node.op === "reduce" && node.attrs.fn === "sum" && !isCaptured(parts, first)) {
    const { axes, keepDims } = node.attrs;
    const shape = typeOf(body, value).shape;
    return {
      needs: [first],
      compute: (sequenceOf) => {
        const total = sequenceOf(first).sum({ axes: [0, ...axes.map((axis) => axis + 1)] });
        return keepDims ? total.reshape(shape) : total;
      },
    };
  }
  return undefined;
};

const isCaptured = ({ captured }: Parts, value: ValueId): boolean => captured.some(({ inner }) => inner === value);

/** sum over t of a[t]^T b[t] = (rows of a)^T (rows of b). */
const sumOfProducts = (parts: Parts, node: NodeOf<"matmul">, a: ValueId, b: ValueId): Sunk | undefined => {
  const { transposeA, transposeB } = node.attrs;
  if (!transposeA || transposeB || !isMatrix(parts.body, a) || !isMatrix(parts.body, b)) return undefined;
  if (isCaptured(parts, a) || isCaptured(parts, b)) return undefined;
  return {
    needs: [a, b],
    compute: (sequenceOf) => rowsOf(sequenceOf(a)).matmul(rowsOf(sequenceOf(b)), { transposeA: true }),
  };
};

/** A state that only gathers a sum: next = state + contribution, and nothing else reads it. */
const sinkState = (
  { inner, next }: StateLink,
  parts: Parts,
  sum: (contribution: ValueId) => Sunk | undefined,
): Sunk | undefined => {
  const node = definitionOf(parts.body, next);
  if (node.op !== "binary" || node.attrs.fn !== "add" || bodyResults(parts.body).includes(inner)) return undefined;
  if ((users(parts.body).get(inner) ?? []).length !== 1 || (users(parts.body).get(next) ?? []).length > 0)
    return undefined;
  const [left, right] = node.operands;
  if (left === undefined || right === undefined || left === right) return undefined;
  if (left === inner) return sum(right);
  return right === inner ? sum(left) : undefined;
};

/** v[0] + v[1] + ... */
const plainSum = (value: ValueId): Sunk => ({
  needs: [value],
  compute: (sequenceOf) => sequenceOf(value).sum({ axes: [0] }),
});

/** A result that is a product with a captured matrix, which no step reads. */
const sinkOutput = (parts: Parts, outer: (inner: ValueId) => Tensor, { inner }: OutputLink): Sunk | undefined => {
  const { body } = parts;
  const node = definitionOf(body, inner);
  const read = (users(body).get(inner) ?? []).length > 0 || parts.states.some(({ next }) => next === inner);
  if (node.op !== "matmul" || node.attrs.transposeA || read) return undefined;
  const [a, b] = node.operands;
  if (a === undefined || b === undefined || !isMatrix(body, a) || !isCaptured(parts, b) || isCaptured(parts, a))
    return undefined;
  const { transposeB } = node.attrs;
  return { needs: [a], compute: (sequenceOf) => multiplyEach(sequenceOf(a), outer(b), transposeB) };
};

const isZero = (editor: Editor, value: ValueId): boolean => {
  const node = editor.definition(value);
  return node.op === "constant" && node.attrs.value === 0;
};

interface Sinking<Part> {
  readonly part: Part;
  readonly sunk: Sunk;
}

const among = <Part>(parts: readonly Part[], sink: (part: Part) => Sunk | undefined): readonly Sinking<Part>[] =>
  parts.flatMap((part) => {
    const sunk = sink(part);
    return sunk === undefined ? [] : [{ part, sunk }];
  });

/** Sequences of values of the body: those that the scan takes, and those that it is made to give. */
const sequences = (trace: Trace, { over }: Parts, asked: readonly ValueId[], made: readonly ValueId[]) => {
  return (value: ValueId): Tensor => {
    const taken = over.find(({ inner }) => inner === value)?.outer ?? made[asked.indexOf(value)];
    invariant(taken !== undefined, `%${value} is a sequence`);
    return trace.tensor(taken);
  };
};

const sink = (editor: Editor, node: ScanNode): void => {
  const parts = takeApart(node);
  const trace = tensorsOf(editor);
  const outer = (inner: ValueId): Tensor => {
    const link = parts.captured.find((captured) => captured.inner === inner);
    invariant(link !== undefined, `%${inner} is captured`);
    return trace.tensor(link.outer);
  };
  const outputs = among(parts.outputs, (output) => sinkOutput(parts, outer, output));
  const products = among(parts.states, (state) => sinkState(state, parts, (value) => sumOverTime(parts, value)));
  const there = new Set([
    ...parts.outputs.map(({ inner }) => inner),
    ...[...outputs, ...products].flatMap(({ sunk }) => sunk.needs),
  ]);
  const states = among(parts.states, (state) =>
    sinkState(state, parts, (value) => sumOverTime(parts, value) ?? (there.has(value) ? plainSum(value) : undefined)),
  );
  if (states.length + outputs.length === 0) return;
  const kept = parts.outputs.filter((output) => !outputs.some(({ part }) => part === output));
  const needs = [...states, ...outputs].flatMap(({ sunk }) => sunk.needs);
  const asked = [...new Set(needs)].filter((value) => !parts.over.some(({ inner }) => inner === value));
  const made = putTogether(editor, node, {
    ...parts,
    states: parts.states.filter((state) => !states.some(({ part }) => part === state)),
    outputs: [...kept, ...asked.map((inner) => ({ inner }))],
  });
  const sequenceOf = sequences(trace, parts, asked, made.slice(kept.length));
  for (const { part, sunk } of states) {
    const total = sunk.compute(sequenceOf);
    const sum = isZero(editor, part.outer) ? total : trace.tensor(part.outer).add(total);
    editor.replace(part.result, trace.value(sum));
  }
  for (const { part, sunk } of outputs) editor.replace(part.result, trace.value(sunk.compute(sequenceOf)));
};

/** Computes products and sums that no step reads for all steps at once, behind the recurrence. */
export const sinkFromScans: Pass<Graph, Graph> = scanPass(
  "sink-from-scans",
  "Computes products and sums of recurrences that no step reads for all steps at once, behind them.",
  sink,
);
