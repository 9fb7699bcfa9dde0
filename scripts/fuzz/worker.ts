// One thread of a long run: draws graphs batch after batch, holds each against the properties, and sends what it saw. A batch is
// drawn from the seed and its number alone, so any number of threads sees the same graphs.
import { parentPort, workerData } from "node:worker_threads";
import type { GraphCase } from "../../src/testing/arbitraries/graph.ts";
import { saveCase } from "../../src/testing/corpus/corpus-file.ts";
import type { GraphProperty, Violation } from "../../src/testing/property.ts";
import { describeFailure } from "../../src/testing/report/describe-failure.ts";
import { minimize } from "../../src/testing/shrinking/minimize.ts";
import { batchOf, batchSize } from "./batch.ts";
import { violationIn } from "./check.ts";
import { judged, propertiesNamed } from "./properties.ts";
import { countGraph, noStatistics, type Statistics } from "./statistics.ts";

/** What a thread is told. */
export interface WorkerTask {
  readonly seed: number;
  /** The first batch, and how many batches other threads draw between two of its own. */
  readonly first: number;
  readonly stride: number;
  readonly property: string | undefined;
  /** Where failures are kept. */
  readonly corpus: string;
}

/** What a thread says after each batch. */
export interface BatchReport {
  readonly statistics: Statistics;
  /** Reports of failures, as simple as they got. */
  readonly failures: readonly string[];
}

/** How long to look for a simpler case. */
const patience = { checks: 3000, milliseconds: 60_000 };

/** Makes a failing case as simple as it gets, keeps it, and reports it. */
const reported = async (
  property: GraphProperty,
  found: GraphCase,
  seen: Violation,
  { runs, corpus }: { readonly runs: number; readonly corpus: string },
): Promise<string> => {
  let violation = seen;
  const fails = async (drawn: GraphCase): Promise<boolean> => {
    const other = await violationIn(property, drawn);
    if (other !== undefined) violation = other;
    return other !== undefined;
  };
  const { drawn, shrinks } = await minimize(found, fails, patience);
  const kept = await saveCase(corpus, drawn, [property.name, violation.what]);
  return describeFailure({ property, drawn, violation, runs, shrinks, kept });
};

const work = async ({ seed, first, stride, property: name, corpus }: WorkerTask): Promise<never> => {
  const properties = propertiesNamed(name);
  for (let batch = first; ; batch += stride) {
    const statistics = noStatistics();
    const failures: string[] = [];
    const before = judged.counts();
    for (const [at, drawn] of batchOf(seed, batch).entries()) {
      countGraph(statistics, drawn.graph);
      for (const { property, every } of properties) {
        if (at % every !== 0) continue;
        const violation = await violationIn(property, drawn);
        const runs = batch * batchSize + at + 1;
        if (violation !== undefined) failures.push(await reported(property, drawn, violation, { runs, corpus }));
      }
    }
    const { elements, uninformative, illConditioned } = judged.counts();
    statistics.elements = elements - before.elements;
    statistics.saysLittle = uninformative + illConditioned - before.uninformative - before.illConditioned;
    const report: BatchReport = { statistics, failures };
    parentPort?.postMessage(report, []);
  }
};

// What started this thread made the task.
if (parentPort !== null) await work(workerData as WorkerTask);
