// Training mode and inference mode: one graph, buffers that steps write and optimizers never see, and masks that repeat.
import { describe, expect, it, vi } from "vitest";
import {
  add,
  type BackendName,
  buffer,
  compileSync,
  constantly,
  currentMode,
  decodeSafetensors,
  defineModel,
  dropout as drop,
  encodeSafetensors,
  latestOf,
  layer,
  mean,
  meanSquaredError,
  modelGraph,
  param,
  randomBits,
  relu,
  scan,
  spec,
  type Tensor,
  training,
  trainingGraph,
  updateBuffer,
  withMode,
} from "../../src/index.ts";
import { printGraph } from "../../src/ir/text/print.ts";
import { dropout, linear } from "../../src/nn/index.ts";
import { adam, ema, sgd } from "../../src/optim/index.ts";
import { evaluated } from "../ir/functions/evaluate-call.ts";
import { numbers, perceptron, perceptronTraining } from "../support/small-models.ts";

const backends: readonly BackendName[] = ["wasm", "closure", "reference"];

describe("a model without layers that depend on the mode", () => {
  it("is traced twice and has every node once", () => {
    const forward = vi.fn<typeof perceptron.forward>(perceptron.forward);
    const twice = { ...perceptron, forward };
    let outputs: ReturnType<typeof perceptron.forward> | undefined;
    const once = {
      ...perceptron,
      forward: (...given: Parameters<typeof perceptron.forward>) => (outputs ??= perceptron.forward(...given)),
    };
    const [graph, wanted] = [twice, once].map((model) => trainingGraph({ ...perceptronTraining, model }));
    expect(forward).toHaveBeenCalledTimes(2);
    expect(graph?.nodes.size).toBe(wanted?.nodes.size);
    expect(graph === undefined ? "" : printGraph(graph)).toBe(wanted === undefined ? "" : printGraph(wanted));
  });

  it("is described for inference alone where it is not trained", () => {
    const modes: string[] = [];
    const asking = defineModel({
      ...perceptron,
      forward: (p, inputs) => {
        modes.push(currentMode());
        return perceptron.forward(p, inputs);
      },
    });
    modelGraph(asking);
    expect([...modes, currentMode()]).toEqual(["inference", "inference"]);
    trainingGraph({ ...perceptronTraining, model: asking });
    expect(modes).toEqual(["inference", "inference", "training"]);
  });
});

/** Counts its calls, and doubles in training. */
const counting = layer({ seen: buffer([], constantly(3)), moves: buffer([1], undefined, "i32") }, ({ seen, moves }) => {
  return (x: Tensor): Tensor => {
    updateBuffer(seen, latestOf(seen).add(1));
    updateBuffer(moves, moves.sub(1));
    return currentMode() === "training" ? x.mul(2) : x;
  };
});

const counted = defineModel({
  name: "counted",
  params: { w: param([2], constantly(1)), first: counting, second: counting },
  inputs: { x: spec("f32", ["B", 2]) },
  // `first` is used in two places.
  forward: ({ w, first, second }, { x }) => ({ y: second(first(first(x.mul(w)))) }),
});

