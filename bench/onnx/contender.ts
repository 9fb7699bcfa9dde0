// ONNX Runtime, in WebAssembly or native: both packages have the same API.
import { type Contender, exchanged, type Form, floats, input, type Prepared } from "../contenders/contender.ts";
import type { AttentionTask } from "../workloads/attention.ts";
import { type Arrays, countOf } from "../workloads/computation.ts";
import { attentionOp, gradientByHand, multiHeadAttention, unfused, withData } from "./attention.ts";
import { encodeModel, type OnnxModel } from "./model.ts";

/** A tensor of ONNX Runtime's. */
export interface OnnxTensor {
  readonly data: unknown;
}

/** The part of `onnxruntime-common` that the bench uses. */
export interface OnnxRuntime {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
}

/** A model, ready to run. */
export interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
}

/** A runtime on one thread, all its optimizations switched on. */
export interface OnnxHost {
  readonly runtime: OnnxRuntime;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A model as something to time: tensors of its inputs are made once, results come as arrays. */
const session = async (
  { runtime, options }: OnnxHost,
  model: OnnxModel,
  inputs: Arrays,
): Promise<{ readonly run: () => Promise<Arrays> }> => {
  const created = await runtime.InferenceSession.create(encodeModel(model), options);
  const feeds = Object.fromEntries(
    Object.entries(model.inputs).map(([name, shape]) => [
      name,
      new runtime.Tensor("float32", input(inputs, name).subarray(0, countOf(shape)), shape),
    ]),
  );
  const names = Object.keys(model.outputs);
  return {
    run: async () => {
      const results = await created.run(feeds);
      return Object.fromEntries(
        names.map((name) => {
          const tensor = results[name];
          if (tensor === undefined) throw new Error(`no output ${name}`);
          return [name, floats(tensor.data)];
        }),
      );
    },
  };
};

/** Keys and values that are there before the call are data of the model: no runtime of this kind keeps a cache cheaper. */
const cached = (task: AttentionTask, model: OnnxModel, inputs: Arrays): OnnxModel =>
  task.cached ? withData(model, { k: input(inputs, "k"), v: input(inputs, "v") }) : model;

const headsFirst =
  (host: OnnxHost, write: (task: AttentionTask) => OnnxModel) =>
  (task: AttentionTask, inputs: Arrays): Promise<Prepared> =>
    session(host, cached(task, write(task), inputs), inputs);

const positionsFirst =
  (host: OnnxHost) =>
  async (task: AttentionTask, inputs: Arrays): Promise<Prepared> => {
    const { heads, queries, keys, depth } = task;
    const moved: Arrays = {
      q: exchanged(input(inputs, "q"), [heads, queries, depth]),
      k: exchanged(input(inputs, "k"), [heads, keys, depth]),
      v: exchanged(input(inputs, "v"), [heads, keys, depth]),
    };
    const { run } = await session(host, cached(task, multiHeadAttention(task), moved), moved);
    return { run, inLayout: (results) => ({ out: exchanged(input(results, "out"), [queries, heads, depth]) }) };
  };

/** What ONNX Runtime offers; `aside` says why it is no peer, where it is none. */
export const onnxContender = (load: () => Promise<OnnxHost>, aside?: string): Contender => ({
  start: async () => {
    const host = await load();
    const form = <Task>(prepare: Form<Task>["prepare"]): Form<Task> =>
      aside === undefined ? { prepare } : { prepare, aside };
    return {
      attention: {
        forms: {
          "MatMul, Softmax, MatMul": form(headsFirst(host, unfused)),
          "Attention-23": form(headsFirst(host, attentionOp)),
          MultiHeadAttention: form(positionsFirst(host)),
        },
      },
      attentionGradient: {
        forms: {
          "derived by hand": { prepare: headsFirst(host, gradientByHand), aside: aside ?? "no gradients of its own" },
        },
      },
      matmul: {
        forms: {
          MatMul: form(({ rows, inner, columns }, inputs) =>
            session(
              host,
              {
                inputs: { a: [rows, inner], b: [inner, columns] },
                outputs: { c: [rows, columns] },
                nodes: [{ op: "MatMul", inputs: ["a", "b"], output: "c" }],
              },
              inputs,
            ),
          ),
        },
      },
    };
  },
});
