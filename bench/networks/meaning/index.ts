// What networks mean, in double precision: each operation as its formula says, with no thought for speed.
import type { Arrays } from "../../workloads/computation.ts";
import { interpret, type Network, type Rules, tensorOf } from "../network.ts";
import { attention } from "./attention.ts";
import { averagePool, conv2d, maxPool } from "./images.ts";
import { product } from "./product.ts";
import { recurrent } from "./recurrent.ts";
import { crossEntropy, embedding, layerNorm, softmax } from "./rows.ts";
import { activations } from "./scalars.ts";

const columnsOf = ({
  operands: [{ shape }],
}: {
  readonly operands: readonly [{ readonly shape: readonly number[] }, ...unknown[]];
}) => shape.at(-1) ?? 1;

const rules: Rules<Float64Array> = {
  matmul: ([a, b], { transposed, operands: [{ shape }], result }) => {
    const [inner = 1, columns = 1] = [shape[1], result.shape[1]];
    return product(a, b, { inner, columns, transposed });
  },
  linear: ([x, weight, bias], node) => {
    const columns = node.result.shape[1] ?? 1;
    const products = product(x, weight, { inner: columnsOf(node), columns, transposed: true });
    return products.map((value, at) => value + (bias[at % columns] ?? 0));
  },
  tied: ([x, table], node) =>
    product(x, table, { inner: columnsOf(node), columns: node.result.shape[1] ?? 1, transposed: true }),
  add: ([a, b]) => a.map((value, at) => value + (b[at] ?? 0)),
  addPositions: ([x, table]) => x.map((value, at) => value + (table[at % table.length] ?? 0)),
  activate: ([x], { by }) => x.map(activations[by]),
  scale: ([x], { factor }) => x.map((value) => value * factor),
  shift: ([x], { summand }) => x.map((value) => value + summand),
  softmax: ([x], node) => softmax(x, columnsOf(node)),
  layerNorm: ([x, gain, bias]) => layerNorm(x, gain, bias),
  attention: ([q, k, v], node) => attention(q, k, v, node),
  embedding: ([table, indices], { result }) => embedding(table, indices, result.shape[1] ?? 1),
  conv2d: ([x, filters, bias], node) => conv2d(x, filters, bias, node),
  maxPool: ([x], node) => maxPool(x, node),
  averagePool: ([x], node) => averagePool(x, node),
  flatten: ([x]) => x,
  reshape: ([x]) => x,
  recurrent: ([x, ...weights], node) => recurrent(x, weights, node),
  crossEntropy: ([logits, labels], node) => crossEntropy(logits, labels, columnsOf(node)),
};

/** What a network gives, by name. */
export const meaningOfNetwork = (network: Network, inputs: Arrays): Readonly<Record<string, Float64Array>> => {
  const tensors = interpret(network, rules, ({ value }) => Float64Array.from(inputs[value.name] ?? []));
  return Object.fromEntries(network.outputs.map((output) => [output.name, tensorOf(tensors, output)]));
};
