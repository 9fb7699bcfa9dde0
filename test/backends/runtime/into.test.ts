// Results in the caller's arrays, those of steps and gradients too: the same bits as in new ones, only those that were asked for, and
// nothing allocated.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { emit } from "../../../src/codegen/index.ts";
import {
  argmax,
  compileSync,
  crossEntropy,
  decoding,
  defineModel,
  gather,
  mul,
  param,
  relu,
  spec,
  square,
  training,
} from "../../../src/index.ts";
import { gpt, linear } from "../../../src/nn/index.ts";
import { adam, sgd } from "../../../src/optim/index.ts";
import { labels, numbers, perceptronTraining } from "../../support/small-models.ts";
import { nodes } from "../../support/standalone.ts";

/** Two inputs, one of indices, and two results. */
const looked = defineModel({
  name: "looked",
  params: { rows: param([5, 8]), output: linear(8, 8) },
  inputs: { features: spec("f32", ["B", 8]), index: spec("i32", ["B"]), mask: spec("bool", ["B", 1]) },
  forward: (p, { features, index, mask }) => ({
    sum: relu(p.output(features)).add(gather(p.rows, index)),
    scaled: features.mul(mask.cast("f32")),
  }),
});

const features = numbers(32);
const feeds = { features, index: Int32Array.of(0, 4, 2, 1), mask: Uint8Array.of(1, 0, 1, 1) };

describe.each(["wasm", "closure", "reference"] as const)("into, on %s", (backend) => {
  const run = compileSync(looked, { dims: { B: 4 }, backend });
  const fresh = run(feeds);

  it("typed arrays hold the results, and the record is what the run gives", () => {
    const into = { sum: new Float32Array(32), scaled: new Float32Array(32) };
    expect(run(feeds, { into })).toBe(into);
    expect(into).toEqual({ sum: fresh.sum.data, scaled: fresh.scaled.data });
  });

  it("what a run has given serves the next", () => {
    const into = run({ ...feeds, features: numbers(32, 9) });
    const { data } = into.sum;
    expect(data).not.toEqual(fresh.sum.data);
    expect(run(feeds, { into }).sum).toBe(into.sum);
    expect(into.sum.data).toBe(data);
    expect(into).toEqual(fresh);
  });

  it("results that are not named are not copied", () => {
    const into = { scaled: new Float32Array(32) };
    expect(run(feeds, { into })).toEqual({ scaled: fresh.scaled.data });
  });
});

/** A training with a metric that is no number, and one whose loss is f64. */
const classified = training(
  defineModel({
    name: "classified",
    params: { hidden: linear(6, 5), output: linear(5, 3) },
    inputs: { features: spec("f32", ["B", 6]) },
    forward: (p, { features }) => ({ logits: p.output(relu(p.hidden(features))) }),
  }),
  {
    inputs: { label: spec("i32", ["B"]) },
    loss: ({ logits }, { label }) => crossEntropy(logits, label),
    optimizer: adam({ learningRate: 0.01 }),
    clip: { norm: 1 },
    metrics: ({ logits }) => ({ guess: argmax(logits, 1) }),
  },
);

const inDoubles = training(
  defineModel({
    name: "inDoubles",
    params: { scale: param([2], undefined, "f64") },
    inputs: { x: spec("f64", [2]) },
    forward: (p, { x }) => ({ y: mul(p.scale, x) }),
  }),
  { loss: ({ y }) => square(y.sub(1)).sum(), optimizer: sgd({ learningRate: 0.1 }) },
);

