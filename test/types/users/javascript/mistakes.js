// @ts-check
// A classifier of images in JavaScript, one mistake at a time. The type checker says below each line what the run time throws there.
import {
  add,
  concat,
  crossEntropy,
  einsum,
  gelu,
  matmul,
  maxPool2d,
  relu,
  reshape,
  softmax,
  sum,
  transpose,
} from "weftgraph";
import { batchNorm, conv2d, embedding, layerNorm, linear } from "weftgraph/nn";

export const params = {
  conv: conv2d(3, 8, 3, { padding: 1 }),
  norm: batchNorm(16),
  scale: layerNorm(64),
  table: embedding(100, 128),
  hidden: linear(1500, 128),
};

/**
 * @typedef {object} Given
 * @property {import("weftgraph").Params<typeof params>} p
 * @property {import("weftgraph").Tensor<["B", 1, 28, 28], "f32">} image
 * @property {import("weftgraph").Tensor<["B", 128], "f32">} x
 * @property {import("weftgraph").Tensor<[10, 128], "f32">} w
 * @property {import("weftgraph").Tensor<["B"], "i32">} words
 * @property {import("weftgraph").Tensor<["N"], "i32">} labels
 */

/** @type {Readonly<Record<string, (given: Given) => unknown>>} */
export const mistakes = {
  "weights that are not transposed": ({ x, w }) => matmul(x, w),
  //                                                         ^ W203: matmul: inner dimensions differ: 128 vs 10 (f32[B, 128] x f32[10, 128])
  "a bias of another width": ({ x, w }) => add(matmul(x, w, { transposeB: true }), x),
  //                                                                               ^ W207: add: extents 10 and 128 do not broadcast ([B, 10] vs [B, 128])
  "an axis too many": ({ x }) => softmax(x, 2),
  //                                        ^ W205: softmax: axis 2 is outside a shape of 2 axes ([B, 128])
  "a sum over no axis": ({ x }) => sum(x, { axes: [-3] }),
  //                                        ^ W205: sum: axis -3 is outside a shape of 2 axes ([B, 128])
  "a letter of two sizes": ({ x, w }) => einsum("bi,ij->bj", x, w),
  //                                            ^ W251: einsum: i is 128 and 10 in bi,ij->bj
  "elements left over": ({ x }) => reshape(x, ["B", 2, 63]),
  //                                          ^ W211: reshape: element counts differ: [B, 128] to [B, 2, 63] (128*B vs 126*B)
  "an order with an axis twice": ({ x }) => transpose(x, [0, 0]),
  //                                                     ^ W213: transpose: [0, 0] is not an order of the axes of [B, 128]
  "another width beside it": ({ image, x, w }) => relu(concat([x, matmul(x, w, { transposeB: true })], 0)),
  //                                                          ^ W218: concat: shapes differ off axis 0: f32[B, 128] vs f32[B, 10]
  "images of one channel": ({ p, image }) => p.conv(image),
  //                                                ^ W244: conv2d: the images have 1 channels, the weights expect 3 (images f32[B, 1, 28, 28], weights f32[8, 3, 3, 3])
  "statistics of other channels": ({ p, image }) => p.norm(image),
  //                                                       ^ W248: batchNorm: the weight must be f32[1], not f32[16]
  "features of another width": ({ p, x }) => p.scale(x),
  //                                                 ^ W248: layerNorm: the scale must be f32[128], not f32[64]
  "a layer of another width": ({ p, image }) => p.hidden(reshape(image, ["B", 784])),
  //                                                     ^ W232: linear: 784 features given, 1500 expected (f32[B, 784], weight [128, 1500])
  "a window too large": ({ image }) => maxPool2d(image, 29),
  //                                             ^ W243: maxPool2d: the window is larger than the padded height: 29 vs 28 (f32[B, 1, 28, 28])
  "an activation of whole numbers": ({ words }) => gelu(words),
  //                                                    ^ W204: gelu: not defined for i32: takes f32, f64 (i32[B])
  "indices that are no whole numbers": ({ p, x }) => p.table(x),
  //                                                         ^ W204: gather: not defined for f32: takes i32 (f32[B, 128])
  "labels of another batch": ({ x, labels }) => crossEntropy(x, labels),
  //                                                            ^ W248: crossEntropy: the labels must be i32[B], not i32[N]
};
