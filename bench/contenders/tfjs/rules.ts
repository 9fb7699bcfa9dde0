// Networks in TensorFlow.js. Matrices lie as [in, out]; images and filters with channels behind, as its kernels want them. What it
// has as one kernel with a bias is used so.
import * as tf from "@tensorflow/tfjs";
import { extent } from "../../networks/builder.ts";
import { epsilon } from "../../networks/meaning/rows.ts";
import type { Network, Node, NodeOf, Rules } from "../../networks/network.ts";
import type { AttentionTask } from "../../workloads/attention.ts";
import type { Attention } from "./attention.ts";
import { recurrent } from "./recurrent.ts";

/** A way to write the attention of [heads, positions, depth] for a task. */
export type Attend = (task: AttentionTask) => Attention;

/** A mask is made once for a task. */
const attending = (attend: Attend) => {
  const made = new Map<string, Attention>();
  return (task: AttentionTask): Attention => {
    const key = JSON.stringify(task);
    const attention = made.get(key) ?? attend(task);
    made.set(key, attention);
    return attention;
  };
};

const attention = (
  attend: Attend,
  operands: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  { batch, heads, causal, result }: NodeOf<"attention">,
): tf.Tensor => {
  const [rows, features] = [extent(result, 0), extent(result, 1)];
  const [positions, depth] = [rows / batch, features / heads];
  const split = (x: tf.Tensor): tf.Tensor => {
    const apart = tf.transpose(tf.reshape(x, [batch, positions, heads, depth]), [0, 2, 1, 3]);
    return tf.reshape(apart, [batch * heads, positions, depth]);
  };
  const task = { heads: batch * heads, queries: positions, keys: positions, depth, causal, cached: false };
  const [q, k, v] = operands;
  const heights = tf.reshape(attend(task)(split(q), split(k), split(v)), [batch, heads, positions, depth]);
  return tf.reshape(tf.transpose(heights, [0, 2, 1, 3]), [rows, features]);
};

const activations = {
  relu: tf.relu,
  gelu: (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
};

const layerNorm = (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return tf.add(tf.mul(tf.mul(centred, scale), gain), bias);
};

/** Padding of images with channels behind. */
const around = (padding: number): tf.Padding => {
  const sides = [padding, padding] as const;
  return padding === 0 ? "valid" : [[0, 0], sides, sides, [0, 0]];
};

/** What is done in the kernel of a layer beside the bias. */
const within = (fused: ReadonlySet<string>, { result: { name } }: Node) =>
  fused.has(name) ? ({ activation: "relu" } as const) : {};

const conv2d = (
  [x, filter, bias]: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  { stride, padding, groups }: NodeOf<"conv2d">,
  activation: ReturnType<typeof within>,
): tf.Tensor => {
  const facts = { x, bias, strides: stride, pad: around(padding), ...activation };
  if (groups === 1) return tf.fused.conv2d({ ...facts, filter });
  const [height = 1, width = 1, , channels = 1] = filter.shape;
  if (groups !== channels) throw new Error("groups of several channels are not written here");
  return tf.fused.depthwiseConv2d({ ...facts, filter: tf.reshape(filter, [height, width, channels, 1]) });
};

/** Layers that nothing but a relu reads: the kernels of products and convolutions apply it to what they store. */
const fusedWithRelu = ({ nodes }: Network): ReadonlySet<string> => {
  const layers = nodes.filter(({ op }) => op === "linear" || op === "conv2d");
  const readers = (name: string) => nodes.filter(({ operands }) => operands.some((operand) => operand.name === name));
  const isRelu = (node: Node | undefined): boolean => node?.op === "activate" && node.by === "relu";
  const names = layers.map(({ result: { name } }) => name);
  return new Set(names.filter((name) => readers(name).length === 1 && isRelu(readers(name)[0])));
};

/** The rules for a network, with one of the ways to write attention. */
export const rulesWith = (attend: Attend, network: Network): Rules<tf.Tensor> => {
  const fused = fusedWithRelu(network);
  const attentionOf = attending(attend);
  return {
    matmul: ([a, b]) => tf.matMul(a, b),
    linear: ([a, b, bias], node) => tf.fused.matMul({ a, b, bias, ...within(fused, node) }),
    tied: ([x, table]) => tf.matMul(x, table, false, true),
    add: ([a, b]) => tf.add(a, b),
    addPositions: ([x, table], { batch, result: { shape } }) => {
      const [rows = 1, features = 1] = shape;
      return tf.reshape(tf.add(tf.reshape(x, [batch, rows / batch, features]), table), shape);
    },
    activate: ([x], { by, operands: [{ name }] }) => (fused.has(name) ? x : activations[by](x)),
    scale: ([x], { factor }) => tf.mul(x, factor),
    shift: ([x], { summand }) => tf.add(x, summand),
    softmax: ([x]) => tf.softmax(x),
    layerNorm: ([x, gain, bias]) => layerNorm(x, gain, bias),
    attention: (operands, node) => attention(attentionOf, operands, node),
    embedding: ([table, indices]) => tf.gather(table, indices),
    conv2d: (operands, node) => conv2d(operands, node, within(fused, node)),
    maxPool: ([x], { window, stride, padding }) => tf.maxPool(x, window, stride, around(padding)),
    averagePool: ([x]) => tf.mean(x, [1, 2]),
    flatten: ([x], { result }) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), result.shape),
    reshape: ([x], { shape }) => tf.reshape(x, shape),
    recurrent: ([x, ...weights], node) => recurrent(x, weights, node),
    crossEntropy: ([logits, labels], { operands: [{ shape }] }) => {
      const [rows = 1, classes = 1] = shape;
      return tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, classes))), -1 / rows);
    },
  };
};
