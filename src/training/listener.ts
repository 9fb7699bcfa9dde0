// Whoever follows a run: a progress bar, a file of figures, the caller's own functions. What they do changes no bit of it.
import type { EpochRecord, History, StepRecord } from "./history.ts";

/** A run as its listeners see it. */
export interface Run {
  /** How many epochs there are to be. */
  readonly epochs: number;
  /** Batches of an epoch, where that is known. */
  readonly batches: number | undefined;
  /** Examples of a batch, as far as the inputs say so: the first axis that all have in common, else 1. */
  readonly batch: number;
  /** What is run, in words by name: model, optimizer, batch, data. */
  readonly configuration: Readonly<Record<string, string>>;
  /** The figures so far; it grows while the run goes on. */
  readonly history: History;
}

/** Functions that are called as a run goes on, each awaited before it goes further. */
export interface TrainingListener {
  /** Before the first step of this process; the history holds what a checkpoint has brought. */
  readonly onStart?: (run: Run) => void | Promise<void>;
  /** After each step. */
  readonly onStep?: (step: StepRecord, run: Run) => void | Promise<void>;
  /** After each epoch. */
  readonly onEpoch?: (epoch: EpochRecord, run: Run) => void | Promise<void>;
  /** Before a checkpoint is written: rows of files must be on the disk when this is done. */
  readonly onCheckpoint?: (run: Run) => void | Promise<void>;
  /** When the run is over, also by an error. */
  readonly onEnd?: (run: Run) => void | Promise<void>;
}
