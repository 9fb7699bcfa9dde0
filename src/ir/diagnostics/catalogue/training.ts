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
  readonly W504: CatalogueEntry<{ buffer: string; value: string }>;
  readonly W505: CatalogueEntry<{ type: string }>;
  readonly W506: CatalogueEntry<Record<never, never>>;
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
  W504: entry({
    title: "a new value that does not fit its buffer",
    message: ({ buffer, value }) => `updateBuffer: ${buffer} cannot become ${value}`,
    help: ({ buffer }) => `give it a tensor of its own type, ${buffer}.`,
    explanation:
      "A buffer keeps its shape and its element type for as long as the model lives, so its new value must have both.",
    example: "updateBuffer(seen, seen.add(1))",
  }),
  W505: entry({
    title: "an update of what is no buffer",
    message: ({ type }) => `updateBuffer: the model has no buffer that is this ${type}`,
    help: () => "declare it with buffer([...]) in params, and pass the very tensor that `forward` is given for it.",
    explanation:
      "A training step writes new values of the model's own buffers. Parameters made by `param` are changed by the optimizer alone, and what is computed has no memory of its own.",
    example: "layer({ seen: buffer([]) }, ({ seen }) => (x) => { updateBuffer(seen, seen.add(1)); return x; })",
  }),
  W506: entry({
    title: "no averages were asked for",
    message: () => "predictAveraged: this training keeps no averages of its parameters",
    help: () => "describe the training with averages: ema({ decay: 0.999 }).",
    explanation:
      "Averages of the parameters over the steps cost memory and time, so a trainer has them only where its description says so.",
    example: "training(model, { loss, optimizer: adam(), averages: ema({ decay: 0.999 }) })",
  }),
};
