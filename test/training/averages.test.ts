// Averages of parameters: the recurrence in double precision, and what can be done with them.
import { describe, expect, it } from "vitest";
import { compileSync, crossEntropy, decodeSafetensors, encodeSafetensors, spec, training } from "../../src/index.ts";
import { adam, type EmaOptions, ema } from "../../src/optim/index.ts";
import { labels, numbers, perceptron } from "../support/small-models.ts";

const dims = { B: 4 };
const feeds = { features: numbers(24), label: labels(4, 3) };

const make = (options: EmaOptions | undefined, backend: "wasm" | "closure" = "wasm") =>
  compileSync(
    training(perceptron, {
      inputs: { label: spec("i32", ["B"]) },
      loss: ({ logits }, { label }) => crossEntropy(logits, label),
      optimizer: adam({ learningRate: 0.05 }),
      ...(options === undefined ? {} : { averages: ema(options) }),
    }),
    { dims, backend },
  );

const decays: readonly (readonly [string, EmaOptions, (step: number) => number])[] = [
  ["a decay", { decay: 0.8 }, () => 0.8],
  ["a decay that warms up", { decay: 0.5, warmup: true }, (step) => Math.min(0.5, (1 + step) / (10 + step))],
  ["no memory", { decay: 0 }, () => 0],
];

describe.each(["wasm", "closure"] as const)("averages on %s", (backend) => {
  it.each(decays)("follow the recurrence with %s", (_, options, decay) => {
    const trainer = make(options, backend);
    // Whatever the parameters are set to before the first step is where the averages begin.
    trainer.parameters.set("hidden.bias", numbers(8, 9));
    const paths = perceptronPaths(trainer.parameters.names);
    const average = new Map(paths.map((path) => [path, Float64Array.from(trainer.parameters.get(path).data)]));
    for (let step = 1; step <= 12; step++) {
      trainer.step(feeds);
      for (const path of paths) {
        const parameter = trainer.parameters.get(path).data;
        average.set(
          path,
          (average.get(path) ?? new Float64Array()).map(
            (value, at) => decay(step) * value + (1 - decay(step)) * (parameter[at] ?? Number.NaN),
          ),
        );
        const worst = Math.max(
          ...trainer.parameters
            .get(`ema.${path}`)
            .data.map((value, at) => Math.abs(value - (average.get(path)?.[at] ?? Number.NaN))),
        );
        expect(worst).toBeLessThan(1e-6);
      }
    }
  });

  it("predict in the trainer what they predict in a model", () => {
    const trainer = make({ decay: 0.9 }, backend);
    const { features } = feeds;
    expect(trainer.predictAveraged({ features })).toEqual(trainer.predict({ features }));
    for (let step = 0; step < 5; step++) trainer.step(feeds);
    const model = compileSync(perceptron, { dims, backend });
    model.parameters.restore(trainer.averages());
    expect(model({ features })).toEqual(trainer.predictAveraged({ features }));
    expect(model({ features })).not.toEqual(trainer.predict({ features }));
  });

  it("go on after a restore", () => {
    const [whole, half, resumed] = [
      make({ decay: 0.9 }, backend),
      make({ decay: 0.9 }, backend),
      make({ decay: 0.9 }, backend),
    ];
    for (let step = 0; step < 6; step++) whole.step(feeds);
    for (let step = 0; step < 3; step++) half.step(feeds);
    resumed.parameters.restore(decodeSafetensors(encodeSafetensors(half.parameters.all())));
    for (let step = 0; step < 3; step++) resumed.step(feeds);
    expect(resumed.parameters.all()).toEqual(whole.parameters.all());
    const model = compileSync(perceptron, { dims, backend });
    model.parameters.restore(whole.parameters.all());
    expect(model({ features: feeds.features })).toEqual(whole.predict({ features: feeds.features }));
  });
});

/** The parameters that are averaged. */
const perceptronPaths = (names: readonly string[]) =>
  (["hidden.weight", "hidden.bias", "output.weight", "output.bias"] as const).filter((path) => names.includes(path));

describe("ema", () => {
  it("refuses what is no decay", () => {
    for (const decay of [-0.1, 1, Number.NaN]) expect(() => ema({ decay })).toThrow("W140");
  });
});
