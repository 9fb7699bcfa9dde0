// Optimizers step by step against PyTorch: a small network trained on one batch. In double precision the update rule is run as
// a graph of its own; in f32 the whole training is compiled and steps by itself.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evaluateGraph, type NamedArrays } from "../../src/backends/reference/interpreter.ts";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { compileSync, defineModel, linear, meanSquaredError, spec, tanh, training } from "../../src/index.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import * as nn from "../../src/nn/index.ts";
import { adam, type Optimizer, sgd } from "../../src/optim/index.ts";
import { differentiate } from "../../src/passes/differentiate.ts";
import { decode, type StoredTensor } from "../support/golden.ts";

type StoredTensors = Readonly<Record<string, StoredTensor>>;

interface StoredSteps {
  readonly inputs: StoredTensors;
  readonly params: StoredTensors;
  readonly expected: { readonly steps: readonly { readonly loss: number; readonly params: StoredTensors }[] };
  readonly scale: { readonly forward: number };
  readonly float32_max_abs_err: { readonly forward: number };
}

const stored = (name: string): StoredSteps =>
  // The files are ours and of one format, which the decoding checks.
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8")) as StoredSteps;

const decoded = (tensors: StoredTensors): Record<string, NdArray> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, decode(tensor)]));

const cases: Readonly<Record<string, Optimizer>> = {
  optim_sgd: sgd({ learningRate: 0.1 }),
  optim_sgd_momentum: sgd({ learningRate: 0.05, momentum: 0.9 }),
  optim_adam: adam({ learningRate: 0.02 }),
  optim_adam_betas_eps: adam({ learningRate: 0.02, betas: [0.8, 0.95], epsilon: 1e-4 }),
};

/** One step as a graph of f64 tensors: parameters, state and the number of the step in, the new ones and the loss out. */
const stepGraph = (
  { learningRate, state: names, update }: Optimizer,
  fed: Readonly<Record<string, NdArray>>,
): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const declared: Record<string, Tensor> = {};
    const input = (name: string, shape: readonly number[]): Tensor =>
      (declared[name] ??= trace.input(name, { dtype: "f64", shape }));
    const at = (name: string): Tensor => input(name, fed[name]?.shape ?? []);
    const hidden = tanh(linear(at("x"), at("layers.0.weight"), at("layers.0.bias")));
    const loss = meanSquaredError(linear(hidden, at("layers.1.weight"), at("layers.1.bias")), at("target"));
    const paths = Object.keys(declared).filter((name) => name.startsWith("layers."));
    const gradients = differentiate(loss, paths.map(at));
    const results: Record<string, Tensor> = { loss };
    const step = input("step", []);
    const rate = typeof learningRate === "number" ? trace.constant(learningRate, "f64") : learningRate(step);
    for (const [position, path] of paths.entries()) {
      const parameter = at(path);
      const state = Object.fromEntries(
        names.map((name) => [name, input(`${name} of ${path}`, fed[path]?.shape ?? [])]),
      );
      const gradient = gradients[position] ?? parameter;
      const updated = update({ parameter, gradient, state, step, learningRate: rate });
      results[path] = updated.parameter;
      for (const [name, tensor] of Object.entries(updated.state)) results[`${name} of ${path}`] = tensor;
    }
    const outputs = Object.entries(results).map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
    return trace.builder.finish("step", [{ name: "main", outputs, updates: [] }]);
  });
};

type Run = (feeds: NamedArrays) => Readonly<Record<string, { readonly data: Float64Array }>>;

const onReference =
  (graph: Graph): Run =>
  (feeds) =>
    evaluateGraph(graph, "main", feeds);

const onWasm = (graph: Graph): Run => {
  const { executable } = compileGraph(graph, { backend: "wasm" });
  return (feeds) => {
    const given = Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, Float64Array.from(data)]));
    const results = executable.run("main", given);
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, { data: Float64Array.from(data) }]),
    );
  };
};

const expectWithin = (actual: ArrayLike<number> | undefined, wanted: NdArray, bound: number, what: string): void => {
  const worst = wanted.data.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (actual?.[at] ?? Number.NaN))),
    0,
  );
  if (!(worst <= bound)) throw new Error(`${what} is off by ${worst}, more than ${bound}`);
};

const zeros = (shape: readonly number[]): NdArray => ({ dtype: "f64", shape, data: new Float64Array(sizeOf(shape)) });

describe.each(Object.entries(cases))("%s", (name, optimizer) => {
  const { inputs, params, expected, scale, float32_max_abs_err } = stored(name);

  test.each([
    ["reference", onReference],
    ["wasm", onWasm],
  ] as const)("in double precision on %s", (_, runner) => {
    const feeds: Record<string, NdArray> = { ...decoded(inputs), ...decoded(params) };
    for (const [path, { shape }] of Object.entries(decoded(params)))
      for (const state of optimizer.state) feeds[`${state} of ${path}`] = zeros(shape);
    const run = runner(stepGraph(optimizer, feeds));
    for (const [position, step] of expected.steps.entries()) {
      const results = run({ ...feeds, step: { dtype: "f64", shape: [], data: Float64Array.of(position + 1) } });
      const bound = 1e-10 * Math.max(1, scale.forward);
      expect(Math.abs((results["loss"]?.data[0] ?? Number.NaN) - step.loss)).toBeLessThanOrEqual(bound);
      for (const [path, wanted] of Object.entries(decoded(step.params)))
        expectWithin(results[path]?.data, wanted, bound, `${path} after step ${position + 1}`);
      for (const [path, { data }] of Object.entries(results))
        if (feeds[path] !== undefined) feeds[path] = { ...feeds[path], data };
    }
  });

  test("in f32 as a compiled training", () => {
    const model = defineModel({
      name: "perceptron",
      params: { layers: [nn.linear(4, 6), nn.linear(6, 3)] },
      inputs: { x: spec("f32", [8, 4]) },
      forward: ({ layers: [first, second] }, { x }) => ({ y: second(tanh(first(x))) }),
    });
    const trainer = compileSync(
      training(model, {
        inputs: { target: spec("f32", [8, 3]) },
        loss: ({ y }, { target }) => meanSquaredError(y, target),
        optimizer,
      }),
    );
    const f32 = (array: NdArray | undefined): Float32Array<ArrayBuffer> => Float32Array.from(array?.data ?? []);
    for (const [path, array] of Object.entries(decoded(params)))
      trainer.parameters.set(path as "layers.0.bias", f32(array));
    const { x, target } = decoded(inputs);
    const bound = Math.max(8 * float32_max_abs_err.forward, 1e-6 * Math.max(1, scale.forward));
    for (const [position, step] of expected.steps.entries()) {
      const { loss } = trainer.step({ x: f32(x), target: f32(target) });
      expect(Math.abs(loss - step.loss)).toBeLessThanOrEqual(bound);
      for (const [path, wanted] of Object.entries(decoded(step.params)))
        expectWithin(
          trainer.parameters.get(path as "layers.0.bias").data,
          wanted,
          bound,
          `${path} after step ${position + 1}`,
        );
    }
  });
});
