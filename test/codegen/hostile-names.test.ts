// Names are data: a model whose inputs, parameters, results and entry points are called after words, ends of strings and pieces of
// programs is emitted as modules that parse, run and give right results, and outside of string literals no module, no text and no
// drawing holds a character that a user chose.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabt from "wabt";
import { reportPage } from "../../src/cli/training/report-page.ts";
import { type GeneratedFile, generate } from "../../src/codegen/index.ts";
import { type CompiledGraph, compileGraph } from "../../src/compile/compile-graph.ts";
import { defineModel, graphBuilder, modelGraph, printProgram, spec } from "../../src/index.ts";
import { parseGraph, printGraph, sameGraph, toDot } from "../../src/ir/text/index.ts";
import { knownHostileNames } from "../../src/testing/arbitraries/hostile-names.ts";
import { typeErrors } from "../support/type-check.ts";

/** Stands in every name, so that it can be found wherever the name got to. */
const marker = "zqXq";

/** The names as they are, and with the marker at both ends. */
const names = [...knownHostileNames, ...knownHostileNames.map((name) => `${marker}${name}${marker}`)];

/** Entry points of modules may not be called what a model has already, and what makes it a promise. */
const entryName = (name: string): string =>
  ["parameters", "then", "__proto__"].includes(name) ? `entry ${name}` : name;

/** y = x * w + 1 for each name, all of them called by that name, in an entry point of that name. */
const described = () => {
  const builder = graphBuilder();
  const type = { dtype: "f32", shape: [2] } as const;
  const one = builder.constant(1, "f32", [2]);
  const entries = names.map((name) => {
    const input = builder.input(name, type);
    const parameter = builder.parameter(`w.${name}`, type);
    const [product = input] = builder.emit("binary", [input, parameter], { fn: "mul" });
    const [value = input] = builder.emit("binary", [product, one], { fn: "add" });
    return { name: entryName(name), outputs: [{ name, value }], updates: [{ name: `w.${name}`, value: product }] };
  });
  return builder.finish(`${marker}");throw 1;//*/\u2028`, entries);
};

let compiled: CompiledGraph;
let files: ReadonlyMap<string, GeneratedFile["contents"]>;
const folder = mkdtempSync(join(tmpdir(), "weft-names-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  compiled = compileGraph(described());
  for (const { name } of compiled.executable.parameters) compiled.executable.write(name, Float32Array.of(2, 3));
  const made = (["wasm", "js"] as const).flatMap((format) =>
    generate({ compiled, executable: compiled.executable }, { name: `model-${format}`, format }),
  );
  files = new Map(made.map(({ name, contents }) => [name, contents]));
  for (const [name, contents] of files) writeFileSync(join(folder, name), contents);
});

const textOf = (name: string): string => {
  const contents = files.get(name);
  if (typeof contents !== "string") throw new Error(`${name} is a text`);
  return contents;
};

/** A program without what stands in quotes and in comments. */
const bare = (text: string): string =>
  text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[^]*?\*\/|;;[^\n]*/g, "");

/** What an emitted module exports. */
interface EmittedModule {
  readonly load: () => Promise<
    Readonly<Record<string, (feeds: object) => Readonly<Record<string, { readonly data: Float32Array }>>>>
  >;
}

