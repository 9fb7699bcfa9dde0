// Runs in processes of their own that are killed, at random moments and many times, and go on from their checkpoints.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("fit-child.ts", import.meta.url));

interface Options {
  readonly folder: string;
  readonly backend: string;
  readonly every: number;
  readonly seed: number;
}

const start = ({ backend, folder, every, seed }: Options): ChildProcess =>
  spawn(process.execPath, [script, backend, folder, String(every), String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });

/** When a process is to be killed: after so many steps of its own, and some milliseconds. */
interface Moment {
  readonly steps: number;
  readonly delay: number;
}

/** Waits until a process has taken so many steps, or is over. */
const takes = (child: ChildProcess, steps: number): Promise<void> =>
  new Promise((resolve) => {
    let taken = 0;
    child.once("exit", () => resolve());
    child.stdout?.on("data", (dots: Buffer) => {
      taken += dots.length;
      if (taken >= steps) resolve();
    });
  });

/** Lets a run be killed at each of some moments, and go on; then lets it end. Gives how often it was killed, and writing. */
export const runKilled = async (
  options: Omit<Options, "seed">,
  moments: readonly Moment[],
): Promise<{ readonly kills: number; readonly torn: number }> => {
  let kills = 0;
  let torn = 0;
  const run = join(options.folder, "run");
  const files = (): readonly string[] => (existsSync(run) ? readdirSync(run) : []);
  for (const moment of [...moments, undefined]) {
    // A resumed run owes nothing to how its parameters began: once there is a checkpoint, the seed is another.
    const hasCheckpoint = files().some((name) => name.endsWith(".safetensors"));
    const child = start({ ...options, seed: hasCheckpoint ? 1000 + kills : 7 });
    const exit = once(child, "exit");
    if (moment !== undefined) {
      await takes(child, moment.steps);
      await setTimeout(moment.delay);
      child.kill("SIGKILL");
    }
    await exit;
    const { exitCode, signalCode } = child;
    if (files().some((name) => name.endsWith(".tmp"))) torn++;
    if (signalCode !== "SIGKILL") {
      if (exitCode !== 0) throw new Error(`a run ended with ${exitCode ?? signalCode}`);
      break;
    }
    kills++;
  }
  return { kills, torn };
};

/** What a run has left when it was done, as text. */
export const outcome = (
  folder: string,
): { readonly result: string; readonly steps: string; readonly epochs: string } => ({
  result: readFileSync(join(folder, "result.json"), "utf8"),
  steps: readFileSync(join(folder, "steps.csv"), "utf8"),
  epochs: readFileSync(join(folder, "epochs.csv"), "utf8"),
});

/** Moments from a linear congruential generator (Numerical Recipes). */
export const momentsOf = (count: number, seed: number): readonly Moment[] => {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () => ({ steps: 1 + below(30), delay: below(6) }));
};
