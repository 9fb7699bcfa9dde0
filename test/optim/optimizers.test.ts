// Optimizers, schedules and clipping against PyTorch: ten steps of a small network each, in double precision and in f32.
import { describe, expect, it } from "vitest";
import { evaluateGraph, type NamedArrays } from "../../src/backends/reference/interpreter.ts";
import {
  compileSync,
  constant,
  defineModel,
  differentiate,
  graphBuilder,
  linear as linearFunction,
  meanSquaredError,
  spec,
  type Tensor,
  tanh,
  traceOver,
  training,
  withTrace,
} from "../../src/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { linear as linearLayer } from "../../src/nn/index.ts";
import {
  adagrad,
  adam,
  adamW,
  cosine,
  linear,
  noam,
  type Optimizer,
  rmsProp,
  sgd,
  stepDecay,
  warmUp,
} from "../../src/optim/index.ts";
import { clipGradients, type GradientClip } from "../../src/training/gradient-clip.ts";
import { goldenRun } from "../support/golden.ts";
import { array, expectClose } from "../support/op-meaning.ts";

const network = defineModel({
  name: "network",
  params: { layers: [linearLayer(4, 6), linearLayer(6, 3)] },
  inputs: { x: spec("f32", [8, 4]) },
  forward: ({ layers: [hidden, output] }, { x }) => ({ y: output(tanh(hidden(x))) }),
});

const trainedBy = (optimizer: Optimizer, clip?: GradientClip) =>
  training(network, {
    inputs: { target: spec("f32", [8, 3]) },
    loss: ({ y }, { target }) => meanSquaredError(y, target),
    optimizer,
    ...(clip === undefined ? {} : { clip }),
  });

interface Run {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly clip?: GradientClip;
}

const run = (name: string, optimizer: Optimizer, clip?: GradientClip): Run =>
  clip === undefined ? { name, optimizer } : { name, optimizer, clip };

const runs: readonly Run[] = [
  run("sgd_weight_decay", sgd({ learningRate: 0.1, weightDecay: 0.1 })),
  run("sgd_momentum_dampening", sgd({ learningRate: 0.05, momentum: 0.9, dampening: 0.1 })),
  run("sgd_momentum_wd_cosine", sgd({ learningRate: cosine(0.1, 10), momentum: 0.9, weightDecay: 0.01 })),
  run("sgd_nesterov", sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })),
  run("sgd_step", sgd({ learningRate: stepDecay(0.2, 3, 0.5) })),
  run("sgd_clip", sgd({ learningRate: 0.2 }), { norm: 0.3 }),
  run("adam_amsgrad", adam({ learningRate: 0.02, amsgrad: true })),
  run("adam_weight_decay", adam({ learningRate: 0.02, weightDecay: 0.1 })),
  run("adam_cosine", adam({ learningRate: cosine(0.05, 10) })),
  run("adam_step", adam({ learningRate: stepDecay(0.05, 3, 0.5) })),
  run("adam_noam", adam({ learningRate: noam(0.05, 4), betas: [0.9, 0.98], epsilon: 1e-9 })),
  run("adamw", adamW({ learningRate: 0.02, weightDecay: 0.1 })),
  run("adamw_cosine", adamW({ learningRate: cosine(0.05, 10), weightDecay: 0.05 })),
  run("adamw_warmup_clip", adamW({ learningRate: warmUp(4, linear(0.05, 7)), weightDecay: 0.01 }), { norm: 0.5 }),
  run("rmsprop", rmsProp({ learningRate: 0.01 })),
  run("rmsprop_cosine", rmsProp({ learningRate: cosine(0.02, 10) })),
  run(
    "rmsprop_momentum_centered",
    rmsProp({ learningRate: 0.01, alpha: 0.9, epsilon: 1e-6, momentum: 0.5, centered: true }),
  ),
  run("adagrad", adagrad({ learningRate: 0.1 })),
  run("adagrad_decay_step", adagrad({ learningRate: stepDecay(0.2, 3, 0.5), learningRateDecay: 0.1, epsilon: 1e-8 })),
];

const statePath = (name: string, path: string): string => `${name} of ${path}`;

/** One step with f64 tensors, so that no constant is rounded: arrays by name, and the number of the step, give new ones. */
const stepGraph = ({ optimizer, clip }: Run, fed: NamedArrays, paths: readonly string[]): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const tensors = new Map(Object.entries(fed).map(([name, type]) => [name, trace.input(name, type)]));
    const at = (name: string): Tensor => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`nothing is fed as ${name}`);
      return tensor;
    };
    const hidden = tanh(linearFunction(at("x"), at("layers.0.weight"), at("layers.0.bias")));
    const loss = meanSquaredError(linearFunction(hidden, at("layers.1.weight"), at("layers.1.bias")), at("target"));
    const gradients = clipGradients(differentiate(loss, paths.map(at)), clip);
    const [step, rate] = [at("step"), optimizer.learningRate];
    const learningRate = typeof rate === "number" ? constant(rate, [], "f64") : rate(step);
    const results = new Map<string, Tensor>([["loss", loss]]);
    for (const [position, path] of paths.entries()) {
      const state = Object.fromEntries(optimizer.state.map((name) => [name, at(statePath(name, path))]));
      const gradient = gradients[position] ?? loss;
      const update = optimizer.update({ parameter: at(path), gradient, state, step, learningRate });
      results.set(path, update.parameter);
      for (const [name, value] of Object.entries(update.state)) results.set(statePath(name, path), value);
    }
    const outputs = [...results].map(([name, value]) => ({ name, value: trace.value(value) }));
    return trace.builder.finish("step", [{ name: "step", outputs, updates: [] }]);
  });
};

