// ResNet-18 with layers, and mistakes in it.
import {
  add,
  argmax,
  cast,
  compileSync,
  concat,
  crossEntropy,
  defineModel,
  equal,
  flatten,
  mul,
  relu,
  reshape,
  spec,
  sum,
  training,
} from "weftgraph";
import {
  averagePool2d,
  batchNorm,
  conv2d,
  globalAveragePool,
  groupNorm,
  linear,
  maxPool2d,
  residualBlock,
} from "weftgraph/nn";
import { sgd } from "weftgraph/optim";

const params = {
  conv1: conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false }),
  bn1: batchNorm(32),
  grouped: conv2d(3, 64, 3, { groups: 2 }),
  //                          ^ W245: conv2d: 2 groups do not divide 3 channels (3 to 64 channels)
  norm: groupNorm(5, 64),
  //              ^ W245: groupNorm: 5 groups do not divide 64 channels (64 channels)
  layer1: [residualBlock(64, 64), residualBlock(128, 128)],
  layer2: [residualBlock(64, 128, { strides: 2 }), residualBlock(64, 128, { stride: 2 })],
  //                                ^ Object literal may only specify known properties, but 'strides' does not exist in type 'ResidualOptions<1>'. Did you mean to write 'stride'?
  shortcut: conv2d(64, 128, 1, { stride: 1 }),
  large: conv2d(64, 64, 113, { padding: 0 }),
  padded: conv2d(64, 64, 3, { padding: "valid" }),
  //                          ^ Type '"valid"' is not assignable to type '"same" | PerSide<2> | undefined'.
  fc: linear(256, 1000),
  head: linear(64, 1000),
} as const;

const resnet18 = defineModel({
  name: "resnet18",
  params,
  inputs: {
    image: spec("f32", ["N", 3, 224, 224]),
    gray: spec("f32", ["N", 1, 224, 224]),
    flat: spec("f32", ["N", 150528]),
  },
  forward: (p, { image, gray, flat }) => {
    const channels = p.conv1(gray);
    //                       ^ W244: conv2d: the images have 1 channels, the weights expect 3 (images f32[N, 1, 224, 224], weights f32[64, 3, 7, 7])
    const rank = p.conv1(flat);
    //                   ^ W241: conv2d: the images must have 4 axes [batch, channels, height, width], not f32[N, 150528]
    const stem = p.conv1(image);
    const normalized = p.bn1(stem);
    //                       ^ W248: batchNorm: the weight must be f32[64], not f32[32]
    const large = p.large(stem);
    //                    ^ W243: conv2d: the window is larger than the padded height: 113 vs 112 (f32[N, 64, 112, 112])
    const pooled = maxPool2d(relu(stem), 3, { stride: 2, padding: 1 });
    const window = maxPool2d(pooled, 57);
    //                       ^ W243: maxPool2d: the window is larger than the padded height: 57 vs 56 (f32[N, 64, 56, 56])
    const average = averagePool2d(pooled, 3, { striide: 2 });
    //                                         ^ Object literal may only specify known properties, but 'striide' does not exist in type
    const a = p.layer1[0](pooled);
    const b = p.layer1[1](a);
    //                    ^ W244: conv2d: the images have 64 channels, the weights expect 128 (images f32[N, 64, 56, 56], weights f32[128, 128, 3, 3])
    const c = p.layer2[1](a);
    const residual = add(c, p.shortcut(a));
    //                      ^ W207: add: extents 28 and 56 do not broadcast ([N, 128, 28, 28] vs [N, 128, 56, 56])
    const scaled = mul(c, globalAveragePool(a));
    //                    ^ W207: mul: extents 128 and 64 do not broadcast ([N, 128, 28, 28] vs [N, 64, 1, 1])
    const joined = concat([a, c], 1);
    //                    ^ W218: concat: shapes differ off axis 1: f32[N, 64, 56, 56] vs f32[N, 128, 28, 28]
    const features = flatten(globalAveragePool(c));
    const logits = p.fc(features);
    //                  ^ W232: linear: 128 features given, 256 expected (f32[N, 128], weight [1000, 256])
    const unflat = p.head(globalAveragePool(a));
    //                    ^ W232: linear: 1 features given, 64 expected (f32[N, 64, 1, 1], weight [1000, 64])
    const rows = reshape(a, ["N", 64, 3135]);
    //                      ^ W211: reshape: element counts differ: [N, 64, 56, 56] to [N, 64, 3135] (200704*N vs 200640*N)
    return { logits: p.head(flatten(globalAveragePool(a))), other: logits };
  },
});

const trainer = compileSync(
  training(resnet18, {
    inputs: { label: spec("i32", ["N", 1]), weight: spec("f32", ["N"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    //                                                    ^ W248: crossEntropy: the labels must be i32[N], not i32[N, 1]
    metrics: ({ logits }, { weight }) => {
      const loss = crossEntropy(logits, weight);
      //                                ^ W248: crossEntropy: the labels must be i32[N], not f32[N]
      const chosen = argmax(logits, 2);
      //                            ^ W205: argmax: axis 2 is outside a shape of 2 axes ([N, 1000])
      const right = sum(cast(equal(argmax(logits, 1), weight), "f32"));
      //                                              ^ W202: equal: element types differ: i32 vs f32 (i32[N] and f32[N])
      return { right };
    },
    optimizer: sgd({ learningRate: "0.1" }),
    //               ^ Type 'string' is not assignable to type 'LearningRate'.
  }),
  { dims: { N: 2 } },
);
