// What the trained network takes digits for: here, on another backend, and in a process that knows the emitted folder alone.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../src/index.ts";
import { batchOf, type Digits } from "./dataset.ts";
import { lenet } from "./lenet.ts";
import { batch, type DigitsTrainer } from "./train.ts";

/** The share of digits that were read right. */
export const accuracyOf = (predicted: ArrayLike<number>, { labels, count }: Digits): number =>
  labels.reduce((right, label, at) => right + (predicted[at] === label ? 1 : 0), 0) / count;

/** The digit with the highest score in each row. */
const digitsOf = (logits: ArrayLike<number>, rows: number): number[] =>
  Array.from({ length: rows }, (_, row) => {
    const scores = Array.from({ length: 10 }, (__, digit) => logits[row * 10 + digit] ?? 0);
    return scores.indexOf(Math.max(...scores));
  });

/** What the trained network takes each digit for. */
export const classify = (trainer: DigitsTrainer, digits: Digits): Int32Array => {
  const read: number[] = [];
  for (let at = 0; at < digits.count; at += batch) {
    const { logits } = trainer.predict({ image: batchOf(digits, at, batch).image });
    read.push(...digitsOf(logits.data, Math.min(batch, digits.count - at)));
  }
  return Int32Array.from(read);
};

/** The network's own parameters, without the optimizer's state. */
export const weightsOf = ({ parameters }: DigitsTrainer) =>
  Object.fromEntries(Object.entries(parameters.all()).filter(([name]) => !name.startsWith("optimizer.")));

/** Whether closures give the bits that WebAssembly gives on a batch. */
export const closuresAgree = async (trainer: DigitsTrainer, digits: Digits): Promise<boolean> => {
  const closures = await compile(lenet, { dims: { B: batch }, backend: "closure" });
  closures.parameters.restore(weightsOf(trainer));
  const { image } = batchOf(digits, 0, batch);
  const bits = ({ buffer }: { readonly buffer: ArrayBuffer }): string => new Uint32Array(buffer).join();
  return bits(closures({ image }).logits.data) === bits(trainer.predict({ image }).logits.data);
};

/** Classifies digits in a process that imports the emitted folder and nothing else. */
export const classifyElsewhere = (digits: Digits, directory: string): number[] => {
  const folder = mkdtempSync(join(tmpdir(), "digits-"));
  try {
    const images = join(folder, "images.f32");
    writeFileSync(images, new Uint8Array(digits.images.buffer));
    const script = join(import.meta.dirname, "classify.mjs");
    return Array.from(
      execFileSync(process.execPath, [script, directory, images, String(batch)], { encoding: "utf8" }).trim(),
      Number,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};
