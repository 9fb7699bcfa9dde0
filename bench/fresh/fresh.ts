// What can be done only once in a process: a script of its own does it and says how long it took, from its first line on.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ClockName } from "../clock.ts";

/** What a script prints. */
export interface FreshReport {
  /** By clock. */
  readonly seconds: Readonly<Record<ClockName, number>>;
  /** What came out, by name. */
  readonly results: Readonly<Record<string, readonly number[]>>;
}

const run = promisify(execFile);

/** Runs a script of this folder in a fresh process. */
export const runFresh = async (script: string, args: readonly string[]): Promise<FreshReport> => {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, script), ...args], {
    maxBuffer: 2 ** 26,
  });
  // The last line is what `report` printed; peers may print before.
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as FreshReport;
};
