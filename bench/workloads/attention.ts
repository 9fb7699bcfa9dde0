// Attention and its gradient: what softmax(q k^T / sqrt(depth)) v is, head by head and row by row, in double precision.
import { type Arrays, type Computation, countOf, type Floats, noises } from "./computation.ts";

/** Queries and keys of some heads. */
export interface AttentionTask {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  /** Whether query i sees the keys up to i + keys - queries alone. */
  readonly causal: boolean;
  /** Whether keys and values are there before the call, as the past of a text is when its next token is computed. */
  readonly cached: boolean;
}

/** The shapes of queries, keys and values. */
export const attentionShapes = ({ heads, queries, keys, depth }: AttentionTask) => ({
  q: [heads, queries, depth] as const,
  k: [heads, keys, depth] as const,
  v: [heads, keys, depth] as const,
});

/** What products are multiplied by. */
export const scaleOf = ({ depth }: AttentionTask): number => 1 / Math.sqrt(depth);

/** How many keys a query sees. */
const seen = ({ queries, keys, causal }: AttentionTask, query: number): number =>
  causal ? Math.max(0, Math.min(keys, query + keys - queries + 1)) : keys;

/** The pairs of query and key that count, in all heads. */
const pairs = (task: AttentionTask): number =>
  task.heads * Array.from({ length: task.queries }, (_, query) => seen(task, query)).reduce((a, b) => a + b, 0);

type Vector = Float32Array | Float64Array;

const dot = (a: Vector, fromA: number, b: Vector, fromB: number, length: number): number => {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += (a[fromA + at] ?? 0) * (b[fromB + at] ?? 0);
  return sum;
};

/** to += factor * x. */
const accumulate = (
  to: Float64Array,
  fromTo: number,
  factor: number,
  x: Vector,
  fromX: number,
  length: number,
): void => {
  for (let at = 0; at < length; at++) to[fromTo + at] = (to[fromTo + at] ?? 0) + factor * (x[fromX + at] ?? 0);
};

/** Where a query's row begins in q, and its head's keys in k and v. */
interface Row {
  readonly query: number;
  readonly firstKey: number;
  /** P: how much of each key the query takes. */
  readonly weights: Float64Array;
}

/** Every query with its weights over the keys that it sees. */
function* rowsOf(task: AttentionTask, { q, k }: { readonly q: Vector; readonly k: Vector }): Generator<Row> {
  const { heads, queries, keys, depth } = task;
  for (let head = 0; head < heads; head++)
    for (let at = 0; at < queries; at++) {
      const [query, firstKey] = [(head * queries + at) * depth, head * keys * depth];
      const weights = new Float64Array(seen(task, at));
      for (const key of weights.keys()) weights[key] = dot(q, query, k, firstKey + key * depth, depth) * scaleOf(task);
      const most = weights.reduce((a, b) => Math.max(a, b), -Infinity);
      for (const [key, score] of weights.entries()) weights[key] = Math.exp(score - most);
      const sum = weights.reduce((a, b) => a + b, 0);
      for (const [key, weight] of weights.entries()) weights[key] = weight / sum;
      yield { query, firstKey, weights };
    }
}

/** An input that the shapes name. */
const named = (inputs: Arrays, name: string): Floats => inputs[name] ?? new Float32Array();

const operands = (inputs: Arrays) => ({ q: named(inputs, "q"), k: named(inputs, "k"), v: named(inputs, "v") });

/** Two products of each pair over the depth: its score, and its share of the result. */
export const attentionComputation: Computation<AttentionTask> = {
  inputs: (task) => noises(attentionShapes(task)),
  operations: (task) => pairs(task) * task.depth * 4,
  meaning: (task, inputs) => {
    const { q, k, v } = operands(inputs);
    const { depth } = task;
    const out = new Float64Array(q.length);
    for (const { query, firstKey, weights } of rowsOf(task, { q, k }))
      for (const [key, weight] of weights.entries()) accumulate(out, query, weight, v, firstKey + key * depth, depth);
    return { out };
  },
};

/**
 * The gradients of sum(attention(q, k, v) * cotangent). Beside the two products of the result, four more: the cotangents of the
 * weights, and of q, k and v. That a fused kernel computes scores twice is not counted.
 */
export const attentionGradientComputation: Computation<AttentionTask> = {
  inputs: (task) => noises({ ...attentionShapes(task), cotangent: attentionShapes(task).q }),
  operations: (task) => pairs(task) * task.depth * 12,
  meaning: (task, inputs) => {
    const { q, k, v } = operands(inputs);
    const cotangent = named(inputs, "cotangent");
    const { depth } = task;
    const [dq, dk, dv] = [q, k, v].map(({ length }) => new Float64Array(length));
    if (dq === undefined || dk === undefined || dv === undefined) throw new Error("three operands, three gradients");
    for (const { query, firstKey, weights } of rowsOf(task, { q, k })) {
      const slopes = weights.map((_, key) => dot(cotangent, query, v, firstKey + key * depth, depth));
      const mean = dot(weights, 0, slopes, 0, weights.length);
      for (const [key, weight] of weights.entries()) {
        const row = firstKey + key * depth;
        const slope = weight * ((slopes[key] ?? 0) - mean) * scaleOf(task);
        accumulate(dq, query, slope, k, row, depth);
        accumulate(dk, row, slope, q, query, depth);
        accumulate(dv, row, weight, cotangent, query, depth);
      }
    }
    return { dq, dk, dv };
  },
};

/** What is added to a score of a query and a key, [queries, keys]: 0 where the query sees the key, and `hidden` elsewhere. */
export const causalMask = (task: AttentionTask, hidden: number): Floats => {
  const mask = new Float32Array(countOf([task.queries, task.keys]));
  for (let query = 0; query < task.queries; query++)
    mask.fill(hidden, query * task.keys + seen(task, query), (query + 1) * task.keys);
  return mask;
};
