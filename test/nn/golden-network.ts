// Networks of layers run against what PyTorch computed: outputs, loss and the gradients of all parameters and inputs, in
// double precision by the meaning of the graph, and in f32 by the program that is compiled for WebAssembly.
import { expect } from "vitest";
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { type BackendName, compileGraph } from "../../src/compile/compile-graph.ts";
import { add, mul, sum } from "../../src/ir/functions/index.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { withMode } from "../../src/model/mode.ts";
import { bindSpecs, type Params, type SpecTree } from "../../src/model/parameter.ts";
import { differentiate } from "../../src/passes/differentiate.ts";
import { type GoldenCase, golden } from "../support/golden.ts";

type Tensors = Readonly<Record<string, Tensor>>;
/** What is fed, by name. */
type Inputs = (name: string) => Tensor;

/** A network, in PyTorch's names: outputs of the case by name, and the loss, unless it is made from stored cotangents. */
export interface Network {
  readonly params: SpecTree;
  readonly forward: (params: never, input: Inputs) => Tensors;
  readonly loss?: (outputs: Tensors, input: Inputs) => Tensor;
  /** The case's name of a parameter, where it is not that of ours. */
  readonly nameOf?: (path: string) => string;
}

/** A network whose parameters are known while it is written. */
export const network = <P extends SpecTree>(
  params: P,
  forward: (params: Params<P>, input: Inputs) => Tensors,
  loss?: Network["loss"],
): Network => (loss === undefined ? { params, forward } : { params, forward, loss });

type Float = "f32" | "f64";

/** Arrays of the case are stored as f32 numbers: f32 tensors start from exactly what f64 ones would. */
const typeInGraph = (
  { dtype, shape }: NdArray,
  float: Float,
): { readonly dtype: NdArray["dtype"]; readonly shape: readonly number[] } => ({
  dtype: isFloat(dtype) ? float : dtype,
  shape,
});

const lossOf = (outputs: Tensors, cotangents: Tensors): Tensor => {
  const [first, ...rest] = Object.entries(cotangents).map(([name, cotangent]) =>
    sum(mul(outputs[name] ?? expect.unreachable(`there is no output ${name}`), cotangent)),
  );
  if (first === undefined) throw new Error("a network without outputs");
  return rest.reduce((total, term) => add(total, term), first);
};

/** The graph with all that a case expects as outputs of one entry, and what it must be fed. */
const graphOf = (
  { params, forward, loss, nameOf = (path) => path }: Network,
  stored: GoldenCase,
  float: Float,
): { readonly graph: Graph; readonly feeds: Readonly<Record<string, NdArray>> } => {
  const trace = traceOver(graphBuilder());
  const feeds: Record<string, NdArray> = {};
  const declare = (name: string, array: NdArray): Tensor => {
    const type = typeInGraph(array, float);
    feeds[name] = { ...array, ...type };
    return trace.input(name, type);
  };
  return withTrace(trace, () => {
    const inputs = Object.fromEntries(stored.inputs.map((name) => [name, declare(name, stored.array(name))]));
    const parameters: Record<string, Tensor> = {};
    const buffers: Record<string, Tensor> = {};
    const bound = bindSpecs(params, (path, { shape, trainable }) => {
      const name = nameOf(path);
      const array = stored.array(name);
      expect(shape).toEqual(array.shape);
      return ((trainable ? parameters : buffers)[name] = declare(name, array));
    });
    expect(Object.keys(parameters).toSorted()).toEqual(stored.parameters.toSorted());
    expect(Object.keys(buffers).toSorted()).toEqual(stored.buffers.toSorted());
    const input: Inputs = (name) => inputs[name] ?? expect.unreachable(`there is no input ${name}`);
    // `network` tied the function to the tree that was just bound.
    const { result: outputs, updates } = withMode(stored.config["mode"] === "train" ? "training" : "inference", () =>
      forward(bound as never, input),
    );
    const after = Object.entries(buffers).flatMap(([name, buffer]) => {
      const value = updates.get(buffer);
      return value === undefined ? [] : [[`after.${name}`, value] as const];
    });
    expect(after.map(([name]) => name).toSorted()).toEqual(
      stored.changedBuffers.map((name) => `after.${name}`).toSorted(),
    );
    const total =
      loss?.(outputs, input) ??
      lossOf(
        outputs,
        Object.fromEntries(
          stored.cotangents.map((name) => [name, declare(`cotangent.${name}`, stored.cotangent(name))]),
        ),
      );
    const sources = Object.entries({ ...inputs, ...parameters }).filter(([, { dtype }]) => isFloat(dtype));
    const gradients = differentiate(
      total,
      sources.map(([, source]) => source),
    );
    const named = {
      ...outputs,
      loss: total,
      ...Object.fromEntries(after),
      ...Object.fromEntries(sources.map(([name], at) => [`gradient.${name}`, gradients[at] ?? total])),
    };
    const entry = Object.entries(named).map(([name, tensor]) => ({ name, value: trace.value(tensor) }));
    return { graph: trace.builder.finish("network", [{ name: "main", outputs: entry, updates: [] }]), feeds };
  });
};

