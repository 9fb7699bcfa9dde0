// The main job: describes LeNet-5, compiles it to WebAssembly, trains it on real handwritten digits, proves that closures
// give the same bits, writes it out as a folder that needs nothing, and lets a fresh process that knows only that folder
// classify the test digits. `--short` does the same with one epoch of the eight.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import cliProgress from "cli-progress";
import { emit } from "../src/codegen/index.ts";
import { compile, WeftError } from "../src/index.ts";
import { batchOf, type Digits, epochOrder, loadDigits, pick } from "./digits/dataset.ts";
import { lenet, lenetTraining } from "./digits/lenet.ts";
import { reportPage } from "./digits/report.ts";

const short = process.argv.includes("--short");
const batch = 32;
const epochs = short ? 1 : 8;
const directory = "out/digits";

const { train, test } = loadDigits();
const stepsPerEpoch = Math.floor(train.count / batch);

/** The largest of each row of ten. */
const digitsOf = (logits: ArrayLike<number>, rows: number): number[] =>
  Array.from({ length: rows }, (_, row) => {
    const scores = Array.from({ length: 10 }, (__, digit) => logits[row * 10 + digit] ?? 0);
    return scores.indexOf(Math.max(...scores));
  });

const accuracyOf = (predicted: ArrayLike<number>, { labels, count }: Digits): number =>
  labels.reduce((right, label, at) => right + (predicted[at] === label ? 1 : 0), 0) / count;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

const main = async (): Promise<void> => {
  const start = performance.now();
  const trainer = await compile(lenetTraining(stepsPerEpoch * epochs), { dims: { B: batch } });
  const { program, trace } = trainer;
  const compiled = performance.now() - start;
  const weights = Object.values(trainer.grads(batchOf(train, 0, batch)).gradients).reduce(
    (sum, { data }) => sum + data.length,
    0,
  );
  const { arenaBytes, parameterBytes, bytes: memory } = program.memory;

  console.log("LeNet-5: conv 5x5 6, pool, conv 5x5 16, pool, linear 120, 84, 10");
  console.log(`parameters       ${weights.toLocaleString("en")}`);
  console.log(
    `memory           ${kilobytes(memory)}: parameters and optimizer ${kilobytes(parameterBytes)}, arena ${kilobytes(arenaBytes)}`,
  );
  console.log(`passes           ${trace.steps.map(({ name }) => name).join(", ")}`);
  console.log(`kernels          ${program.kernels.size}, compiled in ${compiled.toFixed(0)} ms`);
  console.log(`digits           ${train.count} to train, ${test.count} to test`);

  const losses: number[] = [];
  let right = 0;
  const trainingStart = performance.now();
  const bar = new cliProgress.SingleBar(
    {
      format: "training {bar} {percentage} % | loss {loss} | accuracy {accuracy} | {speed} images/s",
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5000,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(epochs * stepsPerEpoch, 0, { loss: "-", accuracy: "-", speed: "-" });
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = pick(train, epochOrder(train.count, epoch));
      for (let step = 0; step < stepsPerEpoch; step++) {
        const result = trainer.step(batchOf(order, step * batch, batch));
        losses.push(result.loss);
        right += result.right.data[0] ?? 0;
        const seen = losses.length * batch;
        const speed = (seen / (performance.now() - trainingStart)) * 1000;
        bar.increment(1, { loss: result.loss.toFixed(4), accuracy: percent(right / seen), speed: speed.toFixed(0) });
      }
    }
  } finally {
    bar.stop();
  }
  const seconds = (performance.now() - trainingStart) / 1000;

  const predict = (digits: Digits): number[] => {
    const read: number[] = [];
    for (let at = 0; at < digits.count; at += batch)
      read.push(
        ...digitsOf(
          trainer.predict({ image: batchOf(digits, at, batch).image }).logits.data,
          Math.min(batch, digits.count - at),
        ),
      );
    return read;
  };
  const predicted = Int32Array.from(predict(test));
  const accuracy = accuracyOf(predicted, test);
  console.log(`test accuracy    ${percent(accuracy)} after ${losses.length} steps in ${seconds.toFixed(1)} s`);

  const closures = await compile(lenet, { dims: { B: batch }, backend: "closure" });
  closures.parameters.restore(
    Object.fromEntries(closures.parameters.names.map((name) => [name, trainer.parameters.get(name)])),
  );
  const { image } = batchOf(test, 0, batch);
  const bits = ({ buffer }: { readonly buffer: ArrayBuffer }): string => new Uint32Array(buffer).join();
  const equal = bits(closures({ image }).logits.data) === bits(trainer.predict({ image }).logits.data);
  console.log(`closures = wasm  ${equal ? "yes, every bit of the logits of a test batch" : "NO"}`);

  const model = await compile(lenet, { dims: { B: batch } });
  model.parameters.restore(
    Object.fromEntries(model.parameters.names.map((name) => [name, trainer.parameters.get(name)])),
  );
  const files = await emit(model, { directory });
  const fresh = classifyElsewhere();
  console.log(`fresh process    ${percent(accuracyOf(fresh, test))}, knowing only ${directory}/`);
  for (const { file, bytes } of files)
    console.log(
      `  ${file.padEnd(34)} ${kilobytes(bytes).padStart(10)} ${kilobytes(gzipSync(readFileSync(file)).length).padStart(10)} gzip`,
    );

  const facts = [
    ["test accuracy", percent(accuracy)],
    [
      "training",
      `${losses.length} steps of ${batch} images in ${seconds.toFixed(1)} s, ${((losses.length * batch) / seconds).toFixed(0)} images per second`,
    ],
    ["parameters", weights.toLocaleString("en")],
    ["closures and WebAssembly", equal ? "equal in every bit" : "different"],
  ] as const;
  writeFileSync(
    join(directory, "report.html"),
    await reportPage({ title: "LeNet-5 on handwritten digits", facts, losses, test, predicted }),
  );
  console.log(`report           ${directory}/report.html`);
  if (!equal || accuracyOf(fresh, test) !== accuracy || accuracy < (short ? 0.93 : 0.975)) {
    console.error("The run did not reach what it promises.");
    process.exitCode = 1;
  }
};

/** Classifies the test digits in a process that imports the emitted folder and nothing else. */
const classifyElsewhere = (): number[] => {
  const folder = mkdtempSync(join(tmpdir(), "digits-"));
  try {
    const images = join(folder, "images.f32");
    writeFileSync(images, new Uint8Array(test.images.buffer));
    const script = join(import.meta.dirname, "digits/classify.mjs");
    return Array.from(
      execFileSync(process.execPath, [script, directory, images, String(batch)], { encoding: "utf8" }).trim(),
      Number,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};

try {
  await main();
} catch (error) {
  if (!(error instanceof WeftError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
