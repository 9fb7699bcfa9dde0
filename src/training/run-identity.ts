// What makes a run that run, in words: a checkpoint is taken over only by a run of which all of this is equal.
import { printGraph } from "../ir/text/print.ts";
import { printType } from "../ir/types/tensor-type.ts";
import type { AnyFeeds } from "./compiled-model.ts";
import { exampleArrays } from "./example-arrays.ts";
import type { AnyFitOptions } from "./fit-options.ts";
import type { RunIdentity } from "./run-state.ts";
import type { AnyTrainer } from "./trainer.ts";
import { type BatchSource, isStream, type TrainingData } from "./training-data.ts";

/** How many examples there are, in words; batches do not say. */
const countInWords = (examples: number | undefined): string =>
  examples === undefined ? "given as batches" : String(examples);

const validationOf = (trainer: AnyTrainer, data: TrainingData<AnyFeeds> | undefined): string => {
  if (data === undefined) return "none";
  return countInWords(isStream(data) ? undefined : exampleArrays(trainer.compiled, "step", data).count);
};

/** The facts of a run. The number of epochs is none of them: a run may be made longer. */
export const identityOf = (
  trainer: AnyTrainer,
  { batch, examples }: BatchSource,
  { data, validation, shuffle = 0, earlyStopping }: AnyFitOptions,
): RunIdentity => {
  const { model, options } = trainer.description;
  return {
    model: model.name,
    parameters: trainer.executable.parameters.map(({ name, type }) => `${name}: ${printType(type)}`).join("\n"),
    optimizer: options.optimizer.name,
    batch: String(batch),
    examples: countInWords(examples),
    validation: validationOf(trainer, validation),
    shuffle: isStream(data) ? "as given" : String(shuffle),
    best: earlyStopping?.restoreBest === true ? `${earlyStopping.metric}, ${earlyStopping.mode ?? "min"}` : "not kept",
    program: printGraph(trainer.compiled.graph),
  };
};
