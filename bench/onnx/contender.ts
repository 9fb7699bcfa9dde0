// ONNX Runtime, in WebAssembly or native: both packages have the same API.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Contender, exchanged, type Form, type Prepared } from "../contenders/contender.ts";
import { coldStart } from "../fresh/cold-start.ts";
import type { Network } from "../networks/network.ts";
import type { AttentionTask } from "../workloads/attention.ts";
import { type Arrays, input } from "../workloads/computation.ts";
import type { MatmulTask } from "../workloads/matmul.ts";
import { attentionOp, gradientByHand, multiHeadAttention, unfused, withData } from "./attention.ts";
import { encodeModel, type OnnxModel } from "./model.ts";
import { networkForms } from "./network.ts";
import { type OnnxHost, session } from "./session.ts";

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

const product = ({ rows, inner, columns }: MatmulTask): OnnxModel => ({
  inputs: { a: [rows, inner], b: [inner, columns] },
  outputs: { c: [rows, columns] },
  nodes: [{ op: "MatMul", inputs: ["a", "b"], output: "c" }],
});

/** What ONNX Runtime offers; `aside` says why it is no peer, where it is none. */
export const onnxContender = (
  load: () => Promise<OnnxHost>,
  packageName: "onnxruntime-web" | "onnxruntime-node",
  aside?: string,
): Contender => ({
  start: async () => {
    const host = await load();
    const form = <Task>(prepare: Form<Task>["prepare"]): Form<Task> =>
      aside === undefined ? { prepare } : { prepare, aside };
    return {
      attention: () => ({
        forms: {
          "MatMul, Softmax, MatMul": form(headsFirst(host, unfused)),
          "Attention-23": form(headsFirst(host, attentionOp)),
          MultiHeadAttention: form(positionsFirst(host)),
        },
      }),
      attentionGradient: () => ({
        forms: {
          "derived by hand": { prepare: headsFirst(host, gradientByHand), aside: aside ?? "no gradients of its own" },
        },
      }),
      network: (network) => ({
        forms: Object.fromEntries(
          Object.entries(networkForms(network)).map(([name, write]) => [
            name,
            form((task, inputs) => session(host, write(task, inputs), inputs)),
          ]),
        ),
      }),
      training: () => ({ lacks: "no training in this package" }),
      compile: () => ({ lacks: "compiles nothing beforehand" }),
      coldStart: (network) => ({
        forms: Object.fromEntries(
          Object.entries(networkForms(network)).map(([name, write]): [string, Form<Network>] => {
            const file = (folder: string, task: Network, inputs: Arrays): void =>
              writeFileSync(join(folder, "model.onnx"), encodeModel(write(task, inputs)));
            const cold = coldStart("cold-onnx.ts", file, [packageName]);
            return [name, aside === undefined ? cold : { ...cold, aside }];
          }),
        ),
      }),
      script: () => ({ lacks: "it is WebAssembly, or native" }),
      matmul: () => ({
        forms: {
          MatMul: form((task: MatmulTask, inputs) => session(host, product(task), inputs)),
        },
      }),
    };
  },
});
