// The whole state of a run between two steps, and who keeps it. `fit` knows only this interface, so it loads in browsers;
// `checkpoint.ts` keeps states in a folder.
import type { NDArray } from "../backends/runtime/host-array.ts";
import type { EpochRecord, StepRecord } from "./history.ts";

/** Parameters by path. */
export type ParameterValues = Readonly<Record<string, NDArray>>;

/** Everything that the rest of a run depends on, beside what is described in the program itself. */
export interface RunState {
  /** Steps taken by the run. */
  readonly step: number;
  /** The epoch it is in, from 0, and how many of that epoch's batches are behind it. */
  readonly epoch: number;
  /** How far it has come in the epoch. */
  readonly position: number;
  /** All parameters, the optimizer's state and step among them. */
  readonly parameters: ParameterValues;
  /** The model's parameters of the best epoch, where early stopping is to restore them. */
  readonly best: ParameterValues | undefined;
  /** Figures of each step so far. */
  readonly steps: readonly StepRecord[];
  /** Figures of each epoch so far. */
  readonly epochs: readonly EpochRecord[];
}

/**
 * What makes a run that run: facts in words by name, which must all be equal for a state to be taken over. `program` is the
 * graph of the training as text.
 */
export type RunIdentity = Readonly<Record<string, string>>;

/** Keeps the state of a run. */
export interface CheckpointStore {
  /** How many steps lie between two savings; the end of an epoch is saved in any case. */
  readonly every: number | undefined;
  /** The last state that was saved whole, if any; refuses the state of a run with another identity. */
  readonly load: (identity: RunIdentity) => Promise<RunState | undefined>;
  /** Keeps a state, and the one before it until the new one is whole. */
  readonly save: (state: RunState, identity: RunIdentity) => Promise<void>;
}
