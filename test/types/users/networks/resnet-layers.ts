// ResNet-18 (He et al. 2016) as a user writes it with layers, for images of 224 x 224 and for images of any size.
import { argmax, cast, compile, crossEntropy, defineModel, equal, flatten, relu, spec, sum, training } from "weftgraph";
import { batchNorm, conv2d, globalAveragePool, linear, maxPool2d, residualBlock } from "weftgraph/nn";
import { sgd, stepDecay } from "weftgraph/optim";

const params = {
  conv1: conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false }),
  bn1: batchNorm(64),
  layer1: [residualBlock(64, 64), residualBlock(64, 64)],
  layer2: [residualBlock(64, 128, { stride: 2 }), residualBlock(128, 128)],
  layer3: [residualBlock(128, 256, { stride: 2 }), residualBlock(256, 256)],
  layer4: [residualBlock(256, 512, { stride: 2 }), residualBlock(512, 512)],
  fc: linear(512, 1000),
} as const;

export const resnet18 = defineModel({
  name: "resnet18",
  params,
  inputs: { image: spec("f32", ["N", 3, 224, 224]) },
  forward: (p, { image }) => {
    const stem = relu(p.bn1(p.conv1(image)));
    const pooled = maxPool2d(stem, 3, { stride: 2, padding: 1 });
    const a = p.layer1[1](p.layer1[0](pooled));
    const b = p.layer2[1](p.layer2[0](a));
    const c = p.layer3[1](p.layer3[0](b));
    const d = p.layer4[1](p.layer4[0](c));
    const features = flatten(globalAveragePool(d));
    const logits = p.fc(features);
    return { logits };
  },
});

export const anySize = defineModel({
  name: "resnet18",
  params,
  inputs: { image: spec("f32", ["N", 3, "H", "W"]) },
  forward: (p, { image }) => {
    const convolved = p.conv1(image);
    const stem = relu(p.bn1(convolved));
    const pooled = maxPool2d(stem, 3, { stride: 2, padding: 1 });
    const a = p.layer1[1](p.layer1[0](pooled));
    const b = p.layer2[1](p.layer2[0](a));
    const c = p.layer3[1](p.layer3[0](b));
    const d = p.layer4[1](p.layer4[0](c));
    const features = flatten(globalAveragePool(d));
    const logits = p.fc(features);
    return { logits };
  },
});

export const trainer = await compile(
  training(resnet18, {
    inputs: { label: spec("i32", ["N"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    metrics: ({ logits }, { label }) => {
      const chosen = argmax(logits, -1);
      const right = sum(cast(equal(chosen, label), "f32"));
      return { right };
    },
    optimizer: sgd({ learningRate: stepDecay(0.1, 30), momentum: 0.9 }),
  }),
  { dims: { N: 2 } },
);

export const step = trainer.step({ image: new Float32Array(2 * 3 * 224 * 224), label: Int32Array.of(1, 2) });
export const right = step.right;
export const variance = trainer.parameters.get("layer2.0.bn1.running_var");
