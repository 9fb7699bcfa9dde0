// The training loop against loops written out by hand: what is fed and in which order, what is averaged, when it ends.
import { describe, expect, it } from "vitest";
import {
  compileSync,
  crossEntropy,
  defineModel,
  evaluate,
  fit,
  permutation,
  spec,
  type TrainingData,
  type TrainingListener,
  training,
} from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { adam } from "../../src/optim/index.ts";
import { labels, numbers, perceptronTraining } from "../support/small-models.ts";

const dims = { B: 8 };
const trainerOf = (backend: "wasm" | "closure" = "wasm") => compileSync(perceptronTraining, { dims, backend });
type DigitsTrainer = ReturnType<typeof trainerOf>;

const examples = (count: number, seed = 1) => ({ features: numbers(6 * count, seed), label: labels(count, 3) });
const rowsOf = ({ features, label }: ReturnType<typeof examples>, order: ArrayLike<number>) => ({
  features: Float32Array.from(Array.from(order).flatMap((row) => Array.from(features.subarray(row * 6, row * 6 + 6)))),
  label: Int32Array.from(order, (row) => label[row] ?? 0),
});

/** A trainer that notes what it is fed. */
const watched = (trainer: DigitsTrainer) => {
  const fed: ReturnType<typeof examples>[] = [];
  const step = (feeds: ReturnType<typeof examples>) => {
    const { features, label } = feeds;
    fed.push({ features: features.slice(), label: label.slice() });
    return trainer.step(feeds);
  };
  // `fit` takes no arrays of its own along.
  return { trainer: { ...trainer, step: step as DigitsTrainer["step"] }, fed };
};

describe.each(["wasm", "closure"] as const)("fit on %s", (backend) => {
  it("does what a loop by hand does, bit for bit", async () => {
    const data = examples(21);
    const byHand = trainerOf(backend);
    const losses = [0, 1, 2].flatMap((epoch) => {
      const order = permutation(21, 5, epoch);
      return [0, 8].map((start) => byHand.step(rowsOf(data, order.subarray(start, start + 8))).loss);
    });
    const trainer = trainerOf(backend);
    const { steps, epochs, ending } = await fit(trainer, { data, epochs: 3, shuffle: 5 });
    expect(steps.map(({ loss }) => loss)).toEqual(losses);
    expect(trainer.parameters.all()).toEqual(byHand.parameters.all());
    expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
      [5, 3],
      [6, 3],
    ]);
    expect(epochs.map(({ epoch, step, loss }) => [epoch, step, loss])).toEqual(
      [0, 2, 4].map((at) => [at / 2 + 1, at + 2, ((losses[at] ?? 0) + (losses[at + 1] ?? 0)) / 2]),
    );
    expect(ending).toBe("epochs");
  });
});

