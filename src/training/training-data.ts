// What a model is trained on: arrays of which batches are taken, or the batches themselves, one after the other.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Named } from "../ir/types/named.ts";
import type { CheckFeeds, Feeds } from "../ir/types/static/feeds.ts";
import type { AnyFeeds } from "./compiled-model.ts";
import { commonRows, entryOf, exampleArrays, rowGatherer } from "./example-arrays.ts";
import { permutation } from "./permutation.ts";
import type { AnyTrainer } from "./trainer.ts";

/** Batches one after the other; one pass over them is an epoch. */
export type BatchStream<F> = Iterable<F> | AsyncIterable<F>;

/**
 * Batches as they are fed: a list of them, any other iterable that can be gone over again, or a function from the number of
 * the epoch (from 0) to an iterable, which must give the same batches whenever it is asked for the same epoch.
 */
export type Batches<F> = BatchStream<F> | ((epoch: number) => BatchStream<F>);

/** Arrays by input name, whose first axis counts the examples: `{ image, label }`. Or batches as they are fed. */
export type TrainingData<F> = F | Batches<F>;

/** The rule of data for a trainer of inputs: with a sentence where one does not fit, at the name of the input. */
export type CheckData<Entry extends string, I extends Named, Data> = Data extends readonly (infer F)[]
  ? readonly CheckFeeds<Entry, I, F>[]
  : Data extends Batches<unknown>
    ? Batches<Feeds<I>>
    : CheckFeeds<Entry, I, Data>;

const isIterable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

/** Whether data are batches already; `reject`s (W140) what is neither form. */
export const isStream = (data: TrainingData<AnyFeeds>): data is Batches<AnyFeeds> => {
  const given: unknown = data;
  if (typeof given === "function" || isIterable(given)) return true;
  if (isRecord(given)) return false;
  const [expected, write] = ["arrays by input name, or batches", "data: { image, label }"];
  return reject("W140", { what: "data", expected, given: inWords(given), write });
};

/** The batches of an epoch; `reject`s (W140) a function that gives none. */
export const openStream = (data: Batches<AnyFeeds>, epoch: number): BatchStream<AnyFeeds> => {
  const opened: unknown = typeof data === "function" ? data(epoch) : data;
  const [expected, write] = ["an iterable of batches", "data: function* (epoch) { yield { image, label }; }"];
  if (!isIterable(opened)) reject("W140", { what: "data", expected, given: inWords(opened), write });
  // Just checked, or of that type from the start.
  return opened as BatchStream<AnyFeeds>;
};

/** Batches of a run, where each is a pure function of epoch and position. */
export interface BatchSource {
  /** How many examples a batch has, as far as the inputs say so. */
  readonly batch: number;
  /** Examples that there are, where that is known. */
  readonly examples: number | undefined;
  /** Batches of an epoch, where that is known. */
  readonly batches: number | undefined;
  /** The batches of an epoch from a position on. What is yielded is good until the next is asked for. */
  readonly open: (epoch: number, position: number) => BatchStream<AnyFeeds>;
}

const arraySource = (trainer: AnyTrainer, data: AnyFeeds, shuffle: number | false): BatchSource => {
  const batch = commonRows(entryOf(trainer.compiled, "step").inputs) ?? 1;
  const arrays = exampleArrays(trainer.compiled, "step", data);
  const batches = batch === 0 ? 0 : Math.floor(arrays.count / batch);
  if (batches === 0) reject("W513", { what: "fit", examples: arrays.count, batch });
  const gather = rowGatherer(arrays, batch);
  const inOrder = Uint32Array.from({ length: arrays.count }, (_, position) => position);
  return {
    batch,
    examples: arrays.count,
    batches,
    open: function* (epoch, position) {
      const order = shuffle === false ? inOrder : permutation(arrays.count, shuffle, epoch);
      for (let at = position; at < batches; at++) yield gather(order.subarray(at * batch, (at + 1) * batch));
    },
  };
};

async function* skipping(stream: BatchStream<AnyFeeds>, count: number): AsyncGenerator<AnyFeeds> {
  let at = 0;
  for await (const feeds of stream) if (at++ >= count) yield feeds;
}

/**
 * The batches of a run. Of arrays, the examples that fill no batch are left out of the epoch: a batch size is fixed when
 * compiling, and to pad would weigh some examples double. Shuffled, they are others in each epoch.
 */
export const batchSource = (
  trainer: AnyTrainer,
  data: TrainingData<AnyFeeds>,
  shuffle: number | false,
): BatchSource => {
  if (!isStream(data)) return arraySource(trainer, data, shuffle);
  return {
    batch: commonRows(entryOf(trainer.compiled, "step").inputs) ?? 1,
    examples: undefined,
    batches: Array.isArray(data) ? data.length : undefined,
    open: (epoch, position) => skipping(openStream(data, epoch), position),
  };
};
