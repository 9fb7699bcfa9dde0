// A listener that keeps the page of a run: written when the run is over, and while it goes on after epochs, now and then.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWhole } from "../../formats/safetensors-file.ts";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import type { Ending, History } from "../../training/history.ts";
import type { Run, TrainingListener } from "../../training/listener.ts";
import { requireDrawing } from "./curves.ts";
import { printDuration } from "./figures.ts";
import { type ReportOptions, reportPage } from "./report-page.ts";

/** Seconds between two versions of the page. */
const between = 10;

const endings: { readonly [E in Ending]: string } = {
  epochs: "all epochs are done",
  early: "stopped early",
  aborted: "stopped as asked",
  failed: "ended by an error",
};

const stateInWords = ({ epochs, ending, best }: History, of: number): string => {
  const state = ending === undefined ? "running" : endings[ending];
  return `${state}: ${epochs.length} of ${of} epochs${best === undefined ? "" : `, the best was ${best.epoch}`}`;
};

const factsOf = ({ history, epochs, configuration }: Run, seconds: number): Readonly<Record<string, string>> => {
  const { steps, resumedAfter } = history;
  const resumed = resumedAfter === undefined ? "" : `, resumed after step ${resumedAfter.toLocaleString("en")}`;
  return {
    ...configuration,
    run: stateInWords(history, epochs),
    steps: `${steps.length.toLocaleString("en")}${resumed}`,
    time: printDuration(seconds),
  };
};

/**
 * Writes a page about the run: what is run, curves, a table of the epochs. The curves are drawn by vega and vega-lite,
 * which are to be installed beside this package.
 *
 * @throws W408 where vega or vega-lite is missing, when the run begins; W402 what the disk refuses.
 * @example
 * import { readFile } from "node:fs/promises";
 * await fit(trainer, { data, epochs: 2, log: [htmlReport("run.html", { title: "Digits" })] });
 * (await readFile("run.html", "utf8")).includes("<title>Digits</title>"); // true
 */
export const htmlReport = (file: string, options: Partial<ReportOptions> = {}): TrainingListener => {
  let start = 0;
  let last = 0;
  const write = async (run: Run): Promise<void> => {
    last = performance.now();
    const title = options.title ?? `Training of ${run.configuration["model"] ?? "a model"}`;
    const facts = { ...factsOf(run, (last - start) / 1000), ...options.facts };
    await writeWhole(file, await reportPage(run.history, { ...options, title, facts }));
  };
  return {
    onStart: async () => {
      await requireDrawing();
      const why = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
      await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) =>
        reject("W402", { file, why: why(cause) }, { cause }),
      );
      start = last = performance.now();
    },
    onEpoch: async (_record, run) => {
      if (performance.now() - last > 1000 * between) await write(run);
    },
    onEnd: write,
  };
};
