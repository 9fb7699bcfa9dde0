// Attention as ONNX models, in the three ways in which it can be written down, and its gradient derived by hand.
import { type AttentionTask, attentionShapes, causalMask, scaleOf } from "../workloads/attention.ts";
import type { Attribute, Initializer, Node, OnnxModel, Shape } from "./model.ts";

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node => ({ op, inputs, output, attributes });

const scalar = (value: number): Initializer => ({ shape: [], data: Float32Array.of(value) });

/** What is hidden by a mask: far below every score, and no infinity, so that nothing becomes NaN. */
const hidden = -1e9;

const maskOf = (task: AttentionTask): Readonly<Record<string, Initializer>> =>
  task.causal ? { mask: { shape: [task.queries, task.keys], data: causalMask(task, hidden) } } : {};

/** P: the softmax of scaled and masked scores. Transposing k and scaling q is what the runtime fuses into the product. */
const weights = ({ causal }: AttentionTask): readonly Node[] => [
  node("Mul", ["q", "scale"], "scaled"),
  node("Transpose", ["k"], "keys", { perm: { integers: [0, 2, 1] } }),
  node("MatMul", ["scaled", "keys"], "products"),
  ...(causal ? [node("Add", ["products", "mask"], "scores")] : []),
  node("Softmax", [causal ? "scores" : "products"], "weights", { axis: { integer: 2 } }),
];

/** softmax(q k^T / sqrt(depth)) v of products, a softmax and what stands between. */
export const unfused = (task: AttentionTask): OnnxModel => {
  const { q, k, v } = attentionShapes(task);
  return {
    inputs: { q, k, v },
    outputs: { out: q },
    initializers: { scale: scalar(scaleOf(task)), ...maskOf(task) },
    nodes: [...weights(task), node("MatMul", ["weights", "v"], "out")],
  };
};

/** The op `Attention` of the standard's version 23. */
export const attentionOp = (task: AttentionTask): OnnxModel => {
  const batched = (shape: Shape): Shape => [1, ...shape];
  const { q, k, v } = attentionShapes(task);
  return {
    inputs: { q: batched(q), k: batched(k), v: batched(v) },
    outputs: { out: batched(q) },
    nodes: [node("Attention", ["q", "k", "v"], "out", { is_causal: { integer: task.causal ? 1 : 0 } })],
  };
};

/** The runtime's own op `MultiHeadAttention`; positions stand before heads: [1, positions, heads * depth]. */
export const multiHeadAttention = (task: AttentionTask): OnnxModel => {
  const { heads, queries, keys, depth, causal } = task;
  const merged = (positions: number): Shape => [1, positions, heads * depth];
  const attributes = { num_heads: { integer: heads }, unidirectional: { integer: causal ? 1 : 0 } };
  const own: Node = { op: "MultiHeadAttention", inputs: ["q", "k", "v"], output: "out", attributes };
  return {
    inputs: { q: merged(queries), k: merged(keys), v: merged(keys) },
    outputs: { out: merged(queries) },
    nodes: [{ ...own, domain: "com.microsoft" }],
  };
};

const swapped: Readonly<Record<string, Attribute>> = { perm: { integers: [0, 2, 1] } };

/** dq, dk and dv of sum(out * cotangent), as a person derives them: dS = P (dP - sum(P dP)). */
export const gradientByHand = (task: AttentionTask): OnnxModel => {
  const { q, k, v } = attentionShapes(task);
  return {
    inputs: { q, k, v, cotangent: q },
    outputs: { dq: q, dk: k, dv: v },
    initializers: { scale: scalar(scaleOf(task)), last: { shape: [1], data: BigInt64Array.of(-1n) }, ...maskOf(task) },
    nodes: [
      ...weights(task),
      node("Transpose", ["v"], "values", swapped),
      node("MatMul", ["cotangent", "values"], "slopes"),
      node("Mul", ["weights", "slopes"], "weighed"),
      node("ReduceSum", ["weighed", "last"], "mean", { keepdims: { integer: 1 } }),
      node("Mul", ["weights", "mean"], "common"),
      node("Sub", ["weighed", "common"], "scoreSlopes"),
      node("MatMul", ["scoreSlopes", "k"], "unscaled"),
      node("Mul", ["unscaled", "scale"], "dq"),
      node("Transpose", ["scoreSlopes"], "scoreColumns", swapped),
      node("MatMul", ["scoreColumns", "scaled"], "dk"),
      node("Transpose", ["weights"], "weightColumns", swapped),
      node("MatMul", ["weightColumns", "cotangent"], "dv"),
    ],
  };
};

/** The same model with some of its inputs as data of its own. */
export const withData = (model: OnnxModel, data: Readonly<Record<string, Float32Array>>): OnnxModel => ({
  ...model,
  inputs: Object.fromEntries(Object.entries(model.inputs).filter(([name]) => !(name in data))),
  initializers: {
    ...model.initializers,
    ...Object.fromEntries(
      Object.entries(model.inputs).flatMap(([name, shape]) => {
        const elements = data[name];
        return elements === undefined ? [] : [[name, { shape, data: elements }] as const];
      }),
    ),
  },
});
