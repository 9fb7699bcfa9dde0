// Training on your own: `fit` goes over real digits in epochs, with a checkpoint every 50 steps. A process that does so is
// killed in the middle; a second one goes on from the last checkpoint, and ends in the bits of a run that nobody disturbed.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { checkpoints } from "../src/cli/training/index.ts";
import {
  argmax,
  cast,
  compile,
  crossEntropy,
  defineModel,
  equal,
  evaluate,
  fit,
  relu,
  spec,
  sum,
  training,
} from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { adam, cosine } from "../src/optim/index.ts";
import { loadDigits } from "./digits/dataset.ts";
import { draw, lines } from "./support/draw.ts";

const [batch, epochs, deadly] = [32, 2, 233];
const folder = "out/checkpoints";
const digits = loadDigits();
const data = { image: digits.train.images, label: digits.train.labels };

const reader = defineModel({
  name: "reader",
  params: { hidden: linear(784, 48), output: linear(48, 10) },
  inputs: { image: spec("f32", ["B", 784]) },
  forward: (p, { image }) => ({ logits: p.output(relu(p.hidden(image))) }),
});
const learning = training(reader, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: cosine(3e-3, (epochs * digits.train.count) / batch) }),
  metrics: ({ logits }, { label }) => ({ right: sum(cast(equal(argmax(logits, 1), label), "i32")) }),
});

/** A run that keeps its checkpoints in a folder of its name, and goes on from what it finds there. */
const run = async (name: string, after: (step: number) => unknown = () => {}) => {
  const trainer = await compile(learning, { dims: { B: batch }, seed: 1 });
  const checkpoint = checkpoints(`${folder}/${name}`, { every: 50 });
  const onStep = ({ step = 0 }): void => void after(step);
  const history = await fit(trainer, { data, epochs, shuffle: 7, checkpoint, onStep });
  return { trainer, history };
};

const bitsOf = ({ trainer: { parameters } }: Awaited<ReturnType<typeof run>>): string =>
  Object.entries(parameters.all())
    .map(([name, { data: numbers }]) => `${name} ${new Uint32Array(numbers.buffer).join(" ")}`)
    .join("\n");

// The second process comes here with an argument, and kills itself as a power cut would.
if (process.argv.includes("--killed")) {
  await run("disturbed", (step) => step === deadly && process.kill(process.pid, "SIGKILL"));
  process.exit(1); // which is not reached
}

rmSync(folder, { recursive: true, force: true });
const undisturbed = await run("undisturbed");
const { signal } = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, "--killed"]);
assert.equal(signal, "SIGKILL");
const resumed = await run("disturbed");

const { steps, resumedAfter = 0 } = resumed.history;
console.log(`killed at step ${deadly}, resumed after step ${resumedAfter}, ended at step ${steps.length}`);
const points = steps.map(({ step = 0 }, at) => {
  const recent = steps.slice(Math.max(0, at - 19), at + 1);
  const loss = recent.reduce((total, each) => total + (each["loss"] ?? 0), 0) / recent.length;
  return { step, loss, by: step <= resumedAfter ? `a process killed at step ${deadly}` : "the one that goes on" };
});
await draw("checkpoints", lines(points, ["step", "loss", "by"], { log: true, title: "step (mean of 20)" }));

const { right = 0 } = await evaluate(resumed.trainer, { image: digits.test.images, label: digits.test.labels });
console.log(`${(100 * right).toFixed(1)} % of the test digits right`);
assert.ok(right > 0.9, `only ${right} of the test digits are right`);
assert.deepEqual(resumed.history.steps, undisturbed.history.steps);
assert.equal(bitsOf(resumed), bitsOf(undisturbed));
console.log("killed and resumed, it ends in the bits of the undisturbed run");
