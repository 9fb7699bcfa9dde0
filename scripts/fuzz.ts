// Long runs of random graphs: `npm run fuzz -- --graphs 100000 --seconds 600 --seed 7`. Cases that once failed come first; a new
// failure is made as simple as it gets, printed, and kept in the corpus. Ends with what was covered, and with exit code 1 if
// anything failed.
import { Worker } from "node:worker_threads";
import { processUi } from "../src/cli/ui.ts";
import { readCorpus } from "../src/testing/corpus/corpus-file.ts";
import { violationIn } from "./fuzz/check.ts";
import { type Asked, propertiesNamed, propertyNames } from "./fuzz/properties.ts";
import { addStatistics, describeStatistics, noStatistics } from "./fuzz/statistics.ts";
import type { BatchReport, WorkerTask } from "./fuzz/worker.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";
import { oneOf } from "./words/read-words.ts";

/** How graphs are drawn, and what they are held against. */
interface Drawing {
  readonly graphs: number;
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly property: string | undefined;
  readonly corpus: string;
}

const ui = processUi();

/** The corpus: every case, and every property of it; how many there are, and how many failures. */
const replay = async (
  corpus: string,
  properties: readonly Asked[],
): Promise<readonly [cases: number, failures: number]> => {
  const saved = await readCorpus(corpus);
  let failures = 0;
  for (const { file, drawn } of saved)
    for (const { property } of properties) {
      const violation = await violationIn(property, drawn);
      if (violation === undefined) continue;
      failures++;
      ui.print(`${file}: ${property.name}: ${violation.what}`);
    }
  return [saved.length, failures];
};

/** Draws until there were enough graphs, or the time is over; gives how many failed. */
const draw = async ({ graphs, seconds, seed, workers, property, corpus }: Drawing): Promise<number> => {
  const [sum, start] = [noStatistics(), performance.now()];
  const progress = ui.progress(`graphs (seed ${seed})`, graphs);
  let failures = 0;
  const threads = Array.from({ length: workers }, (_, first) => {
    const task: WorkerTask = { seed, first, stride: workers, property, corpus };
    return new Worker(new URL("fuzz/worker.ts", import.meta.url), { workerData: task });
  });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const enough = (): void => {
      clearTimeout(timer);
      resolve();
    };
    for (const thread of threads) {
      thread.on("error", reject);
      thread.on("message", ({ statistics, failures: found }: BatchReport) => {
        if (sum.graphs >= graphs) return;
        addStatistics(sum, statistics);
        for (let each = 0; each < statistics.graphs; each++) progress.step();
        for (const report of found) ui.print(`\n${report}`);
        failures += found.length;
        if (sum.graphs >= graphs) enough();
      });
    }
  });
  progress.end();
  await Promise.all(threads.map((thread) => thread.terminate()));
  for (const line of describeStatistics(sum, (performance.now() - start) / 1000)) ui.print(line);
  return failures;
};

process.exitCode = await perform(commands.fuzz, process.argv.slice(2), ui, async (values) => {
  const { graphs, seed = Date.now() % 1_000_000, property, corpus } = values;
  const properties = propertiesNamed(property === undefined ? undefined : oneOf("--property", property, propertyNames));
  const [replayed, failuresBefore] = await replay(corpus, properties);
  ui.print(`properties: ${properties.map(({ property }) => property.name).join(", ")}`);
  ui.print(`corpus: ${replayed} cases of ${corpus}`);
  const failures = failuresBefore + (graphs > 0 ? await draw({ ...values, seed }) : 0);
  ui.print(failures === 0 ? "nothing failed" : `${failures} failures`);
  return failures === 0 ? 0 : 1;
});
