// What a user reads in the editor when a description or what is fed to it does not fit: one line, at the place of the mistake, in
// three versions of TypeScript, and the sentence that the run time throws.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { compilers, userProject } from "../support/published-types.ts";
import { mistakes, wrongNames } from "./description-mistakes.ts";
import { layerMistakes } from "./layer-mistakes.ts";

/** A file of mistakes as a user would write it: without directives, which would hide what the errors say. */
const programOf = (file: string): string =>
  readFileSync(`${import.meta.dirname}/${file}`, "utf8")
    .replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, "")
    .replaceAll("../../src/index.ts", "weftgraph")
    .replaceAll(/\.\.\/\.\.\/src\/(\w+)\/index\.ts/g, "weftgraph/$1");

/** The name under which each line of a program stands. */
const namesByLine = (program: string): readonly string[] => {
  let name = "";
  return program.split("\n").map((line) => {
    name = /^ {2}"(.*)": (?:async )?\(\) =>/.exec(line)?.[1] ?? name;
    return name;
  });
};

const files = ["description-mistakes.ts", "layer-mistakes.ts"];
const project = userProject({ library: true });
afterAll(project.dispose);
for (const file of files) project.write(file, programOf(file));
const names = new Map(files.map((file) => [file, namesByLine(programOf(file))]));

/** What each compiler says, with the name of what it is about. */
const findings = new Map(
  compilers.map((compiler) => [
    compiler,
    project
      .check(compiler, files, { skipLibCheck: true })
      .map(({ file, line, message }) => ({ name: names.get(basename(file))?.[line - 1], message })),
  ]),
);

const messagesOf = (compiler: (typeof compilers)[number], name: string): readonly string[] =>
  (findings.get(compiler) ?? []).filter((found) => found.name === name).map(({ message }) => message);

/** What is thrown at run time, with its code. */
const thrown = async (mistake: () => unknown): Promise<string> => {
  try {
    await mistake();
  } catch (error) {
    if (error instanceof WeftError) return error.message;
    throw error;
  }
  throw new Error("the mistake is accepted");
};

describe.each(compilers)("what %s says", (compiler) => {
  test("is about mistakes alone", () => {
    const about = (findings.get(compiler) ?? []).map(({ name }) => name);
    expect(about).toEqual(Object.keys({ ...mistakes, ...wrongNames, ...layerMistakes }));
  });

  test.each(Object.entries({ ...mistakes, ...layerMistakes }))(
    "of %s: one line, the sentence of the run time",
    async (name, mistake) => {
      const [message = "", ...others] = messagesOf(compiler, name);
      expect([message.split("\n").length, others]).toEqual([1, []]);
      const said = /type '"(W\d+: .*)"'\.$/.exec(message)?.[1];
      expect(said).toBe(await thrown(mistake).then((text) => text.replace(/\[2\]$/, "[B]")));
    },
  );

  test.each(Object.entries(wrongNames))("of %s: one line with the names that there are", async (name, mistake) => {
    const [message = "", ...others] = messagesOf(compiler, name);
    expect([message.split("\n").length, others]).toEqual([1, []]);
    expect(message).toContain('"output.weight"');
    expect(await thrown(mistake)).toMatch(/^W(?:307|508): /);
  });
});

