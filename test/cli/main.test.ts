// The command as users call it: a process, a model file in TypeScript, exact words on stdout and stderr, an exit code.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { compileSync } from "../../src/index.ts";
import { classifier, classifierTraining } from "./fixtures/classifier.ts";
import { writing } from "./fixtures/writer.ts";
import { fixtures, folderWith, source, weft } from "./support.ts";

const batch = [
  [0.5, -1, 2, 0.25],
  [1, 1, -1, 0],
];

/** As much of an emitted module as is used here. */
interface EmittedModule {
  readonly load: () => Promise<{
    readonly predict: (feeds: { readonly x: Float32Array }) => { readonly logits: { readonly data: Float32Array } };
  }>;
}

const logits = (): readonly number[] =>
  Array.from(compileSync(classifier, { dims: { B: 2 } })({ x: Float32Array.from(batch.flat()) }).logits.data);

describe.concurrent("weft", () => {
  test("prints the graph to stdout and what the model file says to stderr", async () => {
    const { code, out, err } = await weft(fixtures, ["print", "classifier.ts", "--export", "classifier"]);
    expect(code).toBe(0);
    expect(err).toBe("the model file speaks\n");
    expect(out).toBe(`graph @classifier(%x: f32[B, 4]) {
  %0 = parameter {name = "hidden.weight"} : f32[8, 4]
  %1 = parameter {name = "hidden.bias"} : f32[8]
  %2 = parameter {name = "output.weight"} : f32[3, 8]
  %3 = parameter {name = "output.bias"} : f32[3]
  %4 = matmul %x, %0 {transposeB} : f32[B, 8]
  %5 = broadcast %1 : f32[B, 8]
  %6 = binary %4, %5 {fn = add} : f32[B, 8]
  %7 = unary %6 {fn = relu} : f32[B, 8]
  %8 = matmul %7, %2 {transposeB} : f32[B, 3]
  %9 = broadcast %3 : f32[B, 3]
  %10 = binary %8, %9 {fn = add} : f32[B, 3]
  entry @predict(logits = %10)
}
`);
  });

  test("checks every model of the file", async () => {
    const { code, out } = await weft(fixtures, ["check", "classifier.ts", "--dims", "B=2", "--no-types"]);
    expect(code).toBe(0);
    const [model = "", training = ""] = out.split(/^(?=training )/m);
    expect(model.split("  passes")[0]).toMatch(
      /^model classifier \(export classifier\)\n {2}inputs {6}x: f32\[2, 4\]\n {2}parameters {2}4 tensors, 67 numbers, 268 B\n {2}entry {7}predict -> logits: f32\[2, 3\]\n {2}nodes {7}12\n {2}memory {6}64.0 KiB: parameters \d+ B, constants 0 B, prepared \d+ B, arena \d+ B\n {2}kernels {5}\d+: predict \d+ calls\n$/,
    );
    expect(training).toContain("  entry       step -> loss: f32[], finite: bool[]; updates 9 parameters\n");
    expect(training).toMatch(/^ {4}plan-buffers +\d+\.\d ms$/m);
  });

  test("runs on values from JSON as the library does, and writes the results", async () => {
    const folder = folderWith({ "x.json": JSON.stringify(batch) });
    const words = ["--export", "classifier", "--dims", "B=2", "--input", "x=x.json", "--out", "y.safetensors"];
    const { code, out, err } = await weft(folder, ["run", join(fixtures, "classifier.ts"), ...words]);
    expect({ code, err }).toEqual({
      code: 0,
      err: "the model file speaks\nmodel classifier, entry predict, on wasm\n",
    });
    const expected = logits();
    const { logits: stored } = decodeSafetensors(readFileSync(join(folder, "y.safetensors")));
    expect(Array.from(stored?.data ?? [])).toEqual(expected);
    expect(out.split("\n").slice(0, 2)).toEqual([
      "logits: f32[2, 3]",
      `  ${expected.map((value) => String(Number(value.toPrecision(7)))).join(" ")}`,
    ]);
  });

  test("runs a step of a training", async ({ expect }) => {
    const label = Int32Array.of(2, 0);
    const { loss } = compileSync(classifierTraining, { dims: { B: 2 } }).step({
      x: Float32Array.from(batch.flat()),
      label,
    });
    const folder = folderWith({ "x.json": JSON.stringify(batch), "label.json": JSON.stringify([...label]) });
    const words = ["--export", "classifierTraining", "--entry", "step", "--dims", "B=2"];
    const inputs = ["--input", "x=x.json", "--input", "label=label.json"];
    const { out, err } = await weft(folder, ["run", join(fixtures, "classifier.ts"), ...words, ...inputs]);
    expect(out).toBe(`loss: f32[]\n  ${Number(loss.toPrecision(7))}\nfinite: bool[]\n  true\n`);
    expect(err).toBe("the model file speaks\ntraining classifier, entry step, on wasm\nupdates 9 parameters\n");
  });

  test("verifies a training bit for bit", async () => {
    const words = ["verify", "classifier.ts", "--export", "classifierTraining", "--dims", "B=2", "--runs", "4"];
    const { code, out } = await weft(fixtures, words);
    expect(out).toMatch(/^training classifier: 4 runs, seeds 0 to 3\n/);
    expect(out).toMatch(/^step +updated hidden.weight +f32\[8, 4\] +equal +equal +\d\.\de-\d+ +[\d.]+ % +[\d.]+ %$/m);
    expect(out).toMatch(/^all bits of 17 tensors are equal on wasm, closure, javascript\n$/m);
    expect(code).toBe(0);
  });

  test("verifies a decoding bit for bit, at positions where there is room, and runs it", async () => {
    const { code, out: report } = await weft(fixtures, ["verify", "writer.ts", "--runs", "3"]);
    for (const line of [
      "decode   logits                     f32[1, 7]     equal           equal",
      "prefill  updated decoding.position  i32[]         equal           equal",
      "prefill  updated decoding.rows.1    f32[2, 9, 4]  equal           equal",
    ])
      expect(report).toContain(line);
    expect(code).toBe(0);
    const tokens = Int32Array.of(1, 2, 3, 4);
    const { data } = compileSync(writing).prefill({ tokens }).logits;
    const words = ["run", join(fixtures, "writer.ts"), "--entry", "prefill", "--input", "tokens=tokens.json"];
    const { out } = await weft(folderWith({ "tokens.json": JSON.stringify([...tokens]) }), words);
    expect(out).toContain(
      `logits: f32[4, 7]\n  ${Array.from(data.subarray(0, 8), (value) => Number(value.toPrecision(7))).join(" ")}`,
    );
  });

  test("builds a module that runs by itself", async () => {
    const folder = folderWith({});
    const words = ["--export", "classifier", "--dims", "B=2", "--out", "dist", "--format", "js", "--name", "small"];
    const { code, out } = await weft(folder, ["build", join(fixtures, "classifier.ts"), ...words]);
    expect(code).toBe(0);
    const files = ["small.d.mts", "small.d.ts", "small.mjs", "small.safetensors"];
    expect(readdirSync(join(folder, "dist")).toSorted()).toEqual(files);
    expect(out.match(/^\S+/gm)?.toSorted()).toEqual(files);
    // The module was just written by the command; its form is what is tested.
    const { load } = (await import(pathToFileURL(join(folder, "dist/small.mjs")).href)) as EmittedModule;
    const model = await load();
    expect(Array.from(model.predict({ x: Float32Array.from(batch.flat()) }).logits.data)).toEqual(logits());
  });

  test("takes weights from a file, passing over the state of optimizers", async () => {
    const scalar = { dtype: "i32", shape: [], data: Int32Array.of(7) } as const;
    const bias = { dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) } as const;
    const weight = { dtype: "f32", shape: [3, 8], data: new Float32Array(24) } as const;
    const folder = folderWith({});
    writeFileSync(
      join(folder, "w.safetensors"),
      encodeSafetensors({ "output.bias": bias, "output.weight": weight, "optimizer.step": scalar }),
    );
    const words = ["--export", "classifier", "--dims", "B=1", "--random", "1", "--weights", "w.safetensors"];
    const { out, err } = await weft(folder, ["run", join(fixtures, "classifier.ts"), ...words]);
    expect(out).toBe("logits: f32[1, 3]\n  1 2 3\n  min 1  max 3  mean 2\n");
    expect(err).toBe(`the model file speaks
w.safetensors: 1 tensor of optimizer state is not used
w.safetensors: has no hidden.weight, hidden.bias: they begin as the model says
model classifier, entry predict, on wasm
`);
  });

  test("colours errors where it is asked to, and never against NO_COLOR", async () => {
    const plain = 'error[W601]: weft has no command "prnt"\n\n  help: did you mean print?\n';
    const asked = await weft(fixtures, ["prnt"], { FORCE_COLOR: "1" });
    expect(asked.err).toContain("\u001B[31merror[W601]:");
    const both = await weft(fixtures, ["prnt"], { FORCE_COLOR: "1", NO_COLOR: "1", NODE_NO_WARNINGS: "1" });
    expect(both).toEqual({ code: 2, out: "", err: plain });
    // Where output is no terminal there are no colours, also on machines of continuous integration.
    expect(await weft(fixtures, ["prnt"], { CI: "true" })).toEqual({ code: 2, out: "", err: plain });
    expect(await weft(fixtures, ["prnt"])).toEqual({ code: 2, out: "", err: plain });
  });
});

