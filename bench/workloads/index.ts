// Kinds of workload: each is a file beside this one, a row of `Tasks` (tasks.ts) and of `computations`, and a row in every contender's table
// of forms. What is measured, at which sizes, is in table.ts.
import { attentionComputation, attentionGradientComputation } from "./attention.ts";
import { compileComputation } from "./compile.ts";
import type { Arrays, Computation, Doubles } from "./computation.ts";
import type { Goal } from "./goal.ts";
import { matmulComputation } from "./matmul.ts";
import { networkComputation } from "./network.ts";
import type { Kind, Tasks } from "./tasks.ts";
import { trainingComputation } from "./training.ts";

/** A row of the table. */
export interface WorkloadOf<K extends Kind> {
  readonly name: string;
  readonly kind: K;
  readonly task: Tasks[K];
  readonly goals: readonly Goal[];
  /** The part of the table that it stands in. */
  readonly group: string;
  /** Whether contenders with two threads take part. */
  readonly threads?: boolean;
  /** Whether ours takes part with relaxed numerics, too. */
  readonly relaxed?: boolean;
}

/** A workload of any kind. */
export type Workload = { readonly [K in Kind]: WorkloadOf<K> }[Kind];

/** A row before it is put into a part of the table. */
export type Row = { readonly [K in Kind]: Omit<WorkloadOf<K>, "group"> }[Kind];

const computations: { readonly [K in Kind]: Computation<Tasks[K]> } = {
  attention: attentionComputation,
  attentionGradient: attentionGradientComputation,
  matmul: matmulComputation,
  network: networkComputation,
  training: trainingComputation,
  compile: compileComputation,
  coldStart: { ...networkComputation, operations: () => 0, bytes: () => undefined },
  script: matmulComputation,
};

// A workload's kind chooses the computation of its own task, which TypeScript cannot follow through the table.
const computationOf = ({ kind }: Workload): Computation<unknown> => computations[kind] as Computation<unknown>;

/** How many floating-point operations a workload is. */
export const operationsOf = (workload: Workload): number => computationOf(workload).operations(workload.task);

/** How many bytes it must move, if that is known. */
export const bytesOf = (workload: Workload): number | undefined => computationOf(workload).bytes?.(workload.task);

/** How many nodes a workload has to compile, if that is what it is about. */
export const nodesOf = (workload: Workload): number | undefined => computationOf(workload).nodes?.(workload.task);

/** A workload's inputs: the same in every process. */
export const inputsOf = (workload: Workload): Arrays => computationOf(workload).inputs(workload.task);

/** What a workload should give. */
export const meaningOf = (workload: Workload): Doubles =>
  computationOf(workload).meaning(workload.task, inputsOf(workload));

/** How far results may be from their meaning, as a share of its largest magnitude. */
export const toleranceOf = (workload: Workload): number => computationOf(workload).tolerance ?? 1e-5;
