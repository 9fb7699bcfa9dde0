// Networks in jax-js. Matrices lie as [in, out].
import { type Array as JaxArray, lax, nn, numpy } from "@jax-js/jax";
import { extent } from "../../networks/builder.ts";
import { epsilon } from "../../networks/meaning/rows.ts";
import type { Activation, NodeOf, Rules } from "../../networks/network.ts";
import { recurrent } from "./recurrent.ts";

type AttentionNode = NodeOf<"attention">;

/** Attention of [batch, positions, heads, depth]. */
export type Attend = (q: JaxArray, k: JaxArray, v: JaxArray, node: AttentionNode) => JaxArray;

/** The library's own function. */
export const ownAttention: Attend = (q, k, v, { causal }) => nn.dotProductAttention(q, k, v, { isCausal: causal });

/** 0 where a query sees a key, and -infinity behind. */
const causalMask = (positions: number): JaxArray =>
  numpy
    .array(
      Float32Array.from({ length: positions ** 2 }, (_, at) =>
        at % positions > Math.floor(at / positions) ? -1e9 : 0,
      ),
    )
    .reshape([positions, positions]);

/** Products and a softmax. */
export const writtenAttention: Attend = (q, k, v, { causal }) => {
  const [, positions = 1, , depth = 1] = q.shape;
  const queries = numpy.transpose(q.mul(1 / Math.sqrt(depth)), [0, 2, 1, 3]);
  const products = numpy.matmul(queries, numpy.transpose(k, [0, 2, 3, 1]));
  const scores = causal ? products.add(causalMask(positions)) : products;
  return numpy.transpose(numpy.matmul(nn.softmax(scores, -1), numpy.transpose(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
};

const activations: { readonly [A in Activation]: (x: JaxArray) => JaxArray } = {
  relu: (x) => nn.relu(x),
  gelu: (x) => nn.gelu(x, { approximate: false }),
  tanh: (x) => numpy.tanh(x),
  sigmoid: (x) => nn.sigmoid(x),
};

/** The largest of windows that lie side by side, or of windows anywhere; padding is 0, which nothing behind a relu falls below. */
const maxPool = (
  x: JaxArray,
  { window, stride, padding, operands: [{ shape }], result }: NodeOf<"maxPool">,
): JaxArray => {
  const [images, channels, height = 1, width = 1] = result.shape;
  if (stride === window && padding === 0 && height * window === shape[2] && width * window === shape[3])
    return x.reshape([images ?? 1, channels ?? 1, height, window, width, window]).max([3, 5]);
  const around: [number, number] = [padding, padding];
  const padded = numpy.pad(x, [[0, 0], [0, 0], around, around]);
  return lax.reduceWindow(padded, (each) => each.max(), [window, window], [stride, stride]);
};

/** The rules, with one of the ways to write attention. Each use of an array takes one of its references. */
export const rulesWith = (attend: Attend): Rules<JaxArray> => ({
  matmul: ([a, b]) => numpy.matmul(a.ref, b.ref),
  linear: ([x, weight, bias]) => numpy.matmul(x.ref, weight.ref).add(bias.ref),
  tied: ([x, table]) => numpy.matmul(x.ref, numpy.transpose(table.ref, [1, 0])),
  add: ([a, b]) => a.ref.add(b.ref),
  addPositions: ([x, table], { batch, result: { shape } }) => {
    const [rows = 1, features = 1] = shape;
    return x.ref
      .reshape([batch, rows / batch, features])
      .add(table.ref)
      .reshape([rows, features]);
  },
  activate: ([x], { by }) => activations[by](x.ref),
  scale: ([x], { factor }) => x.ref.mul(factor),
  shift: ([x], { summand }) => x.ref.add(summand),
  softmax: ([x]) => nn.softmax(x.ref, -1),
  layerNorm: ([x, gain, bias]) => nn.standardize(x.ref, -1, { epsilon }).mul(gain.ref).add(bias.ref),
  attention: ([q, k, v], node) => {
    const [rows, features] = [extent(node.result, 0), extent(node.result, 1)];
    const { batch, heads } = node;
    const split = (x: JaxArray) => x.ref.reshape([batch, rows / batch, heads, features / heads]);
    return attend(split(q), split(k), split(v), node).reshape([rows, features]);
  },
  embedding: ([table, indices]) => numpy.take(table.ref, indices.ref, 0),
  conv2d: ([x, filters, bias], { stride, padding, groups }) =>
    lax
      .convGeneralDilated(
        x.ref,
        filters.ref,
        [stride, stride],
        [
          [padding, padding],
          [padding, padding],
        ],
        { featureGroupCount: groups },
      )
      .add(bias.ref.reshape([-1, 1, 1])),
  maxPool: ([x], node) => maxPool(x.ref, node),
  averagePool: ([x]) => x.ref.mean([2, 3]),
  flatten: ([x], { result }) => x.ref.reshape([...result.shape]),
  reshape: ([x], { shape }) => x.ref.reshape([...shape]),
  recurrent: ([x, ...weights], node) => recurrent(x, weights, node),
  crossEntropy: ([logits, labels], { operands: [{ shape }] }) => {
    const [rows = 1, classes = 1] = shape;
    const wanted = nn.oneHot(labels.ref, classes);
    return nn
      .logSoftmax(logits.ref, -1)
      .mul(wanted)
      .sum()
      .mul(-1 / rows);
  },
});
