// Networks as ONNX models, weights as initializers. Attention can be written in four ways.
import { transposed } from "../contenders/contender.ts";
import { extent } from "../networks/builder.ts";
import { epsilon } from "../networks/meaning/rows.ts";
import { has, interpret, type Network, type NodeOf, type Rules, tensorOf, type Value } from "../networks/network.ts";
import { causalMask } from "../workloads/attention.ts";
import { type Arrays, input } from "../workloads/computation.ts";
import type { Attribute, OnnxModel } from "./model.ts";
import { recurrent } from "./recurrent.ts";
import { type ModelWriter, modelWriter } from "./writer.ts";

/** Writes attention of q, k, v [batch * positions, heads * depth]. */
type Attend = (
  writer: ModelWriter,
  operands: readonly [string, string, string],
  node: NodeOf<"attention">,
  inputs: Arrays,
) => string;

const sizesOf = ({ batch, heads, result }: NodeOf<"attention">) => {
  const [rows, features] = [extent(result, 0), extent(result, 1)];
  return { positions: rows / batch, features, depth: features / heads };
};

/** Products, a softmax and what stands between: transposing k and scaling are fused by the runtime. */
const unfused: Attend = (writer, operands, attention) => {
  const { batch, heads, causal, result } = attention;
  const { positions, depth } = sizesOf(attention);
  const { node, reshape, transpose, scalar, initializer } = writer;
  const [q, k, v] = operands.map((x) => transpose(reshape(x, [batch, positions, heads, depth]), [0, 2, 1, 3]));
  const task = { heads, queries: positions, keys: positions, depth, causal, cached: false };
  const scaled = node("Mul", [q ?? "", scalar(1 / Math.sqrt(depth))]);
  const products = node("MatMul", [scaled, transpose(k ?? "", [0, 1, 3, 2])]);
  const mask = () => initializer("mask", [positions, positions], causalMask(task, -1e9));
  const weights = node("Softmax", [causal ? node("Add", [products, mask()]) : products], { axis: { integer: 3 } });
  return reshape(transpose(node("MatMul", [weights, v ?? ""]), [0, 2, 1, 3]), result.shape);
};

/** An op that takes [batch, positions, features]. */
const fused =
  (
    op: string,
    domain: string | undefined,
    attributes: (node: NodeOf<"attention">) => Record<string, Attribute>,
  ): Attend =>
  ({ node, reshape }, operands, attention) => {
    const { positions, features } = sizesOf(attention);
    const sequences = operands.map((x) => reshape(x, [attention.batch, positions, features]));
    return reshape(node(op, sequences, attributes(attention), domain), attention.result.shape);
  };

const attentionOp = fused("Attention", undefined, ({ heads, causal }) => ({
  q_num_heads: { integer: heads },
  kv_num_heads: { integer: heads },
  is_causal: { integer: causal ? 1 : 0 },
}));

const multiHeadAttention = fused("MultiHeadAttention", "com.microsoft", ({ heads, causal }) => ({
  num_heads: { integer: heads },
  unidirectional: { integer: causal ? 1 : 0 },
}));

/** A matrix [out, in] as an initializer [in, out]. */
const matrix = ({ initializer }: ModelWriter, { name, shape }: Value, inputs: Arrays): string =>
  initializer(`${name} transposed`, shape.toReversed(), transposed(input(inputs, name), shape));

const whole = (value: number): Attribute => ({ integer: value });
const all = (count: number, value: number): Attribute => ({ integers: Array.from({ length: count }, () => value) });

/** The rules that write a network's nodes; a tensor is its name. */
const rulesInto = (writer: ModelWriter, attend: Attend, inputs: Arrays): Rules<string> => {
  const { node, reshape, scalar } = writer;
  return {
    matmul: ([a, b], { transposed, operands }) =>
      node("MatMul", [a, transposed ? matrix(writer, operands[1], inputs) : b]),
    linear: ([x, , bias], { operands }) => node("Gemm", [x, matrix(writer, operands[1], inputs), bias]),
    tied: (operands) => node("Gemm", operands, { transB: whole(1) }),
    add: ([a, b]) => node("Add", [a, b]),
    addPositions: ([x, table], { batch, result: { shape } }) => {
      const [rows = 1, features = 1] = shape;
      return batch === 1
        ? node("Add", [x, table])
        : reshape(node("Add", [reshape(x, [batch, rows / batch, features]), table]), shape);
    },
    activate: ([x], { by }) => node({ relu: "Relu", gelu: "Gelu", tanh: "Tanh", sigmoid: "Sigmoid" }[by], [x]),
    scale: ([x], { factor }) => node("Mul", [x, scalar(factor)]),
    shift: ([x], { summand }) => node("Add", [x, scalar(summand)]),
    softmax: ([x]) => node("Softmax", [x], { axis: whole(1) }),
    layerNorm: ([x, gain, bias]) =>
      node("LayerNormalization", [x, gain, bias], { axis: whole(1), epsilon: { float: epsilon } }),
    attention: (operands, each) => attend(writer, operands, each, inputs),
    embedding: ([table, indices]) => node("Gather", [table, indices]),
    conv2d: (operands, { stride, padding, groups }) =>
      node("Conv", operands, { strides: all(2, stride), pads: all(4, padding), group: whole(groups) }),
    maxPool: ([x], { window, stride, padding }) =>
      node("MaxPool", [x], { kernel_shape: all(2, window), strides: all(2, stride), pads: all(4, padding) }),
    averagePool: ([x]) => node("Flatten", [node("GlobalAveragePool", [x])]),
    flatten: ([x]) => node("Flatten", [x]),
    reshape: ([x], { shape }) => reshape(x, shape),
    recurrent: ([x], each) => {
      const [, ...weights] = each.operands;
      const data = weights.map(({ name }) => input(inputs, name));
      return recurrent(writer, x, data, each);
    },
    crossEntropy: (operands) => node("SoftmaxCrossEntropyLoss", operands),
  };
};

/** A network as a model. */
const written =
  (attend: Attend) =>
  (network: Network, inputs: Arrays): OnnxModel => {
    const writer = modelWriter();
    const tensors = interpret(network, rulesInto(writer, attend, inputs), ({ value: { name, shape }, role }) =>
      role === "weight" ? writer.initializer(name, shape, input(inputs, name)) : name,
    );
    const given = network.leaves.filter(({ role }) => role === "input");
    return {
      inputs: Object.fromEntries(given.map(({ value: { name, shape } }) => [name, shape])),
      wholeNumbers: given.filter(({ numbers }) => "below" in numbers).map(({ value: { name } }) => name),
      outputs: Object.fromEntries(network.outputs.map(({ name, shape }) => [name, shape])),
      ...writer.needed(new Map(network.outputs.map((output) => [tensorOf(tensors, output), output.name]))),
    };
  };

/** The ways to write a network. */
export const networkForms = (
  network: Network,
): Readonly<Record<string, (network: Network, inputs: Arrays) => OnnxModel>> =>
  has(network, "attention")
    ? {
        "MatMul, Softmax, MatMul": written(unfused),
        "Attention-23": written(attentionOp),
        MultiHeadAttention: written(multiHeadAttention),
      }
    : { model: written(unfused) };
