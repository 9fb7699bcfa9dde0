// The task of each kind of workload: its sizes and options.
import type { Network } from "../networks/network.ts";
import type { AttentionTask } from "./attention.ts";
import type { MatmulTask } from "./matmul.ts";

/** A network whose output is a loss, and who makes it smaller. */
export interface TrainingTask {
  readonly network: Network;
  readonly optimizer: "sgd" | "adam";
}

/** By kind. */
export interface Tasks {
  readonly attention: AttentionTask;
  readonly attentionGradient: AttentionTask;
  readonly matmul: MatmulTask;
  readonly network: Network;
  readonly training: TrainingTask;
}

export type Kind = keyof Tasks;
