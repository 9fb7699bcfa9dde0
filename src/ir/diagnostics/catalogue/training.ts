// W5xx: training.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";
import { plainName } from "../in-words.ts";

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
  readonly W507: CatalogueEntry<{ buffer: string }>;
  readonly W508: CatalogueEntry<{
    what: string;
    name: string;
    nearest: string | undefined;
    known: readonly string[];
  }>;
  readonly W509: CatalogueEntry<{ name: string }>;
  readonly W510: CatalogueEntry<{ counts: readonly (readonly [name: string, examples: number])[] }>;
  readonly W511: CatalogueEntry<{ inputs: readonly string[] }>;
  readonly W512: CatalogueEntry<{ name: string; row: number; rest: readonly number[]; length: number }>;
  readonly W513: CatalogueEntry<{ what: string; examples: number; batch: number }>;
  readonly W514: CatalogueEntry<{ what: string; epoch: number }>;
  readonly W515: CatalogueEntry<{ metric: string; known: readonly string[] }>;
  readonly W516: CatalogueEntry<{ file: string; differs: readonly string[] }>;
  readonly W517: CatalogueEntry<{ directory: string; damaged: readonly string[] }>;
}

const list = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

export const training: TrainingRows = {
  W501: entry({
    title: "the loss is not a number",
    message: (details) => sentence("W501", details),
    help: () => "reduce it, for example with mean() or sum().",
    explanation: "Training follows the gradient of one number. A loss per example must first be averaged or summed.",
    example:
      'loss: ({ logits }, { label }) => mean(crossEntropy(logits, label))  // not crossEntropy(logits, label, { reduction: "none" })',
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
    help: () => "choose another name: a step itself reports loss and finite, and histories add step and epoch.",
    explanation: "The results of a step are the loss, whether all was finite, and the metrics, each under its name.",
    example:
      'metrics: ({ logits }, { label }) => ({ right: equal(argmax(logits, 1), label).cast("i32").sum() })  // not { loss: ... }',
  }),
  W504: entry({
    title: "a new value that does not fit its buffer",
    message: ({ buffer, value }) => `updateBuffer: ${buffer} cannot become ${value}`,
    help: ({ buffer }) => `give it a tensor of its own type, ${buffer}.`,
    explanation:
      "A buffer keeps its shape and its element type for as long as the model lives, so its new value must have both.",
    example: 'updateBuffer(seen, seen.add(1))  // not updateBuffer(seen, seen.cast("f64"))',
  }),
  W505: entry({
    title: "an update of what is no buffer",
    message: ({ type }) => `updateBuffer: the model has no buffer that is this ${type}`,
    help: () => "declare it with buffer([...]) in params, and pass the very tensor that `forward` is given for it.",
    explanation:
      "A training step writes new values of the model's own buffers. Parameters made by `param` are changed by the optimizer alone, and what is computed has no memory of its own.",
    example:
      "layer({ seen: buffer([]) }, ({ seen }) => (x) => { updateBuffer(seen, seen.add(1)); return x; })  // not updateBuffer(weight, weight.add(1)) of a param",
  }),
  W506: entry({
    title: "no averages were asked for",
    message: () => "predictAveraged: this training keeps no averages of its parameters",
    help: () => "describe the training with averages: ema({ decay: 0.999 }).",
    explanation:
      "Averages of the parameters over the steps cost memory and time, so a trainer has them only where its description says so.",
    example: "training(model, { loss, optimizer: adam(), averages: ema({ decay: 0.999 }) })  // not without averages",
  }),
  W507: entry({
    title: "a buffer updated in the step of a recurrence",
    message: ({ buffer }) => `updateBuffer: this value of a buffer ${buffer} is computed within the step of a scan`,
    help: () => "give it out of the step as a carry or an output, and update the buffer with what the scan gives.",
    explanation:
      "A buffer has one new value in each training step, and the step of a recurrence runs many times within one. Batch normalization therefore stands around a scan and not in it.",
    example:
      "const { carry } = scan({ ..., step: ({ sum }, { x }) => ({ carry: { sum: add(sum, x) } }) }); updateBuffer(total, carry.sum);  // not updateBuffer within step",
  }),
  W508: entry({
    title: "no such parameter to train",
    message: ({ what, name }) => `${what}: no parameter that is trained is named ${plainName(name)}`,
    help: ({ nearest, known }) =>
      nearest === undefined
        ? `the parameters that are trained are ${known.join(", ")}.`
        : `did you mean ${JSON.stringify(nearest)}?`,
    explanation:
      "What is frozen or grouped is named by the path of a parameter, or by what stands before it: blocks.0 names all parameters of that block. A name that fits nothing would leave parameters as they were without a word. Buffers are never trained, so they cannot be frozen either.",
    example: 'training(model, { loss, optimizer, freeze: ["embedding", "blocks.0"] })  // not freeze: ["embeding"]',
  }),
  W509: entry({
    title: "parameters in two groups",
    message: ({ name }) => `training: groups: ${plainName(name)} is named in two groups`,
    help: () =>
      "name it in one of them. Where a longer path is in another group, as blocks.0 beside blocks, that one decides.",
    explanation:
      "A parameter has one learning rate and one optimizer. Of the groups that name it, the one with the longest path decides.",
    example:
      'groups: [{ parameters: ["blocks"], learningRate: 1e-4 }, { parameters: ["blocks.0"], learningRate: 1e-5 }]  // not ["blocks"] twice',
  }),
  W510: entry({
    title: "arrays with different numbers of examples",
    message: ({ counts }) =>
      `the arrays do not have one row per example: ${counts.map(([name, count]) => `${name} has ${count} rows`).join(", ")}`,
    help: () => "give as many rows of each: row i of all arrays together is example i.",
    explanation:
      "Data given as arrays are cut along their first axis, which counts the examples. Arrays of different lengths mean that a label or an image is missing, and everything behind it would be matched wrongly.",
    example:
      "fit(trainer, { data: { image, label }, epochs: 10 })  // 8000 images and 8000 labels, not 8000 images and 7999 labels",
  }),
  W511: entry({
    title: "inputs that do not share a first axis",
    message: ({ inputs }) =>
      `examples cannot be cut into batches: the inputs have no common first axis: ${inputs.join(", ")}`,
    help: () => "give batches instead of arrays: data: function* (epoch) { yield { image, label, mask }; }.",
    explanation:
      "Arrays are cut into batches along the first axis of all inputs. An input that is the same for the whole batch, a mask or a table, has no such axis, so such batches are made by the caller.",
    example:
      "data: function* (epoch) { for (const batch of batchesOf(epoch)) yield { ...batch, mask }; }  // not data: { image, mask }, where mask is no row for each example",
  }),
  W512: entry({
    title: "an array that is not whole rows",
    message: ({ name, row, rest, length }) =>
      `${name}: ${length} elements are no whole number of rows of [${rest.join(", ")}], which have ${row} elements each`,
    help: () =>
      "give examples times the elements of a row, row-major; rows without elements need a shape beside the data.",
    explanation:
      "How many elements one example has is known from the input that the program was compiled with: its shape without the first axis.",
    example:
      "new Float32Array(8000 * 784)  // 8000 rows for an input of f32[32, 784], not new Float32Array(8000 * 784 - 1)",
  }),
  W513: entry({
    title: "fewer examples than a batch",
    message: ({ what, examples, batch }) => `${what}: ${examples} examples do not fill a batch of ${batch}`,
    help: ({ examples }) =>
      `compile for a smaller batch${examples > 0 ? `: at most ${examples}` : ""}, or give more examples.`,
    explanation:
      "A batch size is fixed when compiling, and training leaves out what does not fill a batch. Nothing would be left.",
    example: "compile(training, { dims: { B: 8 } })  // not { B: 64 } for 10 examples",
  }),
  W514: entry({
    title: "an epoch without a batch",
    message: ({ what, epoch }) => `${what}: epoch ${epoch + 1} gave no batch`,
    help: () =>
      "a generator can be gone over once: give the function that makes it, data: function* (epoch) { ... }, or a list of batches.",
    explanation:
      "Batches given as an iterable are gone over once in each epoch. An iterator that is used up gives nothing the second time.",
    example: "data: (epoch) => batchesOf(epoch)  // not data: batchesOf(0)",
  }),
  W515: entry({
    title: "early stopping watches what is not there",
    message: ({ metric }) => `fit: epochs have no figure ${JSON.stringify(metric)}`,
    help: ({ known }) => `watch one of ${list(known)}; figures of validation need validation data.`,
    explanation:
      "Early stopping compares a figure of each epoch with those before: the loss, a scalar metric, or with `validation` data one of those over it.",
    example: 'earlyStopping: { metric: "validation.loss", patience: 3, restoreBest: true }  // not metric: "accurracy"',
  }),
  W516: entry({
    title: "a checkpoint of another run",
    message: ({ file, differs }) => `${file}: this checkpoint is of another run: ${differs.join("; ")}`,
    help: () =>
      "use another folder for another run; to start from the parameters of this one, restore what loadCheckpoint gives.",
    explanation:
      "A run goes on from a checkpoint to the bits it would have had without interruption, which holds only if model, optimizer, data and shuffling are the same. Only the number of epochs and the patience may change.",
    example: 'checkpoint: checkpoints("runs/digits-2")',
  }),
  W517: entry({
    title: "no checkpoint that is whole",
    message: ({ directory, damaged }) => `${directory}: no checkpoint there is whole: ${damaged.join("; ")}`,
    help: () => "fetch the folder from a backup, or remove these files to start from the beginning.",
    explanation:
      "Checkpoints carry a checksum. One that is damaged is passed over, with a warning, for the one before it; where none is left, the run does not silently start again from the beginning.",
    example: 'checkpoint: checkpoints("runs/digits")',
  }),
};
