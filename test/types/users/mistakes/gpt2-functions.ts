// GPT-2 with functions and methods of tensors, and mistakes in it.
import {
  add,
  attention,
  concat,
  define,
  defineModel,
  einsum,
  embedding,
  gelu,
  layerNorm,
  matmul,
  mean,
  normal,
  ones,
  type Params,
  param,
  repeat,
  reshape,
  slice,
  softmax,
  spec,
  split,
  type Tensor,
  transpose,
  zeros,
} from "weftgraph";

const affine = <const In extends number, const Out extends number>(inputs: In, outputs: Out) => ({
  w: param([inputs, outputs], normal(0.02)),
  b: param([outputs], zeros),
});

const norm = () => ({ scale: param([768], ones), shift: param([512], zeros) });

const block = () => ({
  ln1: norm(),
  attention: { q: affine(768, 768), k: affine(512, 768), v: affine(768, 768), o: affine(768, 700) },
  mlp: { up: affine(768, 3072), down: affine(3072, 768) },
  bias: param(768, zeros),
  //          ^ Argument of type 'number' is not assignable to parameter of type 'Dims'.
  half: param([768], zeros, "f16"),
  //                        ^ Argument of type '"f16"' is not assignable to parameter of type 'DType | undefined'.
});

const tree = {
  wte: param([50257, 768], normal(0.02)),
  wpe: param([1024, 768], normal(0.01)),
  blocks: repeat(12, block),
  head: param([50257, 768], normal(0.02)),
};

type Gpt2 = Params<typeof tree>;
type Hidden = Tensor<["B", "T", 768], "f32">;

const attend = (p: Gpt2["blocks"][number]["attention"], x: Hidden, mask: Tensor<["T", "T"], "bool">) => {
  const q = x.matmul(p.q.w).add(p.q.b);
  const k = x.matmul(p.k.w);
  //                 ^ W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, T, 768] x f32[512, 768])
  const l = matmul(x, p.k.w);
  //                  ^ W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, T, 768] x f32[512, 768])
  const v = add(matmul(x, p.v.w), p.o.b);
  //                              ^ W207: add: extents 768 and 700 do not broadcast ([B, T, 768] vs [700])
  const w = x.matmul(p.v.w).add(p.o.b);
  //                            ^ W207: add: extents 768 and 700 do not broadcast ([B, T, 768] vs [700])
  const apart = reshape(q, ["B", "T", 12, 64]);
  const queries = transpose(apart, [0, 2, 1, 3]);
  const odd = q.reshape(["B", "T", 10, 64]);
  //                    ^ W211: reshape: element counts differ: [B, T, 768] to [B, T, 10, 64] (768*B*T vs 640*B*T)
  const odder = reshape(q, ["B", "T", 12, 60]);
  //                       ^ W211: reshape: element counts differ: [B, T, 768] to [B, T, 12, 60] (768*B*T vs 720*B*T)
  const twice = transpose(apart, [0, 2, 2, 3]);
  //                             ^ W213: transpose: [0, 2, 2, 3] is not an order of the axes of [B, T, 12, 64]
  const few = queries.transpose([0, 2, 1]);
  //                            ^ W213: transpose: [0, 2, 1] is not an order of the axes of [B, 12, T, 64]
  const many = transpose(queries, [0, 2, 1, 4]);
  //                              ^ W213: transpose: [0, 2, 1, 4] is not an order of the axes of [B, 12, T, 64]
  const products = einsum("bhqd,bhkd->bhqk", queries, transpose(queries, [0, 1, 3, 2]));
  //                      ^ W251: einsum: d is 64 and T in bhqd,bhkd->bhqk
  const letters = einsum("bqd,bhkd->bhqk", queries, queries);
  //                     ^ W253: einsum: operand 1 has 4 axes and 3 letters in bqd,bhkd->bhqk
  const unknown = einsum("bhqd,bhkd->bhqz", queries, queries);
  const scores = einsum("bhqd,bhkd->bhqk", queries, queries);
  const masked = scores.add(mask);
  //                        ^ W202: add: element types differ: f32 vs bool (f32[B, 12, T, T] and bool[T, T])
  const weights = softmax(scores, 4);
  //                              ^ W205: softmax: axis 4 is outside a shape of 4 axes ([B, 12, T, T])
  const mixed = queries.matmul(queries);
  //                           ^ W203: matmul: inner dimensions differ: 64 vs T (f32[B, 12, T, 64] x f32[B, 12, T, 64])
  const attended = attention(queries, queries, x);
  //                                           ^ W248: attention: the values must be f32[B, 12, T, 768], not f32[B, T, 768]
  return masked.matmul(queries).transpose([0, 2, 1, 3]).reshape(["B", "T", 768]);
};

