// W5xx: training.
import { type CatalogueEntry, entry } from "../entry.ts";

interface TrainingRows {
  readonly W501: CatalogueEntry<{ type: string }>;
  readonly W502: CatalogueEntry<{
    step: number;
    loss: number;
    what: string;
    value: number;
    element: number;
    type: string;
  }>;
  readonly W503: CatalogueEntry<{ name: string }>;
}

export const training: TrainingRows = {
  W501: entry({
    title: "the loss is not a number",
    message: ({ type }) => `training: the loss must be one float, got ${type}`,
    help: () => "reduce it, for example with mean() or sum().",
    explanation: "Training follows the gradient of one number. A loss per example must first be averaged or summed.",
    example: "loss: ({ logits }, { label }) => mean(crossEntropy(logits, label))",
  }),
  W502: entry({
    title: "the loss is no longer finite",
    message: ({ step, loss, what, value, element, type }) =>
      `step ${step}: the loss is ${loss}; the first value that is not finite is ${what}: ${type}, element ${element} is ${value}`,
    help: () =>
      "the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch.",
    explanation:
      "A step whose loss or gradients hold NaN or infinity is not applied: parameters and optimizer state stay as they were, and training stops with the first operation whose result was not finite.",
    example: 'catch (error) { if (error instanceof WeftError && error.code === "W502") await save(trainer) }',
  }),
  W503: entry({
    title: "a metric under a name that is taken",
    message: ({ name }) => `training: a metric cannot be called ${JSON.stringify(name)}`,
    help: () => "choose another name: a step itself reports loss and finite.",
    explanation: "The results of a step are the loss, whether all was finite, and the metrics, each under its name.",
    example: 'metrics: ({ logits }, { label }) => ({ right: equal(argmax(logits, 1), label).cast("i32").sum() })',
  }),
};
