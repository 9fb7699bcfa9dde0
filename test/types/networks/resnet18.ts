// ResNet-18 (He et al. 2015, table 1), for images of 224 by 224 and for images of any size: both ways through each block end in one
// shape, whatever the image.
import {
  add,
  batchNorm,
  conv2d,
  defineModel,
  globalAveragePool,
  heNormal,
  linear,
  maxPool2d,
  normal,
  ones,
  param,
  relu,
  reshape,
  spec,
  zeros,
} from "../../../src/index.ts";

const filter = <const O extends number, const I extends number, const K extends number>(o: O, i: I, k: K) =>
  param([o, i, k, k], heNormal);
const norm = <const C extends number>(channels: C) => ({
  weight: param([channels], ones),
  bias: param([channels], zeros),
});
const first = <const C extends number>(channels: C) => ({
  conv1: filter(channels, channels, 3),
  bn1: norm(channels),
  conv2: filter(channels, channels, 3),
  bn2: norm(channels),
});
const down = <const I extends number, const O extends number>(inputs: I, outputs: O) => ({
  conv1: filter(outputs, inputs, 3),
  bn1: norm(outputs),
  conv2: filter(outputs, outputs, 3),
  bn2: norm(outputs),
  shortcut: filter(outputs, inputs, 1),
  bn3: norm(outputs),
});

const params = {
  stem: filter(64, 3, 7),
  bn: norm(64),
  a: { one: first(64), two: first(64) },
  b: { one: down(64, 128), two: first(128) },
  c: { one: down(128, 256), two: first(256) },
  d: { one: down(256, 512), two: first(512) },
  output: { weight: param([1000, 512], normal(0.01)), bias: param([1000], zeros) },
};
export const fixed = defineModel({
  name: "resnet18 fixed",
  params,
  inputs: { image: spec("f32", ["N", 3, 224, 224]) },
  forward: (p, { image }) => {
    const wide = relu(batchNorm(conv2d(image, p.stem, { stride: 2, padding: 3 }), p.bn).y);
    const x0 = maxPool2d(wide, 3, { stride: 2, padding: 1 });
    const u0 = relu(batchNorm(conv2d(x0, p.a.one.conv1, { padding: 1 }), p.a.one.bn1).y);
    const v0 = batchNorm(conv2d(u0, p.a.one.conv2, { padding: 1 }), p.a.one.bn2).y;
    const x1 = relu(add(v0, x0));
    const u1 = relu(batchNorm(conv2d(x1, p.a.two.conv1, { padding: 1 }), p.a.two.bn1).y);
    const v1 = batchNorm(conv2d(u1, p.a.two.conv2, { padding: 1 }), p.a.two.bn2).y;
    const x2 = relu(add(v1, x1));
    const u2 = relu(batchNorm(conv2d(x2, p.b.one.conv1, { stride: 2, padding: 1 }), p.b.one.bn1).y);
    const v2 = batchNorm(conv2d(u2, p.b.one.conv2, { padding: 1 }), p.b.one.bn2).y;
    const s2 = batchNorm(conv2d(x2, p.b.one.shortcut, { stride: 2 }), p.b.one.bn3).y;
    const x3 = relu(add(v2, s2));
    const u3 = relu(batchNorm(conv2d(x3, p.b.two.conv1, { padding: 1 }), p.b.two.bn1).y);
    const v3 = batchNorm(conv2d(u3, p.b.two.conv2, { padding: 1 }), p.b.two.bn2).y;
    const x4 = relu(add(v3, x3));
    const u4 = relu(batchNorm(conv2d(x4, p.c.one.conv1, { stride: 2, padding: 1 }), p.c.one.bn1).y);
    const v4 = batchNorm(conv2d(u4, p.c.one.conv2, { padding: 1 }), p.c.one.bn2).y;
    const s4 = batchNorm(conv2d(x4, p.c.one.shortcut, { stride: 2 }), p.c.one.bn3).y;
    const x5 = relu(add(v4, s4));
    const u5 = relu(batchNorm(conv2d(x5, p.c.two.conv1, { padding: 1 }), p.c.two.bn1).y);
    const v5 = batchNorm(conv2d(u5, p.c.two.conv2, { padding: 1 }), p.c.two.bn2).y;
    const x6 = relu(add(v5, x5));
    const u6 = relu(batchNorm(conv2d(x6, p.d.one.conv1, { stride: 2, padding: 1 }), p.d.one.bn1).y);
    const v6 = batchNorm(conv2d(u6, p.d.one.conv2, { padding: 1 }), p.d.one.bn2).y;
    const s6 = batchNorm(conv2d(x6, p.d.one.shortcut, { stride: 2 }), p.d.one.bn3).y;
    const x7 = relu(add(v6, s6));
    const u7 = relu(batchNorm(conv2d(x7, p.d.two.conv1, { padding: 1 }), p.d.two.bn1).y);
    const v7 = batchNorm(conv2d(u7, p.d.two.conv2, { padding: 1 }), p.d.two.bn2).y;
    const x8 = relu(add(v7, x7));
    const means = reshape(globalAveragePool(x8), ["N", 512]);
    return { logits: linear(means, p.output.weight, p.output.bias) };
  },
});

