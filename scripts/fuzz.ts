// Long runs of random graphs: `npm run fuzz -- --graphs 100000 --seconds 600 --seed 7`. Cases that once failed come first; a new
// failure is made as simple as it gets, printed, and kept in the corpus. Ends with what was covered, and with exit code 1 if
// anything failed.
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { processUi } from "../src/cli/ui.ts";
import { readCorpus } from "../src/testing/corpus/corpus-file.ts";
import { violationIn } from "./fuzz/check.ts";
import { propertiesNamed } from "./fuzz/properties.ts";
import { addStatistics, describeStatistics, noStatistics } from "./fuzz/statistics.ts";
import type { BatchReport, WorkerTask } from "./fuzz/worker.ts";

const { values } = parseArgs({
  options: {
    graphs: { type: "string", default: "10000" },
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    property: { type: "string" },
    corpus: { type: "string", default: "test/corpus" },
    workers: { type: "string", default: "2" },
  },
});

const wholeNumber = (name: "graphs" | "seconds" | "seed" | "workers"): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`--${name} is a whole number, not ${values[name]}`);
  return value;
};

const [graphs, seconds, seed, workers] = (["graphs", "seconds", "seed", "workers"] as const).map(wholeNumber) as [
  number,
  number,
  number,
  number,
];
const ui = processUi();
const properties = propertiesNamed(values.property);
let failures = 0;

/** The corpus: every case, and every property of it. */
const replay = async (): Promise<number> => {
  const saved = await readCorpus(values.corpus);
  for (const { file, drawn } of saved)
    for (const { property } of properties) {
      const violation = await violationIn(property, drawn);
      if (violation === undefined) continue;
      failures++;
      ui.print(`${file}: ${property.name}: ${violation.what}`);
    }
  return saved.length;
};

/** Draws until there were enough graphs, or the time is over. */
const draw = async (): Promise<void> => {
  const [sum, start] = [noStatistics(), performance.now()];
  const progress = ui.progress(`graphs (seed ${seed})`, graphs);
  const threads = Array.from({ length: Math.max(1, workers) }, (_, first) => {
    const { property, corpus } = values;
    const task: WorkerTask = { seed, first, stride: Math.max(1, workers), property, corpus };
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
};

const replayed = await replay();
ui.print(`properties: ${properties.map(({ property }) => property.name).join(", ")}`);
ui.print(`corpus: ${replayed} cases of ${values.corpus}`);
if (graphs > 0) await draw();
ui.print(failures === 0 ? "nothing failed" : `${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