describe.each(["wasm", "closure", "reference"] as const)("the results of a training, on %s", (backend) => {
  const trainers = () => [0, 1].map(() => compileSync(classified, { dims: { B: 4 }, backend }));
  const batch = (seed: number) => ({ features: numbers(24, seed), label: labels(4, 3) });

  it("a step gives what is named, with the bits of a new result", () => {
    const [plain, given] = trainers();
    if (plain === undefined || given === undefined) throw new Error("there are two");
    const into = { loss: new Float32Array(1), guess: new Int32Array(4) };
    for (const seed of [1, 2, 3]) {
      const { loss, guess } = plain.step(batch(seed));
      expect(given.step(batch(seed), { into })).toBe(into);
      expect(into).toEqual({ loss: Float32Array.of(loss), guess: guess.data });
    }
    expect(given.parameters.all()).toEqual(plain.parameters.all());
  });

  it("what a step has given serves the next, its number too", () => {
    const [plain, given] = trainers();
    if (plain === undefined || given === undefined) throw new Error("there are two");
    plain.step(batch(1));
    const into = given.step(batch(1));
    const { guess } = into;
    expect(given.step(batch(2), { into })).toBe(into);
    expect(into.guess).toBe(guess);
    expect(into).toEqual(plain.step(batch(2)));
  });

  it("what a step is not asked for stays as it is", () => {
    const [plain, given] = trainers();
    if (plain === undefined || given === undefined) throw new Error("there are two");
    const { loss } = plain.step(batch(1));
    expect(given.step(batch(1), { into: { loss: 0 } })).toEqual({ loss });
    plain.step(batch(2));
    expect(given.step(batch(2), { into: {} })).toEqual({});
    expect(given.parameters.all()).toEqual(plain.parameters.all());
  });

  it("gradients go into arrays by path", () => {
    const [trainer] = trainers();
    if (trainer === undefined) throw new Error("there is one");
    const fresh = trainer.grads(batch(1));
    const into = { loss: 0, gradients: { "hidden.bias": new Float32Array(5), "output.weight": new Float32Array(15) } };
    expect(trainer.grads(batch(1), { into })).toBe(into);
    const { "hidden.bias": bias, "output.weight": weight } = fresh.gradients;
    expect(into).toEqual({ loss: fresh.loss, gradients: { "hidden.bias": bias.data, "output.weight": weight.data } });
    const again = trainer.grads(batch(2));
    expect(again).not.toEqual(fresh);
    expect(trainer.grads(batch(1), { into: again })).toEqual(fresh);
    expect(trainer.grads(batch(2), { into: { loss: { data: new Float32Array(1), shape: [] } } }).loss.data).toEqual(
      Float32Array.of(trainer.grads(batch(2)).loss),
    );
  });

  it("a loss of another element type", () => {
    const trainer = compileSync(inDoubles, { backend });
    const feeds = { x: Float64Array.of(0.5, 0.25) };
    const { loss } = trainer.grads(feeds);
    expect(trainer.grads(feeds, { into: { loss: new Float64Array(1) } }).loss).toEqual(Float64Array.of(loss));
    expect(trainer.step(feeds, { into: { loss: 1 } })).toEqual({ loss });
  });

  it("a step that is not finite throws and changes nothing", () => {
    const [trainer] = trainers();
    if (trainer === undefined) throw new Error("there is one");
    const before = trainer.parameters.all();
    const feeds = { features: new Float32Array(24).fill(Number.NaN), label: labels(4, 3) };
    expect(() => trainer.step(feeds, { into: { loss: 0 } })).toThrow("W502");
    expect(trainer.parameters.all()).toEqual(before);
  });
});

it("trainers and decoders take it as well", () => {
  const trainer = compileSync(perceptronTraining, { dims: { B: 4 } });
  const input = { features: numbers(24) };
  const into = { logits: new Float32Array(12) };
  expect(trainer.predict(input, { into }).logits).toEqual(trainer.predict(input).logits.data);
  const writer = defineModel({
    name: "writer",
    params: { gpt: gpt({ vocabulary: 6, context: 8, features: 8, heads: 2, blocks: 1 }) },
    inputs: { seen: spec("i32", ["B", "T"]) },
    forward: (p, { seen }) => ({ logits: p.gpt(seen) }),
  });
  const decoder = compileSync(decoding(writer, { positions: "T", capacity: 8 }), { dims: { B: 1 } });
  const seen = Int32Array.of(3);
  const logits = { logits: new Float32Array(6) };
  decoder.decode({ seen }, { into: logits });
  decoder.reset();
  expect(logits.logits).toEqual(decoder.decode({ seen }).logits.data);
});

