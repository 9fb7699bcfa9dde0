// Ours, through the public functions: WebAssembly; one thread and exact numerics unless it says otherwise.

import { emit } from "../../../src/codegen/index.ts";
import {
  attention,
  compile,
  compileSync,
  defineModel,
  differentiate,
  matmul,
  param,
  spec,
  sum,
} from "../../../src/index.ts";
import { coldStart } from "../../fresh/cold-start.ts";
import type { Network } from "../../networks/network.ts";
import { modelOf, weightsOf } from "../../networks/weftgraph/model.ts";
import { type AttentionTask, attentionShapes } from "../../workloads/attention.ts";
import { type Arrays, input } from "../../workloads/computation.ts";
import type { MatmulTask } from "../../workloads/matmul.ts";
import { type Contender, type Prepared } from "../contender.ts";
import { compileForm } from "./compile.ts";
import { preparedNetwork, preparedTraining, type Settings } from "./network.ts";

/** Keys and values that are there before the call are parameters: they live in the module's memory. */
const cachedAttention = (task: AttentionTask, inputs: Arrays): Prepared => {
  const shapes = attentionShapes(task);
  const model = defineModel({
    name: "decoding",
    params: { k: param(shapes.k), v: param(shapes.v) },
    inputs: { q: spec("f32", shapes.q) },
    forward: ({ k, v }, { q }) => ({ out: attention(q, k, v, { causal: task.causal }) }),
  });
  const run = compileSync(model);
  for (const name of ["k", "v"] as const) run.parameters.set(name, input(inputs, name));
  const q = input(inputs, "q");
  return { run: () => ({ out: run({ q }).out.data }) };
};

const fedAttention = (task: AttentionTask, inputs: Arrays): Prepared => {
  const { q, k, v } = attentionShapes(task);
  const model = defineModel({
    name: "attention",
    params: {},
    inputs: { q: spec("f32", q), k: spec("f32", k), v: spec("f32", v) },
    forward: (_, { q, k, v }) => ({ out: attention(q, k, v, { causal: task.causal }) }),
  });
  const run = compileSync(model);
  const feeds = { q: input(inputs, "q"), k: input(inputs, "k"), v: input(inputs, "v") };
  return { run: () => ({ out: run(feeds).out.data }) };
};

const attentionGradient = (task: AttentionTask, inputs: Arrays): Prepared => {
  const { q, k, v } = attentionShapes(task);
  const model = defineModel({
    name: "attentionGradient",
    params: {},
    inputs: { q: spec("f32", q), k: spec("f32", k), v: spec("f32", v), cotangent: spec("f32", q) },
    forward: (_, { q, k, v, cotangent }) => {
      const loss = sum(attention(q, k, v, { causal: task.causal }).mul(cotangent));
      const [dq, dk, dv] = differentiate(loss, [q, k, v]);
      return { dq, dk, dv };
    },
  });
  const run = compileSync(model);
  const feeds = {
    q: input(inputs, "q"),
    k: input(inputs, "k"),
    v: input(inputs, "v"),
    cotangent: input(inputs, "cotangent"),
  };
  return {
    run: () => {
      const { dq, dk, dv } = run(feeds);
      return { dq: dq.data, dk: dk.data, dv: dv.data };
    },
  };
};

const product =
  (settings: Settings, into: "new arrays" | "given arrays") =>
  async ({ rows, inner, columns }: MatmulTask, inputs: Arrays): Promise<Prepared> => {
    const model = defineModel({
      name: "matmul",
      params: {},
      inputs: { a: spec("f32", [rows, inner]), b: spec("f32", [inner, columns]) },
      forward: (_, { a, b }) => ({ c: matmul(a, b) }),
    });
    const run = await compile(model, settings);
    const feeds = { a: input(inputs, "a"), b: input(inputs, "b") };
    if (into === "new arrays") return { run: () => ({ c: run(feeds).c.data }) };
    const c = new Float32Array(rows * columns);
    return {
      run: () => {
        run(feeds, { into: { c } });
        return { c };
      },
    };
  };

const emitted = async (directory: string, network: Network, inputs: Arrays): Promise<void> => {
  const compiled = compileSync(modelOf(network));
  compiled.parameters.restore(weightsOf(network, inputs));
  await emit(compiled, { directory });
};

const ours = (settings: Settings): Contender => ({
  start: () =>
    Promise.resolve({
      attention: () => ({
        forms: {
          attention: { prepare: (task, inputs) => (task.cached ? cachedAttention : fedAttention)(task, inputs) },
        },
      }),
      attentionGradient: () => ({ forms: { differentiate: { prepare: attentionGradient } } }),
      matmul: () => ({
        forms: {
          matmul: { prepare: product(settings, "new arrays") },
          "matmul, into given arrays": { prepare: product(settings, "given arrays") },
        },
      }),
      network: () => ({
        forms: {
          "functions and layers": { prepare: preparedNetwork(settings) },
          "functions and layers, into given arrays": { prepare: preparedNetwork(settings, "given arrays") },
        },
      }),
      compile: () => ({ forms: { "description to executable": compileForm } }),
      coldStart: () => ({ forms: { "emitted module": coldStart("cold-weftgraph.ts", emitted) } }),
      script: () => ({ lacks: "this is WebAssembly" }),
      training: () => ({ forms: { "training, step": { prepare: preparedTraining } } }),
    }),
});

export const contender: Contender = ours({});
export const relaxed: Contender = ours({ numerics: "relaxed" });
export const twoThreads: Contender = ours({ threads: 2 });