const imports = `import { defineModel, param, relu, spec } from ${JSON.stringify(source("index.ts"))};`;

/** Model files that are wrong, and all that is said about each. */
const broken: readonly (readonly [what: string, file: string, text: string, err: string])[] = [
  [
    "a syntax error in TypeScript",
    "model.ts",
    "export const a: number = 1;\nexport default {\n  x: 1,\n  y 2,\n};\n",
    `error[W612]: model.ts: syntax error: Expected "}" but found "2"

  model.ts:4:5
   3 |   x: 1,
   4 |   y 2,
     |     ^
  help: mend the file where the marks stand.
`,
  ],
  [
    "a syntax error in JavaScript",
    "model.mjs",
    "export default {\n  x: 1,\n  y 2,\n};\n",
    `error[W612]: model.mjs: syntax error: Unexpected number

  model.mjs:3:5
   2 |   x: 1,
   3 |   y 2,
     |     ^
  help: mend the file where the marks stand.
`,
  ],
  [
    "a file that throws",
    "model.ts",
    'const table: string = "{";\nexport default JSON.parse(table);\n',
    `error[W613]: model.ts: an error was thrown while the file was loaded: SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)

  model.ts:2:21
   1 | const table: string = "{";
   2 | export default JSON.parse(table);
     |                     ^^^^^
  help: make the file import without side effects that can fail; --debug shows the whole stack.
`,
  ],
  [
    "no model",
    "model.ts",
    "export const make = () => 1;\nexport const sizes = [1, 2];\n",
    `error[W614]: model.ts: no model, training, decoding or graph is exported; it exports make (a function), sizes (a list)

  help: export what the function gives when it is called, not the function.
`,
  ],
  [
    "shapes that do not fit",
    "model.ts",
    `${imports}

export default defineModel({
  name: "wrong",
  params: { weights: param([768, 10]) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { image }) => ({
    logits: image.matmul(p.weights),
  }),
});
`,
    `error[W203]: matmul: inner dimensions differ: 784 vs 768 (f32[B, 784] x f32[768, 10])

  model.ts:8:19
   7 |   forward: (p, { image }) => ({
   8 |     logits: image.matmul(p.weights),
     |                   ^^^^^^
`,
  ],
  [
    "a description that throws",
    "model.ts",
    `${imports}

export default defineModel({
  name: "throwing",
  params: {},
  inputs: { x: spec("f32", ["B"]) },
  forward: (p, { x }) => {
    return { y: p.missing(relu(x)) };
  },
});
`,
    `error[W617]: throwing: an error was thrown while the graph was described: TypeError: p.missing is not a function

  model.ts:8:19
   7 |   forward: (p, { x }) => {
   8 |     return { y: p.missing(relu(x)) };
     |                   ^^^^^^^
  help: mend the function at the place shown; --debug shows the whole stack.
`,
  ],
];

