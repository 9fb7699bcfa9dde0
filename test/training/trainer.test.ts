// Trainers: the same seed gives the same run, what was saved goes on bit for bit, and two of them never touch each other.
import { describe, expect, it } from "vitest";
import {
  compile,
  compileSync,
  constantly,
  decodeSafetensors,
  defineModel,
  encodeSafetensors,
  mean,
  mul,
  param,
  spec,
  training,
} from "../../src/index.ts";
import { adam, sgd } from "../../src/optim/index.ts";
import { convolutionalTraining, labels, numbers, perceptron, perceptronTraining } from "../support/small-models.ts";

const dims = { B: 4 };
const feedsOf = (seed: number) => ({ features: numbers(24, seed), label: labels(4, 3) });

const losses = (
  trainer: { step: (feeds: ReturnType<typeof feedsOf>) => { readonly loss: number } },
  from: number,
  steps: number,
) => Array.from({ length: steps }, (_, at) => trainer.step(feedsOf(from + at)).loss);

describe.each(["wasm", "closure"] as const)("a trainer on %s", (backend) => {
  const make = (seed = 0) => compileSync(perceptronTraining, { dims, backend, seed });

  it("repeats itself for one seed, and not for another", () => {
    const [first, second, other] = [make(3), make(3), make(4)];
    expect(losses(second, 0, 5)).toEqual(losses(first, 0, 5));
    expect(second.parameters.all()).toEqual(first.parameters.all());
    expect(losses(other, 0, 5)).not.toEqual(losses(make(3), 0, 5));
  });

  it("goes on from saved parameters, optimizer state and step, bit for bit", () => {
    const whole = make();
    const all = losses(whole, 0, 8);
    const half = make();
    const before = losses(half, 0, 4);
    const resumed = make(99);
    resumed.parameters.restore(decodeSafetensors(encodeSafetensors(half.parameters.all())));
    expect(resumed.steps()).toBe(4);
    expect([...before, ...losses(resumed, 4, 4)]).toEqual(all);
    expect(resumed.parameters.all()).toEqual(whole.parameters.all());
  });

  it("shares nothing with another of the same description", () => {
    const [first, second] = [make(), make()];
    const before = second.parameters.all();
    losses(first, 0, 3);
    expect(second.parameters.all()).toEqual(before);
    expect([first.steps(), second.steps()]).toEqual([3, 0]);
  });

  it("gives copies: what is read does not follow, what is fed is not kept", () => {
    const trainer = make();
    const bias = trainer.parameters.get("hidden.bias");
    const kept = bias.data.slice();
    const feeds = feedsOf(0);
    const { logits } = trainer.predict({ features: feeds.features });
    const shown = logits.data.slice();
    trainer.step(feeds);
    bias.data.fill(9);
    feeds.features.fill(0);
    trainer.predict({ features: numbers(24, 7) });
    expect(logits.data).toEqual(shown);
    expect(trainer.parameters.get("hidden.bias").data).not.toEqual(bias.data);
    expect(kept.every(Number.isFinite)).toBe(true);
  });

  it("restores all or nothing", () => {
    const trainer = make();
    const before = trainer.parameters.all();
    const spoiled = Object.fromEntries(
      Object.entries(before).map(([name, each]) => [name, { ...each, data: each.data.map(() => 1) }]),
    );
    const { "output.bias": bias, ...lacking } = spoiled;
    const refused = (values: Parameters<typeof trainer.parameters.restore>[0]): void =>
      trainer.parameters.restore(values);
    expect(() => refused(lacking)).toThrow('W309: restore: there is no value for "output.bias"');
    expect(() => refused({ ...spoiled, other: new Float32Array(1) })).toThrow('W307: there is no parameter "other"');
    expect(() => refused({ ...lacking, "output.bias": new Float64Array(3) })).toThrow("W303: ");
    expect(() => refused({ ...lacking, "output.bias": new Float32Array(4) })).toThrow("W305: ");
    expect(() => refused({ ...lacking, "output.bias": { data: new Float32Array(3), shape: [1, 3] } })).toThrow(
      "W304: ",
    );
    expect(trainer.parameters.all()).toEqual(before);
    trainer.parameters.restore(lacking, { partial: true });
    expect(trainer.parameters.all()).toEqual({ ...spoiled, "output.bias": before["output.bias"] });
    expect(bias?.data).toEqual(Float32Array.of(1, 1, 1));
  });

  it("lends its parameters to the model alone", () => {
    const trainer = make();
    losses(trainer, 0, 2);
    const model = compileSync(perceptron, { dims, backend, seed: 5 });
    model.parameters.restore(trainer.parameters.all());
    const features = numbers(24, 3);
    expect(model({ features })).toEqual(trainer.predict({ features }));
  });
});

