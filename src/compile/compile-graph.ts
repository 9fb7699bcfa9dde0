// A graph made runnable on the backend of the caller's choice.

import type { Backend } from "../backends/backend.ts";
import { closureBackend } from "../backends/closure/closure-backend.ts";
import { type Executable, makeExecutable, makeExecutableAsync } from "../backends/runtime/executable.ts";
import { wasmBackend } from "../backends/wasm/instantiate.ts";
import { threadedBackend } from "../backends/wasm/threaded.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { indexFacts } from "../ir/graph/index-ranges.ts";
import type { PlannedProgram } from "../ir/loop/kernel.ts";
import { type PlannedGraph, type PlanOptions, planGraph } from "./plan-graph.ts";
import { referenceExecutable } from "./reference-executable.ts";
import { checkThreadCount } from "./thread-count.ts";

/** Where a program runs: generated WebAssembly, closures (no code generation at all), or the float64 reference meaning. */
export type BackendName = "wasm" | "closure" | "reference";

/** How a graph is compiled: values of its symbols, the backend, what passes may do. */
export interface CompileOptions extends PlanOptions {
  /** `wasm` unless said otherwise. */
  readonly backend?: BackendName;
}

const backendOf = ({ sharing }: PlannedProgram, name: Exclude<BackendName, "reference">): Backend => {
  if (name === "closure") return closureBackend;
  return sharing === undefined ? wasmBackend : threadedBackend();
};

/** Every backend there is, for choosing one by name. */
export const backendNames: readonly BackendName[] = ["wasm", "closure", "reference"];

/** Puts a planned graph on a backend. */
export const instantiate = ({ graph, program }: PlannedGraph, backend: BackendName = "wasm"): Executable =>
  backend === "reference"
    ? referenceExecutable(graph, program, indexFacts(graph))
    : makeExecutable(program, backendOf(program, backend), indexFacts(graph));

/** The same; WebAssembly is compiled in the background. */
export const instantiateAsync = async (
  { graph, program }: PlannedGraph,
  backend: BackendName = "wasm",
): Promise<Executable> =>
  backend === "reference"
    ? referenceExecutable(graph, program, indexFacts(graph))
    : makeExecutableAsync(program, backendOf(program, backend), indexFacts(graph));

/** A compiled graph with what it was compiled from. */
export interface CompiledGraph extends PlannedGraph {
  /** The program on its backend. */
  readonly executable: Executable;
}

/** The options of `compileGraph`, and `seed`, which those of models have besides. */
const knownOptions: { readonly [K in keyof Required<CompileOptions> | "seed"]: true } = {
  dims: true,
  backend: true,
  numerics: true,
  threads: true,
  memoryLimit: true,
  verify: true,
  seed: true,
};

/** Refuses options that callers without a type checker may get wrong (W140). */
const checkOptions = (options: CompileOptions): void => {
  requireKnownOptions("compile", options, Object.keys(knownOptions));
  const { backend = "wasm", dims = {}, numerics = "exact", threads = 1, memoryLimit = Infinity } = options;
  if (typeof memoryLimit !== "number" || Number.isNaN(memoryLimit)) {
    const write = "memoryLimit: 256 * 2 ** 20";
    reject("W140", { what: "compile: memoryLimit", expected: "a number of bytes", given: inWords(memoryLimit), write });
  }
  checkThreadCount("compile: threads", threads);
  if (numerics !== "exact" && numerics !== "relaxed") {
    const write = 'numerics: "exact" or "relaxed"';
    reject("W140", { what: "compile: numerics", expected: "a profile of numerics", given: inWords(numerics), write });
  }
  if (!backendNames.includes(backend)) {
    const write = `one of ${backendNames.map((name) => JSON.stringify(name)).join(", ")}`;
    reject("W140", { what: "compile: backend", expected: "a backend", given: inWords(backend), write });
  }
  if (typeof dims !== "object" || dims === null)
    reject("W140", { what: "compile: dims", expected: "a record", given: inWords(dims), write: "dims: { B: 32 }" });
};

/** Refuses what is no graph (W140). */
const requireGraph = (what: string, graph: unknown): void =>
  expect(isRecord(graph) && "nodes" in graph, what, "a graph", graph, `${what}(modelGraph(model))`);

/**
 * Compiles a graph: binds its symbols to extents, runs all passes, puts the program on a backend.
 *
 * @throws W124 a symbol without a value; W125 a value that is no extent; W140 options of another kind; W142 one that is
 * unknown; W311 and W314 too much memory.
 * @example
 * const { executable } = compileGraph(graph, { dims: { B: 1 }, backend: "closure" });
 * executable.entries; // ["predict"]
 * compileGraph(graph); // throws W124
 */
export const compileGraph = (graph: Graph, options: CompileOptions = {}): CompiledGraph => {
  requireGraph("compileGraph", graph);
  checkOptions(options);
  const planned = planGraph(graph, options);
  return { ...planned, executable: instantiate(planned, options.backend) };
};

/** `compileGraph`, with WebAssembly compiled in the background. */
export const compileGraphAsync = async (graph: Graph, options: CompileOptions = {}): Promise<CompiledGraph> => {
  checkOptions(options);
  const planned = planGraph(graph, options);
  return { ...planned, executable: await instantiateAsync(planned, options.backend) };
};
