// What an editor shows where the pointer stands on a description or on what was compiled: one line, with public names alone. Asked of
// the language services of TypeScript 5.9 and 6 over the declarations as they are published (7 has no service to ask yet).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type TypeScript from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import * as weft from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";
import { userProject } from "../support/published-types.ts";

/** A program; what stands behind `/*?*` is asked for. */
const program = `import { compileSync, crossEntropy, decoding, defineModel, embedding, fit, param, relu, repeat, spec, training } from "weftgraph";
import { linear } from "weftgraph/nn";
import { sgd } from "weftgraph/optim";

const classifier = defineModel({
  name: "classifier",
  params: { hidden: linear(784, 128), output: linear(128, 10) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { /*?*/image }) => {
    const /*?*/hidden = p./*?*/hidden(image);
    return { logits: p.output(relu(hidden)) };
  },
});
const /*?*/run = compileSync(classifier, { dims: { B: 2 } });
const /*?*/result = run({ image: new Float32Array(2 * 784) });
const { /*?*/logits } = result;
const /*?*/feed = run;
const learning = training(classifier, {
  inputs: { label: spec("i32", ["B"]) },
  loss: (outputs, { label }) => crossEntropy(outputs./*?*/logits, label),
  optimizer: sgd({ learningRate: 0.1 }),
  freeze: ["hidden"],
});
const /*?*/trainer = compileSync(learning, { dims: { B: 2 } });
const feeds = { image: new Float32Array(2 * 784), label: new Int32Array(2) };
const /*?*/stepped = trainer.step(feeds);
const step = trainer./*?*/step;
const /*?*/slopes = trainer.grads(feeds).gradients;
const /*?*/weight = trainer.parameters.get("output.weight");
const reader = defineModel({
  name: "reader",
  params: { table: param([5, 4]) },
  inputs: { tokens: spec("i32", ["T"]) },
  forward: (p, { tokens }) => ({ vectors: embedding(p./*?*/table, tokens) }),
});
const /*?*/decoder = compileSync(decoding(reader, { positions: "T", capacity: 4, entries: { decode: 1, prefill: 2 } }));
export const all = [fit, repeat, logits, feed, stepped, step, slopes, weight, decoder];
`;

/** Every exported value by its bare name, as in an import. */
const bare = `import * as weft from "weftgraph";
import * as nn from "weftgraph/nn";
${Object.keys(weft)
  .map((name) => `weft./*?*/${name};`)
  .join("\n")}
${Object.keys(nn)
  .map((name) => `nn./*?*/${name};`)
  .join("\n")}
`;

/** How rules and what makes signatures of them are called; no user needs to know. */
const internal = /\b(?:Check|ResultOf|Resolved|About|Beside|After|AllOf|\w+(?:Shape|Rule))</;

/** What may be typed in the place of the mark. */
const completed = `import { compileSync, defineModel, mean, repeat, spec, training } from "weftgraph";
import { linear } from "weftgraph/nn";
import { sgd } from "weftgraph/optim";

const model = defineModel({
  name: "model",
  params: { blocks: repeat(2, () => linear(4, 4)), output: linear(4, 3) },
  inputs: { image: spec("f32", ["B", 4]), mask: spec("f32", ["B", 4]) },
  forward: (p, { image, mask }) => ({ logits: p./*!*/output(image.mul(mask)) }),
});
const run = compileSync(model, { dims: { B: 2 } });
run({ /*!*/ });
run({ image: new Float32Array(8), /*!*/ });
run.parameters.get("/*!*/");
training(model, { loss: ({ logits }) => mean(logits), optimizer: sgd({ learningRate: 1 }), freeze: ["/*!*/"] });
training(model, {
  loss: ({ logits }) => mean(logits),
  optimizer: sgd({ learningRate: 1 }),
  groups: [{ parameters: ["/*!*/"], learningRate: 1 }],
});
`;

const project = userProject({ library: true });
afterAll(project.dispose);

const serviceOf = (ts: typeof TypeScript, files: Readonly<Record<string, string>>): TypeScript.LanguageService => {
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  const options: TypeScript.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    types: [],
  };
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => Object.keys(files).map((file) => join(project.folder, file)),
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) =>
      ts.sys.fileExists(file) ? ts.ScriptSnapshot.fromString(readFileSync(file, "utf8")) : undefined,
    getCurrentDirectory: () => project.folder,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  });
};

