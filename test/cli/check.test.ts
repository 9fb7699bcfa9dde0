// `weft check`: every mistake of a file at once, each one time, and what the project's type checker adds to it.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mergeFindings } from "../../src/cli/merge-findings.ts";
import { checkTypes } from "../../src/cli/type-check.ts";
import { diagnostic } from "../../src/ir/diagnostics/diagnostic.ts";
import { at } from "../../src/ir/diagnostics/location.ts";
import { folderWith, source, weft } from "./support.ts";

const imports = `import { add, concat, crossEntropy, defineModel, matmul, mean, param, relu, repeat, layer, scan, softmax, spec, training } from "${source("index.ts")}";
import { linear } from "${source("nn/index.ts")}";
import { sgd } from "${source("optim/index.ts")}";`;

interface Found {
  readonly code: string;
  readonly message: string;
  readonly place?: { readonly line: number };
}

/** The sentences with the line that each is of, and what else is said. */
const check = async (text: string, ...words: readonly string[]) => {
  const folder = folderWith({ "model.mjs": `${imports}\n${text}` });
  const { code, err } = await weft(folder, ["check", "model.mjs", "--no-types", "--json", "found.json", ...words]);
  // What the command itself wrote.
  const found = JSON.parse(readFileSync(join(folder, "found.json"), "utf8")) as readonly Found[];
  return { code, err, found: found.map(({ code, message, place }) => `${place?.line} ${code}: ${message}`) };
};