test("reads as it should", () => {
  const said = Object.keys({ ...mistakes, ...layerMistakes }).map((name) => [name, messagesOf("typescript", name)[0]]);
  expect(Object.fromEntries(said)).toMatchInlineSnapshot(`
    {
      "a gradient into another class": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W303: gradient.output.bias: f32 takes a Float32Array, got an Int32Array"'.",
      "a gradient that there is not": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W313: grads: there is no result bias"'.",
      "a list": "Type 'number[]' is not assignable to type '"W303: image: f32 takes a Float32Array, got a list"'.",
      "a loss into another class": "Type 'Float64Array<ArrayBuffer>' is not assignable to type '"W303: loss: f32 takes a Float32Array, got a Float64Array"'.",
      "a loss of each example": "Type 'Tensor<["B"], "f32">' is not assignable to type '"W501: training: the loss must be one float, got f32[B]"'.",
      "a loss that is no float": "Type 'Tensor<[], "i32">' is not assignable to type '"W501: training: the loss must be one float, got i32[]"'.",
      "a loss that is yes or no": "Type 'Tensor<[], "bool">' is not assignable to type '"W501: training: the loss must be one float, got bool[]"'.",
      "a metric that there is not": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W313: step: there is no result right"'.",
      "a name that is no input": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W302: predict: there is no input images"'.",
      "a parameter of another class": "Argument of type 'Float64Array<ArrayBuffer>' is not assignable to parameter of type '"W303: output.bias: f32 takes a Float32Array, got a Float64Array"'.",
      "a piece of floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: tokens: i32 takes an Int32Array, got a Float32Array"'.",
      "a prediction of nothing": "Argument of type '{ label: Int32Array<ArrayBuffer>; }' is not assignable to parameter of type '"W301: predict: input image is not fed"'.",
      "a result into another class": "Type 'Float64Array<ArrayBuffer>' is not assignable to type '"W303: logits: f32 takes a Float32Array, got a Float64Array"'.",
      "a result that there is not": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W313: predict: there is no result logit"'.",
      "a step without labels": "Argument of type '{ image: Float32Array<ArrayBuffer>; }' is not assignable to parameter of type '"W301: step: input label is not fed"'.",
      "an array of another class": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W303: image: f32 takes a Float32Array, got an Int32Array"'.",
      "an array of another class beside its shape": "Type '{ data: Float64Array<ArrayBuffer>; shape: number[]; }' is not assignable to type '"W303: image: f32 takes a Float32Array, got a Float64Array"'.",
      "axes of a sequence": "Argument of type 'Tensor<["T", 8], "f32">' is not assignable to parameter of type '"W277: recurrent layer: sequences of 8 features are expected, not f32[T, 8]"'.",
      "axes of pooling": "Argument of type 'Tensor<["B", 8], "f32">' is not assignable to parameter of type '"W241: maxPool1d: the images must have 3 axes [batch, channels, length], not f32[B, 8]"'.",
      "batches of labels as floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: label: i32 takes an Int32Array, got a Float32Array"'.",
      "channels of a sequence": "Argument of type 'Tensor<["B", 4, "L"], "f32">' is not assignable to parameter of type '"W244: conv1d: the images have 4 channels, the weights expect 3 (images f32[B, 4, L], weights f32[8, 3, 3])"'.",
      "channels of a transposed convolution": "Argument of type 'Tensor<["B", 4, 4, 4, 4], "f32">' is not assignable to parameter of type '"W244: convTranspose3d: the images have 4 channels, the weights expect 3 (images f32[B, 4, 4, 4, 4], weights f32[3, 8, 4, 4, 4])"'.",
      "channels of an inverted residual": "Argument of type 'Tensor<["B", 4, "H", 32], "f32">' is not assignable to parameter of type '"W244: conv2d: the images have 4 channels, the weights expect 8 (images f32[B, 4, H, 32], weights f32[48, 8, 1, 1])"'.",
      "channels of instances": "Argument of type 'Tensor<["B", 5, 8], "f32">' is not assignable to parameter of type '"W248: instanceNorm: the weight must be f32[5], not f32[4]"'.",
      "evaluation of an unknown name": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W302: evaluate: there is no input labels"'.",
      "features of a linear layer": "Argument of type 'Tensor<["B", 9], "f32">' is not assignable to parameter of type '"W232: linear: 9 features given, 8 expected (f32[B, 9], weight [2, 8])"'.",
      "features of a root mean square": "Argument of type 'Tensor<["B", 5], "f32">' is not assignable to parameter of type '"W248: rmsNorm: the scale must be f32[5], not f32[4]"'.",
      "features of a sequence": "Argument of type 'Tensor<["T", "B", 9], "f32">' is not assignable to parameter of type '"W277: recurrent layer: sequences of 8 features are expected, not f32[T, B, 9]"'.",
      "features of an encoder": "Argument of type 'Tensor<["B", "T", 32], "f32">' is not assignable to parameter of type '"W286: multiHeadAttention: 32 features given, 64 expected (f32[B, T, 32])"'.",
      "gradients of unknown names": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W302: grads: there is no input labels"'.",
      "labels as floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: label: i32 takes an Int32Array, got a Float32Array"'.",
      "labels of a margin": "Argument of type 'Tensor<["B", 3], "f32">' is not assignable to parameter of type '"W248: multiMargin: the labels must be i32[B], not f32[B, 3]"'.",
      "nothing fed": "Argument of type '{}' is not assignable to parameter of type '"W301: predict: input image is not fed"'.",
      "one image too few axes": "Argument of type 'Tensor<[3, 8, 8], "f32">' is not assignable to parameter of type '"W241: conv2d: the images must have 4 axes [batch, channels, height, width], not f32[3, 8, 8]"'.",
      "one name too many": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W302: predict: there is no input mask"'.",
      "positions of other features": "Argument of type 'Tensor<["B", "T", 7], "f32">' is not assignable to parameter of type '"W286: learnedPositions: 7 features given, 6 expected (f32[B, T, 7])"'.",
      "results into given arrays": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W303: image: f32 takes a Float32Array, got an Int32Array"'.",
      "source of a transformer": "Argument of type 'Tensor<["B", "S", 32], "f32">' is not assignable to parameter of type '"W286: multiHeadAttention: 32 features given, 64 expected (f32[B, S, 32])"'.",
      "target of a decoder": "Argument of type 'Tensor<["B", "T", 32], "f32">' is not assignable to parameter of type '"W286: multiHeadAttention: 32 features given, 64 expected (f32[B, T, 32])"'.",
      "targets of a loss": "Argument of type 'Tensor<["B", 3], "f32">' is not assignable to parameter of type '"W207: huber: extents 4 and 3 do not broadcast ([B, 4] vs [B, 3])"'.",
      "tokens as floats": "Argument of type 'Tensor<["B", "T"], "f32">' is not assignable to parameter of type '"W204: gather: not defined for f32: takes i32 (f32[B, T])"'.",
      "training on labels as floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: label: i32 takes an Int32Array, got a Float32Array"'.",
      "training without labels": "Type '{ image: Float32Array<ArrayBuffer>; }' is not assignable to type '"W301: step: input label is not fed"'.",
      "window of a volume": "Argument of type 'Tensor<["B", 3, 2, 4, 4], "f32">' is not assignable to parameter of type '"W243: conv3d: the window is larger than the padded depth: 3 vs 2 (f32[B, 3, 2, 4, 4])"'.",
      "words as floats": "Argument of type 'Tensor<["B"], "f32">' is not assignable to parameter of type '"W204: gather: not defined for f32: takes i32 (f32[B])"'.",
    }
  `);
});
