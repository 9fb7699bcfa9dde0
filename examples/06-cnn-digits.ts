// The main job: describes LeNet-5, compiles it to WebAssembly, trains it on real handwritten digits, proves that closures
// give the same bits, writes it out as a folder that needs nothing, and lets a fresh process that knows only that folder
// classify the test digits. `--short` does the same with one epoch of the ten.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportPage } from "../src/cli/training/index.ts";
import { compile, WeftError } from "../src/index.ts";
import { accuracyOf, classify, classifyElsewhere, closuresAgree } from "./digits/classify.ts";
import { loadDigits } from "./digits/dataset.ts";
import { lenetTraining } from "./digits/lenet.ts";
import { digitSections } from "./digits/report.ts";
import { describe, percent, print, writeOut } from "./digits/say.ts";
import { batch, type DigitsTrainer, train } from "./digits/train.ts";

const short = process.argv.includes("--short");
const epochs = short ? 1 : 10;
const directory = "out/digits";
/** What a run must reach on the test digits. */
const promised = short ? 0.9 : 0.975;

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
  await writeOut(trainer, directory);
  const elsewhere = accuracyOf(classifyElsewhere(test, directory), test);
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