describe("compile", () => {
  it("gives what compileSync gives", async () => {
    const [model, sync] = [await compile(perceptron, { dims }), compileSync(perceptron, { dims })];
    const features = numbers(24);
    expect(model({ features })).toEqual(sync({ features }));
    const [trainer, other] = [
      await compile(convolutionalTraining, { dims }),
      compileSync(convolutionalTraining, { dims }),
    ];
    const feeds = { image: numbers(144), label: labels(4, 3) };
    expect(trainer.step(feeds)).toEqual(other.step(feeds));
  });

  it("rejects where compileSync throws", async () => {
    await expect(compile(perceptron)).rejects.toMatchObject({ code: "W124" });
  });

  it("compiles WebAssembly in the background", async () => {
    const order: string[] = [];
    const compiling = compile(perceptron, { dims }).then(() => order.push("compiled"));
    await Promise.resolve().then(() => order.push("meanwhile"));
    await compiling;
    expect(order).toEqual(["meanwhile", "compiled"]);
  });
});

describe("a step", () => {
  const line = defineModel({
    name: "line",
    params: { w: param([1]), frozen: param([1], undefined, "i32") },
    inputs: { x: spec("f32", ["B", 1]) },
    forward: ({ w }, { x }) => ({ y: x.mul(w) }),
  });

  it("counts, and moves by the rule of its optimizer", () => {
    const description = training(line, {
      loss: ({ y }) => mean(y),
      optimizer: sgd({ learningRate: 0.5, momentum: 0.5 }),
    });
    const trainer = compileSync(description, { dims: { B: 2 } });
    const x = Float32Array.of(1, 3);
    // The gradient is always 2: v = 2, 3, 3.5; w = -1, -2.5, -4.25.
    const values = [1, 2, 3].map(() => {
      trainer.step({ x });
      return trainer.parameters.get("w").data[0];
    });
    expect(values).toEqual([-1, -2.5, -4.25]);
    expect(trainer.steps()).toBe(3);
    expect(trainer.grads({ x }).gradients).toEqual({ w: { dtype: "f32", shape: [1], data: Float32Array.of(2) } });
  });

  it("takes a learning rate that follows the step, and metrics beside the loss", () => {
    const description = training(line, {
      loss: ({ y }) => mean(y),
      optimizer: sgd({ learningRate: (step) => step }),
      metrics: ({ y }) => ({ largest: y.max() }),
    });
    const trainer = compileSync(description, { dims: { B: 2 } });
    const x = Float32Array.of(1, 3);
    expect(trainer.step({ x })).toEqual({ loss: 0, largest: { dtype: "f32", shape: [], data: Float32Array.of(0) } });
    trainer.step({ x });
    expect(trainer.parameters.get("w").data[0]).toBe(-2 - 4);
  });

  it("is worked out in the first step of Adam as in the paper", () => {
    const description = training(line, { loss: ({ y }) => mean(y), optimizer: adam({ learningRate: 0.25 }) });
    const trainer = compileSync(description, { dims: { B: 2 } });
    trainer.step({ x: Float32Array.of(1, 3) });
    // The bias-corrected moments are the gradient and its square, so the step is the learning rate.
    expect(Math.abs((trainer.parameters.get("w").data[0] ?? 0) + 0.25)).toBeLessThan(1e-7);
  });

  it.each(["wasm", "closure", "reference"] as const)(
    "computes in the precision of its parameters, on %s",
    (backend) => {
      const slope = defineModel({
        name: "slope",
        params: { w: param([], constantly(1), "f64") },
        inputs: { x: spec("f64", []) },
        forward: ({ w }, { x }) => ({ y: mul(w, x) }),
      });
      const trainer = compileSync(
        training(slope, { loss: ({ y }) => y, optimizer: sgd({ learningRate: (step) => step.mul(0.1) }) }),
        { backend },
      );
      trainer.step({ x: Float64Array.of(1) });
      trainer.step({ x: Float64Array.of(1) });
      // As doubles: the rates are no f32 numbers.
      expect(trainer.parameters.get("w").data[0]).toBe(1 - 0.1 - 0.2);
    },
  );
});