describe("data", () => {
  it("are each fed once in an epoch, but for those that fill no batch", async () => {
    const { trainer, fed } = watched(trainerOf());
    const features = Float32Array.from({ length: 6 * 21 }, (_, at) => Math.floor(at / 6));
    await fit(trainer, { data: { features, label: labels(21, 3) }, epochs: 2 });
    const rows = fed.map(({ features: each }) => Array.from(each).filter((_, at) => at % 6 === 0));
    const [first, second] = [rows.slice(0, 2).flat(), rows.slice(2).flat()];
    for (const epoch of [first, second]) expect(new Set(epoch).size).toBe(16);
    expect(first).not.toEqual(second);
    for (const { features: each, label } of fed)
      expect(Array.from(label)).toEqual(Array.from({ length: 8 }, (_, at) => ((each[at * 6] ?? 0) * 7 + 2) % 3));
  });

  it("are fed in order where they are not shuffled", async () => {
    const data = examples(17);
    const { trainer, fed } = watched(trainerOf());
    await fit(trainer, { data, epochs: 1, shuffle: false });
    expect(fed).toEqual(
      [0, 8].map((start) =>
        rowsOf(
          data,
          Array.from({ length: 8 }, (_, at) => start + at),
        ),
      ),
    );
  });

  it("are tied to the inputs in the editor", () => {
    const trainer = trainerOf();
    const { features, label } = examples(16);
    const mistaken = [
      // @ts-expect-error -- a label is an Int32Array
      () => fit(trainer, { data: { features, label: features }, epochs: 1 }),
      // @ts-expect-error -- the labels are missing
      () => fit(trainer, { data: { features }, epochs: 1 }),
      // @ts-expect-error -- and so they are in each of these batches
      () => evaluate(trainer, [{ features }]),
    ];
    const right = () => [
      fit(trainer, { data: [{ features, label }], epochs: 1 }),
      evaluate(trainer, { features, label }),
    ];
    expect([...mistaken, right].length).toBe(4);
  });

  it("may have a shape", async () => {
    const { features, label } = examples(16);
    const shaped = { features: { data: features, shape: [16, 6] }, label: { data: label, shape: [16] } };
    const [plain, trainer] = [trainerOf(), trainerOf()];
    await fit(plain, { data: { features, label }, epochs: 1 });
    await fit(trainer, { data: shaped, epochs: 1 });
    expect(trainer.parameters.all()).toEqual(plain.parameters.all());
  });

  it("may be batches: a list, a function of the epoch, an asynchronous one", async () => {
    const data = examples(24);
    const batches = [0, 8, 16].map((start) =>
      rowsOf(
        data,
        Array.from({ length: 8 }, (_, at) => start + at),
      ),
    );
    const ordered = trainerOf();
    await fit(ordered, { data, epochs: 2, shuffle: false });
    const forms: readonly TrainingData<ReturnType<typeof examples>>[] = [
      batches,
      new Set(batches),
      function* () {
        yield* batches;
      },
      async function* () {
        yield* batches;
      },
    ];
    for (const form of forms) {
      const trainer = trainerOf();
      const { steps } = await fit(trainer, { data: form, epochs: 2 });
      expect(steps.length).toBe(6);
      expect(trainer.parameters.all()).toEqual(ordered.parameters.all());
    }
  });

  it("may be other batches in each epoch", async () => {
    const asked: number[] = [];
    const trainer = trainerOf();
    const { steps } = await fit(trainer, {
      data: function* (epoch) {
        asked.push(epoch);
        for (let at = 0; at <= epoch; at++) yield rowsOf(examples(8, epoch), [0, 1, 2, 3, 4, 5, 6, 7]);
      },
      epochs: 3,
    });
    expect(asked).toEqual([0, 1, 2]);
    expect(steps.map(({ epoch }) => epoch)).toEqual([1, 2, 2, 3, 3, 3]);
  });
});

describe("evaluate", () => {
  it("averages over all examples, the last partial batch included, and changes nothing", async () => {
    const data = examples(21);
    const trainer = trainerOf();
    await fit(trainer, { data, epochs: 1 });
    const before = trainer.parameters.all();
    const figures = await evaluate(trainer, data);
    expect(trainer.parameters.all()).toEqual(before);
    // One batch of everything.
    const whole = compileSync(perceptronTraining, { dims: { B: 21 } });
    whole.parameters.restore(before);
    const { loss, right } = whole.step(data);
    expect(figures["right"]).toBe((right.data[0] ?? 0) / 21);
    expect(Math.abs((figures["loss"] ?? 0) - loss)).toBeLessThan(1e-6);
    expect(Object.keys(figures)).toEqual(["loss", "right"]);
  });

  it("follows the parameters", async () => {
    const data = examples(16);
    const trainer = trainerOf();
    const before = await evaluate(trainer, data);
    await fit(trainer, { data, epochs: 5 });
    const after = await evaluate(trainer, data);
    expect(after["loss"]).toBeLessThan(before["loss"] ?? 0);
    const batches = [0, 8].map((start) =>
      rowsOf(
        data,
        Array.from({ length: 8 }, (_, at) => start + at),
      ),
    );
    expect(await evaluate(trainer, batches)).toEqual(after);
  });

  it("evaluates fewer examples than a batch", async () => {
    const trainer = trainerOf();
    const whole = compileSync(perceptronTraining, { dims: { B: 3 } });
    whole.parameters.restore(trainer.parameters.all());
    expect((await evaluate(trainer, examples(3)))["loss"]).toBe(whole.step(examples(3)).loss);
  });

  it("keeps to whole batches where the size is no symbol", async () => {
    const fixed = defineModel({
      name: "fixed",
      params: { output: linear(6, 3) },
      inputs: { features: spec("f32", [8, 6]) },
      forward: (p, { features }) => ({ logits: p.output(features) }),
    });
    const description = training(fixed, {
      inputs: { label: spec("i32", [8]) },
      loss: ({ logits }, { label }) => crossEntropy(logits, label),
      optimizer: adam(),
    });
    const trainer = compileSync(description);
    expect(await evaluate(trainer, examples(21))).toEqual(await evaluate(trainer, examples(16)));
    await expect(evaluate(trainer, examples(7))).rejects.toMatchObject({ code: "W513" });
  });
});

