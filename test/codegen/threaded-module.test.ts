// Emitted modules on several threads, where they are used: the bits of one thread, with workers, before they are ready, after they were
// ended, and where memory cannot be shared.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emit, generate } from "../../src/codegen/index.ts";
import { compileSync, crossEntropy, defineModel, relu, spec, training } from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { adam } from "../../src/optim/index.ts";
import { bitsOf, labels, numbers } from "../support/small-models.ts";
import { nodes, runAlone } from "../support/standalone.ts";

const root = mkdtempSync(join(tmpdir(), "weft-threads-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const model = defineModel({
  name: "wide",
  params: { hidden: linear(96, 256), output: linear(256, 3) },
  inputs: { x: spec("f32", [64, 96]) },
  forward: (p, { x }) => ({ logits: p.output(relu(p.hidden(x))) }),
});
const learning = training(model, {
  inputs: { label: spec("i32", [64]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: 1e-2 }),
});

const script = `
import { readFileSync } from "node:fs";
import { create, load } from "./wide.mjs";
const numbers = (count, seed = 1) => Float32Array.from({ length: count }, (_, at) => ((Math.imul(at + seed, 0x9e3779b1) >>> 0) / 2 ** 31) - 1);
const labels = (count, classes) => Int32Array.from({ length: count }, (_, at) => (at * 7 + 2) % classes);
const bitsOf = (data) => Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
const feeds = { x: numbers(64 * 96), label: labels(64, 3) };
const run = (model) => {
  const losses = [1, 2, 3].map(() => model.step(feeds).loss);
  return losses.concat(bitsOf(model.predict({ x: feeds.x }).logits.data));
};
const files = { wasm: readFileSync("wide.wasm"), weights: readFileSync("wide.safetensors") };
const [loaded, created, one] = [await load(), create(files), create({ ...files, threads: 1 })];
const threads = [loaded.threads(), created.threads(), one.threads()];
const results = [loaded, created, one].map(run);
loaded.dispose();
const ended = await load();
ended.dispose();
threads.push(ended.threads());
results.push(run(ended));
console.log(JSON.stringify({ threads, results }));
`;

describe("a module for threads", () => {
  beforeAll(async () => {
    await emit(compileSync(learning, { seed: 1 }), { directory: root, threads: 2 });
    writeFileSync(join(root, "script.mjs"), script);
  });

  test("has a file for its workers", () => {
    expect(readdirSync(root)).toContain("wide.worker.mjs");
  });

  const expected = (): unknown => {
    const trainer = compileSync(learning, { seed: 1 });
    const feeds = { x: numbers(64 * 96), label: labels(64, 3) };
    const losses = [1, 2, 3].map(() => trainer.step(feeds).loss);
    const results = [...losses, bitsOf(trainer.predict({ x: feeds.x }).logits.data)];
    return [results, results, results, results];
  };

  test.each(nodes)("runs on $version", (node) => {
    const threads = [Math.min(2, availableParallelism()), 1, 1, 1];
    expect(runAlone(node, "script.mjs", root)).toEqual({ threads, results: expected() });
  });

  test.each(nodes)("runs on one thread of $version where memory cannot be shared", (node) => {
    const flags = ["--import", "data:text/javascript,delete globalThis.SharedArrayBuffer"];
    expect(runAlone(node, "script.mjs", root, flags)).toEqual({ threads: [1, 1, 1, 1], results: expected() });
  });

  test("is what it is without, unless it is asked for", () => {
    const one = compileSync(learning, { seed: 1 });
    const two = compileSync(learning, { seed: 1, threads: 2 });
    expect(generate(two)).toEqual(generate(one));
    two.executable.dispose();
  });

  test("is no module in JavaScript, and no number of threads that cannot be", () => {
    const compiled = compileSync(learning, { seed: 1 });
    expect(() => generate(compiled, { format: "js", threads: 2 })).toThrow(
      /emit: threads: the format wasm is expected, got "js"/,
    );
    expect(() => generate(compiled, { threads: 0 })).toThrow(
      /emit: threads: a whole number from 1 to 64 is expected, got 0/,
    );
  });
});
