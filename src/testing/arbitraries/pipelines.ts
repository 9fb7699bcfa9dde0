// Random pipelines: the passes over graphs that may stand in any order, as often as one likes or not at all, and behind them what
// compiling needs. Passes that lean on each other show here.
import fc from "fast-check";
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

/** The passes that change no bit of a result, wherever they stand. */
export const exactPasses: readonly Pass<Graph, Graph>[] = [
  simplify,
  absorbTransposes,
  foldConstants,
  cse,
  dce,
  optimize,
  trimScans,
  absorbMovement,
  mergeScans,
  everywhere(nestConcats),
];

/** Every pass that may stand anywhere: beside the exact ones those that round elsewhere. */
export const freePasses: readonly Pass<Graph, Graph>[] = [
  ...exactPasses,
  everywhere(fuseAttention),
  hoistFromScans,
  sinkFromScans,
  refineRecurrences,
  decompose,
];

/** Random lists of passes, each perhaps several times, to be run in their order. */
export const pipelines = (
  passes: readonly Pass<Graph, Graph>[] = freePasses,
  maxPasses = 8,
): fc.Arbitrary<readonly Pass<Graph, Graph>[]> => fc.array(fc.constantFrom(...passes), { maxLength: maxPasses });