const positionsOf = (text: string, mark: string): readonly number[] =>
  [...text.matchAll(new RegExp(mark.replaceAll(/[*?]/g, String.raw`\$&`), "g"))].map(
    ({ index }) => index + mark.length,
  );

describe.each(["typescript-5", "typescript"])("the editor with %s", (compiler) => {
  // The package is a CommonJS module with these types.
  const ts = createRequire(import.meta.url)(compiler) as typeof TypeScript;
  const service = serviceOf(ts, { "hovers.ts": program, "completed.ts": completed, "bare.ts": bare });
  const [hovers, completions, named] = ["hovers.ts", "completed.ts", "bare.ts"].map((file) =>
    join(project.folder, file),
  ) as [string, string, string];

  const shown = positionsOf(program, "/*?*/").map((at) => {
    const { displayParts } = service.getQuickInfoAtPosition(hovers, at) ?? {};
    return ts.displayPartsToString(displayParts);
  });

  test("shows one line of public names", () => {
    expect(shown.filter((text) => text.includes("\n"))).toEqual([]);
    expect(shown).toMatchInlineSnapshot(`
      [
        "(parameter) image: Tensor<["B", 784], "f32">",
        "const hidden: Tensor<["B", 128], "f32">",
        "(property) hidden: <["B", 784], "f32">(x: Tensor<["B", 784], "f32">) => Tensor<["B", 128], "f32">",
        "const run: CompiledModel<Named<"image", ["B", 784], "f32">, Named<"logits", ["B", 10], "f32">, Named<"hidden.weight", [128, 784], "f32"> | Named<"hidden.bias", [128], "f32"> | Named<"output.weight", [10, 128], "f32"> | Named<"output.bias", [10], "f32">>",
        "const result: Fetches<Named<"logits", ["B", 10], "f32">>",
        "const logits: NDArray<["B", 10], "f32">",
        "const feed: CompiledModel<Named<"image", ["B", 784], "f32">, Named<"logits", ["B", 10], "f32">, Named<"hidden.weight", [128, 784], "f32"> | Named<"hidden.bias", [128], "f32"> | Named<"output.weight", [10, 128], "f32"> | Named<"output.bias", [10], "f32">>",
        "(property) logits: Tensor<["B", 10], "f32">",
        "const trainer: Trainer<Named<"image", ["B", 784], "f32">, Named<"label", ["B"], "i32">, Named<"logits", ["B", 10], "f32">, never, Named<"hidden.weight", [128, 784], "f32"> | Named<"hidden.bias", [128], "f32"> | Named<"output.weight", [10, 128], "f32"> | Named<"output.bias", [10], "f32">, "hidden", "f32">",
        "const stepped: StepResult<never>",
        "(property) Trainer<Named<"image", ["B", 784], "f32">, Named<"label", ["B"], "i32">, Named<"logits", ["B", 10], "f32">, never, Named<"hidden.weight", [128, 784], "f32"> | Named<...> | Named<...> | Named<...>, "hidden", "f32">.step: Step<Named<"image", ["B", 784], "f32"> | Named<"label", ["B"], "i32">, never, "f32">",
        "const slopes: Fetches<Named<"output.weight", [10, 128], "f32"> | Named<"output.bias", [10], "f32">>",
        "const weight: NDArray<[10, 128], "f32">",
        "(property) table: Tensor<[5, 4], "f32">",
        "const decoder: Decoder<Named<"tokens", ["T"], "i32">, Named<"vectors", ["T", 4], "f32">, Named<"table", [5, 4], "f32">, "decode" | "prefill">",
      ]
    `);
  });

  test("names no rule where a function stands without a call", () => {
    const texts = positionsOf(bare, "/*?*/").map((at) =>
      ts.displayPartsToString(service.getQuickInfoAtPosition(named, at)?.displayParts),
    );
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.filter((text) => text === "")).toEqual([]);
    expect(texts.filter((text) => internal.test(text))).toEqual([]);
  });

  test("offers the names that there are", () => {
    const offered = positionsOf(completed, "/*!*/").map((at) =>
      service.getCompletionsAtPosition(completions, at, {})?.entries.map(({ name }) => name),
    );
    expect(offered).toMatchInlineSnapshot(`
      [
        [
          "blocks",
          "output",
        ],
        [
          "image",
          "mask",
        ],
        [
          "mask",
        ],
        [
          "output.weight",
          "output.bias",
        ],
        [
          "output",
          "output.weight",
          "output.bias",
          "blocks",
        ],
        [
          "output",
          "output.weight",
          "output.bias",
          "blocks",
        ],
      ]
    `);
  });
});
