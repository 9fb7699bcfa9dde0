// Runs that are killed, at random moments and many times, end in the bits of one that was not: parameters, optimizer state,
// history, and the files of figures. With a checkpoint at every step most of the time is spent in writing them, so many
// kills fall into the middle of that.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { momentsOf, outcome, runKilled } from "./killed-run.ts";

const root = mkdtempSync(join(tmpdir(), "weft-kill-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

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
