// Layers, and small networks of them, against PyTorch.
import { describe, test } from "vitest";
import { add, crossEntropy, flatten, meanSquaredError, relu, sigmoid } from "../../src/ir/functions/index.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import {
  averagePool1d,
  averagePool2d,
  batchNorm,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  dropout,
  embedding,
  globalAveragePool,
  groupNorm,
  instanceNorm,
  invertedResidual,
  layerNorm,
  linear,
  maxPool1d,
  maxPool2d,
  residualBlock,
  rmsNorm,
} from "../../src/nn/index.ts";
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

/** Convolutions that see nothing later than themselves, around which the input goes on its own. */
const temporalBlock = network(conv1d(4, 4, 3, { dilation: 2, padding: "causal" }), (layer, input) => ({
  y: relu(add(input("x"), layer(input("x")))),
}));

const autoencoder = network(
  {
    0: conv2d(1, 3, 3, { stride: 2, padding: 1 }),
    2: conv2d(3, 4, 3, { padding: 1 }),
    4: convTranspose2d(4, 3, 4, { stride: 2, padding: 1 }),
    6: conv2d(3, 1, 3, { padding: 1 }),
  },
  (p, input) => {
    const code = relu(p[2](relu(p[0](input("x")))));
    return { y: sigmoid(p[6](relu(p[4](code)))) };
  },
  ({ y }, input) => meanSquaredError(y ?? input("x"), input("x")),
);

/** A network of one function without parameters. */
const pooling = (pool: (images: Tensor) => Tensor): Network => network({}, (_, input) => ({ y: pool(input("x")) }));

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
  conv1d_basic: network(conv1d(3, 4, 3), (layer, input) => ({ y: layer(input("x")) })),
  conv1d_stride_pad_dil: network(conv1d(3, 4, 3, { stride: 2, padding: 2, dilation: 2 }), (layer, input) => ({
    y: layer(input("x")),
  })),
  conv3d_basic: network(conv3d(2, 3, 2, { stride: [1, 2, 1] }), (layer, input) => ({ y: layer(input("x")) })),
  conv_transpose1d: network(convTranspose1d(3, 4, 4, { stride: 2, padding: 1 }), (layer, input) => ({
    y: layer(input("x")),
  })),
  conv_transpose2d_basic: network(convTranspose2d(3, 2, 3), (layer, input) => ({ y: layer(input("x")) })),
  conv_transpose2d_groups_dil: network(convTranspose2d(4, 6, 3, { groups: 2, dilation: 2 }), (layer, input) => ({
    y: layer(input("x")),
  })),
  conv_transpose2d_stride: network(
    convTranspose2d(3, 2, 3, { stride: 2, padding: 1, outputPadding: 1 }),
    (layer, input) => ({ y: layer(input("x")) }),
  ),
  maxpool1d: pooling((x) => maxPool1d(x, 3, { stride: 2 })),
  maxpool2d: pooling((x) => maxPool2d(x, 2)),
  maxpool2d_overlap_pad: pooling((x) => maxPool2d(x, 3, { stride: 2, padding: 1 })),
  maxpool2d_dilation_ceil: pooling((x) => maxPool2d(x, 2, { stride: 2, dilation: 2, ceil: true })),
  avgpool1d: pooling((x) => averagePool1d(x, 3, { stride: 2, padding: 1 })),
  avgpool2d: pooling((x) => averagePool2d(x, 2)),
  avgpool2d_pad_include: pooling((x) => averagePool2d(x, 3, { stride: 2, padding: 1 })),
  avgpool2d_pad_exclude: pooling((x) => averagePool2d(x, 3, { stride: 2, padding: 1, countPadding: false })),
  global_avgpool2d: pooling((x) => globalAveragePool(x)),
  tcn_block: temporalBlock,
  autoencoder,
  batchnorm1d_eval: network(batchNorm(4), (layer, input) => ({ y: layer(input("x")) })),
  batchnorm1d_train: network(batchNorm(4), (layer, input) => ({ y: layer(input("x")) })),
  batchnorm2d_eval: network(batchNorm(3, { epsilon: 1e-3 }), (layer, input) => ({ y: layer(input("x")) })),
  batchnorm2d_train: network(batchNorm(3), (layer, input) => ({ y: layer(input("x")) })),
  groupnorm: network(groupNorm(2, 6), (layer, input) => ({ y: layer(input("x")) })),
  instancenorm2d: network(instanceNorm(3, { affine: true }), (layer, input) => ({ y: layer(input("x")) })),
  layernorm_2axes: network(layerNorm([4, 6]), (layer, input) => ({ y: layer(input("x")) })),
  layernorm_noaffine: network(layerNorm(7, { affine: false, epsilon: 1e-6 }), (layer, input) => ({
    y: layer(input("x")),
  })),
  rmsnorm: network(rmsNorm(8), (layer, input) => ({ y: layer(input("x")) })),
  embedding_padding_idx: network(embedding(8, 4, { paddingIndex: 0 }), (layer, input) => ({ y: layer(input("ids")) })),
  resnet_block_train: network(residualBlock(4, 4), (layer, input) => ({ y: layer(input("x")) })),
  resnet_block_down_train: network(residualBlock(3, 4, { stride: 2 }), (layer, input) => ({ y: layer(input("x")) })),
  resnet_block_down_eval: network(residualBlock(3, 4, { stride: 2 }), (layer, input) => ({ y: layer(input("x")) })),
  mobile_block_eval: network(invertedResidual(3, 3, { expansion: 3 }), (layer, input) => ({ y: layer(input("x")) })),
  mlp_dropout_eval: network({ "0": linear(5, 8), "2": dropout(0.5), "3": linear(8, 3) }, (p, input) => ({
    y: p["3"](p["2"](relu(p["0"](input("x"))))),
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