describe.each(backends)("buffers on %s", (backend) => {
  const make = () =>
    compileSync(
      training(counted, {
        loss: ({ y }) => mean(y),
        metrics: ({ y }) => ({ largest: y.max() }),
        optimizer: sgd({ learningRate: 0.5, momentum: 0.5 }),
      }),
      { dims: { B: 1 }, backend },
    );
  const x = Float32Array.of(1, 3);

  it("are parameters without gradient and without optimizer state", () => {
    const trainer = make();
    expect(trainer.parameters.names).toEqual([
      "w",
      "first.seen",
      "first.moves",
      "second.seen",
      "second.moves",
      "optimizer.step",
      "optimizer.velocity.w",
    ]);
    expect(Object.keys(trainer.grads({ x }).gradients)).toEqual(["w"]);
  });

  it("are written by steps alone; loss and metrics are those of training, predictions those of inference", () => {
    const trainer = make();
    const read = () =>
      ["first.seen", "first.moves", "second.seen"].map((name) => trainer.parameters.get(name as "w").data[0]);
    expect(trainer.predict({ x }).y.data).toEqual(Float32Array.of(1, 3));
    expect(trainer.grads({ x }).loss).toBe(16);
    expect(read()).toEqual([3, 0, 3]);
    expect(trainer.step({ x })).toEqual({ loss: 16, largest: { dtype: "f32", shape: [], data: Float32Array.of(24) } });
    expect(read()).toEqual([5, -1, 4]);
    trainer.step({ x });
    expect(read()).toEqual([7, -2, 5]);
  });

  it("stay as they are when a step is not finite", () => {
    const trainer = make();
    expect(() => trainer.step({ x: Float32Array.of(Number.NaN, 1) })).toThrow("W502");
    expect(trainer.parameters.get("first.seen").data[0]).toBe(3);
    trainer.parameters.set("second.seen", Float32Array.of(Number.POSITIVE_INFINITY));
    expect(() => trainer.step({ x })).toThrow("W502");
    expect(trainer.parameters.get("first.seen").data[0]).toBe(3);
  });

  it("go to the model with the parameters", () => {
    const trainer = make();
    trainer.step({ x });
    const model = compileSync(counted, { dims: { B: 1 }, backend });
    model.parameters.restore(decodeSafetensors(encodeSafetensors(trainer.parameters.all())));
    expect(model.parameters.get("first.seen").data[0]).toBe(5);
    expect(model({ x })).toEqual(trainer.predict({ x }));
  });
});

const regularized = defineModel({
  name: "regularized",
  params: { hidden: linear(6, 40), first: dropout(0.4), output: linear(40, 3), last: dropout(0.25) },
  inputs: { x: spec("f32", ["B", 6]) },
  forward: (p, { x }) => ({ y: p.last(p.output(p.first(relu(p.hidden(x))))) }),
});
const plain = defineModel({ ...regularized, forward: (p, { x }) => ({ y: p.output(relu(p.hidden(x))) }) });

const regularizedTraining = training(regularized, {
  inputs: { target: spec("f32", ["B", 3]) },
  loss: ({ y }, { target }) => meanSquaredError(y, target),
  optimizer: adam({ learningRate: 0.01 }),
  averages: ema({ decay: 0.9 }),
});

describe.each(["wasm", "closure"] as const)("dropout on %s", (backend) => {
  const make = (seed?: number) =>
    compileSync(regularizedTraining, { dims: { B: 4 }, backend, ...(seed === undefined ? {} : { seed }) });
  const feeds = { x: numbers(24), target: numbers(12, 5) };
  const losses = (trainer: ReturnType<typeof make>, steps: number) =>
    Array.from({ length: steps }, () => trainer.step(feeds).loss);

  it("is off in predictions", () => {
    const features = { x: feeds.x };
    expect(make().predict(features)).toEqual(compileSync(plain, { dims: { B: 4 }, backend })(features));
  });

  it("has the same masks for the same seed and step, and others otherwise", () => {
    const [first, second, other] = [make(3), make(3), make(4)];
    const { loss, gradients } = first.grads(feeds);
    expect(first.grads(feeds)).toEqual({ loss, gradients });
    const all = losses(first, 5);
    expect(all[0]).toBe(loss);
    expect(losses(second, 5)).toEqual(all);
    // The same parameters under another seed.
    const { "random.seed": _, ...parameters } = make(3).parameters.all();
    other.parameters.restore(parameters, { partial: true });
    expect(losses(other, 1)).not.toEqual([loss]);
    // The same parameters in another step.
    const later = make(3);
    later.parameters.set("optimizer.step", Int32Array.of(1));
    expect(later.grads(feeds).loss).not.toBe(loss);
  });

  it("goes on with the same masks after a restore, whatever the seed of the new trainer", () => {
    const all = losses(make(3), 6);
    const half = make(3);
    const before = losses(half, 3);
    const resumed = make(99);
    resumed.parameters.restore(decodeSafetensors(encodeSafetensors(half.parameters.all())));
    expect([...before, ...losses(resumed, 3)]).toEqual(all);
  });
});

