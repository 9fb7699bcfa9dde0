// The files of a module: the same every time, free of whatever a user's names contain, typed, and as careful with weights
// and feeds as the compiled model itself.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { emit, type GeneratedFile, generate, type ModuleFormat } from "../../src/codegen/index.ts";
import {
  compileSync,
  decodeSafetensors,
  defineModel,
  encodeSafetensors,
  mean,
  param,
  spec,
  training,
} from "../../src/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { compilers, userProject } from "../support/published-types.ts";
import { convolutional, numbers, perceptron, perceptronTraining } from "../support/small-models.ts";

const root = mkdtempSync(join(tmpdir(), "weft-generate-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Named<T> = Readonly<Record<string, T>>;

/** What a module makes. */
interface EmittedModel {
  readonly predict: (
    feeds: unknown,
  ) => Named<{ readonly dtype: string; readonly shape: readonly number[]; readonly data: Float32Array }>;
  readonly step: (feeds: unknown, options?: { readonly into: unknown }) => Named<number>;
  readonly parameters: {
    readonly names: readonly string[];
    readonly get: (name: string) => { readonly data: Float32Array };
    readonly set: (name: string, value: unknown) => void;
    readonly save: () => Uint8Array;
    readonly restore: (bytes: unknown) => void;
  };
}

const contentsOf = (files: readonly GeneratedFile[], extension: string): string | Uint8Array<ArrayBuffer> => {
  const file = files.find(({ name }) => name.endsWith(extension));
  if (file === undefined) throw new Error(`there is no ${extension}`);
  return file.contents;
};

const textOf = (files: readonly GeneratedFile[], extension = ".mjs"): string => String(contentsOf(files, extension));

/** The model of generated files, made in this process. */
const modelOf = async (files: readonly GeneratedFile[]): Promise<EmittedModel> => {
  const address = `data:text/javascript;base64,${Buffer.from(textOf(files)).toString("base64")}`;
  const imported: unknown = await import(/* @vite-ignore */ address);
  // What every module exports.
  const { create } = imported as { readonly create: (assets: object) => EmittedModel };
  const wasm = files.some(({ name }) => name.endsWith(".wasm")) ? contentsOf(files, ".wasm") : undefined;
  return create({ wasm, weights: contentsOf(files, ".safetensors") });
};

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
  return "ok";
};

const hostile = ['"', "`${process.exit(3)}`", "</script><script>", "\u2028\u2029", "*/ throw 1; /*", "\\", "\n", "é\0"];

/** A training in which every name that a user gives is hostile. */
const hostileTraining = () => {
  const named = <T>(names: readonly string[], make: () => T): Readonly<Record<string, T>> =>
    Object.fromEntries(names.map((name) => [name, make()]));
  const nth = (from: object, at: number): never => Object.values(from)[at] as never;
  const model = defineModel({
    name: "a\n*/ throw 1; //</script>",
    params: named(["__proto__", "toString", ...hostile.map((name) => `${name} parameter`)], () => param([2])),
    inputs: named(["constructor", ...hostile.map((name) => `${name} input`)], () => spec("f32", ["B", 2])),
    forward: (p, i) =>
      Object.fromEntries(
        ["__proto__", ...hostile].map((name, at) => [
          name,
          (nth(i, at) as { mul: (x: never) => never }).mul(nth(p, at)),
        ]),
      ),
  });
  return training(model, {
    loss: (outputs) => mean((nth(outputs, 0) as { mul: (x: never) => never }).mul(nth(outputs, 1))),
    optimizer: sgd({ learningRate: 0.1 }),
  });
};

describe.each<ModuleFormat>(["wasm", "js"])("a module as %s", (format) => {
  const trainer = compileSync(perceptronTraining, { dims: { B: 2 } });
  const files = generate(trainer, { format });

  it("is generated the same every time", () => {
    const again = generate(compileSync(perceptronTraining, { dims: { B: 2 } }), { format });
    expect(again).toEqual(files);
    expect(files.map(({ name }) => name)).toEqual(
      ["mjs", "d.ts", "d.mts", "safetensors", ...(format === "wasm" ? ["wasm", "wat"] : [])].map(
        (end) => `perceptron.${end}`,
      ),
    );
  });

  it("evaluates no strings and imports nothing but a file reader for file: addresses", () => {
    const text = textOf(files);
    expect(text).not.toMatch(/\beval\b|\bFunction\b|\brequire\b|setTimeout/);
    expect(text.match(/\bimport\b(?:\(.*?\)|\.\w+\.\w+|)/g)).toEqual(['import("node:fs/promises")', "import.meta.url"]);
    expect(text.match(/\bfrom "/g)).toBe(null);
  });

  it("has one line of table for each tensor", () => {
    expect(textOf(files)).toMatch(/^ {4}\{ name: "hidden.weight", dtype: "f32", shape: \[8, 6\], offset: \d+ \},$/m);
  });

  it("keeps hostile names as names", async () => {
    const compiled = compileSync(hostileTraining(), { dims: { B: 1 } });
    expect(codeOf(() => generate(compiled, { format }))).toBe("W404");
    const generated = generate(compiled, { format, name: "hostile" });
    expect(textOf(generated)).not.toMatch(/<\/script|[^\n -~]/);
    const assembly = format === "wasm" ? textOf(generated, ".wat") : "";
    expect(assembly).not.toMatch(/^\*\/ throw/m);
    const model = await modelOf(generated);
    expect(model.parameters.names).toEqual(compiled.parameters.names);
    const inputs = compiled.program.entries[0]?.inputs.map(({ name }) => name) ?? [];
    const feeds = Object.fromEntries(inputs.map((name, at) => [name, Float32Array.of(at, 1)]));
    for (const name of model.parameters.names.slice(0, 3)) {
      model.parameters.set(name, Float32Array.of(2, 3));
      compiled.parameters.set(name, Float32Array.of(2, 3));
    }
    expect(model.predict(feeds)).toEqual(compiled.predict(feeds as never));
    expect(Object.keys(model.predict(feeds))).toEqual(Object.keys(compiled.predict(feeds as never)));
    expect(model.step(feeds)["loss"]).toBe(compiled.step(feeds as never).loss);
    expect(decodeSafetensors(model.parameters.save())).toEqual(compiled.parameters.all());
  });

  it("exchanges weights with the library, both ways", async () => {
    const model = await modelOf(files);
    expect(decodeSafetensors(model.parameters.save())).toEqual(trainer.parameters.all());
    const other = compileSync(perceptronTraining, { dims: { B: 2 }, seed: 5 });
    model.parameters.restore(encodeSafetensors(other.parameters.all()));
    expect(decodeSafetensors(model.parameters.save())).toEqual(other.parameters.all());
    // The weights of a trainer hold optimizer state that the model alone has no place for.
    const alone = await modelOf(generate(compileSync(perceptron, { dims: { B: 2 } }), { format }));
    alone.parameters.restore(encodeSafetensors(other.parameters.all()));
    expect(alone.parameters.get("output.bias").data).toEqual(other.parameters.get("output.bias").data);
  });

  it("takes all weights or none", async () => {
    const model = await modelOf(generate(compileSync(perceptronTraining, { dims: { B: 2 } }), { format }));
    const before = model.parameters.save();
    const tensors = decodeSafetensors(before);
    const { "hidden.weight": weight, ...others } = tensors;
    if (weight === undefined) throw new Error("there is a weight");
    const restore = (given: Parameters<typeof encodeSafetensors>[0]): string =>
      codeOf(() => model.parameters.restore(encodeSafetensors(given)));
    const spoiled = Object.fromEntries(
      Object.entries(others).map(([name, each]) => [name, { ...each, data: each.data.map(() => 7) }]),
    );
    expect(restore(spoiled)).toBe("W309");
    expect(restore({ ...spoiled, "hidden.weight": weight, extra: weight })).toBe("W307");
    expect(restore({ ...spoiled, "hidden.weight": { ...weight, shape: [6, 8] } })).toBe("W304");
    expect(restore({ ...spoiled, "hidden.weight": { dtype: "i32", shape: [8, 6], data: new Int32Array(48) } })).toBe(
      "W304",
    );
    expect(codeOf(() => model.parameters.restore(undefined))).toBe("W401");
    expect(codeOf(() => model.parameters.restore(new ArrayBuffer(8)))).toBe("W401");
    expect(model.parameters.save()).toEqual(before);
  });

  it("refuses corrupt weights as the library does", async () => {
    const model = await modelOf(generate(compileSync(perceptronTraining, { dims: { B: 2 } }), { format }));
    const bytes = encodeSafetensors(decodeSafetensors(model.parameters.save()));
    const before = model.parameters.save();
    // Flips and cuts in the header and around its end; flips in the data are other weights.
    const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    fc.assert(
      fc.property(fc.nat({ max: headerEnd - 1 }), fc.nat({ max: 255 }), fc.boolean(), (at, value, cut) => {
        const broken = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) broken[at] = value;
        const library = codeOf(() => decodeSafetensors(broken));
        const module = codeOf(() => model.parameters.restore(broken));
        // What is a file for the library may still hold other tensors than the model's.
        expect(library === "W401" ? ["W401"] : ["ok", "W304", "W307", "W309"]).toContain(module);
        if (module === "ok") model.parameters.restore(before);
        expect(model.parameters.save()).toEqual(before);
      }),
      { numRuns: 1500 },
    );
  });

  it("takes steps into what is named", async () => {
    const feeds = { features: numbers(12), label: Int32Array.of(0, 2) };
    const [model, other] = [await modelOf(files), await modelOf(files)];
    const into = { loss: new Float32Array(1), right: new Int32Array(1) };
    expect(model.step(feeds, { into })).toBe(into);
    const plain = other.step(feeds);
    expect(into.loss).toEqual(Float32Array.of(plain["loss"] ?? 0));
    expect(plain["right"]).toEqual({ dtype: "i32", shape: [], data: into.right });
    const given = model.step(feeds);
    expect(other.step(feeds, { into: plain })).toBe(plain);
    expect(plain).toEqual(given);
    const before = model.parameters.save();
    const refused = (wrong: unknown): string => codeOf(() => model.step(feeds, { into: wrong }));
    expect(refused({ finite: new Uint8Array(1) })).toBe("W313");
    expect(refused({ loss: new Float64Array(1) })).toBe("W303");
    expect(refused({ loss: new Float32Array(2) })).toBe("W305");
    expect(refused({ right: 0 })).toBe("W303");
    expect(refused(Object.freeze({ loss: 0 }))).toBe("W140");
    const nothing = { features: new Float32Array(12).fill(Number.NaN), label: feeds.label };
    expect(codeOf(() => model.step(nothing, { into }))).toBe("W502");
    expect(model.parameters.save()).toEqual(before);
  });

  it("saves parameters only where a step changes them", async () => {
    const alone = await modelOf(generate(compileSync(perceptron, { dims: { B: 2 } }), { format }));
    expect(Object.keys(alone.parameters)).toEqual(["names", "get", "set", "restore"]);
    const trained = await modelOf(files);
    expect(Object.keys(trained.parameters)).toEqual(["names", "get", "set", "save", "restore"]);
  });

  it("takes a batch of nothing", async () => {
    const model = await modelOf(generate(compileSync(perceptronTraining, { dims: { B: 0 } }), { format }));
    const features = new Float32Array(0);
    expect(model.predict({ features })).toEqual({ logits: { dtype: "f32", shape: [0, 3], data: features } });
    expect(codeOf(() => model.step({ features, label: new Int32Array(0) }))).toBe("W502");
  });

  it("gives fresh arrays, and takes feeds in any allowed form", async () => {
    const model = await modelOf(generate(compileSync(convolutional, { dims: { B: 1 } }), { format }));
    const image = numbers(36);
    const first = model.predict({ image });
    const second = model.predict({ image: { data: image, shape: [1, 1, 6, 6] } });
    expect(second).toEqual(first);
    first["logits"]?.data.fill(0);
    expect(model.predict({ image: { data: image } })).toEqual(second);
  });
});

describe("the types of a module", () => {
  const consumer = `import { create, load, type Model } from "./perceptron.mjs";
const model: Model = await load();
const features = new Float32Array(12);
const label = new Int32Array(2);
const logits: Float32Array = model.predict({ features }).logits.data;
const shape: readonly [2, 3] = model.predict({ features: { data: features, shape: [2, 6] } }).logits.shape;
const loss: number = model.step({ features, label }).loss;
const into: { loss: number } = model.step({ features, label }, { into: { loss: 0 } });
const given = model.step({ features, label }, { into: { loss: new Float32Array(1), right: new Int32Array(1) } });
const right: Int32Array = given.right;
// @ts-expect-error the loss is of floats
model.step({ features, label }, { into: { loss: new Int32Array(1) } });
const gradient: readonly [8, 6] = model.grads({ features, label })["gradient.hidden.weight"].shape;
const weight: readonly [8, 6] = model.parameters.get("hidden.weight").shape;
const steps: Int32Array = model.parameters.get("optimizer.step").data;
model.parameters.set("hidden.bias", new Float32Array(8));
model.parameters.set("hidden.bias", { data: new Float32Array(8), shape: [8] });
create({ wasm: new Uint8Array(8) }).parameters.restore(model.parameters.save());
// @ts-expect-error there is no such input
model.predict({ images: features });
// @ts-expect-error the label is missing
model.step({ features });
// @ts-expect-error labels are integers
model.step({ features, label: features });
// @ts-expect-error there is no such parameter
model.parameters.get("hidden.wieght");
// @ts-expect-error parameters are floats
model.parameters.set("hidden.bias", label);
// @ts-expect-error there are three classes
export const wide: readonly [2, 4] = model.predict({ features }).logits.shape;
export const all = [logits, shape, loss, into, right, gradient, weight, steps];
`;

  const project = userProject({ library: false });
  afterAll(project.dispose);
  project.write("use.mts", `${consumer}export * as hostile from "./hostile.mjs";\n`);
  const written = (async () => {
    await emit(compileSync(perceptronTraining, { dims: { B: 2 } }), { directory: project.folder });
    await emit(compileSync(hostileTraining(), { dims: { B: 1 } }), { directory: project.folder, name: "hostile" });
  })();

  const resolutions = {
    node16: { module: "node16" },
    nodenext: { module: "nodenext" },
    bundler: { module: "esnext", moduleResolution: "bundler" },
  };

  it.each(Object.entries(resolutions))("are accepted under %s by every supported compiler", async (_, options) => {
    await written;
    for (const compiler of compilers)
      expect([compiler, project.check(compiler, ["use.mts"], options)]).toEqual([compiler, []]);
  });
});
