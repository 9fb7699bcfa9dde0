// The whole middle of the compiler as one function: a graph and the values of its symbols in, a planned program out.

import { reject } from "../ir/diagnostics/diagnostic.ts";
import { expect, isRecord } from "../ir/diagnostics/expect.ts";
import type { Graph } from "../ir/graph/graph.ts";
import type { MemoryPlan, Numerics, PlannedProgram } from "../ir/loop/kernel.ts";
import { assertSound, verifyPlanned } from "../ir/loop/verify.ts";
import type { Bindings } from "../ir/types/dim.ts";
import { runPasses } from "../passes/manager.ts";
import { compilationFor } from "../passes/pipelines.ts";
import { bindSymbols } from "../passes/specialize.ts";
import type { PassTrace } from "../passes/trace.ts";

/** How a graph is compiled, whatever it runs on. */
export interface PlanOptions {
  /** The values of symbolic dimensions. */
  readonly dims?: Bindings;
  /** Check the program after each pass, at both ends (the default), or not at all. */
  readonly verify?: "each" | "ends" | "never";
  /**
   * `exact`, the default: the same bits on every backend and engine. `relaxed`: WebAssembly may contract a product and a sum to one
   * instruction of relaxed SIMD, faster, and different in the last bits from engine to engine.
   */
  readonly numerics?: Numerics;
  /** Among how many threads the work is shared; 1 unless said otherwise. */
  readonly threads?: number;
  /** The most bytes of memory that the program may need (W314); what 32-bit addresses reach unless said otherwise. */
  readonly memoryLimit?: number;
}

/** What a program needs in memory, in bytes, and of what that consists; `bytes` is a whole number of 64 KiB. */
export type MemoryNeeds = Omit<MemoryPlan, "offsets">;

/** A compiled graph before it is put on a backend. */
export interface PlannedGraph {
  /** The graph with its symbols bound, as it was described. */
  readonly graph: Graph;
  /** The loop program, every buffer of it placed. */
  readonly program: PlannedProgram;
  /** What each pass did. */
  readonly trace: PassTrace;
}

const needsOf = ({ memory }: PlannedProgram): MemoryNeeds => {
  const { offsets: _, ...needs } = memory;
  return needs;
};

/** Refuses a program that needs more than was allowed; nothing of it has been allocated by then. */
const requireWithin = (program: PlannedProgram, limit: number): void => {
  const { bytes, parameterBytes, constantBytes, preparedBytes, arenaBytes } = needsOf(program);
  const regions = { parameters: parameterBytes, constants: constantBytes, prepared: preparedBytes, arena: arenaBytes };
  if (bytes > limit) reject("W314", { bytes, limit, regions });
};

/** Runs all passes. */
export const planGraph = (
  graph: Graph,
  { dims = {}, verify = "ends", numerics = "exact", threads = 1, memoryLimit = Infinity }: PlanOptions = {},
): PlannedGraph => {
  const bound = bindSymbols(graph, dims);
  const { program, trace } = runPasses(compilationFor({ numerics, threads }), bound, { verify });
  requireWithin(program, memoryLimit);
  if (verify !== "never") assertSound(verifyPlanned(program));
  return { graph: bound, program, trace };
};

/**
 * The memory that a graph would need as a program, in bytes; nothing is allocated.
 *
 * @throws what `compileGraph` refuses, but for too much memory.
 * @example
 * plannedMemory(graph, { dims: { B: 1 } }).bytes; // 65536
 */
export const plannedMemory = (graph: Graph, options: PlanOptions = {}): MemoryNeeds => {
  expect(isRecord(graph) && "nodes" in graph, "plannedMemory", "a graph", graph, "plannedMemory(modelGraph(model))");
  expect(isRecord(options), "plannedMemory", "a record of options", options, "{ dims: { B: 32 } }");
  return needsOf(planGraph(graph, options).program);
};