describe.concurrent("all mistakes at once", () => {
  test("of forward, of a layer used three times, of the step of a scan, of loss and metrics", async ({ expect }) => {
    const { code, err, found } = await check(`
const block = () => layer({ up: linear(16, 16), w: param([16, 4]) }, ({ up, w }) => (x) => {
  return add(x, matmul(up(x), w));
});
export const net = defineModel({
  name: "net",
  params: { hidden: linear(8, 16), w: param([16, 4]), output: linear(5, 3), blocks: repeat(3, block) },
  inputs: { x: spec("f32", ["B", 8]), s: spec("f32", ["T", "B", 8]) },
  forward: (p, { x, s }) => {
    let h = p.hidden(x);
    const bad = matmul(h, x);
    const [rows, columns] = bad.shape;
    const gone = relu(bad.reshape([rows, columns / 2, -1]).sum({ axes: [7] }));
    const joined = concat([h, x], 9);
    for (const each of p.blocks) h = each(h);
    const { carry } = scan({ carry: { h: x }, over: { s }, step: ({ h }, { s }) => {
      return { carry: { h: add(h, matmul(s, p.w)) } };
    } });
    const late = softmax(carry.h, 5);
    const sum = x.add(p.w).mul(joined);
    return { logits: add(p.output(x), sum), gone, late, h };
  },
});
export default training(net, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => mean(crossEntropy(logits, label)),
  metrics: (_, { label }) => ({ right: matmul(label, label) }),
  optimizer: sgd({ learningRate: 0.1 }),
});`);
    expect(code).toBe(1);
    expect(found).toMatchInlineSnapshot(`
      [
        "6 W207: add: extents 16 and 4 do not broadcast ([B, 16] vs [B, 4])",
        "14 W203: matmul: inner dimensions differ: 16 vs B (f32[B, 16] x f32[B, 8])",
        "17 W205: concat: axis 9 is outside a shape of 2 axes ([B, 16])",
        "20 W203: matmul: inner dimensions differ: 8 vs 16 (f32[B, 8] x f32[16, 4])",
        "23 W207: add: extents B and 16 do not broadcast ([B, 8] vs [16, 4])",
        "24 W232: linear: 8 features given, 5 expected (f32[B, 8], weight [3, 5])",
        "30 W240: matmul: the left operand has fewer than 2 axes (i32[B])",
      ]
    `);
    expect(err.match(/^error\[/gm)).toHaveLength(found.length);
  });

  test("of definitions, and of models that stand beside them; what JavaScript throws may come of them", async ({
    expect,
  }) => {
    const { found } = await check(`
export const a = defineModel({ name: "", params: {}, inputs: { x: spec("f16", ["B"]) }, forward: (_, { x }) => ({ y: x }) });
export const b = defineModel({ name: "b", params: {}, inputs: { x: spec("f32", ["B"]) }, forward: (_, { x }) => ({ y: softmax(x, 3), z: 3 }) });
export const c = defineModel({ name: "c", params: {}, inputs: { x: spec("f32", ["B"]) }, forward: (_, { x }) => ({ y: x }) });
export const d = defineModel({ name: "d", params: {}, inputs: { x: spec("f32", ["B"]) }, forward: (p, { x }) => ({ y: p.gone(x) }) });
export default training(c, { loss: ({ y }) => y, metrics: () => 3, optimizer: sgd({ learningRate: Number.NaN }) });`);
    expect(found).toMatchInlineSnapshot(`
      [
        "5 W140: defineModel: name: a text is expected, got """,
        "5 W140: spec: a dtype is expected, got "f16"",
        "6 W141: forward: "z" is not a tensor but 3",
        "6 W205: softmax: axis 3 is outside a shape of 1 axes ([B])",
        "9 W140: metrics: a record of tensors is expected, got 3",
        "9 W501: training: the loss must be one float, got f32[B]",
        "9 W140: learningRate: a finite number or a function of the step is expected, got NaN",
      ]
    `);
  });
});

/** A stand-in for the package's types, so that nothing else has to be checked. */
const declarations = `
export interface Tensor<S> { readonly shape: S }
export declare function input<const S>(shape: S): Tensor<S>;
export declare function matmul<A, B>(a: Tensor<A>, b: "W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, 768] x f32[512, 3072])"): Tensor<A>;
`;

describe.concurrent("what the type checker adds", () => {
  const project = (compiler: string, files: Readonly<Record<string, string>>): string => {
    const folder = folderWith({ "weft.d.ts": declarations, ...files });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(import.meta.dirname, "../../node_modules", compiler), join(folder, "node_modules/typescript"));
    return folder;
  };
  const told = async (folder: string) => {
    const { findings, notice } = await checkTypes(join(folder, "model.ts"));
    const shown = findings.map(({ code, message, location }) => {
      const { file = "", line, column } = location?.() ?? {};
      return `${file.split("/").at(-1)}:${line}:${column} ${code}: ${message}`;
    });
    return { shown, notice };
  };
  const model = `import { input, matmul } from "./weft.js";
import { rate } from "./rate.js";
const y = matmul(input(["B", 768]), input([512, 3072]));
export const z: string = rate;
y.shap;
`;

  test.for(["typescript-5", "typescript", "typescript-7"])(
    "with the options of the project, of the file and what it imports: %s",
    async (compiler, { expect }) => {
      const folder = project(compiler, {
        "tsconfig.json":
          '{ "compilerOptions": { "module": "nodenext", "strict": true, "noUnusedLocals": true }, "include": ["other"] }',
        "model.ts": model,
        "rate.ts": "const unused = 1;\nexport const rate = 0.1;\n",
        "unrelated.ts": "export const wrong: string = 1;\n",
      });
      expect(await told(folder)).toEqual({
        notice: undefined,
        shown: [
          "model.ts:3:37 W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, 768] x f32[512, 3072])",
          "model.ts:4:14 W618: TS2322: Type 'number' is not assignable to type 'string'.",
          expect.stringMatching(/^model\.ts:5:3 W618: TS2551: Property 'shap' does not exist on type .*'shape'\?$/),
          "rate.ts:1:7 W618: TS6133: 'unused' is declared but its value is never read.",
        ],
      });
    },
  );

  test("without a project", async ({ expect }) => {
    const { shown } = await told(project("typescript-7", { "model.ts": "export const rate: string = 1;\n" }));
    expect(shown).toEqual(["model.ts:1:14 W618: TS2322: Type 'number' is not assignable to type 'string'."]);
  });
});

