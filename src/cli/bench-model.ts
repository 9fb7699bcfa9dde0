// Measures a compiled model: how long its compilation took and pass by pass, how large it is, how long an entry point takes
// with its arrays copied in and out, and where that time goes.
import { loadedJavaScript } from "../backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../backends/javascript/print-javascript.ts";
import { callwise } from "../backends/profile/callwise.ts";
import type { Profile } from "../backends/profile/profile.ts";
import { isSettled, quantile } from "../backends/profile/samples.ts";
import { type Executable, type InputFacts, makeExecutable } from "../backends/runtime/executable.ts";
import { assembleModule } from "../backends/wasm/instantiate.ts";
import type { PlannedGraph } from "../compile/plan-graph.ts";
import { indexFacts } from "../ir/graph/index-ranges.ts";
import type { EntryPoint, PlannedProgram } from "../ir/loop/kernel.ts";
import { dtypes } from "../ir/types/dtype.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import type { LoadedGraph } from "./compile-loaded.ts";
import type { Progress } from "./ui.ts";

/** What may be measured. */
export const benchBackends = ["wasm", "javascript", "closure"] as const;

export type BenchBackend = (typeof benchBackends)[number];

/** The time of calls as callers see it, in milliseconds. */
export interface Latency {
  readonly calls: number;
  readonly median: number;
  readonly fastest: number;
  /** 95 % of the calls take no longer. */
  readonly most: number;
}

/** All that was measured. */
export interface BenchReport {
  readonly compilation: {
    readonly milliseconds: number;
    /** What was done, in order: describing, each pass, making it runnable. */
    readonly stages: readonly { readonly name: string; readonly milliseconds: number }[];
  };
  /** Bytes of the code that would be emitted; closures are no code. */
  readonly codeBytes: number | undefined;
  readonly kernels: number;
  readonly memory: Omit<PlannedProgram["memory"], "offsets">;
  readonly latency: Latency;
  readonly profile: Profile;
}

/** How it is measured. */
export interface BenchOptions {
  readonly entry: EntryPoint;
  readonly feeds: Readonly<Record<string, unknown>>;
  /** How many calls; as many as take about a second unless given. */
  readonly runs: number | undefined;
  /** The time in milliseconds. */
  readonly clock: () => number;
  /** Called once it is known how many calls there will be. */
  readonly progress: (total: number) => Progress;
}

/** How many calls are measured if nothing else is said, and how long they should take together, in milliseconds. */
const usual = { least: 10, most: 1000, together: 1000 } as const;

/** How long calls are repeated before they are measured, in milliseconds, and how often at least. */
const warming = { longest: 1000, least: 3 } as const;

/** How many runs are enough for a profile. */
const profileRuns = 50;

/** The same model on printed JavaScript; its module for the calls one by one is loaded too. */
export const onJavaScript = async (
  { graph, program }: PlannedGraph,
  entry: EntryPoint,
  { read, parameters }: Executable,
): Promise<Executable> => {
  const backend = await loadedJavaScript([program, callwise(program, entry)]);
  const executable = makeExecutable(program, backend, indexFacts(graph));
  for (const { name } of parameters) executable.write(name, read(name));
  return executable;
};

/** Lets an entry point that appends to state begin anew where there is no more room. */
const makeRoom = ({ parameters, read, write }: Executable, entry: EntryPoint, { states }: InputFacts): void => {
  for (const { name, type } of parameters) {
    const range = states.get(entry.name)?.get(name);
    if (range !== undefined && read(name).data.some((value) => value >= range))
      write(name, dtypes[type.dtype].allocate(sizeOf(knownShape(type.shape))));
  }
};

const warmedUp = (call: () => number, clock: () => number): readonly number[] => {
  const samples: number[] = [];
  const start = clock();
  const isWarm = (): boolean => isSettled(samples) || clock() - start > warming.longest;
  while (samples.length < warming.least || !isWarm()) samples.push(call());
  return samples;
};

const codeBytesOf = (program: PlannedProgram, backend: string): number | undefined => {
  if (backend === "wasm") return assembleModule(program, { names: "none" }).bytes.length;
  return backend === "javascript" ? printJavaScript(program, { constants: "external" }).length : undefined;
};

/** What compiling took: passes that run several times count together. */
const stagesOf = ({ trace, took }: LoadedGraph): BenchReport["compilation"]["stages"] => {
  const passes = new Map<string, number>();
  for (const { name, milliseconds } of trace.steps) passes.set(name, (passes.get(name) ?? 0) + milliseconds);
  const named = new Map([["describe", took.describe], ...passes, ["instantiate", took.instantiate]]);
  return [...named].map(([name, milliseconds]) => ({ name, milliseconds }));
};

/** Measures an entry point of a model. */
export const benchModel = (loaded: LoadedGraph, executable: Executable, options: BenchOptions): BenchReport => {
  const { graph, program } = loaded;
  const { entry, feeds, clock } = options;
  const { offsets: _, ...memory } = program.memory;
  const stages = stagesOf(loaded);
  const facts = indexFacts(graph);
  const call = (): number => {
    makeRoom(executable, entry, facts);
    const start = clock();
    executable.run(entry.name, feeds);
    return clock() - start;
  };
  const fastest = Math.min(...warmedUp(call, clock));
  const fitting = Math.round(usual.together / Math.max(fastest, 1e-3));
  const calls = options.runs ?? Math.min(Math.max(fitting, usual.least), usual.most);
  const runs = options.runs ?? Math.min(calls, profileRuns);
  const progress = options.progress(calls + runs);
  const samples = Array.from({ length: calls }, () => {
    const milliseconds = call();
    progress.step();
    return milliseconds;
  });
  makeRoom(executable, entry, facts);
  const profile = executable.profile(entry.name, feeds, { runs, clock, onRun: progress.step });
  progress.end();
  return {
    compilation: { milliseconds: stages.reduce((sum, stage) => sum + stage.milliseconds, 0), stages },
    codeBytes: codeBytesOf(program, executable.backend),
    kernels: program.kernels.size,
    memory,
    latency: {
      calls,
      median: quantile(samples, 0.5),
      fastest: Math.min(...samples),
      most: quantile(samples, 0.95),
    },
    profile,
  };
};