describe.each(["wasm", "js"])("a module in %s with hostile names", (format) => {
  it("runs and gives right results", async () => {
    // What `generate` wrote.
    const { load } = (await import(pathToFileURL(join(folder, `model-${format}.mjs`)).href)) as EmittedModule;
    const model = await load();
    for (const name of names) {
      const run = model[entryName(name)];
      const feeds = Object.fromEntries([[name, Float32Array.of(5, 7)]]);
      const results = run?.(feeds) ?? {};
      expect(Object.keys(results)).toEqual([name]);
      expect(Object.entries(results)[0]?.[1].data).toEqual(Float32Array.of(11, 22));
    }
  });

  it("has no part of a name outside of string literals", () => {
    for (const extension of ["mjs", "d.ts", "d.mts"]) {
      const text = textOf(`model-${format}.${extension}`);
      expect(text.split(marker).length).toBeGreaterThan(names.length);
      expect(bare(text)).not.toContain(marker);
    }
    // Comments end with their line, and nothing in a module is a line break but to JavaScript, too.
    expect(textOf(`model-${format}.mjs`)).not.toMatch(/[^\n\x20-\x7e]/);
  });

  it("has types that the compiler reads", async () => {
    const use = `import { load } from "./model-${format}.mjs";\nvoid load();\n`;
    const files = [`model-${format}.d.mts`, `use-${format}.mts`];
    writeFileSync(join(folder, `use-${format}.mts`), use);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "es2022",
      module: "nodenext",
      lib: ["es2022", "dom"],
      types: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    expect(await typeErrors(folder)).toEqual([]);
  });
});

describe.each(["closure", "wasm", "reference"] as const)("an executable on %s with hostile names", (backend) => {
  it("runs and gives right results", () => {
    const { executable } = compileGraph(described(), { backend });
    for (const name of names) {
      const parameter = `w.${name}`;
      executable.write(parameter, { dtype: "f32", shape: [2], data: Float32Array.of(2, 3) });
      const results = executable.run(entryName(name), Object.fromEntries([[name, Float32Array.of(5, 7)]]));
      expect(Object.keys(results)).toEqual([name]);
      expect(Object.values(results)[0]?.data).toEqual(Float32Array.of(11, 22));
      expect(executable.read(parameter).data).toEqual(Float32Array.of(10, 21));
    }
  });
});

it("an input that is called as if it belonged to the only entry point is refused, since nobody could feed it", () => {
  const inputs = { "predict/x": spec("f32", [2]) };
  const model = defineModel({ name: "m", params: {}, inputs, forward: (_, given) => ({ y: given["predict/x"] }) });
  expect(() => modelGraph(model)).toThrow(
    'W140: inputs: a name that does not begin with that of an entry point and a slash is expected, got "predict/x"',
  );
});

describe("texts about a graph with hostile names", () => {
  it("the text of its WebAssembly is assembled to the bytes of the module", async () => {
    const assembler = await wabt();
    const text = textOf("model-wasm.wat");
    expect(bare(text)).not.toContain(marker);
    const { buffer } = assembler.parseWat("model.wat", text, { simd: true, bulk_memory: true }).toBinary({});
    expect(Buffer.from(buffer).equals(files.get("model-wasm.wasm") as Uint8Array)).toBe(true);
  });

  it("printed, it reads as the same graph", () => {
    const text = printGraph(compiled.graph);
    expect(sameGraph(parseGraph(text), compiled.graph)).toBe(true);
  });

  it("drawn, it holds names in quotes alone", () => {
    const text = toDot(compiled.graph);
    expect(text).toContain(marker);
    expect(bare(text)).not.toContain(marker);
  });

  it("profiled, it is JSON with them", () => {
    const { executable } = compiled;
    const name = names.at(-3) ?? "";
    const profile = executable.profile(name, Object.fromEntries([[name, Float32Array.of(1, 2)]]), {
      runs: 1,
      warmup: 0,
    });
    expect(JSON.parse(JSON.stringify(profile.trace()))).toEqual(profile.trace());
    expect(printProgram(compiled.program).length).toBeGreaterThan(100);
  });

  it("as figures of a training, they are text of its report", async () => {
    // Drawing a figure for each name takes the longer the more there are.
    const some = names.filter((_, at) => at % 4 === 0);
    const figures = Object.fromEntries(some.map((name) => [name, 0.5]));
    const epochs = [0, 1, 2].map((epoch) => ({ epoch, step: epoch, loss: 1, ...figures }));
    const page = await reportPage(
      { steps: epochs, epochs, best: undefined },
      { title: names.join(" "), facts: { a: "</dl>" } },
    );
    expect(page).toContain(marker);
    expect(page).not.toMatch(/<script|<!--|<\/dl>[^\n]*zqXq|javascript:/);
  });
});