describe("types", () => {
  test("a project without TypeScript is told so in one line", async () => {
    const folder = folderWith({ "model.ts": "export default 1;\n" });
    const { err } = await weft(folder, ["check", "model.ts"]);
    expect(err.split("\n")[0]).toBe(
      "types were not checked: the project has no TypeScript (npm install --save-dev typescript)",
    );
  });

  test("findings of both are shown once, with a frame", async () => {
    const folder = folderWith({});
    mkdirSync(join(folder, "node_modules/typescript/bin"), { recursive: true });
    const said = `model.mjs(8,14): error TS2345: Argument of type 'number' is not assignable to parameter of type 'Check<NoInfer<SoftmaxShape<[], 5>>, 5>'.
model.mjs(10,8): error TS2304: Cannot find name 'missing'.
node_modules/other/index.d.ts(1,1): error TS1005: ';' expected.
`;
    writeFileSync(join(folder, "node_modules/typescript/package.json"), '{ "name": "typescript" }');
    writeFileSync(
      join(folder, "node_modules/typescript/bin/tsc"),
      `process.stdout.write(${JSON.stringify(said)}); process.exit(2);`,
    );
    writeFileSync(
      join(folder, "model.mjs"),
      `${imports}
export default defineModel({
  name: "net",
  params: {},
  inputs: { x: spec("f32", ["B", 8]) },
  forward: (_, { x }) => ({ y: softmax(x, 5) }),
});
typeof missing;
`,
    );
    const { code, err } = await weft(folder, ["check", "model.mjs"]);
    expect(code).toBe(1);
    expect(err).toMatchInlineSnapshot(`
      "error[W205]: softmax: axis 5 is outside a shape of 2 axes ([B, 8])

        model.mjs:8:32
         7 |   inputs: { x: spec("f32", ["B", 8]) },
         8 |   forward: (_, { x }) => ({ y: softmax(x, 5) }),
           |                                ^^^^^^^
        operand 1  f32[B, 8]  from model.mjs:7:16
        help: use a whole number from -2 to 1; negative axes count from the end.

      error[W618]: TS2304: Cannot find name 'missing'.

        model.mjs:10:8
          9 | });
         10 | typeof missing;
            |        ^^^^^^^
        help: mend it where the marks stand; --no-types leaves the type checker out.
      "
    `);
  });
});

describe("mergeFindings", () => {
  const place = (line: number) => ({ location: at("/me/model.ts", line, 5) });
  const axis = diagnostic("W205", { op: "sum", axis: 3, rank: 2, shape: "[B, 8]" }, place(4));
  const typed = (line: number) => diagnostic("W618", { code: "TS2345", text: "no" }, place(line));

  test("what both found on a line is found once, and what one found is kept, in the order of the file", () => {
    const [before, same, behind] = [typed(2), typed(4), typed(7)];
    const far = { ...axis, ...place(90) };
    expect(mergeFindings([axis], [behind, far, same, before])).toEqual([before, axis, behind, far]);
  });

  test("the same sentence on another line of the same call is the same finding", () => {
    expect(mergeFindings([axis], [{ ...axis, location: at("/me/model.ts", 6, 7) }])).toEqual([axis]);
  });

  test("what is undefined because a property is not there is told by the type checker", () => {
    const missing = diagnostic("W618", { code: "TS2551", text: "Property 'hiden' does not exist" }, place(5));
    const result = diagnostic("W141", { of: "forward", name: "z", given: "undefined" }, place(1));
    const other = typed(5);
    expect(mergeFindings([result], [missing])).toEqual([missing]);
    expect(mergeFindings([result], [other])).toEqual([result, other]);
  });
});
