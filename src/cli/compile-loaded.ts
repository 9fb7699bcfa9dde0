// A loaded model made runnable for a command: symbols bound, parameters as the model begins, or as a file has them.
import type { Executable } from "../backends/runtime/executable.ts";
import { type BackendName, type CompiledGraph, type CompileOptions, instantiate } from "../compile/compile-graph.ts";
import { planGraph } from "../compile/plan-graph.ts";
import { loadSafetensors } from "../formats/safetensors-file.ts";
import { counted } from "../ir/diagnostics/table.ts";
import type { Bindings } from "../ir/types/dim.ts";
import { initialize, parameterStore } from "../training/compiled-model.ts";
import { isTrainingState } from "../training/training-state.ts";
import type { LoadedModel } from "./load-model.ts";
import { requireDims } from "./options.ts";
import type { Ui } from "./ui.ts";

/** How a model is made runnable. */
export interface LoadedOptions extends Pick<CompileOptions, "threads" | "numerics"> {
  readonly dims: Bindings;
  readonly backend?: BackendName;
  readonly weights?: string | undefined;
  /** What the model's initialisers draw from; 0 unless given. */
  readonly seed?: number;
}

const restoreFile = async (executable: Executable, file: string, ui: Ui): Promise<void> => {
  const stored = await loadSafetensors(file);
  const store = parameterStore(executable);
  const isLeftOut = (name: string): boolean => isTrainingState(name) && !store.names.includes(name);
  const names = Object.keys(stored);
  store.restore(Object.fromEntries(Object.entries(stored).filter(([name]) => !isLeftOut(name))), { partial: true });
  const left = names.filter(isLeftOut).length;
  if (left > 0) ui.note(`${file}: ${counted(left, "tensor")} of optimizer state ${left === 1 ? "is" : "are"} not used`);
  const missing = store.names.filter((name) => !names.includes(name) && !isTrainingState(name));
  if (missing.length > 0) ui.note(`${file}: has no ${missing.join(", ")}: they begin as the model says`);
};

/** A compiled graph, and how long it took, in milliseconds. */
export interface LoadedGraph extends CompiledGraph {
  readonly took: { readonly describe: number; readonly instantiate: number };
}

/** Compiles a loaded model. */
export const compileLoaded = async (
  { model, graph: describe }: LoadedModel,
  { dims, backend, weights, seed = 0, threads = 1, numerics = "exact" }: LoadedOptions,
  ui: Ui,
): Promise<LoadedGraph> => {
  const start = performance.now();
  const graph = describe();
  const described = performance.now();
  requireDims(graph, dims, "and compiled code has fixed extents");
  const planned = planGraph(graph, { dims, threads, numerics });
  const before = performance.now();
  const executable = instantiate(planned, backend);
  const took = { describe: described - start, instantiate: performance.now() - before };
  if (model !== undefined) initialize(executable, model, seed);
  if (weights !== undefined) await restoreFile(executable, weights, ui);
  return { ...planned, executable, took };
};
