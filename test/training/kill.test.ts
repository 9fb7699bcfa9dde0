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

/** Waits until a process trains; gives whether it does so. */
const trains = async (child: ChildProcess): Promise<boolean> => {
  const ended = once(child, "exit").then(() => false);
  const said = child.stdout === null ? ended : once(child.stdout, "data").then(() => true);
  return Promise.race([ended, said]);
};

/** Lets a run be killed after each of some times of training, and go on; then lets it end. */
const runKilled = async (options: Omit<Options, "seed">, delays: readonly number[]) => {
  let kills = 0;
  let torn = 0;
  const run = join(options.folder, "run");
  const files = (): readonly string[] => (existsSync(run) ? readdirSync(run) : []);
  for (const delay of [...delays, undefined]) {
    // A resumed run owes nothing to how its parameters began: once there is a checkpoint, the seed is another.
    const hasCheckpoint = files().some((name) => name.endsWith(".safetensors"));
    const child = start({ ...options, seed: hasCheckpoint ? 1000 + kills : 7 });
    const exit = once(child, "exit");
    expect(await trains(child)).toBe(true);
    if (delay !== undefined) {
      await setTimeout(delay);
      child.kill("SIGKILL");
    }
    await exit;
    const { exitCode: code, signalCode: signal } = child;
    if (signal === "SIGKILL") kills++;
    else expect(code).toBe(0);
    if (files().some((name) => name.endsWith(".tmp"))) torn++;
    if (signal === null) break;
  }
  return { kills, torn };
};

const outcome = (folder: string) => ({
  result: readFileSync(join(folder, "result.json"), "utf8"),
  steps: readFileSync(join(folder, "steps.csv"), "utf8"),
  epochs: readFileSync(join(folder, "epochs.csv"), "utf8"),
});

/** Times of training in milliseconds, from a linear congruential generator (Numerical Recipes). */
const delaysOf = (count: number, longest: number, seed: number): readonly number[] => {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * longest);
  });
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
    { backend: "wasm", every: 1, kills: 6, longest: 160 },
    { backend: "wasm", every: 7, kills: 4, longest: 40 },
    { backend: "closure", every: 2, kills: 5, longest: 100 },
  ])("on $backend, with a checkpoint every $every steps", async ({ backend, every, kills, longest }) => {
    const folder = folderOf(`${backend}-${every}`);
    const seen = await runKilled({ folder, backend, every }, delaysOf(kills, longest, seed + every));
    if (process.env["KILL_SEED"] !== undefined) console.log(backend, every, seen);
    expect(seen.kills).toBeGreaterThanOrEqual(3);
    const [resumed, whole] = [outcome(folder), outcome(uninterrupted)];
    expect(resumed).toEqual(whole);
    expect(whole.steps.trimEnd().split("\n").length).toBe(1 + 12 * 25);
  });
});
