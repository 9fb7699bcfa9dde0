// The words of `npm run bench`, what it prints, and its exit code: 0 where everything was measured, 1 where a contender failed or was
// wrong (or, with --check, a goal was missed), 2 where the words made no sense or the peers could not be installed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname } from "node:path";
import { type Command, UsageError, type Values } from "../scripts/words/command.ts";
import { perform } from "../scripts/words/perform.ts";
import type { Ui } from "../src/cli/ui.ts";
import { barsOf, drawChart } from "./chart.ts";
import { clocks, isClock } from "./clock.ts";
import { type ContenderName, isThereFor, isThreaded, ours, peers } from "./contenders/names.ts";
import { formsOf, offersOf } from "./entrants.ts";
import { installPeers } from "./install.ts";
import { type Measuring, measure } from "./measure.ts";
import { machine, type Report, reportOf } from "./report.ts";
import type { Result } from "./results.ts";
import { growthSection, listOf, section, shortOf } from "./table.ts";
import type { Workload } from "./workloads/index.ts";
import { workloads } from "./workloads/table.ts";

const command = {
  name: "bench",
  description: "Measures workloads on this machine, beside its peak and beside other libraries.",
  options: {
    only: {
      type: "list",
      valueHint: "TEXT",
      description: "Only the workload of this name, or workloads with this in their names; may be given several times.",
    },
    peers: {
      type: "names",
      valueHint: "NAMES",
      oneOf: [...peers, "all", "none"],
      default: ["none"],
      description: "Other libraries, with commas between; they are installed when first asked for.",
    },
    rounds: {
      type: "number",
      valueHint: "N",
      least: 1,
      default: 11,
      description: "How often each contender takes its turn.",
    },
    clock: {
      type: "string",
      valueHint: "NAME",
      oneOf: Object.keys(clocks).filter(isClock),
      default: "wall",
      description: "The one on the wall, or the processor's time, for machines that have other work to do.",
    },
    json: { type: "string", valueHint: "FILE", description: "Writes all numbers to a file as well." },
    chart: { type: "string", valueHint: "FILE", description: "Draws the ratios to the best peer as SVG." },
    from: {
      type: "string",
      valueHint: "FILE",
      description: "Measure nothing: draw the chart, or check the goals, of what --json wrote.",
    },
    check: { type: "boolean", description: "List the goals that are missed, and exit with 1 if there are any." },
    list: { type: "boolean", description: "Print the names of the workloads and their goals, and measure nothing." },
  },
  examples: ["--only attention --peers all", "--peers ort-web,jax --json out/bench.json --chart out/bench.svg"],
} as const satisfies Command;

/** What one run is to do. */
interface Work extends Measuring {
  readonly workloads: readonly Workload[];
  readonly peers: readonly ContenderName[];
}

/** What becomes of a report. */
interface Uses {
  readonly json: string | undefined;
  readonly chart: string | undefined;
  readonly check: boolean;
}

const peersOf = (names: readonly (ContenderName | "all" | "none")[]): readonly ContenderName[] =>
  names.includes("all") ? peers : names.filter((name) => name !== "all" && name !== "none");

/** Whether a workload is meant: by its whole name, or by a text that is in it and no workload's whole name. */
const isMeant = ({ name }: Workload, text: string): boolean =>
  name === text || (name.includes(text) && workloads.every((other) => other.name !== text));

const workloadsOf = (texts: readonly string[]): readonly Workload[] => {
  const wanted = workloads.filter((each) => texts.length === 0 || texts.some((text) => isMeant(each, text)));
  if (wanted.length === 0) throw new UsageError(`no workload has ${texts.join(" or ")} in its name; --list shows them`);
  return wanted;
};

const measureAll = async ({ workloads, peers, ...measuring }: Work, ui: Ui): Promise<readonly Result[]> => {
  const isNeeded = (name: ContenderName): boolean =>
    workloads.some((each) => isThereFor(name, each)) && !(isThreaded(name) && measuring.clock === "cpu");
  const offers = await offersOf([...ours, ...peers].filter(isNeeded));
  const results: Result[] = [];
  for (const workload of workloads) {
    const progress = ui.progress(workload.name, formsOf(offers, workload).forms.length + measuring.rounds);
    const result = await measure(workload, offers, measuring, progress.step);
    progress.end();
    ui.print(section(result));
    results.push(result);
  }
  return results;
};

/** Makes the folders of files that are written at the end: what was measured should not be lost then. */
const prepareFor = (files: readonly (string | undefined)[]): void => {
  try {
    for (const file of files) if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** Measures, and prints as it goes; nothing where peers could not be installed. */
const run = async (work: Work, ui: Ui): Promise<Report | undefined> => {
  if (work.peers.length > 0 && !installPeers(ui.note)) {
    ui.note("the peers could not be installed; --peers none measures without them");
    return undefined;
  }
  const before = loadavg();
  const { node, cpu, cores } = machine();
  ui.print(`Node ${node}, ${cores} x ${cpu}, load ${before.map((load) => load.toFixed(1)).join(" ")}\n`);
  const results = await measureAll(work, ui);
  const report = reportOf(results, { load: { before, after: loadavg() }, rounds: work.rounds, clock: work.clock });
  if (report.growth !== undefined) ui.print(growthSection(report.growth));
  return report;
};

const reportIn = (file: string): Report => {
  try {
    // What `--json` has written.
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch (error) {
    throw new UsageError(`--from: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Writes and draws what is asked for; the exit code. */
const use = async (report: Report, { json, chart, check }: Uses, ui: Ui): Promise<number> => {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (chart !== undefined) writeFileSync(chart, `${await drawChart(barsOf(report.rows))}\n`);
  const short = shortOf(report);
  if (check) ui.print(short.length === 0 ? "all goals are reached" : ["goals that are missed:", ...short].join("\n"));
  const isWrong = report.remarks.some(({ kind }) => kind === "failed" || kind === "wrong");
  return isWrong || (check && short.length > 0) ? 1 : 0;
};

const work = async (values: Values<typeof command.options>, ui: Ui): Promise<number> => {
  const { only, peers: names, rounds, clock, from, json, chart, check, list } = values;
  if (list) {
    ui.print(listOf(workloads));
    return 0;
  }
  const measured = { workloads: workloadsOf(only), peers: peersOf(names), rounds, clock };
  prepareFor([json, chart]);
  const report = from === undefined ? await run(measured, ui) : reportIn(from);
  return report === undefined ? 2 : await use(report, { json, chart, check }, ui);
};

/** Runs the command. */
export const runBench = (words: readonly string[], ui: Ui): Promise<number> =>
  perform(command, words, ui, (values) => work(values, ui));
