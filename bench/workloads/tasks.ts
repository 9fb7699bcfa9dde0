// The task of each kind of workload: its sizes and options.
import type { Network } from "../networks/network.ts";
import type { AttentionTask } from "./attention.ts";
import type { MatmulTask } from "./matmul.ts";

/** A network whose output is a loss, and who makes it smaller. */
export interface TrainingTask {
  readonly network: Network;
  readonly optimizer: "sgd" | "adam";
}

/** A network to be compiled. */
export interface CompileTask {
  /** Made when it is needed: there are large ones. */
  readonly network: () => Network;
  /** The optimizer of its training step, if that is to be compiled. */
  readonly training?: TrainingTask["optimizer"];
  /** The workload's name, if each time is to be the first of a process. */
  readonly fresh?: string;
}

/** By kind. */
export interface Tasks {
  readonly attention: AttentionTask;
  readonly attentionGradient: AttentionTask;
  readonly matmul: MatmulTask;
  readonly network: Network;
  readonly training: TrainingTask;
  readonly compile: CompileTask;
  /** The first result of a process. */
  readonly coldStart: Network;
  /** A product without WebAssembly. */
  readonly script: MatmulTask;
}

export type Kind = keyof Tasks;
