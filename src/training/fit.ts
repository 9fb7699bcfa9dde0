// The training loop: epochs of batches, validation, early stopping, checkpoints, listeners. All that a step depends on is
// in the parameters and in the number of the step, so a run that was killed goes on from its last checkpoint and ends in
// the bits of one that was not.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import type { Named } from "../ir/types/named.ts";
import type { Feeds } from "../ir/types/static/feeds.ts";
import { flattenSpecs } from "../model/parameter.ts";
import { judgeEpochs } from "./early-stopping.ts";
import { evaluateOn } from "./evaluation.ts";
import { type Figures, figuresOf, weightedMean } from "./figures.ts";
import { type AnyFitOptions, checkFitOptions, type FitOptions } from "./fit-options.ts";
import type { Ending, History } from "./history.ts";
import type { Run, TrainingListener } from "./listener.ts";
import { identityOf } from "./run-identity.ts";
import type { ParameterValues, RunIdentity, RunState } from "./run-state.ts";
import { type AnyTrainer, anyTrainer, type TrainerOf } from "./trainer.ts";
import { type BatchSource, batchSource, type CheckData, type TrainingData } from "./training-data.ts";

/** The history as the loop writes it. */
type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** A run in this process, and where it is. */
interface Running extends Growing<Omit<RunState, "parameters" | "steps" | "epochs">> {
  readonly trainer: AnyTrainer;
  readonly options: AnyFitOptions;
  readonly source: BatchSource;
  readonly identity: RunIdentity;
  readonly history: Growing<History>;
  readonly run: Run;
  /** When something else last got its turn, in milliseconds. */
  lastTurn: number;
}

/** Calls a hook of the caller's listener, and then of each of `log`. */
const tell = async (
  { options, run }: Running,
  call: (listener: TrainingListener, run: Run) => void | Promise<void>,
): Promise<void> => {
  for (const listener of [options, ...(options.log ?? [])]) {
    const told = call(listener, run);
    if (told !== undefined) await told;
  }
};

