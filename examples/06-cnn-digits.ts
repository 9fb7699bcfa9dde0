// The main job: describes LeNet-5, compiles it to WebAssembly, trains it on real handwritten digits, proves that closures
// give the same bits, writes it out as a folder that needs nothing, and lets a fresh process that knows only that folder
// classify the test digits. `--short` does the same with one epoch of the ten.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { reportPage } from "../src/cli/training/index.ts";
import { emit } from "../src/codegen/index.ts";
import { compile, WeftError } from "../src/index.ts";
import { batchOf, type Digits, loadDigits } from "./digits/dataset.ts";
import { lenet, lenetTraining } from "./digits/lenet.ts";
import { digitSections } from "./digits/report.ts";
import { type DigitsTrainer, train } from "./digits/train.ts";

const short = process.argv.includes("--short");
const batch = 32;
const epochs = short ? 1 : 10;
const directory = "out/digits";
/** What a run must reach on the test digits. */
const promised = short ? 0.9 : 0.975;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
const print = (name: string, value: string): void => console.log(`${name.padEnd(17)}${value}`);

const accuracyOf = (predicted: ArrayLike<number>, { labels, count }: Digits): number =>
  labels.reduce((right, label, at) => right + (predicted[at] === label ? 1 : 0), 0) / count;

/** The digit with the highest score in each row. */
const digitsOf = (logits: ArrayLike<number>, rows: number): number[] =>
  Array.from({ length: rows }, (_, row) => {
    const scores = Array.from({ length: 10 }, (__, digit) => logits[row * 10 + digit] ?? 0);
    return scores.indexOf(Math.max(...scores));
  });

const describe = ({ program, trace, parameters }: DigitsTrainer, milliseconds: number): number => {
  const weights = Object.entries(parameters.all()).filter(([name]) => !name.startsWith("optimizer."));
  const count = weights.reduce((sum, [, { data }]) => sum + data.length, 0);
  const { bytes, parameterBytes, arenaBytes } = program.memory;
  print("model", "LeNet-5: conv 5x5 6, pool, conv 5x5 16, pool, linear 120, 84, 10");
  print("parameters", count.toLocaleString("en"));
  print(
    "memory",
    `${kilobytes(bytes)}: parameters and optimizer ${kilobytes(parameterBytes)}, arena ${kilobytes(arenaBytes)}`,
  );
  print("passes", trace.steps.map(({ name }) => name).join(", "));
  print("kernels", `${program.kernels.size}, compiled in ${milliseconds.toFixed(0)} ms`);
  return count;
};

/** What the trained network takes each digit for. */
const classify = (trainer: DigitsTrainer, digits: Digits): Int32Array => {
  const read: number[] = [];
  for (let at = 0; at < digits.count; at += batch) {
    const { logits } = trainer.predict({ image: batchOf(digits, at, batch).image });
    read.push(...digitsOf(logits.data, Math.min(batch, digits.count - at)));
  }
  return Int32Array.from(read);
};

/** The network's own parameters, without the optimizer's state. */
const weightsOf = ({ parameters }: DigitsTrainer) =>
  Object.fromEntries(Object.entries(parameters.all()).filter(([name]) => !name.startsWith("optimizer.")));

/** Whether closures give the bits that WebAssembly gives on a batch. */
const closuresAgree = async (trainer: DigitsTrainer, digits: Digits): Promise<boolean> => {
  const closures = await compile(lenet, { dims: { B: batch }, backend: "closure" });
  closures.parameters.restore(weightsOf(trainer));
  const { image } = batchOf(digits, 0, batch);
  const bits = ({ buffer }: { readonly buffer: ArrayBuffer }): string => new Uint32Array(buffer).join();
  return bits(closures({ image }).logits.data) === bits(trainer.predict({ image }).logits.data);
};

/** Writes the network out for inference, and says how large it is. */
const writeOut = async (trainer: DigitsTrainer): Promise<void> => {
  const model = await compile(lenet, { dims: { B: batch } });
  model.parameters.restore(weightsOf(trainer));
  for (const { file, bytes } of await emit(model, { directory })) {
    const zipped = gzipSync(readFileSync(file)).length;
    print("", `${file.padEnd(30)} ${kilobytes(bytes).padStart(10)} ${kilobytes(zipped).padStart(10)} gzip`);
  }
};

/** Classifies digits in a process that imports the emitted folder and nothing else. */
const classifyElsewhere = (digits: Digits): number[] => {
  const folder = mkdtempSync(join(tmpdir(), "digits-"));
  try {
    const images = join(folder, "images.f32");
    writeFileSync(images, new Uint8Array(digits.images.buffer));
    const script = join(import.meta.dirname, "digits", "classify.mjs");
    return Array.from(
      execFileSync(process.execPath, [script, directory, images, String(batch)], { encoding: "utf8" }).trim(),
      Number,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const main = async (): Promise<void> => {
  const digits = loadDigits();
  const { train: learned, test } = digits;
  const start = performance.now();
  const trainer: DigitsTrainer = await compile(lenetTraining(epochs * Math.floor(learned.count / batch)), {
    dims: { B: batch },
  });
  const count = describe(trainer, performance.now() - start);
  print("digits", `${learned.count} to train, ${test.count} to test`);
  const begun = performance.now();
  const history = await train(trainer, digits, { epochs, directory });
  const seconds = (performance.now() - begun) / 1000;
  const steps = history.steps.length - (history.resumedAfter ?? 0);
  const predicted = classify(trainer, test);
  const accuracy = accuracyOf(predicted, test);
  print("test accuracy", `${percent(accuracy)} after ${steps} steps in ${seconds.toFixed(1)} s`);
  const agree = await closuresAgree(trainer, test);
  print("closures = wasm", agree ? "yes, every bit of the logits of a test batch" : "NO");
  await writeOut(trainer);
  const elsewhere = accuracyOf(classifyElsewhere(test), test);
  print("fresh process", `${percent(elsewhere)}, knowing only ${directory}/`);
  const facts = {
    "test accuracy": percent(accuracy),
    training: `${steps} steps of ${batch} images in ${seconds.toFixed(1)} s`,
    speed: `${((steps * batch) / seconds).toFixed(0)} images per second, reading the test digits after each epoch included`,
    parameters: count.toLocaleString("en"),
    "closures and WebAssembly": agree ? "equal in every bit" : "different",
  };
  const sections = await digitSections(test, predicted);
  const page = await reportPage(history, { title: "LeNet-5 on handwritten digits", facts, sections });
  writeFileSync(join(directory, "report.html"), page);
  print("report", `${directory}/report.html, and ${directory}/metrics.csv`);
  if (agree && elsewhere === accuracy && accuracy >= promised) return;
  console.error(
    `The run did not reach what it promises: ${percent(promised)}, equal bits, and the same accuracy elsewhere.`,
  );
  process.exitCode = 1;
};

try {
  await main();
} catch (error) {
  if (!(error instanceof WeftError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
