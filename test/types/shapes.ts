// What the type checker knows of results: this file is compiled with the project and never run. Exact shapes for literal and
// symbolic extents, unknown ones where something is unknown, and an error where a line says so.
import { expectTypeOf } from "vitest";
import {
  type AnyLayer,
  add,
  argmax,
  attention,
  averagePool1d,
  broadcastTo,
  cast,
  chunk,
  compileSync,
  concat,
  constant,
  conv1d,
  conv2d,
  conv3d,
  convTranspose2d,
  crossEntropy,
  type Dims,
  type DType,
  defineModel,
  differentiate,
  embedding,
  expectShape,
  flatten,
  gather,
  globalAveragePool,
  greater,
  iota,
  layer,
  linear,
  matmul,
  maxPool2d,
  mean,
  mergeHeads,
  oneHot,
  type Params,
  type Path,
  pad,
  param,
  randomUniform,
  relu,
  repeat,
  reshape,
  rotary,
  scan,
  select,
  sinusoidalPositions,
  slice,
  softmax,
  spec,
  split,
  splitHeads,
  stack,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";

declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;

const x = given("f32", ["B", 128, 768]);
const image = given("f32", ["N", 3, "H", "W"]);
const tokens = given("i32", ["B", "T"]);

// Attention: of each query the features of the values, and a weight for each key; layers keep the shape.
const queries = given("f32", ["B", 8, "T", 64]);
const [keys, values] = [given("f32", ["B", 2, "S", 64]), given("f32", ["B", 2, "S", 32])] as const;
expectTypeOf(attention(queries, keys, values)).toEqualTypeOf<Tensor<["B", 8, "T", 32], "f32">>();
expectTypeOf(attention(queries, keys, values, { weights: true }).weights).toEqualTypeOf<
  Tensor<["B", 8, "T", "S"], "f32">
>();
const summed = attention(queries, keys, values, { logSumExp: true });
expectTypeOf(summed.output).toEqualTypeOf<Tensor<["B", 8, "T", 32], "f32">>();
expectTypeOf(summed.logSumExp).toEqualTypeOf<Tensor<["B", 8, "T"], "f32">>();
const both = attention(queries, keys, values, { weights: true, logSumExp: true });
expectTypeOf(both.weights).toEqualTypeOf<Tensor<["B", 8, "T", "S"], "f32">>();
expectTypeOf(both.logSumExp).toEqualTypeOf<Tensor<["B", 8, "T"], "f32">>();
attention(queries, keys, values, {
  score: (score, { head, key }) => {
    expectTypeOf(score).toEqualTypeOf<Tensor<["B", 8, "T", "S"], "f32">>();
    expectTypeOf(key).toEqualTypeOf<Tensor<Dims, "i32">>();
    return add(score, gather(given("f32", [8]), head));
  },
  drop: (weights) => {
    expectTypeOf(weights).toEqualTypeOf<Tensor<["B", 8, "T", "S"], "f32">>();
    return weights;
  },
});
expectTypeOf(rotary(queries)).toEqualTypeOf<Tensor<["B", 8, "T", 64], "f32">>();
expectTypeOf(sinusoidalPositions("T", 64)).toEqualTypeOf<Tensor<["T", 64], "f32">>();
declare const attend: Params<ReturnType<typeof nn.multiHeadAttention<768>>>;
declare const grouped: Params<ReturnType<typeof nn.multiHeadAttention<768, 768, 768, true, 4>>>;
declare const encode: Params<ReturnType<typeof nn.transformerEncoder<768>>>;
declare const language: Params<ReturnType<typeof nn.gpt<1000>>>;
expectTypeOf(attend(x, { causal: true })).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(grouped(x, { score: (score) => score })).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(grouped.in_proj_weight).toEqualTypeOf<Tensor<[number, 768], "f32">>();
expectTypeOf(language(tokens, { segments: tokens, prefix: 3 })).toEqualTypeOf<Tensor<["B", "T", 1000], "f32">>();
expectTypeOf(encode(x)).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(language(tokens)).toEqualTypeOf<Tensor<["B", "T", 1000], "f32">>();
expectTypeOf(attend.in_proj_weight).toEqualTypeOf<Tensor<[2304, 768], "f32">>();

// Elementwise: NumPy's rule, numbers, comparison, choice.
expectTypeOf(add(x, given("f32", [768]))).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(add(given("f32", ["B", 1]), given("f32", [1, "T"]))).toEqualTypeOf<Tensor<["B", "T"], "f32">>();
expectTypeOf(add(x, 1)).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(relu(add(x, x))).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(greater(x, 0)).toEqualTypeOf<Tensor<["B", 128, 768], "bool">>();
expectTypeOf(select(greater(x, 0), x, 0)).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(select(greater(x, 0), 1, 0)).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(cast(tokens, "f64")).toEqualTypeOf<Tensor<["B", "T"], "f64">>();

// Products.
expectTypeOf(matmul(x, given("f32", [768, 3072]))).toEqualTypeOf<Tensor<["B", 128, 3072], "f32">>();
expectTypeOf(matmul(x, x, { transposeB: true })).toEqualTypeOf<Tensor<["B", 128, 128], "f32">>();
expectTypeOf(linear(x, given("f32", [10, 768]))).toEqualTypeOf<Tensor<["B", 128, 10], "f32">>();

// Shapes as polynomials, in the canonical text of the run time.
expectTypeOf(reshape(x, [-1, 768])).toEqualTypeOf<Tensor<["128*B", 768], "f32">>();
expectTypeOf(reshape(x, ["B", 128, 12, 64])).toEqualTypeOf<Tensor<["B", 128, 12, 64], "f32">>();
expectTypeOf(reshape(given("f32", ["T*B", 8]), ["B", "T", 8])).toEqualTypeOf<Tensor<["B", "T", 8], "f32">>();
expectTypeOf(flatten(given("f32", ["B", 16, 5, 5]))).toEqualTypeOf<Tensor<["B", 400], "f32">>();
expectTypeOf(flatten(tokens, 0)).toEqualTypeOf<Tensor<["B*T"], "i32">>();
expectTypeOf(transpose(x, [0, 2, 1])).toEqualTypeOf<Tensor<["B", 768, 128], "f32">>();
expectTypeOf(broadcastTo(given("f32", [1, 3]), ["B", 3])).toEqualTypeOf<Tensor<["B", 3], "f32">>();
expectTypeOf(concat([given("f32", ["T", 8]), given("f32", ["P", 8]), given("f32", [1, 8])])).toEqualTypeOf<
  Tensor<["P+T+1", 8], "f32">
>();
expectTypeOf(stack([tokens, tokens, tokens], -1)).toEqualTypeOf<Tensor<["B", "T", 3], "i32">>();
expectTypeOf(slice(tokens, [{}, { start: 1 }])).toEqualTypeOf<Tensor<["B", "T-1"], "i32">>();
expectTypeOf(slice(tokens, [{ step: 2 }])).toEqualTypeOf<Tensor<["floor((B+1)/2)", "T"], "i32">>();
expectTypeOf(pad(tokens, [{}, { low: 1, high: 1 }])).toEqualTypeOf<Tensor<["B", "T+2"], "i32">>();

// What stands side by side, apart: pieces, equal parts, heads and back.
const [front, back] = split(x, [100, 28], 1);
expectTypeOf(front).toEqualTypeOf<Tensor<["B", 100, 768], "f32">>();
expectTypeOf(back).toEqualTypeOf<Tensor<["B", 28, 768], "f32">>();
expectTypeOf(split(given("f32", ["T+1", 5]), ["T", 1])[0]).toEqualTypeOf<Tensor<["T", 5], "f32">>();
expectTypeOf(split(given("f32", [2, 5]), 2, 1)).toEqualTypeOf<
  readonly [Tensor<[2, 2], "f32">, Tensor<[2, 2], "f32">, Tensor<[2, 1], "f32">]
>();
const [q, k, v] = chunk(x, 3, -1);
expectTypeOf([q, k, v] as const).toEqualTypeOf<
  readonly [Tensor<["B", 128, 256], "f32">, Tensor<["B", 128, 256], "f32">, Tensor<["B", 128, 256], "f32">]
>();
expectTypeOf(splitHeads(x, 12)).toEqualTypeOf<Tensor<["B", 12, 128, 64], "f32">>();
expectTypeOf(splitHeads(given("f32", ["T", "4*D"]), 4)).toEqualTypeOf<Tensor<[4, "T", "D"], "f32">>();
expectTypeOf(mergeHeads(splitHeads(x, 12))).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();

// Methods: what functions of the same names give, and covariant as tensors are.
expectTypeOf(
  x
    .matmul(given("f32", [768, 10]))
    .add(given("f32", [10]))
    .gelu(),
).toEqualTypeOf<Tensor<["B", 128, 10], "f32">>();
expectTypeOf(x.reshape([-1, 768]).transpose([1, 0])).toEqualTypeOf<Tensor<[768, "128*B"], "f32">>();
expectTypeOf(
  x
    .mean({ axes: [-1], keepDims: true })
    .sub(x)
    .pow(2)
    .sqrt(),
).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();
expectTypeOf(tokens.slice([{}, { start: 1 }]).concat([tokens], 1)).toEqualTypeOf<Tensor<["B", "2*T-1"], "i32">>();
expectTypeOf(x.greater(0).select(x, 0).softmax().cast("f64")).toEqualTypeOf<Tensor<["B", 128, 768], "f64">>();
const asAny: Tensor = x;
const asFloats: Tensor<Dims, "f32"> = x;
expectTypeOf(asAny.add(1)).toEqualTypeOf<Tensor>();
expectTypeOf(asFloats.exp().sum()).toEqualTypeOf<Tensor<[], "f32">>();

// A number in front takes the type of the tensor behind it.
expectTypeOf(sub(1, tokens)).toEqualTypeOf<Tensor<["B", "T"], "i32">>();
expectTypeOf(greater(0, x)).toEqualTypeOf<Tensor<["B", 128, 768], "bool">>();

// A recurrence: states as they were, sequences of what comes out; with another state nothing is known of it.
const { carry, outputs } = scan({
  carry: { h: given("f32", ["B", 8]) },
  over: { x: given("f32", ["T", "B", 8]) },
  step: ({ h }, { x: element }) => {
    expectTypeOf(element).toEqualTypeOf<Tensor<["B", 8], "f32">>();
    const next = h.add(element).tanh();
    return { carry: { h: next }, output: { y: next, energy: next.sum() } };
  },
});
expectTypeOf(carry.h).toEqualTypeOf<Tensor<["B", 8], "f32">>();
expectTypeOf(outputs.y).toEqualTypeOf<Tensor<["T", "B", 8], "f32">>();
expectTypeOf(outputs.energy).toEqualTypeOf<Tensor<["T"], "f32">>();

// Reductions.
expectTypeOf(sum(x)).toEqualTypeOf<Tensor<[], "f32">>();
expectTypeOf(mean(x, { axes: [-1] })).toEqualTypeOf<Tensor<["B", 128], "f32">>();
expectTypeOf(mean(x, { axes: [0, -1], keepDims: true })).toEqualTypeOf<Tensor<[1, 128, 1], "f32">>();
expectTypeOf(argmax(x, 2)).toEqualTypeOf<Tensor<["B", 128], "i32">>();
expectTypeOf(softmax(x)).toEqualTypeOf<Tensor<["B", 128, 768], "f32">>();

// Indices, losses, creation.
expectTypeOf(embedding(given("f32", [50257, 768]), tokens)).toEqualTypeOf<Tensor<["B", "T", 768], "f32">>();
expectTypeOf(oneHot(tokens, 10)).toEqualTypeOf<Tensor<["B", "T", 10], "f32">>();
const logits = given("f32", ["B", 10]);
const labels = given("i32", ["B"]);
expectTypeOf(crossEntropy(logits, labels)).toEqualTypeOf<Tensor<[], "f32">>();
expectTypeOf(crossEntropy(logits, labels, { reduction: "none" })).toEqualTypeOf<Tensor<["B"], "f32">>();
expectTypeOf(constant(1)).toEqualTypeOf<Tensor<[], "f32">>();
expectTypeOf(constant(new Int32Array(6), [2, 3])).toEqualTypeOf<Tensor<[2, 3], "i32">>();
expectTypeOf(constant(0, ["B"], "bool")).toEqualTypeOf<Tensor<["B"], "bool">>();
expectTypeOf(iota([4])).toEqualTypeOf<Tensor<[4], "i32">>();
expectTypeOf(randomUniform(given("i32", [2]), ["B", 4])).toEqualTypeOf<Tensor<["B", 4], "f32">>();

// Windows: the two ways through a residual block meet, whatever the image.
const weight = <const O extends number, const I extends number, const K extends number>(o: O, i: I, k: K) =>
  given("f32", [o, i, k, k]);
const long = conv2d(conv2d(image, weight(8, 3, 3), { stride: 2, padding: 1 }), weight(8, 8, 3), { padding: 1 });
const short = conv2d(image, weight(8, 3, 1), { stride: 2 });
expectTypeOf(add(long, short)).toEqualTypeOf<Tensor<["N", 8, "floor((H+1)/2)", "floor((W+1)/2)"], "f32">>();
expectTypeOf(conv2d(given("f32", [1, 3, 224, 224]), weight(64, 3, 7), { stride: 2, padding: 3 })).toEqualTypeOf<
  Tensor<[1, 64, 112, 112], "f32">
>();
expectTypeOf(maxPool2d(given("f32", ["N", 6, 28, 28]), 2)).toEqualTypeOf<Tensor<["N", 6, 14, 14], "f32">>();
expectTypeOf(maxPool2d(given("f32", ["N", 6, 27, 27]), 2, { ceil: true })).toEqualTypeOf<
  Tensor<["N", 6, 14, 14], "f32">
>();

// Sequences and volumes; what a convolution took in half, its transpose gives back.
const sequence = given("f32", ["N", 4, "T"]);
expectTypeOf(conv1d(sequence, given("f32", [8, 4, 3]), { padding: "causal", dilation: 4 })).toEqualTypeOf<
  Tensor<["N", 8, "T"], "f32">
>();
expectTypeOf(conv3d(given("f32", ["N", 4, 16, 8, 8]), given("f32", [2, 4, 3, 1, 1]), { stride: 2 })).toEqualTypeOf<
  Tensor<["N", 2, 7, 4, 4], "f32">
>();
expectTypeOf(
  convTranspose2d(given("f32", ["N", 8, "H", 7]), given("f32", [8, 3, 4, 4]), { stride: 2, padding: 1 }),
).toEqualTypeOf<Tensor<["N", 3, "2*H", 14], "f32">>();
expectTypeOf(averagePool1d(sequence, 2)).toEqualTypeOf<Tensor<["N", 4, "floor(T/2)"], "f32">>();
expectTypeOf(globalAveragePool(image)).toEqualTypeOf<Tensor<["N", 3, 1, 1], "f32">>();

// What is unknown fits everything and stays unknown; expectShape says what it is.
declare const unknown: Tensor;
declare const width: number;
const open = given("f32", ["B", width]);
expectTypeOf(add(unknown, x)).toEqualTypeOf<Tensor>();
expectTypeOf(matmul(open, given("f32", [768, 10]))).toEqualTypeOf<Tensor<["B", 10], "f32">>();
expectTypeOf(add(open, given("f32", [768]))).toEqualTypeOf<Tensor<["B", 768], "f32">>();
expectTypeOf(reshape(open, [-1])).toEqualTypeOf<Tensor<[number], "f32">>();
expectTypeOf(expectShape(matmul(unknown, unknown), ["B", 10])).toEqualTypeOf<Tensor<["B", 10]>>();

// After a mistake the result fits whatever is wanted, so that one mistake is one error.
// @ts-expect-error: 768 and 512 differ
const wrong = matmul(x, given("f32", [512, 10]));
declare const take: (taken: Tensor<["B", 768], "f32">) => void;
// oxlint-disable-next-line typescript/no-unsafe-argument -- that it fits is what is held here
take(add(wrong, given("f32", [7])));
// @ts-expect-error: element types differ
add(x, tokens);
// @ts-expect-error: labels are i32[B]
crossEntropy(logits, given("f32", ["B"]));
// @ts-expect-error: no such option
conv2d(image, weight(8, 3, 3), { strides: 2 });

// Parameters: tensors, layers that are functions and have parameters, lists.
const block = () => ({ up: nn.linear(64, 256), down: nn.linear(256, 64, { bias: false }), scale: param([64]) });
const tree = { table: param([1000, 64]), blocks: repeat(4, block), head: nn.conv2d(4, 8, [3, 5], { groups: 2 }) };
declare const params: Params<typeof tree>;
expectTypeOf(params.table).toEqualTypeOf<Tensor<[1000, 64], "f32">>();
expectTypeOf(params.head.weight).toEqualTypeOf<Tensor<[8, 2, 3, 5], "f32">>();
for (const { up, down, scale } of params.blocks) {
  expectTypeOf(scale).toEqualTypeOf<Tensor<[64], "f32">>();
  expectTypeOf(down(relu(up(given("f32", ["B", "T", 64]))))).toEqualTypeOf<Tensor<["B", "T", 64], "f32">>();
  expectTypeOf(down).not.toHaveProperty("bias");
  // @ts-expect-error: 32 features given, 64 expected
  up(given("f32", ["B", 32]));
}
expectTypeOf<Path<typeof tree>>().toEqualTypeOf<
  | "table"
  | "head.weight"
  | "head.bias"
  | `blocks.${number}.up.weight`
  | `blocks.${number}.up.bias`
  | `blocks.${number}.down.weight`
  | `blocks.${number}.scale`
>();

// A layer of one's own.
const scaled = layer(
  { factor: param([8]) },
  ({ factor }) =>
    (operand: Tensor<["B", 8], "f32">) =>
      add(operand, factor),
);
declare const scaling: Params<typeof scaled>;
expectTypeOf(scaling(given("f32", ["B", 8]))).toEqualTypeOf<Tensor<["B", 8], "f32">>();

// Feeds and results of a compiled model.
// The element type of a constant is its own, also where a tensor of any type will do.
const passed = <T extends Tensor>(tensor: T): T => tensor;
expectTypeOf(passed(constant(0, ["B", 16]))).toEqualTypeOf<Tensor<["B", 16], "f32">>();

// A layer of which only the function is known, as in a list of layers, is that function.
const anyLayer: AnyLayer<(x: Tensor<["B", 2], "f32">) => Tensor<["B", 3], "f32">> = nn.linear(2, 3);
defineModel({
  name: "any layer",
  params: { chosen: anyLayer },
  inputs: { x: spec("f32", ["B", 2]) },
  forward: (p, { x }) => {
    expectTypeOf(p.chosen(x)).toEqualTypeOf<Tensor<["B", 3], "f32">>();
    return { y: p.chosen(x) };
  },
});

// Gradients have the types of what they belong to, by position; those of a list of unknown length are a list.
expectTypeOf(differentiate(sum(x), [x, image])).toEqualTypeOf<
  readonly [Tensor<["B", 128, 768], "f32">, Tensor<["N", 3, "H", "W"], "f32">]
>();
declare const many: readonly Tensor[];
expectTypeOf(differentiate(sum(x), many)).toEqualTypeOf<readonly Tensor[]>();

const model = defineModel({
  name: "types",
  params: { output: nn.linear(784, 10) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { image }) => ({ logits: p.output(image) }),
});
const run = compileSync(model, { dims: { B: 2 } });
const { logits: result } = run({ image: new Float32Array(2 * 784) });
expectTypeOf(result.data).toEqualTypeOf<Float32Array<ArrayBuffer>>();
expectTypeOf(result.shape).toEqualTypeOf<readonly [number, number]>();
expectTypeOf(run.parameters.names).toEqualTypeOf<readonly ("output.weight" | "output.bias")[]>();
// @ts-expect-error: an f32 input takes a Float32Array
run({ image: new Int32Array(2 * 784) });
// @ts-expect-error: there is no such input
run({ images: new Float32Array(2 * 784) });
