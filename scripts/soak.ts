// Long soaks: `npm run soak`, or with figures of one's own `npm run soak -- --runs 100000 --compiles 10000 --kills 1000 --seed 7`; 0 leaves
// one out. Prints what was left behind, and exits with 1 where that is more than nothing.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { leave, processUi } from "../src/cli/ui.ts";
import { type SoakName, soak } from "../test/soak/soak.ts";
import { momentsOf, outcome, runKilled } from "../test/training/killed-run.ts";
import type { Values } from "./words/command.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";

const ui = processUi();

/** Bytes of heap that may be left behind by each time. */
const mostOf: { readonly [N in SoakName]: number } = { runs: 1, compiles: 64 };

const mebibyte = 2 ** 20;

/** Runs or compiles so often; gives what is wrong with what is left behind. */
const soakOne = async (name: SoakName, count: number): Promise<readonly string[]> => {
  const progress = ui.progress(name, count);
  let shown = 0;
  const start = performance.now();
  const { slope, resident, samples } = await soak(name, count, (done) => {
    for (; shown < done; shown++) progress.step();
  });
  progress.end();
  const heap = (samples.at(-1)?.heap ?? 0) / mebibyte;
  ui.print(
    `${name}: ${count} in ${((performance.now() - start) / 1000).toFixed(0)} s; ${slope.toFixed(3)} bytes of heap each, heap ${heap.toFixed(1)} MiB, resident set ${(resident / mebibyte).toFixed(2)} MiB more`,
  );
  return [
    ...(slope > mostOf[name] ? [`${name} leave more than ${mostOf[name]} bytes of heap each`] : []),
    ...(name === "runs" && resident > mebibyte ? ["the resident set grows by more than 1 MiB"] : []),
  ];
};

/** Kills trainings so often, each many times; gives what is wrong with what they end in. */
const killTrainings = async (wanted: number, seed: number): Promise<readonly string[]> => {
  const root = mkdtempSync(join(tmpdir(), "weft-soak-"));
  const folderOf = (name: string): string => {
    const folder = join(root, name);
    mkdirSync(folder);
    return folder;
  };
  const progress = ui.progress("kills", wanted);
  const uninterrupted = folderOf("whole");
  await runKilled({ folder: uninterrupted, backend: "wasm", every: 1000 }, []);
  const expected = outcome(uninterrupted);
  let [kills, writing, runs, different] = [0, 0, 0, 0];
  for (; kills < wanted; runs++) {
    const folder = folderOf(`run-${runs}`);
    const every = [1, 1, 2, 7][runs % 4] ?? 1;
    const moments = momentsOf(Math.min(12, wanted - kills), seed + runs);
    const seen = await runKilled({ folder, backend: "wasm", every }, moments);
    for (let at = 0; at < seen.kills; at++) progress.step();
    kills += seen.kills;
    writing += seen.torn;
    if (!isDeepStrictEqual(outcome(folder), expected)) different++;
    rmSync(folder, { recursive: true });
  }
  progress.end();
  rmSync(root, { recursive: true });
  ui.print(
    `kills: ${kills} in ${runs} runs, ${writing} while a file was being written; ${different} runs ended in other bits`,
  );
  return different > 0 ? ["runs that were killed end in other bits"] : [];
};

const work = async (values: Values<typeof commands.soak.options>): Promise<number> => {
  const failures: string[] = [];
  for (const name of ["runs", "compiles"] as const)
    if (values[name] > 0) failures.push(...(await soakOne(name, values[name])));
  if (values.kills > 0) failures.push(...(await killTrainings(values.kills, values.seed)));
  for (const failure of failures) ui.print(`FAILED: ${failure}`);
  return failures.length === 0 ? 0 : 1;
};

leave(await perform(commands.soak, process.argv.slice(2), ui, work));