export const anySize = defineModel({
  name: "resnet18 anySize",
  params,
  inputs: { image: spec("f32", ["N", 3, "H", "W"]) },
  forward: (p, { image }) => {
    const wide = relu(batchNorm(conv2d(image, p.stem, { stride: 2, padding: 3 }), p.bn).y);
    const x0 = maxPool2d(wide, 3, { stride: 2, padding: 1 });
    const u0 = relu(batchNorm(conv2d(x0, p.a.one.conv1, { padding: 1 }), p.a.one.bn1).y);
    const v0 = batchNorm(conv2d(u0, p.a.one.conv2, { padding: 1 }), p.a.one.bn2).y;
    const x1 = relu(add(v0, x0));
    const u1 = relu(batchNorm(conv2d(x1, p.a.two.conv1, { padding: 1 }), p.a.two.bn1).y);
    const v1 = batchNorm(conv2d(u1, p.a.two.conv2, { padding: 1 }), p.a.two.bn2).y;
    const x2 = relu(add(v1, x1));
    const u2 = relu(batchNorm(conv2d(x2, p.b.one.conv1, { stride: 2, padding: 1 }), p.b.one.bn1).y);
    const v2 = batchNorm(conv2d(u2, p.b.one.conv2, { padding: 1 }), p.b.one.bn2).y;
    const s2 = batchNorm(conv2d(x2, p.b.one.shortcut, { stride: 2 }), p.b.one.bn3).y;
    const x3 = relu(add(v2, s2));
    const u3 = relu(batchNorm(conv2d(x3, p.b.two.conv1, { padding: 1 }), p.b.two.bn1).y);
    const v3 = batchNorm(conv2d(u3, p.b.two.conv2, { padding: 1 }), p.b.two.bn2).y;
    const x4 = relu(add(v3, x3));
    const u4 = relu(batchNorm(conv2d(x4, p.c.one.conv1, { stride: 2, padding: 1 }), p.c.one.bn1).y);
    const v4 = batchNorm(conv2d(u4, p.c.one.conv2, { padding: 1 }), p.c.one.bn2).y;
    const s4 = batchNorm(conv2d(x4, p.c.one.shortcut, { stride: 2 }), p.c.one.bn3).y;
    const x5 = relu(add(v4, s4));
    const u5 = relu(batchNorm(conv2d(x5, p.c.two.conv1, { padding: 1 }), p.c.two.bn1).y);
    const v5 = batchNorm(conv2d(u5, p.c.two.conv2, { padding: 1 }), p.c.two.bn2).y;
    const x6 = relu(add(v5, x5));
    const u6 = relu(batchNorm(conv2d(x6, p.d.one.conv1, { stride: 2, padding: 1 }), p.d.one.bn1).y);
    const v6 = batchNorm(conv2d(u6, p.d.one.conv2, { padding: 1 }), p.d.one.bn2).y;
    const s6 = batchNorm(conv2d(x6, p.d.one.shortcut, { stride: 2 }), p.d.one.bn3).y;
    const x7 = relu(add(v6, s6));
    const u7 = relu(batchNorm(conv2d(x7, p.d.two.conv1, { padding: 1 }), p.d.two.bn1).y);
    const v7 = batchNorm(conv2d(u7, p.d.two.conv2, { padding: 1 }), p.d.two.bn2).y;
    const x8 = relu(add(v7, x7));
    const means = reshape(globalAveragePool(x8), ["N", 512]);
    return { logits: linear(means, p.output.weight, p.output.bias) };
  },
});
