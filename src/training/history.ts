// What a run leaves behind: a row of figures for each step and each epoch. It holds no times, so that a run that was
// interrupted leaves the history of one that was not, to the bit.
import type { Figures } from "./figures.ts";

/** Figures of one step: `step` and `epoch` (from 1), `loss`, and the scalar metrics by name. */
export type StepRecord = Figures;

/**
 * Figures of one epoch: `epoch` and its last `step` (from 1), the means of loss and metrics over its steps, and with
 * validation data what `evaluate` says of them: `validation.loss`, and so on.
 */
export type EpochRecord = Figures;

/** Why a run ended: all epochs are done, early stopping, the caller's signal, or an error. */
export type Ending = "epochs" | "early" | "aborted" | "failed";

/** The best epoch so far by the figure that early stopping watches. */
export interface BestEpoch {
  /** From 1. */
  readonly epoch: number;
  /** The figure then. */
  readonly value: number;
}

/** The figures of a run. */
export interface History {
  /** Figures of each step. */
  readonly steps: readonly StepRecord[];
  /** Figures of each epoch. */
  readonly epochs: readonly EpochRecord[];
  /** The best epoch, where early stopping watches. */
  readonly best: BestEpoch | undefined;
  /** Undefined as long as the run goes on. */
  readonly ending: Ending | undefined;
  /** After which step this process took the run over from a checkpoint. */
  readonly resumedAfter: number | undefined;
}
