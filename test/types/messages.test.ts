// What a user reads in the editor when a call does not fit: one line, at the argument, with the sentence that the run time
// gives for the same mistake.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { tensorType } from "../../src/ir/types/tensor-type.ts";
import { bindSpecs } from "../../src/model/parameter.ts";
import { type Bound, type Given, mistakes } from "./mistakes.ts";
import { sentenceOf, typeCheck } from "./type-check-program.ts";

const folder = import.meta.dirname;

/** The file without the directives that say where errors are expected, which would hide what the errors say. */
const program = readFileSync(`${folder}/mistakes.ts`, "utf8")
  .replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, "")
  .replaceAll('from "../../src/', 'from "@/src/');

const { errors } = typeCheck(program);

/** The message for each mistake, by the name under which it stands. */
const messages = new Map(
  Object.keys(mistakes).map((name) => {
    const lines = program.split("\n");
    const from = lines.findIndex((line) => line.startsWith(`  ${name}: (`) || line.startsWith(`  "${name}": (`)) + 1;
    const to = lines.findIndex((line, at) => at >= from && line === "  },") + 1;
    return [name, errors.filter(({ line }) => line > from && line <= to).map(({ message }) => message)] as const;
  }),
);

const sentenceAtRunTime = (name: string): string => {
  const trace = traceOver(graphBuilder());
  let count = 0;
  // The types of both are said by what the mistakes are given.
  const fresh = ((dtype, shape) => trace.input(`x${count++}`, tensorType(dtype, shape))) as Given;
  const bound = ((layer) => bindSpecs(layer, (path, spec) => trace.parameter(path, spec))) as Bound;
  try {
    withTrace(trace, () => mistakes[name]?.(fresh, bound));
  } catch (error) {
    if (error instanceof WeftError) return error.message;
    throw error;
  }
  throw new Error(`${name} is accepted`);
};

describe("each mistake", () => {
  test.each(Object.keys(mistakes))("%s: one line, the same in the editor and at run time", (name) => {
    const found = messages.get(name) ?? [];
    expect(found).toHaveLength(1);
    expect(found[0]?.split("\n")).toHaveLength(1);
    expect(sentenceOf(found[0] ?? "")).toBe(sentenceAtRunTime(name));
  });

  test("reads as it should", () => {
    expect(messages.get("matmul")).toEqual([
      `Argument of type 'Tensor<[512, 3072], "f32">' is not assignable to parameter of type '"W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, 128, 768] x f32[512, 3072])"'.`,
    ]);
    const sentences = [...messages].map(([name, [message]]) => [name, sentenceOf(message ?? "")] as const);
    expect(Object.fromEntries(sentences)).toEqual({
      matmul: "W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, 128, 768] x f32[512, 3072])",
      add: "W207: add: extents D and F do not broadcast ([B, T, D] vs [B, T, F])",
      "element types": "W202: mul: element types differ: f32 vs bool (f32[B, 8] and bool[B, 8])",
      exp: "W204: exp: not defined for i32: takes f32, f64 (i32[B])",
      "axis of a sum": "W205: sum: axis 2 is outside a shape of 2 axes ([B, 3])",
      reshape: "W211: reshape: element counts differ: [B, 128, 768] to [B, 128, 12, 63] (98304*B vs 96768*B)",
      nested: "W211: reshape: element counts differ: [B, 128, 768] to [-1, 700] (98304*B vs 700)",
      "linear layer": "W232: linear: 400 features given, 784 expected (f32[B, 400], weight [10, 784])",
      "convolution layer":
        "W244: conv2d: the images have 1 channels, the weights expect 3 (images f32[B, 1, 28, 28], weights f32[8, 3, 3, 3])",
      "window of a layer": "W243: conv2d: the window is larger than the padded height: 5 vs 4 (f32[B, 1, 4, 4])",
      "transposed convolution layer":
        "W244: convTranspose2d: the images have 3 channels, the weights expect 8 (images f32[B, 3, 14, 14], weights f32[8, 3, 4, 4])",
      "output padding":
        "W265: convTranspose1d: outputPadding 2 along the length is below neither the stride, 2, nor the dilation, 1",
      "padding of a transposed convolution":
        "W266: convTranspose1d: padding 2 and 2 leaves nothing of 3 along the length (f32[B, 8, 1])",
      "sequence without channels":
        "W241: maxPool1d: the images must have 3 axes [batch, channels, length], not f32[B, 14]",
      "layer normalization": "W248: layerNorm: the scale must be f32[32], not f32[64]",
      "several features": "W248: layerNorm: the scale must be f32[4, 64], not f32[8, 64]",
      "batch normalization": "W248: batchNorm: the weight must be f32[8], not f32[16]",
      "group normalization": "W205: groupNorm: axis 1 is outside a shape of 1 axes ([B])",
      "residual block":
        "W244: conv2d: the images have 4 channels, the weights expect 8 (images f32[B, 4, 28, 28], weights f32[16, 8, 3, 3])",
      einsum: "W251: einsum: j is 3 and 4 in ij,jk->ik",
      matvec: "W203: matmul: inner dimensions differ: 3 vs 4 (f32[B, 3] x f32[4, 1])",
      tile: "W215: tile: repeats is of length 1 for 2 axes ([B, 3])",
      embedding: "W204: gather: not defined for f32: takes i32 (f32[B])",
      "cross-entropy": "W248: crossEntropy: the labels must be i32[B], not i32[T]",
      "keys of attention": "W248: attention: the keys must be f32[B, 2, S, 64], not f32[B, 2, S, 32]",
      "values of attention": "W248: attention: the values must be f32[S, 64], not f32[T, 64]",
      "attention layer": "W286: multiHeadAttention: 32 features given, 64 expected (f32[B, T, 32])",
      "recurrent layer": "W277: recurrent layer: sequences of 16 features are expected, not f32[T, B, 8]",
      "element instead of a sequence": "W277: recurrent layer: sequences of 16 features are expected, not f32[B, 16]",
      concat: "W218: concat: shapes differ off axis 0: f32[T, 8] vs f32[1, 9]",
      slice: "W214: slice: 0:T+1 is not within axis 1 of extent T ([B, T])",
      "extent of an argument": "W259: mlp: F is 3072, but down has 3071 (f32[3071, 768] for [F, D])",
      "type of an argument": "W258: mlp: x is f32[N, 768], not f32[B, T, D]",
      "argument that is not there": "W260: mlp: there is no argument bias",
      "expression that disagrees": "W259: gated: 2*D is 8, but x has 7 (f32[N, 7] for [B, 2*D])",
      "symbol of a signature": "W261: halves: the symbol D stands alone in no argument (x: f32[B, 2*D])",
      "body of a function": "W207: add: extents B and T do not broadcast ([B, T] vs [T, B])",
    });
  });
});
