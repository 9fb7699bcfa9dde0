// Calls that do not fit, each of which the type checker refuses. messages.test.ts reads what it says, and holds the run time to
// the same sentence.
import * as weft from "../../src/ir/functions/index.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import type { Dims, Tensor } from "../../src/ir/types/tensor.ts";
import type { Params, SpecTree } from "../../src/model/parameter.ts";
import * as nn from "../../src/nn/index.ts";
import { differentiate } from "../../src/passes/differentiate.ts";

/** A tensor of the graph that is being described. */
export type Given = <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;

/** The layer's function over fresh parameters. */
export type Bound = <T extends SpecTree>(layer: T) => Params<T>;

export const mistakes: { readonly [name: string]: (given: Given, bound: Bound) => unknown } = {
  matmul: (given) => {
    const x = given("f32", ["B", 128, 768]);
    // @ts-expect-error: inner dimensions
    return weft.matmul(x, given("f32", [512, 3072]));
  },
  add: (given) => {
    const x = given("f32", ["B", "T", "D"]);
    // @ts-expect-error: F is not D
    return weft.add(x, given("f32", ["B", "T", "F"]));
  },
  "element types": (given) => {
    const x = given("f32", ["B", 8]);
    // @ts-expect-error: bool is not f32
    return weft.mul(x, given("bool", ["B", 8]));
  },
  exp: (given) => {
    // @ts-expect-error: no exponential of whole numbers
    return weft.exp(given("i32", ["B"]));
  },
  "axis of a sum": (given) => {
    // @ts-expect-error: there is no axis 2
    return weft.sum(given("f32", ["B", 3]), { axes: [2] });
  },
  reshape: (given) => {
    // @ts-expect-error: 12 * 63 is not 768
    return weft.reshape(given("f32", ["B", 128, 768]), ["B", 128, 12, 63]);
  },
  nested: (given) => {
    // @ts-expect-error: 98304 B elements are no rows of 700
    return weft.relu(weft.reshape(given("f32", ["B", 128, 768]), [-1, 700]));
  },
  "linear layer": (given, bound) => {
    const layer = bound(nn.linear(784, 10));
    // @ts-expect-error: 400 features
    return layer(given("f32", ["B", 400]));
  },
  "convolution layer": (given, bound) => {
    const layer = bound(nn.conv2d(3, 8, 3));
    // @ts-expect-error: one channel
    return layer(given("f32", ["B", 1, 28, 28]));
  },
  "window of a layer": (given, bound) => {
    const layer = bound(nn.conv2d(1, 8, [5, 3]));
    // @ts-expect-error: 5 rows do not fit 4
    return layer(given("f32", ["B", 1, 4, 4]));
  },
  "transposed convolution layer": (given, bound) => {
    const layer = bound(nn.convTranspose2d(8, 3, 4, { stride: 2, padding: 1 }));
    // @ts-expect-error: three channels come out, eight go in
    return layer(given("f32", ["B", 3, 14, 14]));
  },
  "output padding": (given) => {
    // @ts-expect-error: rows of nothing but zeros
    return weft.convTranspose1d(given("f32", ["B", 8, 14]), given("f32", [8, 3, 4]), { stride: 2, outputPadding: 2 });
  },
  "padding of a transposed convolution": (given) => {
    // @ts-expect-error: three elements less four
    return weft.convTranspose1d(given("f32", ["B", 8, 1]), given("f32", [8, 3, 3]), { padding: 2 });
  },
  "sequence without channels": (given) => {
    // @ts-expect-error: two axes
    return weft.maxPool1d(given("f32", ["B", 14]), 2);
  },
  "layer normalization": (given, bound) => {
    const layer = bound(nn.layerNorm(64));
    // @ts-expect-error: 32 is not 64
    return layer(given("f32", ["B", 32]));
  },
  "several features": (given, bound) => {
    const layer = bound(nn.layerNorm([8, 64]));
    // @ts-expect-error: 4 is not 8
    return layer(given("f32", ["B", 4, 64]));
  },
  "batch normalization": (given, bound) => {
    const layer = bound(nn.batchNorm(16));
    // @ts-expect-error: 8 channels
    return layer(given("f32", ["B", 8, 28, 28]));
  },
  "group normalization": (given, bound) => {
    const layer = bound(nn.groupNorm(2, 4));
    // @ts-expect-error: no axis of channels
    return layer(given("f32", ["B"]));
  },
  "residual block": (given, bound) => {
    const layer = bound(nn.residualBlock(8, 16, { stride: 2 }));
    // @ts-expect-error: 4 channels
    return layer(given("f32", ["B", 4, 28, 28]));
  },
  einsum: (given) => {
    // @ts-expect-error: j is 3 and 4
    return weft.einsum("ij,jk->ik", given("f32", ["B", 3]), given("f32", [4, 5]));
  },
  matvec: (given) => {
    // @ts-expect-error: inner dimensions
    return weft.matvec(given("f32", ["B", 3]), given("f32", [4]));
  },
  tile: (given) => {
    // @ts-expect-error: two axes
    return weft.tile(given("f32", ["B", 3]), [2]);
  },
  embedding: (given, bound) => {
    const layer = bound(nn.embedding(100, 8));
    // @ts-expect-error: indices are whole numbers
    return layer(given("f32", ["B"]));
  },
  "cross-entropy": (given) => {
    const logits = given("f32", ["B", 10]);
    // @ts-expect-error: one label for each row
    return weft.crossEntropy(logits, given("i32", ["T"]));
  },
  "keys of attention": (given) => {
    const q = given("f32", ["B", 8, "T", 64]);
    // @ts-expect-error: 32 features are not 64
    return weft.attention(q, given("f32", ["B", 2, "S", 32]), given("f32", ["B", 2, "S", 32]));
  },
  "values of attention": (given) => {
    const [q, k] = [given("f32", ["T", 64]), given("f32", ["S", 64])] as const;
    // @ts-expect-error: T values beside S keys
    return weft.attention(q, k, given("f32", ["T", 64]));
  },
  "mask of attention": (given) => {
    const q = given("f32", ["B", 8, "T", 64]);
    // @ts-expect-error: scores are [B, 8, T, T]
    return weft.attention(q, q, q, { mask: given("bool", ["B", "T"]) });
  },
  "element type of a mask": (given, bound) => {
    const layer = bound(nn.multiHeadAttention(64, 8));
    // @ts-expect-error: a mask is no number
    return layer(given("f32", ["B", "T", 64]), { mask: given("f32", ["T", "T"]) });
  },
  "bias of attention": (given) => {
    const q = given("f32", ["B", 8, "T", 64]);
    // @ts-expect-error: f64 is not f32
    return weft.attention(q, q, q, { bias: given("f64", ["T", "T"]) });
  },
  "attention layer": (given, bound) => {
    const layer = bound(nn.multiHeadAttention(64, 8));
    // @ts-expect-error: 32 features
    return layer(given("f32", ["B", "T", 32]), { causal: true });
  },
  "recurrent layer": (given, bound) => {
    const layer = bound(nn.gru(16, 32));
    // @ts-expect-error: 8 features
    return layer(given("f32", ["T", "B", 8]));
  },
  "element instead of a sequence": (given, bound) => {
    const layer = bound(nn.lstm(16, 32));
    // @ts-expect-error: no axis of time
    return layer(given("f32", ["B", 16]));
  },
  concat: (given) => {
    // @ts-expect-error: 8 is not 9
    return weft.concat([given("f32", ["T", 8]), given("f32", [1, 9])]);
  },
  "method of a chain": (given) => {
    const [x, w] = [given("f32", ["B", 128, 768]), given("f32", [512, 3072])] as const;
    // @ts-expect-error: inner dimensions
    return x.matmul(w).gelu().softmax();
  },
  "method of other elements": (given) => {
    // @ts-expect-error: no exponential of whole numbers
    return given("i32", ["B"]).exp();
  },
  "number in front": (given) => {
    // @ts-expect-error: booleans are not divided
    return weft.div(1, given("bool", ["B"]));
  },
  "numbers alone": () => {
    // @ts-expect-error: there is no tensor
    return weft.sub(1, 2);
  },
  "axis of a join": (given) => {
    const x = given("f32", ["T", 8]);
    // @ts-expect-error: there is no axis 2
    return weft.concat([x, x], 2);
  },
  "axis of rows": (given) => {
    // @ts-expect-error: there is no axis 2
    return weft.gather(given("f32", [100, 8]), given("i32", ["B"]), 2);
  },
  "left operand": (given) => {
    // @ts-expect-error: a vector is no matrix
    return weft.matmul(given("f32", [768]), given("f32", [768, 10]));
  },
  "bias of a product": (given) => {
    const [x, weight] = [given("f32", ["B", 784]), given("f32", [10, 784])] as const;
    // @ts-expect-error: nine numbers for ten outputs
    return weft.linear(x, weight, given("f32", [9]));
  },
  "lengths of pieces": (given) => {
    // @ts-expect-error: two and two are four
    return weft.split(given("f32", ["B", 5]), [2, 2], 1);
  },
  "equal parts": (given) => {
    // @ts-expect-error: five is not even
    return weft.chunk(given("f32", ["B", 5]), 2, 1);
  },
  heads: (given) => {
    // @ts-expect-error: twelve heads of 768, but not of 770
    return weft.splitHeads(given("f32", ["B", "T", 770]), 12);
  },
  "state of a recurrence": (given) => {
    const [h, w] = [given("f32", ["B", 8]), given("f32", [8, 9])] as const;
    return weft.scan({
      // @ts-expect-error: nine features after a step
      carry: { h },
      over: { x: given("f32", ["T", "B", 8]) },
      step: (state, { x }) => {
        const next = weft.matmul(weft.add(state.h, x), w);
        return { carry: { h: next }, output: { y: next } };
      },
    });
  },
  "state that is lost": (given) => {
    const h = given("f32", ["B", 8]);
    return weft.scan({
      // @ts-expect-error: c is not given back
      carry: { h, c: h },
      over: { x: given("f32", ["T", "B", 8]) },
      step: (state, { x }) => ({ carry: { h: weft.add(state.h, x) } }),
    });
  },
  "sequences of different lengths": (given) => {
    return weft.scan({
      carry: { h: given("f32", ["B", 8]) },
      // @ts-expect-error: T is not S
      over: { x: given("f32", ["T", "B", 8]), y: given("f32", ["S", "B", 8]) },
      step: ({ h }) => ({ carry: { h } }),
    });
  },
  "loss of several numbers": (given) => {
    const w = given("f32", [8, 4]);
    // @ts-expect-error: a number for each row
    return differentiate(weft.sum(w, { axes: [1] }), [w]);
  },
  "gradient of indices": (given) => {
    const [w, rows] = [given("f32", [8, 4]), given("i32", ["B"])] as const;
    // @ts-expect-error: whole numbers have no gradient
    return differentiate(weft.sum(weft.gather(w, rows)), [w, rows]);
  },
  slice: (given) => {
    // @ts-expect-error: T+1 is past the end
    return weft.slice(given("f32", ["B", "T"]), [{}, { end: "T+1" }]);
  },
  "extent of an argument": (given) => {
    const mlp = residual();
    return mlp({
      x: given("f32", ["N", 16, 768]),
      up: given("f32", [768, 3072]),
      // @ts-expect-error: F is 3072
      down: given("f32", [3071, 768]),
    });
  },
  "type of an argument": (given) => {
    const mlp = residual();
    return mlp({
      // @ts-expect-error: two axes instead of three
      x: given("f32", ["N", 768]),
      up: given("f32", [768, 3072]),
      down: given("f32", [3072, 768]),
    });
  },
  "argument that is not there": (given) => {
    const mlp = residual();
    return mlp({
      x: given("f32", ["N", 16, 768]),
      up: given("f32", [768, 3072]),
      down: given("f32", [3072, 768]),
      // @ts-expect-error: the signature has no bias
      bias: given("f32", [768]),
    });
  },
  "expression that disagrees": (given) => {
    const gated = weft.define("gated", { x: ["f32", "B", "2*D"], w: ["f32", "2*D", "D"] }, ({ x, w }) =>
      weft.matmul(x, w),
    );
    // @ts-expect-error: 2*D is 8
    return gated({ w: given("f32", [8, 4]), x: given("f32", ["N", 7]) });
  },
  "symbol of a signature": () => {
    const name = "halves";
    // @ts-expect-error: nothing says what D is
    return weft.define(name, { x: ["f32", "B", "2*D"] }, ({ x }) => x);
  },
  "body of a function": () => {
    const name = "sum";
    // @ts-expect-error: T is not B, whatever a call gives
    return weft.define(name, { x: ["f32", "B", "T"], y: ["f32", "T", "B"] }, ({ x, y }) => weft.add(x, y));
  },
};

/** The function of the documentation. */
const residual = () =>
  weft.define("mlp", { x: ["f32", "B", "T", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] }, ({ x, up, down }) =>
    weft.add(x, weft.matmul(weft.gelu(weft.matmul(x, up)), down)),
  );