const feedForward = define(
  "feedForward",
  { x: ["f32", "B", "T", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] },
  ({ x, up, down }) => x.matmul(up).matmul(down),
);

const narrow = define("narrow", { x: ["f32", "B", "D"], w: ["f32", "F", "D"] }, ({ x, w }) => {
  const product = matmul(x, w);
  //                        ^ W203: matmul: inner dimensions differ: D vs F (f32[B, D] x f32[F, D])
  return product;
});

const forward = (p: Gpt2, ids: Tensor<["B", "T"], "i32">, mask: Tensor<["T", "T"], "bool">) => {
  const swapped = embedding(ids, p.wte);
  //                             ^ W204: gather: not defined for f32: takes i32 (f32[50257, 768])
  const floats = embedding(p.wte, mask);
  //                              ^ W204: gather: not defined for bool: takes i32 (bool[T, T])
  const positions = slice(p.wpe, [{ end: 2048 }]);
  //                             ^ W214: slice: 0:2048 is not within axis 0 of extent 1024 ([1024, 768])
  const right = embedding(p.wte, ids);
  const first = right.slice([{}, {}, { end: 800 }]);
  //                        ^ W214: slice: 0:800 is not within axis 2 of extent 768 ([B, T, 768])
  let hidden: Hidden = right;
  for (const each of p.blocks) {
    const normalized = layerNorm(hidden, each.ln1.scale, each.ln1.shift);
    //                                                   ^ W248: layerNorm: the shift must be f32[768], not f32[512]
    hidden = matmul(hidden, each.mlp.up.w).matmul(each.mlp.up.w);
    //                                            ^ W203: matmul: inner dimensions differ: 3072 vs 768 (f32[B, T, 3072] x f32[768, 3072])
    const whole = gelu(ids);
    //                 ^ W204: gelu: not defined for i32: takes f32, f64 (i32[B, T])
    const both = concat([hidden, matmul(hidden, each.mlp.up.w)], 1);
    //                  ^ W218: concat: shapes differ off axis 1: f32[B, T, 768] vs f32[B, T, 3072]
    const parts = split(hidden, [256, 256, 255], -1);
    //                          ^ W236: split: the lengths [256, 256, 255] do not add up to the 768 of axis 2 (f32[B, T, 768])
    const fed = feedForward({ x: hidden, up: each.mlp.up.w, down: each.mlp.up.w });
    //                                                      ^ W259: feedForward: F is 3072, but down has 768 (f32[768, 3072] for [F, D])
    const flat = feedForward({ x: ids, up: each.mlp.up.w, down: each.mlp.down.w });
    //                         ^ W258: feedForward: x is i32[B, T], not f32[B, T, D]
    const average = mean(hidden, { axes: [3] });
    //                             ^ W205: mean: axis 3 is outside a shape of 3 axes ([B, T, 768])
    hidden = attend(each.attention, hidden, mask);
  }
  const logits = hidden.matmul(p.head);
  //                           ^ W203: matmul: inner dimensions differ: 768 vs 50257 (f32[B, T, 768] x f32[50257, 768])
  const all = hidden.sum({ axes: [-4] });
  //                       ^ W205: sum: axis -4 is outside a shape of 3 axes ([B, T, 768])
  const cast = hidden.cast("float32");
  //                       ^ Argument of type '"float32"' is not assignable to parameter of type 'DType'.
  return matmul(hidden, p.head, { transposeB: true });
};

export const gpt2 = defineModel({
  name: "gpt2",
  params: tree,
  inputs: { ids: spec("i32", ["B", "T"]), mask: spec("bool", ["T", "T"]), odd: spec("int32", ["B"]) },
  //                                                                                ^ Argument of type '"int32"' is not assignable to parameter of type 'DType'.
  forward: (p, { ids, mask }) => ({ logits: forward(p, ids, mask) }),
});
