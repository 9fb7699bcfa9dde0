// Layers, and small networks of them, against PyTorch.
import { describe, test } from "vitest";
import { crossEntropy, flatten, maxPool2d, meanSquaredError, relu } from "../../src/ir/functions/index.ts";
import { conv2d, embedding, layerNorm, linear } from "../../src/nn/index.ts";
import { expectCompiled, expectMeaning, type Network, network } from "./golden-network.ts";

const multilayerPerceptron = network(
  { layers: [linear(5, 8), linear(8, 7), linear(7, 3)] as const },
  ({ layers: [first, second, third] }, input) => ({ y: third(relu(second(relu(first(input("x")))))) }),
  ({ y }, input) => meanSquaredError(y ?? input("x"), input("target")),
);

const lenet = network(
  {
    conv1: conv2d(1, 4, 5, { padding: 2 }),
    conv2: conv2d(4, 6, 3),
    fc1: linear(24, 16),
    fc2: linear(16, 12),
    fc3: linear(12, 10),
  },
  (p, input) => {
    const edges = maxPool2d(relu(p.conv1(input("x"))), 2);
    const features = flatten(maxPool2d(relu(p.conv2(edges)), 2));
    return { logits: p.fc3(relu(p.fc2(relu(p.fc1(features))))) };
  },
  ({ logits }, input) => crossEntropy(logits ?? input("x"), input("label")),
);

const cases: Readonly<Record<string, Network>> = {
  conv2d_basic: network(conv2d(2, 4, 3), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_stride: network(conv2d(2, 4, 3, { stride: 2, padding: 1 }), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_padding: network(conv2d(2, 3, 3, { padding: 1 }), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_dilation: network(conv2d(2, 3, 3, { dilation: 2 }), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_groups: network(conv2d(4, 6, 3, { groups: 2, padding: 1 }), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_depthwise: network(conv2d(4, 4, 3, { groups: 4, padding: 1 }), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_pointwise_nobias: network(conv2d(5, 3, 1, { bias: false }), (layer, input) => ({ y: layer(input("x")) })),
  conv2d_asym: network(conv2d(2, 3, [3, 1], { stride: [1, 2], padding: [2, 0], dilation: [2, 1] }), (layer, input) => ({
    y: layer(input("x")),
  })),
  layernorm: network(layerNorm(8), (layer, input) => ({ y: layer(input("x")) })),
  embedding: network(embedding(9, 5), (layer, input) => ({ y: layer(input("ids")) })),
  mlp_relu: multilayerPerceptron,
  lenet_relu_max: lenet,
};

describe.each(Object.entries(cases))("%s", (name, described) => {
  test("outputs, loss and gradients in double precision", () => expectMeaning(name, described));
  test("outputs, loss and gradients in f32 WebAssembly", () => expectCompiled(name, described));
});