describe("dropout by a key", () => {
  const masked = (rate: number, words: readonly number[]) => {
    const x = { dtype: "f64" as const, shape: [40, 50], data: new Float64Array(2000).fill(2) };
    const key = { dtype: "i32" as const, shape: [2], data: Float64Array.from(words) };
    return evaluated([x, key], (operand, drawn) => drop(operand, rate, drawn as Tensor<[2], "i32">)).data;
  };

  it.each([0.1, 0.5, 0.9])("keeps 1 - %d of the elements, scaled", (rate) => {
    const values = masked(rate, [1, 2]);
    expect(new Set(values)).toEqual(new Set([0, 2 / (1 - rate)]));
    const kept = values.filter((value) => value !== 0).length / values.length;
    // Five standard deviations of a binomial distribution.
    expect(Math.abs(kept - (1 - rate))).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / values.length));
  });

  it("is a function of both words", () => {
    const pattern = (words: readonly number[]) => masked(0.5, words).join();
    expect(pattern([1, 2])).toBe(pattern([1, 2]));
    expect(new Set([pattern([1, 2]), pattern([2, 1]), pattern([1, 3]), pattern([0, 2])]).size).toBe(4);
  });

  it("is the identity at rate 0, and nothing at rate 1", () => {
    expect(new Set(masked(0, [1, 2]))).toEqual(new Set([2]));
    expect(new Set(masked(1, [1, 2]))).toEqual(new Set([0]));
  });

  it("has the bits of the key as documented", () => {
    const key = { dtype: "i32" as const, shape: [2], data: Float64Array.of(5, 6) };
    const bits = evaluated([key], (drawn) => randomBits(drawn as Tensor<[2], "i32">, [40, 50])).data;
    const wanted = Array.from(bits, (bit) => ((bit & 0xffffff) < 2 ** 24 * 0.75 ? 2 / 0.75 : 0));
    expect(Array.from(masked(0.25, [5, 6]))).toEqual(wanted);
  });

  it("draws another mask at each place of a description", () => {
    const drawn: string[] = [];
    const model = defineModel({
      name: "two",
      params: { drop: dropout(0.5), w: param([64], constantly(1)) },
      inputs: {},
      forward: (p) => ({ a: p.drop(p.w), b: p.drop(p.w) }),
    });
    const trainer = compileSync(
      training(model, {
        loss: ({ a, b }) => mean(a.add(b)),
        metrics: ({ a, b }) => ({ a, b }),
        optimizer: sgd({ learningRate: 0 }),
      }),
      { backend: "closure" },
    );
    for (let step = 0; step < 2; step++) {
      const { a, b } = trainer.step({});
      drawn.push(a.data.join(), b.data.join());
    }
    expect(new Set(drawn).size).toBe(4);
  });

  it("keeps one mask for all steps of a recurrence", () => {
    const model = defineModel({
      name: "recurrent",
      params: { drop: dropout(0.5), w: param([64], constantly(1)) },
      inputs: { x: spec("f32", [3]) },
      forward: (p, { x }) => {
        const { outputs } = scan({
          carry: { last: p.w },
          over: { x },
          step: (_, { x }) => {
            const y = p.drop(add(p.w, x));
            return { carry: { last: y }, output: { y } };
          },
        });
        return { y: outputs.y };
      },
    });
    const trainer = compileSync(
      training(model, { loss: ({ y }) => mean(y), metrics: ({ y }) => ({ y }), optimizer: sgd({ learningRate: 0 }) }),
      { backend: "closure" },
    );
    const { y } = trainer.step({ x: Float32Array.of(0, 1, 2) });
    const masks = [0, 1, 2].map((at) => Array.from(y.data.subarray(64 * at, 64 * at + 64), (value) => value !== 0));
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]).toEqual(masks[0]);
    expect(new Set(y.data)).toEqual(new Set([0, 2, 4, 6]));
  });

  it("is refused outside 0 to 1", () => {
    for (const rate of [-0.1, 1.1, Number.NaN, "half"]) expect(() => dropout(rate as number)).toThrow("W140");
  });
});

describe("withMode", () => {
  it("is a scope", () => {
    const { result } = withMode("training", () => [
      currentMode(),
      withMode("inference", currentMode).result,
      currentMode(),
    ]);
    expect(result).toEqual(["training", "inference", "training"]);
    const failing = (): never => {
      throw new Error("in the middle");
    };
    expect(() => withMode("training", failing)).toThrow("in the middle");
    expect(currentMode()).toBe("inference");
  });
});
