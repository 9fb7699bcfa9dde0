// Runs that are killed, at random moments and many times, end in the bits of one that was not: parameters, optimizer state,
// history, and the files of figures. With a checkpoint at every step most of the time is spent in writing them, so many
// kills fall into the middle of that.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("fit-child.ts", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "weft-kill-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

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
const runKilled = async (options: Omit<Options, "seed">, moments: readonly Moment[]) => {
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
      expect(exitCode).toBe(0);
      break;
    }
    kills++;
  }
  return { kills, torn };
};

const outcome = (folder: string) => ({
  result: readFileSync(join(folder, "result.json"), "utf8"),
  steps: readFileSync(join(folder, "steps.csv"), "utf8"),
  epochs: readFileSync(join(folder, "epochs.csv"), "utf8"),
});

/** Moments from a linear congruential generator (Numerical Recipes). */
const momentsOf = (count: number, seed: number): readonly Moment[] => {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () => ({ steps: 1 + below(30), delay: below(6) }));
};

const folderOf = (name: string): string => {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const seed = Number(process.env["KILL_SEED"] ?? 2026);
const uninterrupted = folderOf("uninterrupted");
beforeAll(async () => {
  await runKilled({ folder: uninterrupted, backend: "wasm", every: 1000 }, []);
});

describe("a run that is killed again and again", () => {
  it.each([
    { backend: "wasm", every: 1, kills: 6 },
    { backend: "wasm", every: 7, kills: 4 },
    { backend: "closure", every: 2, kills: 5 },
  ])(
    "on $backend, with a checkpoint every $every steps",
    async ({ backend, every, kills }) => {
      const folder = folderOf(`${backend}-${every}`);
      const seen = await runKilled({ folder, backend, every }, momentsOf(kills, seed + every));
      if (process.env["KILL_SEED"] !== undefined) console.log(backend, every, seen);
      expect(seen.kills).toBeGreaterThanOrEqual(3);
      const [resumed, whole] = [outcome(folder), outcome(uninterrupted)];
      expect(resumed).toEqual(whole);
      expect(whole.steps.trimEnd().split("\n").length).toBe(1 + 12 * 25);
    },
    150_000,
  );
});
