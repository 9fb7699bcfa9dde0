// When to stop: once a figure has not become better for some epochs. What is decided depends on the history of epochs
// alone, so a resumed run decides as if it had never been interrupted.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { BestEpoch, EpochRecord } from "./history.ts";

/** How a run ends before its epochs do. */
export interface EarlyStopping {
  /** A figure of the epoch's record: `loss`, `validation.loss`, `validation.right`. */
  readonly metric: string;
  /** How many epochs in a row may pass without a better value than the best. */
  readonly patience: number;
  /** Whether less is better (the default), or more. */
  readonly mode?: "min" | "max";
  /** By how much a value must be better to count; 0 unless said otherwise. */
  readonly minimumChange?: number;
  /** Ends with the model's parameters of the best epoch, not with the last; the optimizer's state stays the last. */
  readonly restoreBest?: boolean;
}

/** What the epochs so far come to. */
export interface Verdict {
  readonly best: BestEpoch | undefined;
  /** How many epochs have passed since the best. */
  readonly since: number;
  readonly isOver: boolean;
}

/** W140 for patience that is none. */
export const checkEarlyStopping = ({ patience, metric, mode = "min" }: EarlyStopping): void => {
  const fail = (what: string, expected: string, given: unknown, write: string): never =>
    reject("W140", { what: `fit: earlyStopping.${what}`, expected, given: inWords(given), write });
  if (typeof metric !== "string") fail("metric", "the name of a figure", metric, 'metric: "validation.loss"');
  if (!Number.isSafeInteger(patience) || patience < 1)
    fail("patience", "a whole number above 0", patience, "patience: 3");
  if (mode !== "min" && mode !== "max") fail("mode", "a direction", mode, 'mode: "min" or mode: "max"');
};

/** What a record counts rather than measures. */
const counts: ReadonlySet<string> = new Set(["epoch", "step"]);

/** Judges the epochs so far; a value that is NaN is never better. `reject`s (W515) a figure that epochs do not have. */
export const judgeEpochs = (epochs: readonly EpochRecord[], stopping: EarlyStopping | undefined): Verdict => {
  if (stopping === undefined) return { best: undefined, since: 0, isOver: false };
  const { metric, patience, mode = "min", minimumChange = 0 } = stopping;
  let best: BestEpoch | undefined;
  for (const [at, figures] of epochs.entries()) {
    const value =
      figures[metric] ?? reject("W515", { metric, known: Object.keys(figures).filter((name) => !counts.has(name)) });
    const gain =
      best === undefined ? Number.POSITIVE_INFINITY : mode === "min" ? best.value - value : value - best.value;
    if (!Number.isNaN(value) && gain > minimumChange) best = { epoch: at + 1, value };
  }
  const since = epochs.length - (best?.epoch ?? 0);
  return { best, since, isOver: since >= patience };
};