interface Bounds {
  readonly forward: number;
  readonly gradients: number;
}

const expectWithin = (actual: ArrayLike<number> | undefined, wanted: NdArray, bound: number, what: string): void => {
  const worst = wanted.data.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (actual?.[at] ?? Number.NaN))),
    0,
  );
  if (!(worst <= bound)) throw new Error(`${what} is off by ${worst}, more than ${bound}`);
};

const expectAll = (
  results: Readonly<Record<string, { readonly data: ArrayLike<number> }>>,
  stored: GoldenCase,
  bounds: Bounds,
): void => {
  for (const name of stored.outputs) expectWithin(results[name]?.data, stored.output(name), bounds.forward, name);
  for (const name of stored.changedBuffers)
    expectWithin(results[`after.${name}`]?.data, stored.bufferAfter(name), bounds.forward, `${name} after the step`);
  expect(Math.abs((results["loss"]?.data[0] ?? Number.NaN) - stored.loss)).toBeLessThanOrEqual(
    bounds.forward * Math.max(1, Math.abs(stored.loss)),
  );
  const gradients = Object.keys(results).filter((name) => name.startsWith("gradient."));
  for (const name of gradients)
    expectWithin(results[name]?.data, stored.gradient(name.slice("gradient.".length)), bounds.gradients, name);
};

/** The meaning of the graph in double precision is that of PyTorch. */
export const expectMeaning = (name: string, network: Network): void => {
  const stored = golden(name);
  const { graph, feeds } = graphOf(network, stored, "f64");
  const { forward, grads } = stored.scale;
  expectAll(evaluateGraph(graph, "main", feeds), stored, {
    forward: 1e-10 * Math.max(1, forward),
    gradients: 1e-9 * Math.max(1, grads),
  });
};

/**
 * The compiled program computes in f32 about as exactly as PyTorch does; `gradients` is a relative error that the case allows
 * besides.
 */
export const expectCompiled = (
  name: string,
  network: Network,
  { backend = "wasm", gradients = 0 }: { readonly backend?: BackendName; readonly gradients?: number } = {},
): void => {
  const stored = golden(name);
  const { graph, feeds } = graphOf(network, stored, "f32");
  const typed = Object.entries(feeds).map(([key, { dtype, data }]) => {
    const array = dtypes[dtype].allocate(data.length);
    array.set(data);
    return [key, array] as const;
  });
  const { forward, grads } = stored.scale;
  const results = compileGraph(graph, { backend }).executable.run("main", Object.fromEntries(typed));
  expectAll(results, stored, {
    forward: Math.max(8 * stored.float32Error.forward, 1e-6 * Math.max(1, forward)),
    gradients: Math.max(8 * stored.float32Error.grads, 1e-6 * Math.max(1, grads), gradients * grads),
  });
};
