// `compile` with threads: the number in use, the same results, an end without ado.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  attention,
  compile,
  compileSync,
  crossEntropy,
  defineModel,
  gelu,
  reshape,
  spec,
  training,
} from "../../src/index.ts";
import { layerNorm, linear, multiHeadAttention } from "../../src/nn/index.ts";
import { adam } from "../../src/optim/index.ts";
import { firstDifference } from "../../src/testing/run-everywhere.ts";

const most = Math.min(2, availableParallelism());

const block = defineModel({
  name: "block",
  params: { norm: layerNorm(64), attend: multiHeadAttention(64, 4), up: linear(64, 256), out: linear(256, 10) },
  inputs: { x: spec("f32", [2, 100, 64]) },
  forward: (p, { x }) => ({ logits: p.out(gelu(p.up(p.norm(x.add(p.attend(x, { causal: true })))))) }),
});

const learning = training(block, {
  inputs: { label: spec("i32", [2, 100]) },
  loss: ({ logits }, { label }) => crossEntropy(reshape(logits, [200, 10]), reshape(label, [200])),
  optimizer: adam({ learningRate: 1e-2 }),
});

const x = Float32Array.from({ length: 2 * 100 * 64 }, (_, at) => Math.sin(at * at));
const label = Int32Array.from({ length: 200 }, (_, at) => (at * 7) % 10);

test("training on two threads gives every parameter the bits that one thread gives", async () => {
  const [one, two] = await Promise.all([compile(learning), compile(learning, { threads: 2 })]);
  expect([one.executable.threads, two.executable.threads]).toEqual([1, most]);
  for (let step = 0; step < 3; step++) expect(two.step({ x, label }).loss).toBe(one.step({ x, label }).loss);
  const parametersOf = ({ parameters }: typeof one) =>
    new Map(Object.entries(parameters.all()).map(([name, { data }]) => [name, data]));
  const outcome = (of: typeof one) => ({ backend: "wasm", outputs: parametersOf(of), parameters: new Map() });
  expect(firstDifference(outcome(one), outcome(two))).toBeUndefined();
  two.executable.dispose();
  expect(two.executable.threads).toBe(1);
  expect(two.step({ x, label }).loss).toBe(one.step({ x, label }).loss);
});

test("a process with threads ends by itself", async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("threads-child.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const printed: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
  const [code] = (await once(child, "exit")) as unknown[];
  expect([code, printed.join("").trim()]).toEqual([0, "true 1"]);
});

test.each(["closure", "reference"] as const)("%s uses one thread whatever is asked", async (backend) => {
  const asked = { q: spec("f32", [4, 8]) };
  const model = defineModel({
    name: "m",
    params: {},
    inputs: asked,
    forward: (_, { q }) => ({ y: attention(q, q, q) }),
  });
  const compiled = await compile(model, { backend, threads: 4 });
  expect(compiled.executable.threads).toBe(1);
  using same = compiled.executable;
  expect(same.backend).toBe(backend);
});

test.each([0, 1.5, 65])("%s threads are refused", (threads) => {
  expect(() => compileSync(block, { threads })).toThrow(
    `W140: compile: threads: a whole number from 1 to 64 is expected, got ${threads}`,
  );
});
