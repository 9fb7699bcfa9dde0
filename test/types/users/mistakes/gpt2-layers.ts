// GPT-2 with layers, and mistakes in it.
import {
  add,
  compileSync,
  concat,
  crossEntropy,
  defineModel,
  gelu,
  mul,
  normal,
  param,
  linear as project,
  repeat,
  reshape,
  softmax,
  spec,
  sum,
  type Tensor,
  training,
} from "weftgraph";
import { dropout, embedding, layerNorm, learnedPositions, linear, multiHeadAttention } from "weftgraph/nn";
import { adamW, cosine } from "weftgraph/optim";

const block = () => ({
  norm1: layerNorm(768),
  attention: multiHeadAttention(768, 12),
  uneven: multiHeadAttention(768, 10),
  //                              ^ W284: multiHeadAttention: 10 heads do not divide 768 features
  shared: multiHeadAttention(768, 12, { keyHeads: 5 }),
  //                                    ^ W284: multiHeadAttention: 5 heads of keys do not divide 12 heads
  norm2: layerNorm(512),
  up: linear(768, 3072),
  down: linear(3000, 768),
  gate: param([768], "ones"),
  //                 ^ Argument of type 'string' is not assignable to parameter of type 'Initializer'.
  scale: param([768], normal),
  //                  ^ Argument of type '(deviation: number) => Initializer' is not assignable to parameter of type 'Initializer'.
});

const gpt2 = defineModel({
  name: "gpt2",
  params: {
    tokens: embedding(50257, 768),
    positions: learnedPositions(1024, 512),
    dropout: dropout(0.1),
    blocks: repeat(12, block),
    norm: layerNorm(768),
    head: linear(768, 50257, { bais: false }),
    //                         ^ Object literal may only specify known properties, and 'bais' does not exist in type '{ readonly bias?: true | undefined; }'.
  },
  inputs: { ids: spec("i32", ["B", "T"]), mask: spec("f32", ["B", "T"]), scores: spec("f32", ["B", "T", 768]) },
  forward: (p, { ids, mask, scores }) => {
    const floats = p.tokens(scores);
    //                      ^ W204: gather: not defined for f32: takes i32 (f32[B, T, 768])
    const vectors = p.tokens(ids);
    const placed = p.positions(vectors);
    //                         ^ W286: learnedPositions: 768 features given, 512 expected (f32[B, T, 768])
    const embedded = p.dropout(vectors);
    let hidden: Tensor<["B", "T", 768], "f32"> = embedded;
    for (const layer of p.blocks) {
      const normalized = layer.norm1(hidden);
      const attended = layer.attention(mask, { causal: true });
      //                               ^ W286: multiHeadAttention: T features given, 768 expected (f32[B, T])
      const misspelt = layer.attention(normalized, { casual: true });
      //                                             ^ Object literal may only specify known properties, but 'casual' does not exist in type
      const narrow = layer.norm2(hidden);
      //                         ^ W248: layerNorm: the scale must be f32[768], not f32[512]
      const inner = gelu(layer.up(hidden));
      const outer = layer.down(inner);
      //                       ^ W232: linear: 3072 features given, 3000 expected (f32[B, T, 3072], weight [768, 3000])
      const residual = add(hidden, inner);
      //                           ^ W207: add: extents 768 and 3072 do not broadcast ([B, T, 768] vs [B, T, 3072])
      const masked = mul(hidden, mask);
      //                         ^ W207: mul: extents T and B do not broadcast ([B, T, 768] vs [B, T])
      hidden = add(hidden, layer.up(hidden));
      //                   ^ W207: add: extents 768 and 3072 do not broadcast ([B, T, 768] vs [B, T, 3072])
      hidden = add(hidden, gelu(mul(hidden, layer.up(hidden))));
      //                                    ^ W207: mul: extents 768 and 3072 do not broadcast ([B, T, 768] vs [B, T, 3072])
    }
    const last = p.norm(hidden);
    const rows = reshape(last, ["B", 768]);
    //                         ^ W211: reshape: element counts differ: [B, T, 768] to [B, 768] (768*B*T vs 768*B)
    const weights = softmax(last, 3);
    //                            ^ W205: softmax: axis 3 is outside a shape of 3 axes ([B, T, 768])
    const pair = concat([last, vectors, ids], -1);
    //                  ^ W202: concat: element types differ: f32 vs i32 (f32[B, T, 768] and i32[B, T])
    const tied = project(last, p.positions.weight);
    //                         ^ W232: linear: 768 features given, 512 expected (f32[B, T, 768], weight [1024, 512])
    const absent = p.blocks[0]?.norm3;
    //                          ^ Property 'norm3' does not exist on type
    const total = sum(last, { axes: [0, 1, 3] });
    //                        ^ W205: sum: axis 3 is outside a shape of 3 axes ([B, T, 768])
    return { logits: p.head(last), pair };
  },
});

const trainer = compileSync(
  training(gpt2, {
    inputs: { next: spec("i32", ["B", "T"]) },
    loss: ({ logits }, { next }) => crossEntropy(logits, next),
    //                                                   ^ W248: crossEntropy: the labels must be i32[B, 50257], not i32[B, T]
    optimizer: adamW({ learningRate: cosine(3e-4, 10_000), weightDeacy: 0.1 }),
    //                                                     ^ Object literal may only specify known properties, but 'weightDeacy' does not exist in type 'AdamOptions'. Did you mean to write 'weightDecay'?
  }),
  { dims: { B: 2, T: 128 } },
);