const folder = mkdtempSync(join(tmpdir(), "weft-into-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Bytes that 10,000 calls leave on the heap, for each call, in several rounds, since the engine compiles in some and collects in
 * some; the youngest generation is larger than what a round leaves.
 */
const measuring = `
const bytesPerCall = (call) => {
  const rounds = [];
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 10000; i++) call();
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 10000; i++) call();
    rounds.push((process.memoryUsage().heapUsed - before) / 10000);
  }
  return rounds;
};
console.log(JSON.stringify({
  fresh: Math.max(...bytesPerCall(() => run(feeds))),
  into: Math.min(...bytesPerCall(() => run(feeds, options))),
}));
`;

/** What a model is fed, and where its results go. */
const predicting = `
const feeds = { features: new Float32Array(32), index: Int32Array.of(0, 4, 2, 1), mask: Uint8Array.of(1, 0, 1, 1) };
const options = { into: { sum: new Float32Array(32), scaled: new Float32Array(32) } };
`;

/** The same of a training: `run` takes a step and gives gradients. */
const learning = `
const feeds = { features: Float32Array.from({ length: 24 }, (_, at) => Math.sin(at)), label: Int32Array.of(0, 2, 1, 2) };
const stepInto = { into: { loss: new Float32Array(1), guess: new Int32Array(4) } };
const run = (fed, options) => {
  if (options === undefined) return trainer.grads(fed);
  trainer.step(fed, stepInto);
  return trainer.grads(fed, options);
};
`;

interface BytesPerCall {
  readonly fresh: number;
  readonly into: number;
}

const bytesPerCall = (node: string, script: string, text: string, loader: readonly string[]): BytesPerCall => {
  const file = join(folder, script);
  writeFileSync(file, `${text}${measuring}`);
  const flags = ["--expose-gc", "--min-semi-space-size=128", "--max-semi-space-size=256", ...loader];
  // What the script above prints.
  return JSON.parse(execFileSync(node, [...flags, file], { encoding: "utf8", timeout: 120_000 })) as BytesPerCall;
};

/** A few bytes that the engine itself may need now and then. */
const nothing = 16;

describe("a run into arrays of the caller's allocates nothing", () => {
  const library = new URL("../../../src/index.ts", import.meta.url).href;
  const layers = new URL("../../../src/nn/index.ts", import.meta.url).href;
  const inLibrary = `
import { compileSync, defineModel, gather, param, relu, spec } from ${JSON.stringify(library)};
import { linear } from ${JSON.stringify(layers)};
const run = compileSync(defineModel({
  name: "looked",
  params: { rows: param([5, 8]), output: linear(8, 8) },
  inputs: { features: spec("f32", ["B", 8]), index: spec("i32", ["B"]), mask: spec("bool", ["B", 1]) },
  forward: (p, { features, index, mask }) => ({
    sum: relu(p.output(features)).add(gather(p.rows, index)),
    scaled: features.mul(mask.cast("f32")),
  }),
}), { dims: { B: 4 } });
${predicting}`;
  const update = new URL("../../../src/optim/index.ts", import.meta.url).href;
  const trainingInLibrary = `
import { argmax, compileSync, crossEntropy, defineModel, relu, spec, training } from ${JSON.stringify(library)};
import { linear } from ${JSON.stringify(layers)};
import { adam } from ${JSON.stringify(update)};
const trainer = compileSync(training(defineModel({
  name: "classified",
  params: { hidden: linear(6, 5), output: linear(5, 3) },
  inputs: { features: spec("f32", ["B", 6]) },
  forward: (p, { features }) => ({ logits: p.output(relu(p.hidden(features))) }),
}), {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: ({ logits }) => ({ guess: argmax(logits, 1) }),
}), { dims: { B: 4 } });
const options = { into: { loss: new Float32Array(1), gradients: { "hidden.weight": new Float32Array(30) } } };
${learning}`;

  it.each(
    nodes.flatMap(({ version, file }) =>
      Object.entries({ model: inLibrary, training: trainingInLibrary }).map(
        ([what, text]) => [what, version, file, text] as const,
      ),
    ),
  )(
    "a %s in the library, on %s",
    (what, _, file, text) => {
      const loader = [
        "--import",
        pathToFileURL(new URL("../../../node_modules/tsx/dist/loader.mjs", import.meta.url).pathname).href,
      ];
      const { fresh, into } = bytesPerCall(file, `${what}.ts`, text, loader);
      expect(into).toBeLessThan(nothing);
      // That the measuring sees something at all: the objects of two arrays, at least, are new in each of these.
      expect(fresh).toBeGreaterThan(256);
    },
    120_000,
  );

  it.each(
    nodes.flatMap(({ version, file }) => (["wasm", "js"] as const).map((format) => [format, version, file] as const)),
  )(
    "in a module of %s, on %s",
    async (format, _, file) => {
      await emit(compileSync(looked, { dims: { B: 4 } }), { directory: join(folder, format), format });
      const script = `import { load } from "./${format}/looked.mjs";\nconst model = await load();\nconst run = model.predict;\n${predicting}`;
      const { fresh, into } = bytesPerCall(file, `${format}.mjs`, script, []);
      expect(into).toBeLessThan(nothing);
      expect(fresh).toBeGreaterThan(256);
    },
    120_000,
  );

  it.each(
    nodes.flatMap(({ version, file }) => (["wasm", "js"] as const).map((format) => [format, version, file] as const)),
  )(
    "the steps of a training in a module of %s, on %s",
    async (format, _, file) => {
      await emit(compileSync(classified, { dims: { B: 4 } }), { directory: join(folder, format), format });
      const script = `import { load } from "./${format}/classified.mjs";
const trainer = await load();
const options = { into: { loss: new Float32Array(1), "gradient.hidden.weight": new Float32Array(30) } };
${learning}`;
      const { fresh, into } = bytesPerCall(file, `training-${format}.mjs`, script, []);
      expect(into).toBeLessThan(nothing);
      expect(fresh).toBeGreaterThan(256);
    },
    120_000,
  );
});