describe("optimizers agree with PyTorch after each of ten steps", () => {
  it.each(runs)("$name, in double precision", (run) => {
    const { inputs, parameters, steps } = goldenRun(`optim_${run.name}`);
    const zeros = Object.entries(parameters).flatMap(([path, each]) =>
      run.optimizer.state.map((name) => [statePath(name, path), { ...each, data: each.data.map(() => 0) }] as const),
    );
    let present: NamedArrays = { ...inputs, ...parameters, ...Object.fromEntries(zeros), step: array([], [1]) };
    const graph = stepGraph(run, present, Object.keys(parameters));
    expect(steps.length).toBe(10);
    for (const [position, { loss, parameters: after }] of steps.entries()) {
      const { loss: found, ...next } = evaluateGraph(graph, "step", present);
      expectClose(found, array([], [loss]), loss, 1e-10);
      for (const [path, wanted] of Object.entries(after)) expectClose(next[path], wanted, 1, 1e-10);
      present = { ...present, ...next, step: array([], [position + 2]) };
    }
  });

  it.each(runs)("$name, in WebAssembly", ({ name, optimizer, clip }) => {
    const { inputs, parameters, steps, float32Error: rounding } = goldenRun(`optim_${name}`);
    const trainer = compileSync(trainedBy(optimizer, clip));
    const begin = Object.entries(parameters).map(([path, { data }]) => [path, Float32Array.from(data)] as const);
    trainer.parameters.restore(Object.fromEntries(begin), { partial: true });
    const feeds = {
      x: Float32Array.from(inputs["x"]?.data ?? []),
      target: Float32Array.from(inputs["target"]?.data ?? []),
    };
    for (const { loss, parameters: after } of steps) {
      const result = trainer.step(feeds);
      expect(Math.abs(result.loss - loss)).toBeLessThanOrEqual(Math.max(8 * rounding.loss, 1e-6 * Math.max(1, loss)));
      const present = trainer.parameters.all();
      for (const [path, wanted] of Object.entries(after)) {
        const { shape, data } = present[path] ?? { shape: [], data: [] };
        expectClose(array(shape, data), wanted, 1, Math.max(8 * rounding.forward, 1e-6));
      }
    }
  });
});

describe("what the stored runs do not say", () => {
  const feeds = {
    x: Float32Array.from({ length: 32 }, (_, at) => Math.sin(at + 1)),
    target: Float32Array.from({ length: 24 }, (_, at) => 3 * Math.cos(at + 1)),
  };

  const bias = "layers.1.bias";

  /** A trainer whose last bias is 0, so that what is left of a step is the step. */
  const begin = (optimizer: Optimizer, clip?: GradientClip) => {
    const trainer = compileSync(trainedBy(optimizer, clip));
    trainer.parameters.restore({ [bias]: new Float32Array(3) }, { partial: true });
    const gradients: Readonly<Record<string, { readonly data: ArrayLike<number> }>> = trainer.grads(feeds).gradients;
    return { trainer, gradients, gradient: Array.from(gradients[bias]?.data ?? []) };
  };

  it("clipping by value bounds each element, and leaves what `grads` gives alone", () => {
    const { trainer, gradients, gradient } = begin(sgd({ learningRate: 1 }), { value: 0.015625 });
    expect(gradients).toEqual(begin(sgd({ learningRate: 1 })).gradients);
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.015625);
    trainer.step(feeds);
    const moved = Array.from(trainer.parameters.get(bias).data);
    expect(moved).toEqual(gradient.map((each) => -Math.max(-0.015625, Math.min(0.015625, each))));
  });

  it("adagrad's sum of squares begins where it is told to", () => {
    const { trainer, gradient } = begin(adagrad({ learningRate: 1, initialAccumulator: 4 }));
    trainer.step(feeds);
    const wanted = gradient.map((each) => -each / Math.sqrt(4 + each * each));
    expectClose(array([3], trainer.parameters.get(bias).data), array([3], wanted), 1, 1e-6);
  });

  it("nesterov needs momentum, and a clip one bound above 0", () => {
    expect(() => sgd({ learningRate: 0.1, nesterov: true })).toThrow(
      "W140: sgd: nesterov: momentum above 0 without dampening is expected, got momentum 0 and dampening 0",
    );
    expect(() => trainedBy(sgd({ learningRate: 0.1 }), { norm: -1 })).toThrow(
      "W140: training: clip: a bound above 0, of the norm or of each value is expected, got -1",
    );
  });
});
