// What `fit` is told, and its checks: callers without a type checker get a sentence instead of a surprise.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { requireRecord } from "../model/declaration.ts";
import type { AnyFeeds } from "./compiled-model.ts";
import { checkEarlyStopping, type EarlyStopping } from "./early-stopping.ts";
import type { TrainingListener } from "./listener.ts";
import type { CheckpointStore } from "./run-state.ts";
import type { TrainingData } from "./training-data.ts";

/** How a trainer is run; its own listener is called before those of `log`. */
export interface FitOptions<Data, Validation = Data> extends TrainingListener {
  /** Arrays by input name with one row per example, or batches one after the other. */
  readonly data: Data;
  /** What the model is evaluated on after each epoch: figures named `validation.loss` and so on. */
  readonly validation?: Validation;
  /** How many times the data are gone over, those before a checkpoint included. */
  readonly epochs: number;
  /** The seed of the orders in which arrays are gone over, another in each epoch; 0 unless said otherwise. */
  readonly shuffle?: number | false;
  /** When to end before the epochs are done. */
  readonly earlyStopping?: EarlyStopping;
  /** Where the run is kept, and from where it goes on when it was interrupted: `checkpoints("runs/digits")`. */
  readonly checkpoint?: CheckpointStore;
  /** Listeners: `[progressBar(), csvFile("metrics.csv")]`. */
  readonly log?: readonly TrainingListener[];
  /** Ends the run after the present step, with a checkpoint. */
  readonly signal?: {
    /** Whether to end; an `AbortSignal` has this. */
    readonly aborted: boolean;
  };
}

/** Options of which the exact types do not matter. */
export type AnyFitOptions = FitOptions<TrainingData<AnyFeeds>>;

const known = optionNames<FitOptions<unknown>>({
  data: true,
  validation: true,
  epochs: true,
  shuffle: true,
  earlyStopping: true,
  checkpoint: true,
  log: true,
  signal: true,
  onStart: true,
  onStep: true,
  onEpoch: true,
  onCheckpoint: true,
  onEnd: true,
});

/** Refuses options that are unknown or of another kind (W140). */
export const checkFitOptions = (options: AnyFitOptions): void => {
  const example = "fit(trainer, { data: { image, label }, epochs: 10 })";
  requireRecord("fit", options, example);
  const fail = (what: string, expected: string, given: unknown, write: string): never =>
    reject("W140", { what: `fit: ${what}`, expected, given: inWords(given), write });
  requireKnownOptions("fit", options, known);
  const { data, epochs, shuffle = 0, earlyStopping, log = [], checkpoint } = options;
  if (data === undefined) fail("data", "arrays by input name, or batches", data, example);
  if (!Number.isSafeInteger(epochs) || epochs < 0) fail("epochs", "a whole number", epochs, "epochs: 10");
  if (shuffle !== false && !Number.isSafeInteger(shuffle)) fail("shuffle", "a seed or false", shuffle, "shuffle: 2026");
  if (!Array.isArray(log)) fail("log", "a list of listeners", log, "log: [progressBar()]");
  if (checkpoint !== undefined && typeof checkpoint.load !== "function")
    fail("checkpoint", "a store", checkpoint, 'checkpoint: checkpoints("runs/digits")');
  if (earlyStopping !== undefined) checkEarlyStopping(earlyStopping);
};
