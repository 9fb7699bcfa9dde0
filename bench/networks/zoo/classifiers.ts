// Networks that tell classes apart: perceptrons, LeNet-5, ResNet-18, and a recurrent one over characters.
import { networkBuilder } from "../builder.ts";
import type { Network, Value } from "../network.ts";

type Builder = ReturnType<typeof networkBuilder>;

/** Linear layers with relu between them. */
const perceptronLogits = (build: Builder, batch: number, [inputs = 1, ...widths]: readonly number[]): Value => {
  let x = build.input("x", [batch, inputs]);
  for (const [at, width] of widths.entries()) x = build.linear(at === 0 ? x : build.activate(x, "relu"), width);
  return x;
};

/** LeNet-5 (LeCun et al. 1998) with relu and max pooling, for images of 28 x 28. */
const lenetLogits = (build: Builder, batch: number): Value => {
  const { input, conv2d, maxPool, activate, flatten, linear } = build;
  const edges = maxPool(activate(conv2d(input("x", [batch, 1, 28, 28]), 6, 5, { padding: 2 }), "relu"), 2);
  const shapes = maxPool(activate(conv2d(edges, 16, 5), "relu"), 2);
  const hidden = activate(linear(flatten(shapes), 120), "relu");
  return linear(activate(linear(hidden, 84), "relu"), 10);
};

const withLoss = (build: Builder, logits: Value): Network => {
  const [rows = 1, classes = 1] = logits.shape;
  return build.finish(build.crossEntropy(logits, build.numbers("label", [rows], classes)));
};

export const perceptron = (batch: number, widths: readonly number[]): Network => {
  const build = networkBuilder();
  return build.finish(perceptronLogits(build, batch, widths));
};

export const perceptronLoss = (batch: number, widths: readonly number[]): Network => {
  const build = networkBuilder();
  return withLoss(build, perceptronLogits(build, batch, widths));
};

export const lenet = (batch: number): Network => {
  const build = networkBuilder();
  return build.finish(lenetLogits(build, batch));
};

export const lenetLoss = (batch: number): Network => {
  const build = networkBuilder();
  return withLoss(build, lenetLogits(build, batch));
};

/** Two convolutions beside a shortcut, which is a convolution of its own where the size changes. */
const residualBlock = ({ conv2d, activate, add }: Builder, x: Value, channels: number, stride: number): Value => {
  const inner = activate(conv2d(x, channels, 3, { stride, padding: 1 }), "relu");
  const shortcut = x.shape[1] === channels && stride === 1 ? x : conv2d(x, channels, 1, { stride });
  return activate(add(conv2d(inner, channels, 3, { padding: 1 }), shortcut), "relu");
};

/** ResNet-18 (He et al. 2016) for inference: its batch norms have become part of the convolutions. */
export const resnet18 = (batch: number, size: number, classes: number): Network => {
  const build = networkBuilder();
  const stem = build.conv2d(build.input("x", [batch, 3, size, size]), 64, 7, { stride: 2, padding: 3 });
  let x = build.maxPool(build.activate(stem, "relu"), 3, 2, 1);
  for (const channels of [64, 128, 256, 512])
    for (const stride of [channels === 64 ? 1 : 2, 1]) x = residualBlock(build, x, channels, stride);
  return build.finish(build.linear(build.averagePool(x), classes));
};

/** The next of some characters, by an LSTM over sequences [time, batch] of them. */
export const charactersLoss = (steps: number, batch: number, hidden: number, alphabet: number): Network => {
  const build = networkBuilder();
  const { numbers, table, embedding, reshape, recurrent, linear, crossEntropy, finish } = build;
  const text = embedding(table(alphabet, hidden), numbers("text", [steps * batch], alphabet));
  const states = recurrent(reshape(text, [steps, batch, hidden]), hidden, "lstm");
  const logits = linear(reshape(states, [steps * batch, hidden]), alphabet);
  return finish(crossEntropy(logits, numbers("next", [steps * batch], alphabet)));
};
