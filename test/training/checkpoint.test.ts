// Checkpoints: what is kept is given back to the bit, what is damaged is noticed and passed over, what belongs to another run is
// refused, and two files are kept. That runs survive being killed is in kill.test.ts.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { checkpoints, loadCheckpoint } from "../../src/cli/training/index.ts";
import { loadSafetensors, saveSafetensors } from "../../src/formats/index.ts";
import {
  compileSync,
  evaluate,
  type FitOptions,
  fit,
  type RunState,
  type TrainingData,
  WeftError,
} from "../../src/index.ts";
import { condensed, decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint-bytes.ts";
import { labels, numbers, perceptronTraining } from "../support/small-models.ts";

const root = mkdtempSync(join(tmpdir(), "weft-checkpoints-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (): string => mkdtempSync(join(root, "run-"));

type Examples = ReturnType<typeof examples>;
const examples = (count: number) => ({ features: numbers(6 * count), label: labels(count, 3) });
const trainerOf = (seed = 0) => compileSync(perceptronTraining, { dims: { B: 8 }, seed });

const namesIn = (directory: string): readonly string[] => readdirSync(directory).sort();

/** Trains in a folder, anew or on from what is there. */
const runIn = async (directory: string, options: Partial<FitOptions<TrainingData<Examples>>> = {}, seed = 0) => {
  const warnings: string[] = [];
  const trainer = trainerOf(seed);
  const checkpoint = checkpoints(directory, { every: 2, warn: (warning) => void warnings.push(warning) });
  const history = await fit(trainer, { data: examples(24), epochs: 2, checkpoint, ...options });
  return { trainer, history, warnings };
};

const value = fc.oneof(
  fc.double(),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

const state = fc
  .record({ count: fc.nat(4), withBest: fc.boolean(), step: fc.nat(), position: fc.nat(), values: fc.array(value) })
  .map(({ count, withBest, step, position, values }): RunState => {
    const tensor = (at: number) => ({ dtype: "f32" as const, shape: [at + 1], data: numbers(at + 1, at) });
    const named = Array.from(
      { length: count },
      (_, at) => [["best/", "a.", "/best/", ""][at % 4] + `w${at}`, tensor(at)] as const,
    );
    const parameters = Object.fromEntries(named);
    const steps = values.map((loss, at) => ({ step: at + 1, epoch: 1, loss }));
    return {
      step,
      epoch: 3,
      position,
      parameters,
      best: withBest ? parameters : undefined,
      steps,
      epochs: steps.slice(0, 2),
    };
  });

describe("the file", () => {
  it("gives back what it was given", () => {
    fc.assert(
      fc.property(state, (given) => {
        const identity = { model: "m", parameters: "a\nb", program: "the graph" };
        const read = decodeCheckpoint(encodeCheckpoint(given, identity), "file");
        expect(read).toEqual({ state: given, identity: condensed(identity) });
      }),
    );
  });

  it("is refused when any bit of it is another, and when it is cut off", () => {
    const parameters = { w: { dtype: "f32" as const, shape: [5], data: numbers(5) } };
    const steps = [{ step: 1, epoch: 1, loss: 0.5 }];
    const bytes = encodeCheckpoint(
      { step: 1, epoch: 0, position: 1, parameters, best: parameters, steps, epochs: [] },
      { model: "m", program: "" },
    );
    const damage = (damaged: Uint8Array): string => {
      try {
        decodeCheckpoint(damaged, "file");
      } catch (error) {
        if (error instanceof WeftError) return error.code;
        throw error;
      }
      return "taken";
    };
    const codes = new Set<string>();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      codes.add(damage(damaged));
    }
    for (let length = 0; length < bytes.length; length++) codes.add(damage(bytes.slice(0, length)));
    expect([...codes].sort()).toEqual(["W401", "W407"]);
    expect(damage(bytes)).toBe("taken");
  });

  it("is safetensors, with the parameters under their names", async () => {
    const directory = fresh();
    const { trainer } = await runIn(directory);
    const tensors = await loadSafetensors(join(directory, namesIn(directory).at(-1) ?? ""));
    expect(tensors).toEqual(trainer.parameters.all());
  });
});

describe("a folder", () => {
  it("keeps the last checkpoint and the one before it", async () => {
    const directory = fresh();
    await runIn(directory);
    // Steps 2, 3 (the end of an epoch), 4 and 6.
    expect(namesIn(directory)).toEqual(["step-000000004.safetensors", "step-000000006.safetensors"]);
  });

  it("lets a longer run go on", async () => {
    const [directory, whole] = [fresh(), await runIn(fresh(), { epochs: 5 })];
    await runIn(directory, { epochs: 2 });
    const { trainer, history } = await runIn(directory, { epochs: 5 }, 99);
    expect(history.resumedAfter).toBe(6);
    expect(history.steps).toEqual(whole.history.steps);
    expect(trainer.parameters.all()).toEqual(whole.trainer.parameters.all());
  });

  it("lets a run that was stopped go on, also in the middle of an epoch and of batches", async () => {
    const batches = [0, 8, 16].map((start) => {
      const { features, label } = examples(24);
      return { features: features.slice(start * 6, start * 6 + 48), label: label.slice(start, start + 8) };
    });
    for (const data of [examples(24), batches, () => batches]) {
      const [directory, whole] = [fresh(), await runIn(fresh(), { data })];
      const stop = new AbortController();
      const onStep = ({ step }: { readonly step?: number }) => void (step === 5 && stop.abort());
      const stopped = await runIn(directory, { data, signal: stop.signal, onStep });
      expect([stopped.history.ending, stopped.history.steps.length]).toEqual(["aborted", 5]);
      const { trainer, history } = await runIn(directory, { data }, 99);
      expect([history.resumedAfter, history.steps]).toEqual([5, whole.history.steps]);
      expect(trainer.parameters.all()).toEqual(whole.trainer.parameters.all());
    }
  });

  it("gives the best parameters of a run that is over, whoever asks again", async () => {
    const [directory, data] = [fresh(), examples(24)];
    const validation = { features: data.features, label: data.label.map((each) => (each + 1) % 3) };
    const earlyStopping = { metric: "validation.loss", patience: 2, restoreBest: true };
    const options = { epochs: 50, validation, earlyStopping };
    const first = await runIn(directory, options);
    const again = await runIn(directory, options, 99);
    expect(first.history.ending).toBe("early");
    expect({ ...again.history, resumedAfter: undefined }).toEqual(first.history);
    expect(again.trainer.parameters.all()).toEqual(first.trainer.parameters.all());
    expect((await evaluate(again.trainer, validation))["loss"]).toBe(first.history.best?.value);
  });

  it("passes over a damaged file, says so, and goes on from the one before to the same bits", async () => {
    const whole = await runIn(fresh(), { epochs: 3 });
    const damages: readonly ((file: string) => void | Promise<void>)[] = [
      (file) => truncateSync(file, 100),
      (file) => truncateSync(file, 0),
      (file) => writeFileSync(file, readFileSync(file).fill(0, 900, 904)),
      (file) => saveSafetensors(file, { x: { dtype: "f32", shape: [1], data: new Float32Array(1) } }),
    ];
    for (const damage of damages) {
      const directory = fresh();
      await runIn(directory);
      await damage(join(directory, "step-000000006.safetensors"));
      const { trainer, history, warnings } = await runIn(directory, { epochs: 3 }, 99);
      expect(history.resumedAfter).toBe(4);
      expect(warnings).toEqual([expect.stringContaining("; the run goes on from step-000000004.safetensors")]);
      expect(history.steps).toEqual(whole.history.steps);
      expect(trainer.parameters.all()).toEqual(whole.trainer.parameters.all());
      expect(namesIn(directory)).toEqual(["step-000000008.safetensors", "step-000000009.safetensors"]);
    }
  });

  it("is swept of what killed writers leave", async () => {
    const directory = fresh();
    writeFileSync(join(directory, "step-000000002.safetensors.1234.tmp"), "half");
    writeFileSync(join(directory, "notes.txt"), "mine");
    await runIn(directory);
    expect(namesIn(directory)).toEqual(["notes.txt", "step-000000004.safetensors", "step-000000006.safetensors"]);
  });

  it("gives its state to whoever asks", async () => {
    const directory = fresh();
    expect(await loadCheckpoint(directory)).toBeUndefined();
    expect(await loadCheckpoint(join(directory, "missing"))).toBeUndefined();
    const { trainer } = await runIn(directory);
    const kept = await loadCheckpoint(directory);
    const other = trainerOf(99);
    other.parameters.restore(kept?.parameters ?? {});
    expect(other.parameters.all()).toEqual(trainer.parameters.all());
    expect(kept?.steps.length).toBe(6);
  });
});
