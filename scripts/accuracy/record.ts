// What was measured, kept in measured.json beside this file: `npm run ulp -- --json` writes it, docs/accuracy.md shows it. Each
// function is kept with a fingerprint of its program, so that a changed program is seen to be not measured.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { printKernel } from "../../src/ir/loop/print.ts";
import { programOf } from "./kernel.ts";
import type { Subject } from "./subjects.ts";
import type { Accuracy } from "./sweep.ts";

/** One function's accuracy: over every `stride`th number, or at random pairs. */
export interface Measured extends Accuracy {
  readonly stride?: number;
  readonly program: string;
}

/** What was measured, by function. */
export type Record = Readonly<{ [name: string]: Measured }>;

/** Where the record of the documentation is. */
export const recordFile = new URL("measured.json", import.meta.url);

/** A fingerprint of the program of a function, whatever the length of the arrays. */
export const fingerprint = (subject: Subject): string => {
  const kernels = [...programOf(subject, 64).kernels.values()].map(printKernel);
  return createHash("sha256").update(kernels.join("\n")).digest("hex").slice(0, 16);
};

/** Reads a record; empty where there is no file. */
export const readRecord = (file: URL | string): Record => {
  try {
    // The file is written by `writeRecord` alone.
    return JSON.parse(readFileSync(file, "utf8")) as Record;
  } catch {
    return {};
  }
};

/** Adds what was measured to a file. */
export const writeRecord = (file: URL | string, measured: Record): void => {
  const merged = { ...readRecord(file), ...measured };
  const lines = Object.entries(merged)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, row]) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)}`);
  writeFileSync(file, `{\n${lines.join(",\n")}\n}\n`);
};
