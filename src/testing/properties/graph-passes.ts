// The passes over graphs, each by itself, as properties go over them.
import type { Graph } from "../../ir/graph/graph.ts";
import { fuseAttention } from "../../passes/attention/fuse-attention.ts";
import { cse } from "../../passes/cse.ts";
import { dce } from "../../passes/dce.ts";
import { decompose } from "../../passes/decompose.ts";
import { everywhere } from "../../passes/everywhere.ts";
import { foldConstants } from "../../passes/fold-constants.ts";
import { nestConcats } from "../../passes/nest-concats.ts";
import type { Pass } from "../../passes/pass.ts";
import { absorbTransposes, optimize, refineRecurrences, simplify } from "../../passes/pipelines.ts";
import { absorbMovement } from "../../passes/recurrence/absorb-movement.ts";
import { hoistFromScans } from "../../passes/recurrence/hoist-from-scans.ts";
import { mergeScans } from "../../passes/recurrence/merge-scans.ts";
import { sinkFromScans } from "../../passes/recurrence/sink-from-scans.ts";
import { trimScans } from "../../passes/recurrence/trim-scans.ts";

/**
 * Passes that may be run in any order, any number of times, and change no bit of any result.
 *
 * @example
 * exactPasses.map(({ name }) => name); // ["simplify", "absorb-transposes", "fold-constants", "cse", "dce"]
 */
export const exactPasses: readonly Pass<Graph, Graph>[] = [simplify, absorbTransposes, foldConstants, cse, dce];

/**
 * Passes over recurrences, in the order of the pipeline. Sums over time may be taken in another order.
 *
 * @example
 * recurrencePasses[0]?.name; // "merge-scans"
 */
export const recurrencePasses: readonly Pass<Graph, Graph>[] = [
  mergeScans,
  trimScans,
  absorbMovement,
  hoistFromScans,
  sinkFromScans,
];

/**
 * Passes that replace what is rounded once by what is rounded often, or the other way round.
 *
 * @example
 * roundingPasses.length; // 3
 */
export const roundingPasses: readonly Pass<Graph, Graph>[] = [everywhere(fuseAttention), refineRecurrences, decompose];

/**
 * Every pass from a graph to a graph that compilation runs.
 *
 * @example
 * exactPasses.every((pass) => graphPasses.includes(pass)); // true
 */
export const graphPasses: readonly Pass<Graph, Graph>[] = [
  ...exactPasses,
  optimize,
  ...recurrencePasses,
  everywhere(nestConcats),
  ...roundingPasses,
];