describe.concurrent("model files", () => {
  test.for(broken)("%s", async ([, file, text, err], { expect }) => {
    const outcome = await weft(folderWith({ [file]: text }), ["check", file, "--no-types"]);
    expect(outcome.err.slice(0, err.length)).toBe(err);
    expect(outcome.err).not.toMatch(/^ {4}at /m);
    expect(outcome).toMatchObject({ code: 1, out: "" });
  });

  test("several models, of which none is the default", async ({ expect }) => {
    expect(await weft(fixtures, ["print", "classifier.ts"])).toEqual({
      code: 1,
      out: "",
      err: `the model file speaks
error[W615]: classifier.ts: several models are exported: classifier, classifierTraining

  help: choose one: --export classifier.
`,
    });
  });

  test("an export that is no model", async ({ expect }) => {
    const folder = folderWith({ "model.mjs": `export { classifier, sgd } from "./both.mjs";` });
    writeFileSync(join(folder, "both.mjs"), "export const classifier = 1, sgd = () => {};");
    expect((await weft(folder, ["print", "model.mjs", "--export", "default"])).err).toBe(
      `error[W616]: model.mjs: "default" is not exported as a model, training, decoding or graph; the file exports classifier (a number), sgd (a function)

  help: use the name of an export that is one.
`,
    );
  });

  test("what only tsx can load: an enum, and an import without extension", async ({ expect }) => {
    const folder = folderWith({
      "size.ts": "export enum Size { Hidden = 8 }\n",
      "model.ts": `${imports}
import { Size } from "./size";
export default defineModel({
  name: "sized",
  params: {},
  inputs: { x: spec("f32", [Size.Hidden]) },
  forward: (p, { x }) => ({ y: relu(x) }),
});
`,
    });
    expect((await weft(folder, ["print", "model.ts"])).out).toBe(`graph @sized(%x: f32[8]) {
  %0 = unary %x {fn = relu} : f32[8]
  entry @predict(y = %0)
}
`);
  });

  test("a promise at the top level that nobody keeps", async ({ expect }) => {
    const folder = folderWith({ "model.ts": "await new Promise(() => {});\nexport default 1;\n" });
    const { code, err } = await weft(folder, ["check", "model.ts", "--no-types"]);
    const [first] = err.split("\n");
    expect({ code, first }).toEqual({
      code: 1,
      first:
        "error[W613]: model.ts: an error was thrown while the file was loaded: what it awaits at its top level never comes",
    });
  });

  test("the project's own copy of weftgraph takes over", async ({ expect }) => {
    const folder = folderWith({ "model.mjs": "export default 1;\n" });
    const copy = join(folder, "node_modules/weftgraph");
    mkdirSync(join(copy, "dist/cli"), { recursive: true });
    const manifest = { name: "weftgraph", type: "module", exports: { "./package.json": "./package.json" } };
    writeFileSync(join(copy, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(copy, "dist/cli/main.js"), "console.log(process.argv.slice(2).join()); process.exit(3);\n");
    const outcome = await weft(folder, ["check", "model.mjs", "--dims", "B=2"]);
    expect(outcome).toEqual({ code: 3, out: "check,model.mjs,--dims,B=2\n", err: "" });
  });

  test("--debug shows the stack, and it alone", async ({ expect }) => {
    const folder = folderWith({ "model.ts": 'throw new Error("on purpose");\n' });
    const { err } = await weft(folder, ["check", "model.ts", "--debug", "--no-types"]);
    expect(err).toMatch(/^error\[W613\]: model.ts: .*Error: on purpose\n/);
    expect(err).toMatch(/^caused by: Error: on purpose\n {4}at .*model\.ts:1:7/m);
  });
});
