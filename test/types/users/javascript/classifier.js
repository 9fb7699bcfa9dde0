// @ts-check
// A classifier of images in JavaScript: shapes are inferred as in TypeScript, and parameters of functions say theirs in comments.
import {
  add,
  compileSync,
  crossEntropy,
  defineModel,
  flatten,
  matmul,
  maxPool2d,
  normal,
  param,
  relu,
  spec,
  training,
  zeros,
} from "weftgraph";
import { batchNorm, conv2d, layerNorm, linear } from "weftgraph/nn";
import { sgd } from "weftgraph/optim";

const params = {
  conv: conv2d(1, 8, 3, { padding: 1 }),
  norm: batchNorm(8),
  hidden: linear(1568, 128),
  scale: layerNorm(128),
  w: param([128, 10], normal(0.02)),
  b: param([10], zeros),
};

/**
 * @param {import("weftgraph").Params<typeof params>} p
 * @param {import("weftgraph").Tensor<["B", 128], "f32">} x
 */
const head = (p, x) => {
  const product = matmul(x, p.w);
  const logits = product.add(p.b);
  return logits;
};

export const classifier = defineModel({
  name: "classifier",
  params,
  inputs: { image: spec("f32", ["B", 1, 28, 28]) },
  forward: (p, { image }) => {
    const channels = relu(p.norm(p.conv(image)));
    const pooled = maxPool2d(channels, 2);
    const features = flatten(pooled);
    const hidden = relu(p.hidden(features));
    const scaled = p.scale(add(hidden, 1));
    const logits = head(p, scaled);
    return { logits };
  },
});

export const trainer = compileSync(
  training(classifier, {
    inputs: { label: spec("i32", ["B"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    optimizer: sgd({ learningRate: 0.1 }),
  }),
  { dims: { B: 4 } },
);

export const result = trainer.predict({ image: new Float32Array(4 * 784) });
export const logits = result.logits;
