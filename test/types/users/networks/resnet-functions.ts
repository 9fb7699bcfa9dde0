// ResNet-18 as a user writes it with plain functions and methods of tensors, for 224 x 224 and for images of any size.
import {
  add,
  batchNorm,
  buffer,
  compileSync,
  conv2d,
  crossEntropy,
  defineModel,
  heNormal,
  maxPool2d,
  mean,
  normal,
  ones,
  type Params,
  param,
  relu,
  spec,
  type Tensor,
  training,
  zeros,
} from "weftgraph";
import { sgd } from "weftgraph/optim";

const kernel = <const Out extends number, const In extends number, const Size extends number>(
  out: Out,
  inputs: In,
  size: Size,
) => param([out, inputs, size, size], heNormal);

const norm = <const Channels extends number>(channels: Channels) => ({
  weight: param([channels], ones),
  bias: param([channels], zeros),
  runningMean: buffer([channels], zeros),
  runningVariance: buffer([channels], ones),
});

const tree = {
  stem: { w: kernel(64, 3, 7), n: norm(64) },
  b1: { w1: kernel(64, 64, 3), n1: norm(64), w2: kernel(64, 64, 3), n2: norm(64) },
  b2: { w1: kernel(64, 64, 3), n1: norm(64), w2: kernel(64, 64, 3), n2: norm(64) },
  b3: { w1: kernel(128, 64, 3), n1: norm(128), w2: kernel(128, 128, 3), n2: norm(128), ws: kernel(128, 64, 1) },
  b4: { w1: kernel(128, 128, 3), n1: norm(128), w2: kernel(128, 128, 3), n2: norm(128) },
  b5: { w1: kernel(256, 128, 3), n1: norm(256), w2: kernel(256, 256, 3), n2: norm(256), ws: kernel(256, 128, 1) },
  b6: { w1: kernel(256, 256, 3), n1: norm(256), w2: kernel(256, 256, 3), n2: norm(256) },
  b7: { w1: kernel(512, 256, 3), n1: norm(512), w2: kernel(512, 512, 3), n2: norm(512), ws: kernel(512, 256, 1) },
  b8: { w1: kernel(512, 512, 3), n1: norm(512), w2: kernel(512, 512, 3), n2: norm(512) },
  fc: { w: param([512, 1000], normal(0.01)), b: param([1000], zeros) },
};

type ResNet = Params<typeof tree>;

