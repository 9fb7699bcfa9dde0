// What a user reads in the editor when a description or what is fed to it does not fit: one line, at the place of the mistake, in
// three versions of TypeScript, and the sentence that the run time throws.
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { compilers, userProject } from "../support/published-types.ts";
import { mistakes, wrongNames } from "./description-mistakes.ts";

const program = readFileSync(`${import.meta.dirname}/description-mistakes.ts`, "utf8")
  .replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, "")
  .replaceAll("../../src/index.ts", "weftgraph")
  .replaceAll(/\.\.\/\.\.\/src\/(\w+)\/index\.ts/g, "weftgraph/$1");

const project = userProject({ library: true });
afterAll(project.dispose);
project.write("program.ts", program);

/** The name under which each line of the program stands. */
const nameOfLine = (() => {
  let name = "";
  return program.split("\n").map((line) => {
    name = /^ {2}"(.*)": (?:async )?\(\) =>/.exec(line)?.[1] ?? name;
    return name;
  });
})();

const findings = new Map(
  compilers.map((compiler) => [compiler, project.check(compiler, ["program.ts"], { skipLibCheck: true })]),
);

const messagesOf = (compiler: (typeof compilers)[number], name: string): readonly string[] =>
  (findings.get(compiler) ?? []).filter(({ line }) => nameOfLine[line - 1] === name).map(({ message }) => message);

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
    const names = (findings.get(compiler) ?? []).map(({ line }) => nameOfLine[line - 1]);
    expect(names).toEqual([...Object.keys(mistakes), ...Object.keys(wrongNames)]);
  });

  test.each(Object.entries(mistakes))("of %s: one line, the sentence of the run time", async (name, mistake) => {
    const [message = "", ...others] = messagesOf(compiler, name);
    expect([message.split("\n").length, others]).toEqual([1, []]);
    const said = /type '"(W\d+: .*)"'\.$/.exec(message)?.[1];
    expect(said).toBe(await thrown(mistake).then((text) => text.replace(/\[2\]$/, "[B]")));
  });

  test.each(Object.entries(wrongNames))("of %s: one line with the names that there are", async (name, mistake) => {
    const [message = "", ...others] = messagesOf(compiler, name);
    expect([message.split("\n").length, others]).toEqual([1, []]);
    expect(message).toContain('"output.weight"');
    expect(await thrown(mistake)).toMatch(/^W(?:307|508): /);
  });
});

test("reads as it should", () => {
  const said = Object.keys(mistakes).map((name) => [name, messagesOf("typescript", name)[0]]);
  expect(Object.fromEntries(said)).toMatchInlineSnapshot(`
    {
      "a list": "Type 'number[]' is not assignable to type '"W303: image: f32 takes a Float32Array, got a list"'.",
      "a loss of each example": "Type 'Tensor<["B"], "f32">' is not assignable to type '"W501: training: the loss must be one float, got f32[B]"'.",
      "a loss that is no float": "Type 'Tensor<[], "i32">' is not assignable to type '"W501: training: the loss must be one float, got i32[]"'.",
      "a loss that is yes or no": "Type 'Tensor<[], "bool">' is not assignable to type '"W501: training: the loss must be one float, got bool[]"'.",
      "a name that is no input": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W302: predict: there is no input images"'.",
      "a parameter of another class": "Argument of type 'Float64Array<ArrayBuffer>' is not assignable to parameter of type '"W303: output.bias: f32 takes a Float32Array, got a Float64Array"'.",
      "a piece of floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: tokens: i32 takes an Int32Array, got a Float32Array"'.",
      "a prediction of nothing": "Argument of type '{ label: Int32Array<ArrayBuffer>; }' is not assignable to parameter of type '"W301: predict: input image is not fed"'.",
      "a step without labels": "Argument of type '{ image: Float32Array<ArrayBuffer>; }' is not assignable to parameter of type '"W301: step: input label is not fed"'.",
      "an array of another class": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W303: image: f32 takes a Float32Array, got an Int32Array"'.",
      "an array of another class beside its shape": "Type '{ data: Float64Array<ArrayBuffer>; shape: number[]; }' is not assignable to type '"W303: image: f32 takes a Float32Array, got a Float64Array"'.",
      "batches of labels as floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: label: i32 takes an Int32Array, got a Float32Array"'.",
      "evaluation of an unknown name": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W302: evaluate: there is no input labels"'.",
      "gradients of unknown names": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W302: grads: there is no input labels"'.",
      "labels as floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: label: i32 takes an Int32Array, got a Float32Array"'.",
      "nothing fed": "Argument of type '{}' is not assignable to parameter of type '"W301: predict: input image is not fed"'.",
      "one name too many": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W302: predict: there is no input mask"'.",
      "results into given arrays": "Type 'Int32Array<ArrayBuffer>' is not assignable to type '"W303: image: f32 takes a Float32Array, got an Int32Array"'.",
      "training on labels as floats": "Type 'Float32Array<ArrayBuffer>' is not assignable to type '"W303: label: i32 takes an Int32Array, got a Float32Array"'.",
      "training without labels": "Type '{ image: Float32Array<ArrayBuffer>; }' is not assignable to type '"W301: step: input label is not fed"'.",
    }
  `);
});
