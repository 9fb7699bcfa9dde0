// `weft bench`: how long a model takes to compile and to run, and which kernels and layers take that time.
import { printMilliseconds } from "../../backends/profile/print-profile.ts";
import { writeWhole } from "../../formats/safetensors-file.ts";
import { counted, printBytes, table } from "../../ir/diagnostics/table.ts";
import { indexFacts } from "../../ir/graph/index-ranges.ts";
import { type BenchBackend, type BenchReport, benchBackends, benchModel, onJavaScript } from "../bench-model.ts";
import { clockNames, clocks } from "../clocks.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { compileLoaded } from "../compile-loaded.ts";
import { entryOf, fillParameters, randomFeeds } from "../entry-values.ts";
import { loadModel } from "../load-model.ts";
import { measurePeak } from "../machine-peak.ts";
import { memoryInWords } from "../memory-in-words.ts";
import { modelOptions, parseCount, parseDims, parseProgramOptions, programOptions, weightsOption } from "../options.ts";

/** How many lines the table has if nothing else is said, and how many stages of compilation are named. */
const shown = { lines: 20, stages: 6 } as const;

const tableKinds = ["kernel", "call", "layer"] as const;

/** The one of some words that a word is; the first without one. */
const oneOf = <Word extends string>(words: readonly [Word, ...Word[]], given: string | undefined): Word =>
  words.find((word) => word === given) ?? words[0];

const codeNames: { readonly [B in BenchBackend]: string } = {
  wasm: "WebAssembly",
  javascript: "JavaScript",
  closure: "closures",
};

const describeCompilation = ({ compilation }: BenchReport): string => {
  const slowest = compilation.stages.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, shown.stages);
  const named = slowest.map(({ name, milliseconds }) => `${name} ${milliseconds.toFixed(1)}`);
  return `${printMilliseconds(compilation.milliseconds)}: ${named.join(", ")}`;
};

/** A line for each thing that is measured as a whole. */
const summary = (report: BenchReport, backend: BenchBackend, peak: number): string => {
  const { latency, profile, codeBytes, kernels } = report;
  const code = [
    codeBytes === undefined ? codeNames[backend] : `${printBytes(codeBytes)} of ${codeNames[backend]}`,
    counted(kernels, "kernel"),
    counted(profile.calls.length, "call"),
  ];
  const times = [
    `median ${printMilliseconds(latency.median)}`,
    `fastest ${printMilliseconds(latency.fastest)}`,
    `95 % within ${printMilliseconds(latency.most)}`,
  ];
  const share = (100 * profile.gigaflopsPerSecond) / peak;
  const speed = [
    `${(1000 / latency.median).toFixed(latency.median > 100 ? 1 : 0)} calls/s`,
    `${profile.gigaflopsPerSecond.toFixed(1)} GFLOP/s without copying`,
    `${share.toFixed(0)} % of the machine's ${peak.toFixed(1)}`,
  ];
  return table([
    ["  compilation", describeCompilation(report)],
    ["  code", code.join(", ")],
    ["  memory", memoryInWords(report.memory)],
    ["  latency", `${times.join(", ")} (${counted(latency.calls, "call")})`],
    ["  speed", speed.join(", ")],
  ]);
};

export const bench: AnyCommand = defineCommand({
  name: "bench",
  summary: "Measures compilation, latency, and which kernels and layers take the time.",
  options: {
    ...modelOptions,
    entry: {
      type: "string",
      valueHint: "NAME",
      description: "The entry point; step of a training, predict of a model unless given.",
    },
    backend: { type: "string", oneOf: benchBackends, description: "What runs it; wasm unless given." },
    ...programOptions,
    runs: {
      type: "string",
      valueHint: "N",
      description: "How many calls are measured; as many as take about a second unless given.",
    },
    clock: {
      type: "string",
      oneOf: clockNames,
      description: "The wall's (the default), or the processor's, on a machine that has other work to do.",
    },
    seed: { type: "string", valueHint: "N", description: "What random inputs are drawn from, 0 unless given." },
    weights: weightsOption,
    by: { type: "string", oneOf: tableKinds, description: "What the table has a line for; kernel unless given." },
    top: { type: "string", valueHint: "N", description: "How many lines it has at most, 20 unless given." },
    trace: { type: "string", valueHint: "FILE.json", description: "Write the runs for a trace viewer to this file." },
    json: { type: "string", valueHint: "FILE.json", description: "Write all that was measured to this file." },
  },
  examples: [
    "weft bench model.ts --dims B=32",
    "weft bench model.ts --dims B=32 --entry grads --by layer",
    "weft bench model.ts --dims B=1 --trace trace.json  # opens in ui.perfetto.dev",
  ],
  run: async (values, ui) => {
    const dims = parseDims(values.dims);
    const runs = values.runs === undefined ? undefined : parseCount("--runs", values.runs, 1, 1);
    const seed = parseCount("--seed", values.seed, 0, 0);
    const top = parseCount("--top", values.top, 1, shown.lines);
    const backend = oneOf(benchBackends, values.backend);
    const clock = clocks[oneOf(clockNames, values.clock)];
    const loaded = await loadModel(values.model, values.export);
    const onBackend = backend === "javascript" ? "wasm" : backend;
    const program = parseProgramOptions(values);
    const options = { dims, backend: onBackend, weights: values.weights, seed, ...program };
    const compiled = await compileLoaded(loaded, options, ui);
    const entry = entryOf(compiled.program, values.entry, ["step", "predict"]);
    const facts = indexFacts(compiled.graph);
    if (loaded.model === undefined && values.weights === undefined)
      fillParameters(compiled.executable, entry, seed, facts);
    const executable =
      backend === "javascript" ? await onJavaScript(compiled, entry, compiled.executable) : compiled.executable;
    const report = benchModel(compiled, executable, {
      entry,
      feeds: randomFeeds(entry, seed, facts),
      runs,
      clock,
      progress: (total) => ui.progress("bench", total),
    });
    const peak = measurePeak(clock);
    const bound = Object.entries(dims).map(([symbol, extent]) => `${symbol}=${extent}`);
    ui.print(
      `${ui.palette.bold(`${loaded.kind} ${loaded.name}`)}, ${[entry.name, ...bound].join(", ")}, on ${executable.backend}`,
    );
    ui.print(summary(report, backend, peak));
    ui.print("");
    ui.print(report.profile.text({ by: oneOf(tableKinds, values.by), top, peak }));
    if (values.trace !== undefined) await writeWhole(values.trace, JSON.stringify(report.profile.trace()));
    if (values.json !== undefined) {
      const figures = { model: loaded.name, dims, peakGigaflopsPerSecond: peak, ...report };
      await writeWhole(values.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
  },
});