const forward = (p: ResNet, image: Tensor<["N", 3, 224, 224], "f32">) => {
  const convolved = conv2d(image, p.stem.w, { stride: 2, padding: 3 });
  const stem = relu(batchNorm(convolved, p.stem.n).y);
  const h0 = maxPool2d(stem, 3, { stride: 2, padding: 1 });
  const u1 = relu(batchNorm(conv2d(h0, p.b1.w1, { padding: 1 }), p.b1.n1).y);
  const v1 = batchNorm(conv2d(u1, p.b1.w2, { padding: 1 }), p.b1.n2).y;
  const h1 = relu(add(v1, h0));
  const u2 = relu(batchNorm(conv2d(h1, p.b2.w1, { padding: 1 }), p.b2.n1).y);
  const v2 = batchNorm(conv2d(u2, p.b2.w2, { padding: 1 }), p.b2.n2).y;
  const h2 = relu(v2.add(h1));
  const u3 = relu(batchNorm(conv2d(h2, p.b3.w1, { stride: 2, padding: 1 }), p.b3.n1).y);
  const v3 = batchNorm(conv2d(u3, p.b3.w2, { padding: 1 }), p.b3.n2).y;
  const s3 = conv2d(h2, p.b3.ws, { stride: 2 });
  const h3 = relu(add(v3, s3));
  const u4 = relu(batchNorm(conv2d(h3, p.b4.w1, { padding: 1 }), p.b4.n1).y);
  const v4 = batchNorm(conv2d(u4, p.b4.w2, { padding: 1 }), p.b4.n2).y;
  const h4 = relu(v4.add(h3));
  const u5 = relu(batchNorm(conv2d(h4, p.b5.w1, { stride: 2, padding: 1 }), p.b5.n1).y);
  const v5 = batchNorm(conv2d(u5, p.b5.w2, { padding: 1 }), p.b5.n2).y;
  const s5 = conv2d(h4, p.b5.ws, { stride: 2 });
  const h5 = relu(add(v5, s5));
  const u6 = relu(batchNorm(conv2d(h5, p.b6.w1, { padding: 1 }), p.b6.n1).y);
  const v6 = batchNorm(conv2d(u6, p.b6.w2, { padding: 1 }), p.b6.n2).y;
  const h6 = relu(v6.add(h5));
  const u7 = relu(batchNorm(conv2d(h6, p.b7.w1, { stride: 2, padding: 1 }), p.b7.n1).y);
  const v7 = batchNorm(conv2d(u7, p.b7.w2, { padding: 1 }), p.b7.n2).y;
  const s7 = conv2d(h6, p.b7.ws, { stride: 2 });
  const h7 = relu(add(v7, s7));
  const u8 = relu(batchNorm(conv2d(h7, p.b8.w1, { padding: 1 }), p.b8.n1).y);
  const v8 = batchNorm(conv2d(u8, p.b8.w2, { padding: 1 }), p.b8.n2).y;
  const h8 = relu(v8.add(h7));
  const pooled = mean(h8, { axes: [2, 3] });
  const logits = pooled.matmul(p.fc.w).add(p.fc.b);
  return logits;
};

/** The first stages for images of any size: both ways to a sum have the same symbolic extents. */
const anySize = (p: ResNet, image: Tensor<["N", 3, "H", "W"], "f32">) => {
  const convolved = conv2d(image, p.stem.w, { stride: 2, padding: 3 });
  const h0 = maxPool2d(relu(convolved), 3, { stride: 2, padding: 1 });
  const h1 = relu(conv2d(h0, p.b1.w1, { padding: 1 }).add(h0));
  const u3 = relu(conv2d(h1, p.b3.w1, { stride: 2, padding: 1 }));
  const s3 = conv2d(h1, p.b3.ws, { stride: 2 });
  const h3 = relu(conv2d(u3, p.b3.w2, { padding: 1 }).add(s3));
  const u5 = relu(conv2d(h3, p.b5.w1, { stride: 2, padding: 1 }));
  const s5 = conv2d(h3, p.b5.ws, { stride: 2 });
  const h5 = relu(conv2d(u5, p.b5.w2, { padding: 1 }).add(s5));
  const u7 = relu(conv2d(h5, p.b7.w1, { stride: 2, padding: 1 }));
  const s7 = conv2d(h5, p.b7.ws, { stride: 2 });
  const h7 = relu(conv2d(u7, p.b7.w2, { padding: 1 }).add(s7));
  const pooled = h7.mean({ axes: [2, 3] });
  const logits = pooled.matmul(p.fc.w).add(p.fc.b);
  return logits;
};

export const resnet18 = defineModel({
  name: "resnet18",
  params: tree,
  inputs: { image: spec("f32", ["N", 3, 224, 224]) },
  forward: (p, { image }) => ({ logits: forward(p, image) }),
});

export const symbolic = defineModel({
  name: "resnet18",
  params: tree,
  inputs: { image: spec("f32", ["N", 3, "H", "W"]) },
  forward: (p, { image }) => ({ logits: anySize(p, image) }),
});

export const classify = compileSync(resnet18, { dims: { N: 1 } });
export const result = classify({ image: new Float32Array(3 * 224 * 224) });
export const logits = result.logits;

export const trainer = compileSync(
  training(symbolic, {
    inputs: { label: spec("i32", ["N"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
  }),
  { dims: { N: 2, H: 64, W: 96 } },
);
export const weight = trainer.parameters.get("b3.ws");
