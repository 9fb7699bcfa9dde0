// The pipelines, as lists.
import type { Graph } from "../ir/graph/graph.ts";
import type { Numerics, PlannedProgram, Program } from "../ir/loop/kernel.ts";
import type { CoreOp } from "../ir/ops/index.ts";
import { fuseAttention } from "./attention/fuse-attention.ts";
import { cse } from "./cse.ts";
import { dce } from "./dce.ts";
import { decompose, inlineCalls, onCore } from "./decompose.ts";
import { everywhere } from "./everywhere.ts";
import { foldConstants } from "./fold-constants.ts";
import { fuseElementwise } from "./fuse-elementwise.ts";
import type { FusedGraph } from "./fused-graph.ts";
import { joinRows } from "./join-rows.ts";
import { onKernels } from "./loop/on-program.ts";
import { loopPasses } from "./loop/pipeline.ts";
import { lower, lowerFor } from "./lower.ts";
import { nestConcats } from "./nest-concats.ts";
import { fixpoint, type Pass, type Pipeline, pipeline } from "./pass.ts";
import { planBuffers } from "./plan-buffers.ts";
import { prepare } from "./prepare.ts";
import { absorbMovement } from "./recurrence/absorb-movement.ts";
import { hoistFromScans } from "./recurrence/hoist-from-scans.ts";
import { mergeScans } from "./recurrence/merge-scans.ts";
import { sinkFromScans } from "./recurrence/sink-from-scans.ts";
import { trimScans } from "./recurrence/trim-scans.ts";
import { rewritePass } from "./rewrite.ts";
import type { RuleSet } from "./rules.ts";
import { arithmetic } from "./simplify/arithmetic.ts";
import { contraction } from "./simplify/contraction.ts";
import { positions } from "./simplify/index.ts";
import { movement } from "./simplify/movement.ts";
import { reduction } from "./simplify/reduction.ts";
import { type ShareOptions, shareWork } from "./threads/share-work.ts";

/** Rules that change no bit of any result. */
export const exactRules: readonly RuleSet[] = [...arithmetic, ...movement, reduction, positions];

/** Applies the rules that change no bit. */
export const simplify: Pass<Graph, Graph> = rewritePass(
  "simplify",
  "Rewrites expressions by rules that change no bit of any result.",
  exactRules,
);

/** Makes transposes into flags of the matrix products that read them. */
export const absorbTransposes: Pass<Graph, Graph> = rewritePass(
  "absorb-transposes",
  "Makes transposes into flags of the matrix products that read them.",
  [contraction],
);

/** Everything that makes a graph smaller, until nothing does. */
export const optimize: Pass<Graph, Graph> = everywhere(
  fixpoint("optimize", "Simplifies, folds, shares and removes until nothing changes.", [
    simplify,
    absorbTransposes,
    foldConstants,
    cse,
    dce,
  ]),
);

/** Makes recurrences do only what must be done step by step. Sums over time are then taken in another order. */
export const refineRecurrences: Pass<Graph, Graph> = everywhere(
  fixpoint(
    "refine-recurrences",
    "Leaves in recurrences what must be done step by step, and computes the rest at once.",
    [mergeScans, trimScans, absorbMovement, hoistFromScans, sinkFromScans, optimize],
  ),
);

/** Makes one op of attention written by hand, in bodies as well. */
export const fuseAttentionEverywhere: Pass<Graph, Graph> = everywhere(fuseAttention);

/**
 * From the graph that a user described to one that lowers. Once functions are written out, attention is looked for first, so that it is found as
 * differentiation found it, and again where optimizing has brought more to light.
 */
export const standard: Pipeline<Graph, Graph<CoreOp>> = pipeline(inlineCalls)
  .andThen(fuseAttentionEverywhere)
  .andThen(optimize)
  .andThen(fuseAttentionEverywhere)
  .andThen(refineRecurrences)
  .andThen(decompose)
  .andThen(onCore(optimize))
  .andThen(onCore(everywhere(nestConcats)));

/** What the pipeline may be asked for. */
export interface CompilationOptions extends ShareOptions {
  readonly numerics: Numerics;
}

const toProgram = (lowering: Pass<FusedGraph, Program>): Pipeline<Graph, Program> =>
  onKernels(loopPasses, standard.andThen(fuseElementwise).andThen(lowering)).andThen(prepare).andThen(joinRows);

/** From the graph that a user described to a program with its memory planned. */
export const compilation: Pipeline<Graph, PlannedProgram> = toProgram(lower).andThen(planBuffers);

/** The same with numerics of one's own, and with the work of large kernels shared between threads. */
export const compilationFor = ({ numerics, ...options }: CompilationOptions): Pipeline<Graph, PlannedProgram> => {
  if (numerics === "exact" && options.threads === 1) return compilation;
  const program = toProgram(numerics === "exact" ? lower : lowerFor(numerics));
  return (options.threads > 1 ? program.andThen(shareWork(options)) : program).andThen(planBuffers);
};
