// The table of workloads: what is measured, at which sizes, and what is wanted of it. A further one is a row here; a
// further kind is a file beside this one, a row of `computations`, and a row in every contender's table of forms.
import { type AttentionTask, attentionComputation, attentionGradientComputation } from "./attention.ts";
import { type Arrays, type Computation, countOf, noise } from "./computation.ts";
import { type MatmulTask, matmulComputation } from "./matmul.ts";

/** The task of each kind of workload. */
export interface Tasks {
  readonly attention: AttentionTask;
  readonly attentionGradient: AttentionTask;
  readonly matmul: MatmulTask;
}

export type Kind = keyof Tasks;

/** What is wanted of a ratio: how many times faster than a contender or than the best peer, or which share of the peak. */
export interface Goal {
  readonly against: "peak" | "best peer" | "ort-web";
  readonly least: number;
}

/** A row of the table. */
export interface WorkloadOf<K extends Kind> {
  readonly name: string;
  readonly kind: K;
  readonly task: Tasks[K];
  readonly goals: readonly Goal[];
}

/** A workload of any kind. */
export type Workload = { readonly [K in Kind]: WorkloadOf<K> }[Kind];

const computations: { readonly [K in Kind]: Computation<Tasks[K]> } = {
  attention: attentionComputation,
  attentionGradient: attentionGradientComputation,
  matmul: matmulComputation,
};

/** Eight heads of 64 features over one sequence. */
const sequence = (length: number, causal: boolean): AttentionTask => {
  return { heads: 8, queries: length, keys: length, depth: 64, causal, cached: false };
};

const attention = (length: number, mask: "full" | "causal", goals: readonly Goal[] = []): Workload => {
  return { name: `attention ${length} ${mask}`, kind: "attention", task: sequence(length, mask === "causal"), goals };
};

const attentionGradient = (length: number, mask: "full" | "causal", goals: readonly Goal[] = []): Workload => ({
  name: `attention gradient ${length} ${mask}`,
  kind: "attentionGradient",
  task: sequence(length, mask === "causal"),
  goals,
});

const matmul = (size: number, goals: readonly Goal[] = []): Workload => {
  return { name: `matmul ${size}`, kind: "matmul", task: { rows: size, inner: size, columns: size }, goals };
};

/** All workloads, in the order in which they run. */
export const workloads: readonly Workload[] = [
  matmul(512, [
    { against: "peak", least: 0.6 },
    { against: "ort-web", least: 1.75 },
  ]),
  attention(256, "full"),
  attention(256, "causal"),
  attention(512, "full"),
  attention(512, "causal"),
  attention(1024, "full", [{ against: "ort-web", least: 1.6 }]),
  attention(1024, "causal", [{ against: "ort-web", least: 3 }]),
  attentionGradient(512, "full"),
  attentionGradient(512, "causal"),
  attentionGradient(1024, "full", [{ against: "best peer", least: 6 }]),
  attentionGradient(1024, "causal", [{ against: "best peer", least: 6 }]),
  attentionGradient(2048, "full", [{ against: "best peer", least: 6 }]),
  attentionGradient(2048, "causal", [{ against: "best peer", least: 6 }]),
  {
    name: "attention decoding 1 token, 1024 keys",
    kind: "attention",
    task: { ...sequence(1024, false), queries: 1, cached: true },
    goals: [],
  },
];

// A workload's kind chooses the computation of its own task, which TypeScript cannot follow through the table.
const computationOf = ({ kind }: Workload): Computation<unknown> => computations[kind] as Computation<unknown>;

/** How many floating-point operations a workload is. */
export const operationsOf = (workload: Workload): number => computationOf(workload).operations(workload.task);

/** A workload's inputs, of variance 1 whatever their number: the same in every process. */
export const inputsOf = (workload: Workload): Arrays =>
  Object.fromEntries(
    Object.entries(computationOf(workload).shapes(workload.task)).map(([name, shape], position) => [
      name,
      noise(countOf(shape), position, Math.sqrt(3)),
    ]),
  );

/** What a workload should give. */
export const meaningOf = (workload: Workload): Readonly<Record<string, Float64Array>> =>
  computationOf(workload).meaning(workload.task, inputsOf(workload));