/** Tells every listener that the run is over, whatever the others do; gives their errors. */
const tellEnd = async ({ options, run }: Running): Promise<readonly unknown[]> => {
  const errors: unknown[] = [];
  for (const listener of [options, ...(options.log ?? [])]) {
    try {
      await listener.onEnd?.(run);
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
};

/** The model's own parameters, without what only the training keeps. */
const weightsOf = ({ description, parameters }: AnyTrainer): ParameterValues => {
  const known = new Set<string>(parameters.names);
  const paths = flattenSpecs(description.model.params).map(([path]) => path);
  return Object.fromEntries(paths.filter((path) => known.has(path)).map((path) => [path, parameters.get(path)]));
};

const isAborted = ({ options }: Running): boolean => options.signal?.aborted === true;

const save = async (running: Running): Promise<void> => {
  const { options, trainer, history, identity, step, epoch, position, best } = running;
  if (options.checkpoint === undefined) return;
  await tell(running, (listener, run) => listener.onCheckpoint?.(run));
  const { steps, epochs } = history;
  const state = { step, epoch, position, parameters: trainer.parameters.all(), best, steps, epochs };
  await options.checkpoint.save(state, identity);
};

/** A row of the history of steps; the names that it adds cannot be metrics too (W503). */
const stepRecord = ({ step, epoch }: Running, { loss, ...metrics }: Figures): Figures => {
  for (const name of ["step", "epoch"]) if (Object.hasOwn(metrics, name)) reject("W503", { name });
  return Object.freeze({ step, epoch: epoch + 1, loss: loss ?? Number.NaN, ...metrics });
};

/** How long steps may follow each other without anything else getting its turn, in milliseconds. */
const breath = 50;

/** The steps of one epoch, as far as they are not behind; none of them if the run is aborted. */
const runSteps = async (running: Running): Promise<void> => {
  const { trainer, source, options, history } = running;
  const every = options.checkpoint?.every;
  for await (const feeds of source.open(running.epoch, running.position)) {
    const figures = figuresOf(trainer.step(feeds), source.batch);
    running.step++;
    running.position++;
    const record = stepRecord(running, figures);
    history.steps.push(record);
    await tell(running, (listener, run) => listener.onStep?.(record, run));
    if (every !== undefined && running.step % every === 0) await save(running);
    // Epochs may be shorter than a breath, so it is not begun anew with each.
    if (performance.now() - running.lastTurn > breath) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      running.lastTurn = performance.now();
    }
    if (isAborted(running)) return;
  }
};

/** Closes an epoch of which all steps are done: means, validation, the best so far. */
const closeEpoch = async (running: Running): Promise<void> => {
  const { trainer, options, history, epoch, position, step } = running;
  if (position === 0) reject("W514", { what: "fit", epoch });
  const {
    step: _step,
    epoch: _epoch,
    ...means
  } = weightedMean(history.steps.slice(-position).map((each) => [each, 1]));
  const validated = options.validation && (await evaluateOn(trainer, options.validation)).figures;
  const validation = Object.entries(validated ?? {}).map(([name, value]) => [`validation.${name}`, value] as const);
  const record = Object.freeze({ epoch: epoch + 1, step, ...means, ...Object.fromEntries(validation) });
  history.epochs.push(record);
  running.epoch++;
  running.position = 0;
  history.best = judgeEpochs(history.epochs, options.earlyStopping).best;
  if (options.earlyStopping?.restoreBest === true && history.best?.epoch === record.epoch)
    running.best = weightsOf(trainer);
  await tell(running, (listener, run) => listener.onEpoch?.(record, run));
  await save(running);
};

/** Runs until the run is over, and says why it is. */
const runEpochs = async (running: Running): Promise<Ending> => {
  const { options, source, history } = running;
  while (!judgeEpochs(history.epochs, options.earlyStopping).isOver) {
    if (running.epoch >= options.epochs) return "epochs";
    if (!isAborted(running)) await runSteps(running);
    if (isAborted(running) && running.position !== source.batches) {
      await save(running);
      return "aborted";
    }
    await closeEpoch(running);
  }
  return "early";
};

/** A run as it begins, or as its checkpoint left it. */
const begin = async (trainer: AnyTrainer, options: AnyFitOptions): Promise<Running> => {
  const source = batchSource(trainer, options.data, options.shuffle ?? 0);
  const identity = identityOf(trainer, source, options);
  const state = await options.checkpoint?.load(identity);
  if (state !== undefined) trainer.parameters.restore(state.parameters);
  const { step = 0, epoch = 0, position = 0, best, steps = [], epochs = [] }: Partial<RunState> = state ?? {};
  const history: Growing<History> = {
    steps: [...steps],
    epochs: [...epochs],
    best: judgeEpochs(epochs, options.earlyStopping).best,
    ending: undefined,
    resumedAfter: state?.step,
  };
  const { program: _program, parameters: _parameters, best: _best, ...configuration } = identity;
  const run: Run = { epochs: options.epochs, batches: source.batches, batch: source.batch, configuration, history };
  const lastTurn = performance.now();
  return { trainer, options, source, identity, history, run, step, epoch, position, best, lastTurn };
};

/**
 * Trains: goes over the data `epochs` times, each time in another order, and gives the history of it. With a `checkpoint`
 * the state is kept, and a run that was interrupted goes on from there to the same bits. Refused are options of another kind
 * (W140), data that do not fit the inputs (W301 to W305, W510 to W514), a figure to watch that is not there (W515), and
 * checkpoints of another run (W516); a step that is not finite ends the run (W502).
 *
 * @throws W140 options of another kind; W510 to W514 data that do not fit; W515 early stopping that watches what is not
 * there; W502 a loss that is no longer finite.
 * @example
 * const { steps, epochs, ending } = await fit(trainer, { data, epochs: 3, shuffle: 7 });
 * [steps.length, epochs.length, ending]; // [12, 3, "epochs"]
 */
export const fit = async <I extends Named, Data = TrainingData<Feeds<I>>, Validation = TrainingData<Feeds<I>>>(
  trainer: TrainerOf<I>,
  options: FitOptions<CheckData<"step", I, Data>, CheckData<"evaluate", I, Validation>>,
): Promise<History> => runFit(anyTrainer(trainer, "fit"), options as unknown as AnyFitOptions); // whose types have done their work

const runFit = async (trainer: AnyTrainer, options: AnyFitOptions): Promise<History> => {
  checkFitOptions(options);
  const running = await begin(trainer, options);
  const { history } = running;
  try {
    await tell(running, (listener, run) => listener.onStart?.(run));
    history.ending = await runEpochs(running);
    if (running.best !== undefined && history.ending !== "aborted")
      trainer.parameters.restore(running.best, { partial: true });
  } catch (error) {
    history.ending = "failed";
    await tellEnd(running);
    throw error;
  }
  for (const error of await tellEnd(running)) throw error;
  return history;
};
