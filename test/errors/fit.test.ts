// W51x, W407, W408: what `fit`, checkpoints and reports refuse, before the first step wherever it can be known.
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { checkpoints, csvFile, htmlReport } from "../../src/cli/training/index.ts";
import { compileSync, evaluate, type FitOptions, fit, mean, spec, sum, training } from "../../src/index.ts";
import { adam } from "../../src/optim/index.ts";
import { decodeCheckpoint } from "../../src/training/checkpoint-bytes.ts";
import { describedLater } from "../support/described.ts";
import { labels, numbers, perceptron, perceptronTraining } from "../support/small-models.ts";

const root = mkdtempSync(join(tmpdir(), "weft-fit-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const withoutRoot = (text: string): string => text.replaceAll(root, "runs");

const trainer = compileSync(perceptronTraining, { dims: { B: 8 } });
const data = { features: numbers(6 * 16), label: labels(16, 3) };

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const refused = async (options: Partial<Record<keyof FitOptions<unknown> | "batchSize", unknown>>): Promise<string> =>
  withoutRoot(await describedLater(() => fit(trainer, untyped({ data, epochs: 1, ...options }))));

describe("errors of fit", () => {
  it("W140: options of another kind", async () => {
    const all = [
      await describedLater(() => fit(trainer, untyped(undefined))),
      await refused({ data: 3 }),
      await refused({ data: undefined }),
      await refused({ data: () => 3 }),
      await refused({ epochs: -1 }),
      await refused({ shuffle: "yes" }),
      await refused({ log: {} }),
      await refused({ checkpoint: "runs" }),
      await refused({ batchSize: 8 }),
      await refused({ earlyStopping: { metric: "loss", patience: 0 } }),
      await refused({ earlyStopping: { metric: "loss", patience: 1, mode: "less" } }),
      await describedLater(async () => checkpoints("")),
      await describedLater(async () => checkpoints("runs", { every: 0 })),
      await describedLater(async () => csvFile("x.csv", { rows: untyped("both") })),
    ];
    expect(all.map((text) => text.split("\n")[0])).toMatchInlineSnapshot(`
      [
        "error[W140]: fit: a record is expected, got undefined",
        "error[W140]: data: arrays by input name, or batches is expected, got 3",
        "error[W140]: fit: data: arrays by input name, or batches is expected, got undefined",
        "error[W140]: data: an iterable of batches is expected, got 3",
        "error[W140]: fit: epochs: a whole number is expected, got -1",
        "error[W140]: fit: shuffle: a seed or false is expected, got "yes"",
        "error[W140]: fit: log: a list of listeners is expected, got a record",
        "error[W140]: fit: checkpoint: a store is expected, got "runs"",
        "error[W142]: fit: there is no option "batchSize"",
        "error[W140]: fit: earlyStopping.patience: a whole number above 0 is expected, got 0",
        "error[W140]: fit: earlyStopping.mode: a direction is expected, got "less"",
        "error[W140]: checkpoints: its folder: a path is expected, got """,
        "error[W140]: checkpoints: every: a whole number above 0 is expected, got 0",
        "error[W140]: csvFile: rows: epoch or step is expected, got "both"",
      ]
    `);
  });

  it("W301 to W304: data that are not those of the inputs", async () => {
    const all = [
      await refused({ data: { features: data.features } }),
      await refused({ data: { ...data, mask: data.label } }),
      await refused({ data: { ...data, label: Float32Array.from(data.label) } }),
      await refused({ data: { ...data, features: { data: data.features, shape: [16, 2, 3] } } }),
      await refused({ data: { ...data, features: { data: data.features, shape: [15, 6] } } }),
    ];
    expect(all.map((text) => text.split("\n")[0])).toMatchInlineSnapshot(`
      [
        "error[W301]: step: input label is not fed",
        "error[W302]: step: there is no input mask",
        "error[W303]: label: i32 takes an Int32Array, got a Float32Array",
        "error[W304]: features: shapes differ: expected f32[examples, 6], got [16, 2, 3]",
        "error[W305]: features: f32[15, 6] has 90 elements, got 96",
      ]
    `);
  });

  it("W503: a metric by the name of a count", async () => {
    const description = training(perceptron, {
      loss: ({ logits }) => mean(logits),
      optimizer: adam(),
      metrics: ({ logits }) => ({ step: sum(logits) }),
    });
    const { features } = data;
    const run = () => fit(compileSync(description, { dims: { B: 8 } }), { data: { features }, epochs: 1 });
    expect(await describedLater(run)).toMatchInlineSnapshot(`
      "error[W503]: training: a metric cannot be called "step"

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: choose another name: a step itself reports loss and finite, and histories add step and epoch."
    `);
  });

  it("W510", async () => {
    expect(await refused({ data: { ...data, label: labels(15, 3) } })).toMatchInlineSnapshot(`
      "error[W510]: the arrays do not have one row per example: features has 16 rows, label has 15 rows

        test/errors/fit.test.ts
         |   withoutRoot(await describedLater(() => fit(trainer, untyped({ data, epochs: 1, ...options }))));
         |                                          ^^^
        help: give as many rows of each: row i of all arrays together is example i."
    `);
  });

  it("W511", async () => {
    const description = training(perceptron, {
      inputs: { scale: spec("f32", []) },
      loss: ({ logits }, { scale }) => mean(logits).mul(scale),
      optimizer: adam(),
    });
    const scaled = compileSync(description, { dims: { B: 8 } });
    const { features } = data;
    const run = () => fit(scaled, { data: { features, scale: Float32Array.of(2) }, epochs: 1 });
    expect(await describedLater(run)).toMatchInlineSnapshot(`
      "error[W511]: examples cannot be cut into batches: the inputs have no common first axis: features: f32[8, 6], scale: f32[]

        test/errors/fit.test.ts
         |     const run = () => fit(scaled, { data: { features, scale: Float32Array.of(2) }, epochs: 1 });
         |                       ^^^
        help: give batches instead of arrays: data: function* (epoch) { yield { image, label, mask }; }."
    `);
  });

  it("W512", async () => {
    expect(await refused({ data: { ...data, features: numbers(95) } })).toMatchInlineSnapshot(`
      "error[W512]: features: 95 elements are no whole number of rows of [6], which have 6 elements each

        test/errors/fit.test.ts
         |   withoutRoot(await describedLater(() => fit(trainer, untyped({ data, epochs: 1, ...options }))));
         |                                          ^^^
        help: give examples times the elements of a row, row-major; rows without elements need a shape beside the data."
    `);
  });

  it("W513", async () => {
    const few = { features: numbers(6 * 5), label: labels(5, 3) };
    expect(await refused({ data: few })).toMatchInlineSnapshot(`
      "error[W513]: fit: 5 examples do not fill a batch of 8

        test/errors/fit.test.ts
         |   withoutRoot(await describedLater(() => fit(trainer, untyped({ data, epochs: 1, ...options }))));
         |                                          ^^^
        help: compile for a smaller batch: at most 5, or give more examples."
    `);
    const empty = compileSync(perceptronTraining, { dims: { B: 0 } });
    await expect(fit(empty, { data, epochs: 1 })).rejects.toMatchObject({ code: "W513" });
    await expect(evaluate(empty, data)).rejects.toMatchObject({ code: "W513" });
    expect(
      await describedLater(() => evaluate(trainer, { features: numbers(0), label: labels(0, 3) })),
    ).toMatchInlineSnapshot(`
      "error[W513]: evaluate: 0 examples do not fill a batch of 8

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: compile for a smaller batch, or give more examples."
    `);
  });

  it("W514", async () => {
    const once = [{ features: numbers(48), label: labels(8, 3) }].values();
    expect(await refused({ data: once, epochs: 2 })).toMatchInlineSnapshot(`
      "error[W514]: fit: epoch 2 gave no batch

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: a generator can be gone over once: give the function that makes it, data: function* (epoch) { ... }, or a list of batches."
    `);
    expect(await describedLater(() => evaluate(trainer, []))).toMatchInlineSnapshot(`
      "error[W514]: evaluate: epoch 1 gave no batch

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: a generator can be gone over once: give the function that makes it, data: function* (epoch) { ... }, or a list of batches."
    `);
  });

  it("W515", async () => {
    expect(await refused({ earlyStopping: { metric: "validation.loss", patience: 3 } })).toMatchInlineSnapshot(`
      "error[W515]: fit: epochs have no figure "validation.loss"

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: watch one of "loss", "right"; figures of validation need validation data."
    `);
  });
});

describe("errors of checkpoints", () => {
  it("W516: another model, optimizer, amount of data, seed, or number in the description", async () => {
    const directory = join(root, "digits");
    const checkpoint = checkpoints(directory);
    await fit(trainer, { data, epochs: 1, checkpoint });
    const { options } = perceptronTraining;
    const faster = training(perceptron, { ...options, optimizer: adam({ learningRate: 0.02 }) });
    const averaged = training(perceptron, { ...options, optimizer: adam({ amsgrad: true }) });
    const others = [
      () => fit(trainer, { data, epochs: 2, checkpoint, shuffle: 5 }),
      () => fit(trainer, { data, epochs: 2, checkpoint, validation: data }),
      () => fit(trainer, { data: { features: numbers(48), label: labels(8, 3) }, epochs: 2, checkpoint }),
      () => fit(compileSync(perceptronTraining, { dims: { B: 4 } }), { data, epochs: 2, checkpoint }),
      () => fit(compileSync(faster, { dims: { B: 8 } }), { data, epochs: 2, checkpoint }),
      () => fit(compileSync(averaged, { dims: { B: 8 } }), { data, epochs: 2, checkpoint }),
    ];
    const before = trainer.parameters.all();
    const texts: string[] = [];
    for (const other of others) texts.push(withoutRoot(await describedLater(other)));
    expect(trainer.parameters.all()).toEqual(before);
    expect(texts.map((text) => text.split("\n")[0])).toMatchInlineSnapshot(`
      [
        "error[W516]: runs/digits/step-000000002.safetensors: this checkpoint is of another run: shuffle (saved: 0; now: 5)",
        "error[W516]: runs/digits/step-000000002.safetensors: this checkpoint is of another run: validation (saved: none; now: 16)",
        "error[W516]: runs/digits/step-000000002.safetensors: this checkpoint is of another run: examples (saved: 16; now: 8)",
        "error[W516]: runs/digits/step-000000002.safetensors: this checkpoint is of another run: batch (saved: 8; now: 4)",
        "error[W516]: runs/digits/step-000000002.safetensors: this checkpoint is of another run: the layers, the loss or the numbers of the optimizer",
        "error[W516]: runs/digits/step-000000002.safetensors: this checkpoint is of another run: parameters (saved: nothing else; now: optimizer.largestSquare.hidden.weight: f32[8, 6], optimizer.largestSquare.hidden.bias: f32[8], optimizer.largestSquare.output.weight: f32[3, 8], optimizer.largestSquare.output.bias: f32[3])",
      ]
    `);
    expect(texts[0]?.split("\n").at(-1)).toMatchInlineSnapshot(
      `"  help: use another folder for another run; to start from the parameters of this one, restore what loadCheckpoint gives."`,
    );
  });

  it("W517: nothing that is whole", async () => {
    const directory = join(root, "damaged");
    const fresh = compileSync(perceptronTraining, { dims: { B: 8 } });
    await fit(fresh, { data, epochs: 2, checkpoint: checkpoints(directory) });
    for (const step of [2, 4]) truncateSync(join(directory, `step-00000000${step}.safetensors`), 50);
    const run = () => fit(fresh, { data, epochs: 3, checkpoint: checkpoints(directory) });
    expect(withoutRoot(await describedLater(run))).toMatchInlineSnapshot(`
      "error[W517]: runs/damaged: no checkpoint there is whole: runs/damaged/step-000000004.safetensors: this is not a whole safetensors file: its header says 2240 bytes, but 42 follow; runs/damaged/step-000000002.safetensors: this is not a whole safetensors file: its header says 2144 bytes, but 42 follow

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: fetch the folder from a backup, or remove these files to start from the beginning."
    `);
  });

  it("W407: a file of something else", async () => {
    const { encodeSafetensors } = await import("../../src/formats/index.ts");
    expect(
      await describedLater(async () => decodeCheckpoint(encodeSafetensors({}), "digits.safetensors")),
    ).toMatchInlineSnapshot(`
      "error[W407]: digits.safetensors: this is not a whole checkpoint: it is a safetensors file of something else

        test/errors/fit.test.ts
         |       await describedLater(async () => decodeCheckpoint(encodeSafetensors({}), "digits.safetensors")),
         |                                        ^^^^^^^^^^^^^^^^
        help: fetch it again, or remove it: the checkpoint before it is then taken."
    `);
  });
});

it("W408: reports without what draws them, before the first step", async () => {
  vi.doMock("vega", () => {
    throw new Error("Cannot find package 'vega'");
  });
  try {
    const steps = trainer.steps();
    const text = await refused({ log: [htmlReport(join(root, "report.html"))] });
    expect(trainer.steps()).toBe(steps);
    expect(text.replace(/: \[vitest\].*\n/, ": ...\n")).toMatchInlineSnapshot(`
      "error[W408]: htmlReport: vega and vega-lite cannot be loaded: ...

        test/support/described.ts
         |     await action();
         |     ^^^^^
        help: run npm install vega vega-lite"
    `);
  } finally {
    vi.doUnmock("vega");
  }
});
