// What was measured, kept in measured.json beside this file: `npm run mutate -- --sample 40 --write` writes it, docs/small-mutants.md
// shows it.
import { readFileSync, writeFileSync } from "node:fs";
import type { Outcome } from "./outcome.ts";

/** A scope that was measured; without a seed all its mutants were tried. */
export interface Measured extends Outcome {
  readonly seed?: string;
}

/** What was measured, by scope. */
export type Measurements = Readonly<{ [scope: string]: Measured }>;

const file = new URL("measured.json", import.meta.url);

/** Reads what was measured. */
export const readMeasured = (): Measurements =>
  // The file is written by `writeMeasured` alone.
  JSON.parse(readFileSync(file, "utf8")) as Measurements;

/** Puts measurements in the place of older ones of the same scopes. */
export const writeMeasured = (added: Measurements): void => {
  const all = Object.entries({ ...readMeasured(), ...added }).sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = all.map(([name, measured]) => `  ${JSON.stringify(name)}: ${JSON.stringify(measured)}`);
  writeFileSync(file, `{\n${lines.join(",\n")}\n}\n`);
};
