// Emitted modules where they are used: in a process of their own, in a folder without packages, with code generation from
// strings switched off. They give the bits of what they were emitted from.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Emittable, emit } from "../../src/codegen/index.ts";
import { compileSync } from "../../src/index.ts";
import {
  bitsOf,
  convolutionalTraining,
  labels,
  normalizedTraining,
  numbers,
  perceptronTraining,
} from "../support/small-models.ts";
import { nodes, runAlone } from "../support/standalone.ts";

const root = mkdtempSync(join(tmpdir(), "weft-standalone-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the script of the fresh process shares with this file. */
const prelude = `
const numbers = (count, seed = 1) => Float32Array.from({ length: count }, (_, at) => ((Math.imul(at + seed, 0x9e3779b1) >>> 0) / 2 ** 31) - 1);
const labels = (count, classes) => Int32Array.from({ length: count }, (_, at) => (at * 7 + 2) % classes);
const bitsOf = (data) => Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
const refused = (action) => { try { action(); return "accepted"; } catch (error) { return error instanceof Error ? error.code : "no Error"; } };
`;

/** Predicts, asks for gradients, takes three steps, predicts; then saves, spoils and restores, and feeds nonsense. */
const script = (file: string, input: string, size: number): string => `
import { load } from "./${file}.mjs";
${prelude}
const model = await load();
const x = numbers(4 * ${size});
const label = labels(4, 3);
const feeds = { [${JSON.stringify(input)}]: x, label };
const input = { [${JSON.stringify(input)}]: x };
const predict = () => bitsOf(model.predict(input).logits.data);
const result = { first: predict() };
const { loss, ...gradients } = model.grads(feeds);
result.gradients = Object.fromEntries(Object.entries(gradients).map(([name, { data }]) => [name, bitsOf(data)]));
result.losses = [1, 2, 3].map(() => model.step(feeds).loss);
result.last = predict();
result.parameters = Object.fromEntries(model.parameters.names.map((name) => [name, bitsOf(model.parameters.get(name).data)]));
const saved = model.parameters.save();
for (const name of model.parameters.names) {
  const { data } = model.parameters.get(name);
  model.parameters.set(name, data.fill(1));
}
const spoiled = predict();
model.parameters.restore(saved);
result.restored = predict() === result.last && spoiled !== result.last;
const other = await load();
result.isolated = bitsOf(other.predict(input).logits.data) === result.first;
result.refused = [
  {}, { ...feeds, extra: x }, { ...feeds, label: [...label] }, { ...feeds, label: x },
  { ...feeds, label: { data: label, shape: [2, 2] } }, { ...feeds, label: new Int32Array(3) },
  { ...feeds, label: Int32Array.of(0, 1, 2, 3) }, { ...feeds, label: Int32Array.of(0, -1, 2, 0) }, null,
].map((each) => refused(() => model.step(each)));
result.refused.push(refused(() => model.parameters.get("none")), refused(() => model.parameters.set("none", x)));
const nothing = { ...input, [${JSON.stringify(input)}]: x.slice().fill(NaN) };
result.notFinite = refused(() => model.step({ ...nothing, label }));
result.unchanged = predict() === result.last;
console.log(JSON.stringify(result));
`;

const cases = [
  { name: "perceptron", training: perceptronTraining, input: "features", size: 6 },
  { name: "convolutional", training: convolutionalTraining, input: "image", size: 36 },
  { name: "normalized", training: normalizedTraining, input: "image", size: 36 },
] as const;

/** The same in this process. */
const expected = (compiled: ReturnType<typeof trainerOf>, input: string, size: number) => {
  const x = numbers(4 * size);
  const feeds = { [input]: x, label: labels(4, 3) };
  const predict = (): string => bitsOf(compiled.predict({ [input]: x })["logits"]?.data ?? []);
  const first = predict();
  const gradients = Object.entries(compiled.grads(feeds).gradients).map(([name, { data }]) => [
    `gradient.${name}`,
    bitsOf(data),
  ]);
  const losses = [1, 2, 3].map(() => compiled.step(feeds).loss);
  const parameters = Object.entries(compiled.parameters.all()).map(([name, { data }]) => [name, bitsOf(data)]);
  return {
    first,
    gradients: Object.fromEntries(gradients) as unknown,
    losses,
    last: predict(),
    parameters: Object.fromEntries(parameters) as unknown,
    restored: true,
    isolated: true,
    refused: ["W301", "W302", "W303", "W303", "W304", "W305", "W306", "W306", "W140", "W307", "W307"],
    notFinite: "W502",
    unchanged: true,
  };
};

/** A trainer of whatever types. */
interface LooseTrainer extends Emittable {
  readonly predict: (
    feeds: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, { readonly data: ArrayLike<number> }>>;
  readonly step: (feeds: Readonly<Record<string, unknown>>) => { readonly loss: number };
  readonly grads: (feeds: Readonly<Record<string, unknown>>) => {
    readonly gradients: Readonly<Record<string, { readonly data: ArrayLike<number> }>>;
  };
  readonly parameters: { readonly all: () => Readonly<Record<string, { readonly data: ArrayLike<number> }>> };
}

const trainerOf = (description: (typeof cases)[number]["training"]): LooseTrainer => {
  // One of several trainings: the types of its inputs are put aside, as feeds are looked up by name here.
  const trainer: unknown = compileSync(description as never, { dims: { B: 4 } });
  return trainer as LooseTrainer;
};

describe.each(cases)("the module of $name", ({ name, training, input, size }) => {
  describe.each(["wasm", "js"] as const)("as %s", (format) => {
    const folder = mkdtempSync(join(root, `${name}-${format}-`));

    it.each(nodes)("gives the same bits on Node $version", async (node) => {
      const trainer = trainerOf(training);
      await emit(trainer, { directory: folder, format });
      writeFileSync(join(folder, "use.mjs"), script(name, input, size));
      expect(runAlone(node, "use.mjs", folder)).toEqual(expected(trainer, input, size));
    });
  });
});

describe.each(["wasm", "js"] as const)("a module as %s", (format) => {
  it("allocates nothing that stays, however often it is called", async () => {
    const folder = mkdtempSync(join(root, `heap-${format}-`));
    await emit(trainerOf(perceptronTraining), { directory: folder, format });
    writeFileSync(
      join(folder, "use.mjs"),
      `import { load } from "./perceptron.mjs";
${prelude}
const model = await load();
const features = numbers(24);
const used = () => { for (let at = 0; at < 10_000; at++) model.predict({ features }); gc(); return process.memoryUsage().heapUsed; };
used();
const before = used();
console.log(JSON.stringify((used() - before) / 1024));`,
    );
    const [node] = nodes;
    if (node === undefined) throw new Error("there is a Node");
    // Kilobytes over 10^4 calls: a single leaked array of four values would come to more than a megabyte.
    expect(runAlone(node, "use.mjs", folder, ["--expose-gc"])).toBeLessThan(200);
  });

  it("says what is missing where its files are not there", async () => {
    const folder = mkdtempSync(join(root, `missing-${format}-`));
    await emit(trainerOf(perceptronTraining), { directory: folder, format });
    rmSync(join(folder, "perceptron.safetensors"));
    writeFileSync(
      join(folder, "use.mjs"),
      `import { load } from "./perceptron.mjs";
const error = await load().catch((each) => each);
console.log(JSON.stringify([error.code, error.message.includes("perceptron.safetensors could not be read")]));`,
    );
    const [node] = nodes;
    if (node === undefined) throw new Error("there is a Node");
    expect(runAlone(node, "use.mjs", folder)).toEqual(["W403", true]);
  });
});
