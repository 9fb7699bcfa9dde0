// The task of each kind of workload: its sizes and options.
import type { Network } from "../networks/network.ts";
import type { AttentionTask } from "./attention.ts";
import type { MatmulTask } from "./matmul.ts";

/** By kind. */
export interface Tasks {
  readonly attention: AttentionTask;
  readonly attentionGradient: AttentionTask;
  readonly matmul: MatmulTask;
  readonly network: Network;
}

export type Kind = keyof Tasks;
