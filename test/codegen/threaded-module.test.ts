// Emitted modules on several threads, where they are used: the bits of one thread, with workers, before they are ready, after they were
// ended, and where memory cannot be shared; and workers that are lost, of which none leaves its caller waiting.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
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

  /** Workers that are no good, and what the module must make of them: an error, or one thread from the start. */
  const lost = {
    "hangs in the middle of its work": { phase: "for (;;);", threads: 2, error: "W316" },
    "fails in the middle of its work": { phase: 'throw new Error("failed");', threads: 2, error: "W316" },
    "ends itself in the middle of its work": { phase: "process.exit();", threads: 2, error: "W316" },
    "is ended before it is ready": { start: "process.exit();", threads: 1 },
    "fails before it is ready": { start: 'throw new Error("failed");', threads: 1 },
    "is never ready": { start: "for (;;);", threads: 1 },
  } as const satisfies Record<string, { phase?: string; start?: string; threads: number; error?: string }>;

  const lostScript = `
import { load } from "./wide.mjs";
const numbers = (count, seed = 1) => Float32Array.from({ length: count }, (_, at) => ((Math.imul(at + seed, 0x9e3779b1) >>> 0) / 2 ** 31) - 1);
const bitsOf = (data) => Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
const model = await load();
const threads = model.threads();
const predict = () => bitsOf(model.predict({ x: numbers(64 * 96) }).logits.data);
const attempt = () => {
  try {
    predict();
  } catch ({ code, message }) {
    return { code, message };
  }
};
const { code, message } = attempt() ?? {};
console.log(JSON.stringify({ threads, code, message, then: model.threads(), result: predict() }));
`;

  test.each(Object.entries(lost))("goes on without a worker that %s", (_, worker) => {
    const folder = mkdtempSync(`${root}-lost-`);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const file of readdirSync(root)) copyFileSync(join(root, file), join(folder, file));
    const edit = (file: string, from: string, to: string): void => {
      const path = join(folder, file);
      const text = readFileSync(path, "utf8");
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
    };
    edit("wide.mjs", "const patience = 30000;", "const patience = 1000;");
    if ("phase" in worker) edit("wide.worker.mjs", "if (forAll)", `${worker.phase} if (forAll)`);
    else edit("wide.worker.mjs", "const work = ", `${worker.start}\nconst work = `);
    writeFileSync(join(folder, "lost.mjs"), lostScript);
    const [node] = nodes;
    if (node === undefined) throw new Error("there is a Node");
    const { logits } = compileSync(learning, { seed: 1 }).predict({ x: numbers(64 * 96) });
    expect(runAlone(node, "lost.mjs", folder)).toEqual({
      threads: worker.threads,
      ...("error" in worker && {
        code: worker.error,
        message: `W316: a thread has not done its part of the work; run it again, on one thread: "predict"`,
      }),
      then: 1,
      result: bitsOf(logits.data),
    });
  });
});
