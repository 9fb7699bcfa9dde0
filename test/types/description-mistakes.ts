// Mistakes in descriptions and in what is fed to them, each of which the type checker refuses. descriptions.test.ts reads what it
// says, in three versions of TypeScript, and holds the run time to the same sentence.
import {
  compileSync,
  crossEntropy,
  decoding,
  defineModel,
  equal,
  evaluate,
  fit,
  mean,
  repeat,
  spec,
  sum,
  training,
} from "../../src/index.ts";
import { embedding, linear } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";

const classifier = defineModel({
  name: "classifier",
  params: { blocks: repeat(2, () => linear(4, 4)), output: linear(4, 3) },
  inputs: { image: spec("f32", ["B", 4]) },
  forward: (p, { image }) => {
    const [first, second] = p.blocks;
    return { logits: p.output(second?.(first?.(image) ?? image) ?? image) };
  },
});
const optimizer = sgd({ learningRate: 0.1 });
const inputs = { label: spec("i32", ["B"]) };
const learning = training(classifier, {
  inputs,
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer,
});
const reader = defineModel({
  name: "reader",
  params: { table: embedding(5, 4) },
  inputs: { tokens: spec("i32", ["T"]) },
  forward: (p, { tokens }) => ({ vectors: p.table(tokens) }),
});

const dims = { B: 2 };
const image = new Float32Array(8);
const label = new Int32Array(2);

/** What the type checker refuses with a sentence, which the run time throws as well. */
export const mistakes: Readonly<Record<string, () => unknown>> = {
  "an array of another class": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: f32 is held by a Float32Array
    return run({ image: new Int32Array(8) });
  },
  "an array of another class beside its shape": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: f32 is held by a Float32Array
    return run({ image: { data: new Float64Array(8), shape: [2, 4] } });
  },
  "a list": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: lists are not converted
    return run({ image: [1, 2, 3, 4, 5, 6, 7, 8] });
  },
  "a name that is no input": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: the input is called image
    return run({ images: image });
  },
  "one name too many": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: there is no input mask
    return run({ image, mask: label });
  },
  "nothing fed": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: the image is missing
    return run({});
  },
  "results into given arrays": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: f32 is held by a Float32Array
    return run({ image: label }, { into: { logits: new Float32Array(6) } });
  },
  "a result into another class": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: f32 is held by a Float32Array
    return run({ image }, { into: { logits: new Float64Array(6) } });
  },
  "a result that there is not": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: the result is called logits
    return run({ image }, { into: { logit: new Float32Array(6) } });
  },
  "a loss into another class": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the loss is f32
    return trainer.step({ image, label }, { into: { loss: new Float64Array(1) } });
  },
  "a metric that there is not": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the training has no metrics
    return trainer.step({ image, label }, { into: { loss: 0, right: new Int32Array(1) } });
  },
  "a gradient into another class": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: f32 is held by a Float32Array
    return trainer.grads({ image, label }, { into: { gradients: { "output.bias": new Int32Array(3) } } });
  },
  "a gradient that there is not": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: parameters are meant by their whole paths
    return trainer.grads({ image, label }, { into: { loss: 0, gradients: { bias: new Float32Array(3) } } });
  },
  "a step without labels": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the loss reads labels
    return trainer.step({ image });
  },
  "labels as floats": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: i32 is held by an Int32Array
    return trainer.step({ image, label: new Float32Array(2) });
  },
  "gradients of unknown names": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the input is called label
    return trainer.grads({ image, labels: label });
  },
  "a prediction of nothing": () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the image is missing
    return trainer.predict({ label });
  },
  "training on labels as floats": async () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: i32 is held by an Int32Array
    return await fit(trainer, { data: { image, label: new Float32Array(2) }, epochs: 1 });
  },
  "training without labels": async () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the loss reads labels
    return await fit(trainer, { data: { image }, epochs: 1 });
  },
  "batches of labels as floats": async () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: i32 is held by an Int32Array
    return await fit(trainer, { data: [{ image, label: new Float32Array(2) }], epochs: 1 });
  },
  "evaluation of an unknown name": async () => {
    const trainer = compileSync(learning, { dims });
    // @ts-expect-error: the input is called label
    return await evaluate(trainer, { image, labels: label });
  },
  "a piece of floats": () => {
    const decoder = compileSync(decoding(reader, { positions: "T", capacity: 4, entries: { decode: 1, prefill: 2 } }));
    // @ts-expect-error: i32 is held by an Int32Array
    return decoder.prefill({ tokens: new Float32Array(2) });
  },
  "a parameter of another class": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: f32 is held by a Float32Array
    return run.parameters.set("output.bias", new Float64Array(3));
  },
  "a loss of each example": () => {
    const examples = training(classifier, {
      inputs,
      // @ts-expect-error: one loss is wanted, not B of them
      loss: ({ logits }, { label: classes }) => crossEntropy(logits, classes, { reduction: "none" }),
      optimizer,
    });
    return compileSync(examples, { dims });
  },
  "a loss that is no float": () => {
    const counts = training(classifier, {
      inputs,
      // @ts-expect-error: whole numbers have no gradient
      loss: (_, { label: classes }) => sum(classes),
      optimizer,
    });
    return compileSync(counts, { dims });
  },
  "a loss that is yes or no": () => {
    const right = training(classifier, {
      // @ts-expect-error: bools have no gradient
      loss: ({ logits }) => equal(mean(logits), 0),
      optimizer,
    });
    return compileSync(right, { dims });
  },
};

/** What the type checker refuses in its own words, because there is a name to choose from; the run time has a code for each. */
export const wrongNames: Readonly<Record<string, () => unknown>> = {
  "a parameter that is not there": () => {
    const run = compileSync(classifier, { dims });
    // @ts-expect-error: it is called output
    return run.parameters.get("ouptut.weight");
  },
  "a frozen parameter that is not there": () =>
    training(classifier, {
      loss: ({ logits }) => mean(logits),
      optimizer,
      // @ts-expect-error: it is called output
      freeze: ["ouptut"],
    }),
  "a group of parameters that are not there": () =>
    training(classifier, {
      loss: ({ logits }) => mean(logits),
      optimizer,
      // @ts-expect-error: they are called blocks
      groups: [{ parameters: ["block"], learningRate: 0.01 }],
    }),
};