describe("a run", () => {
  it("stops early, with the parameters of the best epoch", async () => {
    const data = examples(16);
    // Labels that do not follow from the features: what is learnt of one half makes the other worse.
    const validation = { features: data.features, label: data.label.map((each) => (each + 1) % 3) };
    const trainer = trainerOf();
    const weights = () => trainer.parameters.get("hidden.weight").data;
    const seen: unknown[] = [];
    const history = await fit(trainer, {
      data,
      validation,
      epochs: 100,
      earlyStopping: { metric: "validation.loss", patience: 4, restoreBest: true },
      onEpoch: () => void seen.push(weights()),
    });
    const { epochs, best, ending } = history;
    const losses = epochs.map((each) => each["validation.loss"] ?? 0);
    expect(ending).toBe("early");
    expect(best).toEqual({ epoch: losses.indexOf(Math.min(...losses)) + 1, value: Math.min(...losses) });
    expect(epochs.length).toBe((best?.epoch ?? 0) + 4);
    expect(weights()).toEqual(seen[(best?.epoch ?? 0) - 1]);
    expect(trainer.steps()).toBe(epochs.length * 2);
  });

  it("ends when asked to, after the step", async () => {
    const controller = new AbortController();
    const trainer = trainerOf();
    const { steps, epochs, ending } = await fit(trainer, {
      data: examples(24),
      epochs: 5,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 4) controller.abort();
      },
    });
    expect([steps.length, epochs.length, ending, trainer.steps()]).toEqual([4, 1, "aborted", 4]);
  });

  it("gives others their turn", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const { ending } = await fit(trainerOf(), { data: examples(64), epochs: 1e9, signal: controller.signal });
    expect(ending).toBe("aborted");
  });

  it("tells its listeners, one after the other", async () => {
    const told: string[] = [];
    const listener = (name: string): TrainingListener => ({
      onStart: () => void told.push(`${name} start`),
      onStep: async ({ step }) => {
        await Promise.resolve();
        told.push(`${name} ${step}`);
      },
      onEpoch: ({ epoch }) => void told.push(`${name} epoch ${epoch}`),
      onEnd: ({ history }) => void told.push(`${name} ${history.ending}`),
    });
    await fit(trainerOf(), { data: examples(8), epochs: 1, ...listener("own"), log: [listener("other")] });
    const events = ["start", "1", "epoch 1", "epochs"];
    expect(told).toEqual(events.flatMap((event) => [`own ${event}`, `other ${event}`]));
  });

  it("ends all listeners when one of them fails, and gives its error", async () => {
    const ended: (string | undefined)[] = [];
    const noting: TrainingListener = { onEnd: ({ history }) => void ended.push(history.ending) };
    const failing: TrainingListener = {
      onStep: () => {
        throw new Error("the disk is full");
      },
      onEnd: () => {
        throw new Error("and still is");
      },
    };
    const run = fit(trainerOf(), { data: examples(8), epochs: 1, log: [noting, failing, noting] });
    await expect(run).rejects.toThrow("the disk is full");
    expect(ended).toEqual(["failed", "failed"]);
  });

  it("does nothing where there are no epochs", async () => {
    const trainer = trainerOf();
    const before = trainer.parameters.all();
    const { steps, ending } = await fit(trainer, { data: examples(8), epochs: 0 });
    expect([steps, ending, trainer.parameters.all()]).toEqual([[], "epochs", before]);
  });
});
