// LeNet-5 (LeCun et al. 1998, figure 2) with relu and max pooling, and how it is trained.
import {
  argmax,
  cast,
  crossEntropy,
  defineModel,
  equal,
  maxPool2d,
  relu,
  reshape,
  spec,
  sum,
  training,
} from "../../src/index.ts";
import { conv2d, linear } from "../../src/nn/index.ts";
import { adam, cosine } from "../../src/optim/index.ts";

export const lenet = defineModel({
  name: "digits",
  params: {
    conv1: conv2d(1, 6, 5, { padding: 2 }),
    conv2: conv2d(6, 16, 5),
    hidden1: linear(400, 120),
    hidden2: linear(120, 84),
    output: linear(84, 10),
  },
  inputs: { image: spec("f32", ["B", 1, 28, 28]) },
  forward: (p, { image }) => {
    const edges = maxPool2d(relu(p.conv1(image)), 2); // [B, 6, 14, 14]
    const shapes = maxPool2d(relu(p.conv2(edges)), 2); // [B, 16, 5, 5]
    const features = reshape(shapes, ["B", 400]);
    return { logits: p.output(relu(p.hidden2(relu(p.hidden1(features))))) }; // [B, 10]
  },
});

/** Cross-entropy by Adam, the rate falling along a cosine over `steps` steps; counts the right answers of each batch. */
export const lenetTraining = (steps: number) =>
  training(lenet, {
    inputs: { label: spec("i32", ["B"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    optimizer: adam({ learningRate: cosine(2e-3, steps) }),
    metrics: ({ logits }, { label }) => ({ right: sum(cast(equal(argmax(logits, 1), label), "i32")) }),
  });
