// Networks in our own functions and layers, as someone who uses the library would write them.
import {
  attention,
  conv2d,
  crossEntropy,
  embedding,
  flatten,
  gelu,
  globalAveragePool,
  layerNorm,
  linear,
  matmul,
  maxPool2d,
  relu,
  reshape,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
  transpose,
} from "../../../src/index.ts";
import { gru, lstm, rnn } from "../../../src/nn/index.ts";
import { extent } from "../builder.ts";
import type { NodeOf, Rules } from "../network.ts";

const activations = { relu, gelu, tanh, sigmoid };

/** [batch * positions, heads * depth] as [batch, heads, positions, depth]. */
const split = (x: Tensor, { batch, heads, result }: NodeOf<"attention">): Tensor => {
  const [rows, features] = [extent(result, 0), extent(result, 1)];
  return transpose(reshape(x, [batch, rows / batch, heads, features / heads]), [0, 2, 1, 3]);
};

/** PyTorch's names for the weights of one direction, in their order. */
const weightNames = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"] as const;

const recurrent = (x: Tensor, weights: readonly Tensor[], node: NodeOf<"recurrent">): Tensor => {
  const bidirectional = weights.length > weightNames.length;
  const hidden = extent(node.result, 2) / (bidirectional ? 2 : 1);
  const make = { lstm, gru, rnn }[node.cell];
  const names = [...weightNames, ...weightNames.map((name) => `${name}_reverse`)];
  const params = Object.fromEntries(weights.map((weight, at) => [names[at] ?? "", weight]));
  return make(extent(node.operands[0], 2), hidden, { bidirectional }).bind(params)(x).output;
};

export const rules: Rules<Tensor> = {
  matmul: ([a, b], { transposed }) => matmul(a, transposed ? transpose(b, [1, 0]) : b),
  linear: ([x, weight, bias]) => linear(x, weight, bias),
  tied: ([x, table]) => matmul(x, transpose(table, [1, 0])),
  add: ([a, b]) => a.add(b),
  addPositions: ([x, table], { batch, result: { shape } }) => {
    const positions = extent({ name: "", shape }, 0) / batch;
    return reshape(reshape(x, [batch, positions, shape[1] ?? 1]).add(table), shape);
  },
  activate: ([x], { by }) => activations[by](x),
  scale: ([x], { factor }) => x.mul(factor),
  shift: ([x], { summand }) => x.add(summand),
  softmax: ([x]) => softmax(x),
  layerNorm: ([x, gain, bias]) => layerNorm(x, gain, bias),
  attention: ([q, k, v], node) => {
    const heads = attention(split(q, node), split(k, node), split(v, node), { causal: node.causal });
    return reshape(transpose(heads, [0, 2, 1, 3]), node.result.shape);
  },
  embedding: ([table, indices]) => embedding(table, indices),
  conv2d: ([x, filters, bias], { stride, padding, groups, result }) =>
    conv2d(x, filters, { stride, padding, groups }).add(reshape(bias, [extent(result, 1), 1, 1])),
  maxPool: ([x], { window, stride, padding }) => maxPool2d(x, window, { stride, padding }),
  averagePool: ([x]) => flatten(globalAveragePool(x)),
  flatten: ([x]) => flatten(x),
  reshape: ([x], { shape }) => reshape(x, shape),
  recurrent: ([x, ...weights], node) => recurrent(x, weights, node),
  crossEntropy: ([logits, labels]) => crossEntropy(logits, labels),
};
