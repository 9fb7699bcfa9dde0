// A graph made runnable on the backend of the caller's choice.

import type { Backend } from "../backends/backend.ts";
import { closureBackend } from "../backends/closure/closure-backend.ts";
import { type Executable, type InputFacts, makeExecutable } from "../backends/runtime/executable.ts";
import { wasmBackend } from "../backends/wasm/instantiate.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { indexRanges, inputNames } from "../ir/graph/index-ranges.ts";
import { type PlannedGraph, type PlanOptions, planGraph } from "./plan-graph.ts";
import { referenceExecutable } from "./reference-executable.ts";

/** Where a program runs: generated WebAssembly, closures (no code generation at all), or the float64 reference meaning. */
export type BackendName = "wasm" | "closure" | "reference";

export interface CompileOptions extends PlanOptions {
  /** `wasm` unless said otherwise. */
  readonly backend?: BackendName;
}

const backends: { readonly [B in Exclude<BackendName, "reference">]: Backend } = {
  wasm: wasmBackend,
  closure: closureBackend,
};

/** Every backend there is, for choosing one by name. */
export const backendNames: readonly BackendName[] = ["wasm", "closure", "reference"];

/** Puts a planned graph on a backend. */
export const instantiate = ({ graph, program }: PlannedGraph, backend: BackendName = "wasm"): Executable => {
  const facts: InputFacts = { names: inputNames(graph), ranges: indexRanges(graph) };
  return backend === "reference"
    ? referenceExecutable(graph, program, facts)
    : makeExecutable(program, backends[backend], facts);
};

/** A compiled graph with what it was compiled from. */
export interface CompiledGraph extends PlannedGraph {
  readonly executable: Executable;
}

/** Compiles a graph: binds its symbols, runs all passes, puts it on a backend. */
export const compileGraph = (graph: Graph, options: CompileOptions = {}): CompiledGraph => {
  const planned = planGraph(graph, options);
  return { ...planned, executable: instantiate(planned, options.backend) };
};
