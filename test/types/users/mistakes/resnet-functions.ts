// ResNet-18 with functions and methods of tensors, and mistakes in it.
import {
  add,
  batchNorm,
  buffer,
  compileSync,
  conv2d,
  crossEntropy,
  defineModel,
  heNormal,
  linear,
  matmul,
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
  stem: { w: kernel(64, 3, 7), n: norm(32) },
  b1: { w1: kernel(64, 64, 3), n1: norm(64), w2: kernel(64, 32, 3) },
  b3: { w1: kernel(128, 64, 3), w2: kernel(128, 128, 3), ws: kernel(64, 128, 1), wt: kernel(128, 64, 1) },
  flat: param([64, 576], heNormal),
  fc: { w: param([1000, 128], normal(0.01)), wide: param([128, 1000], normal(0.01)), b: param([100], zeros) },
};

type ResNet = Params<typeof tree>;

const forward = (p: ResNet, image: Tensor<["N", 3, 224, 224], "f32">, bytes: Tensor<["N", 3, 224, 224], "u8">) => {
  const last = conv2d(image.transpose([0, 2, 3, 1]), p.stem.w, { stride: 2, padding: 3 });
  //                                                 ^ W244: conv2d: the images have 224 channels, the weights expect 3 (images f32[N, 224, 224, 3], weights f32[64, 3, 7, 7])
  const raw = conv2d(bytes, p.stem.w, { stride: 2, padding: 3 });
  //                        ^ W202: conv2d: element types differ: u8 vs f32 (u8[N, 3, 224, 224] and f32[64, 3, 7, 7])
  const convolved = conv2d(image, p.stem.w, { stride: 2, padding: 3 });
  const { weight, bias, runningMean, runningVariance } = p.stem.n;
  //              ^ Cannot redeclare block-scoped variable 'bias'.
  const stem = batchNorm(convolved, { weight, bias, runningMean, runningVariance });
  //                                                ^ W248: batchNorm: the running mean must be f32[64], not f32[32]
  const h0 = maxPool2d(relu(convolved), 3, { stride: 2, padding: 1 });
  const big = maxPool2d(h0, 64);
  //                    ^ W243: maxPool2d: the window is larger than the padded height: 64 vs 56 (f32[N, 64, 56, 56])
  const still = conv2d(h0, p.b1.w1, { stride: 0 });
  //                       ^ W242: conv2d: stride must be 2 whole numbers of at least 1, not [0, 0]
  const u1 = conv2d(h0, p.b1.w1);
  const h1 = add(u1, h0);
  //                 ^ W207: add: extents 54 and 56 do not broadcast ([N, 64, 54, 54] vs [N, 64, 56, 56])
  const method = u1.add(h0);
  //                    ^ W207: add: extents 54 and 56 do not broadcast ([N, 64, 54, 54] vs [N, 64, 56, 56])
  const v1 = conv2d(h0, p.b1.w2, { padding: 1 });
  //                    ^ W244: conv2d: the images have 64 channels, the weights expect 32 (images f32[N, 64, 56, 56], weights f32[64, 32, 3, 3])
  const flat = conv2d(h0, p.flat);
  //                      ^ W246: conv2d: weights must be [out, in / groups, height, width] with a known window, not f32[64, 576]
  const u3 = conv2d(h0, p.b3.w1, { stride: 2, padding: 1 });
  const s3 = conv2d(h0, p.b3.ws, { stride: 2 });
  //                    ^ W244: conv2d: the images have 64 channels, the weights expect 128 (images f32[N, 64, 56, 56], weights f32[64, 128, 1, 1])
  const t3 = conv2d(h0, p.b3.wt);
  const h3 = add(u3, t3);
  //                 ^ W207: add: extents 28 and 56 do not broadcast ([N, 128, 28, 28] vs [N, 128, 56, 56])
  const groups = conv2d(h0, p.b1.w1, { groups: 3 });
  //                        ^ W245: conv2d: 3 groups do not divide 64 channels (images f32[N, 64, 56, 56], weights f32[64, 64, 3, 3])
  const dilation = conv2d(h0, p.b1.w1, { dilatoin: 2 });
  //                                     ^ Object literal may only specify known properties, but 'dilatoin' does not exist in type
  const pooled = mean(u3, { axes: [2, 4] });
  //                        ^ W205: mean: axis 4 is outside a shape of 4 axes ([N, 128, 28, 28])
  const right = u3.mean({ axes: [2, 3] });
  const logits = right.matmul(p.fc.w);
  //                          ^ W203: matmul: inner dimensions differ: 128 vs 1000 (f32[N, 128] x f32[1000, 128])
  const product = matmul(right, p.fc.w);
  //                            ^ W203: matmul: inner dimensions differ: 128 vs 1000 (f32[N, 128] x f32[1000, 128])
  const transposed = linear(right, p.fc.wide);
  //                               ^ W232: linear: 128 features given, 1000 expected (f32[N, 128], weight [128, 1000])
  const biased = right.matmul(p.fc.wide).add(p.fc.b);
  //                                         ^ W207: add: extents 1000 and 100 do not broadcast ([N, 1000] vs [100])
  const bias = linear(right, p.fc.w, p.fc.b);
  //    ^ Cannot redeclare block-scoped variable 'bias'.
  //                                 ^ W248: linear: the bias must be f32[1000], not f32[100]
  const whole = relu(bytes);
  //                 ^ W204: relu: not defined for u8: takes f32, f64, i32 (u8[N, 3, 224, 224])
  const flattened = u3.reshape(["N", 3584]);
  //                           ^ W211: reshape: element counts differ: [N, 128, 28, 28] to [N, 3584] (100352*N vs 3584*N)
  return right.matmul(p.fc.wide);
};

const anySize = (p: ResNet, image: Tensor<["N", 3, "H", "W"], "f32">) => {
  const convolved = conv2d(image, p.stem.w, { stride: 2, padding: 3 });
  const h0 = maxPool2d(relu(convolved), 3, { stride: 2, padding: 1 });
  const u3 = conv2d(h0, p.b3.w1, { stride: 2, padding: 1 });
  const s3 = conv2d(h0, p.b3.wt, { stride: 4 });
  const h3 = add(u3, s3);
  //                 ^ W207: add: extents floor((H+7)/8) and floor((H+15)/16) do not broadcast ([N, 128, floor((H+7)/8), floor((W+7)/8)] vs [N, 128, floor((H+15)/16), floor((W+15)/16)])
  const other = u3.add(h0);
  //                   ^ W207: add: extents 128 and 64 do not broadcast ([N, 128, floor((H+7)/8), floor((W+7)/8)] vs [N, 64, floor((H+3)/4), floor((W+3)/4)])
  return mean(u3, { axes: [2, 3] }).matmul(p.fc.wide);
};

const resnet18 = defineModel({
  name: "resnet18",
  params: tree,
  inputs: {
    image: spec("f32", ["N", 3, 224, 224]),
    any: spec("f32", ["N", 3, "H", "W"]),
    bytes: spec("u8", ["N", 3, 224, 224]),
  },
  forward: (p, { image, any, bytes }) => ({ logits: forward(p, image, bytes), other: anySize(p, any) }),
});

const trainer = compileSync(
  training(resnet18, {
    inputs: { label: spec("i32", ["M"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    //                                                    ^ W248: crossEntropy: the labels must be i32[N], not i32[M]
    optimizer: sgd({ learningRate: 0.1, momentun: 0.9 }),
    //                                  ^ Object literal may only specify known properties, but 'momentun' does not exist in type 'SgdOptions'. Did you mean to write 'momentum'?
  }),
  { dims: { N: 2 } },
);
