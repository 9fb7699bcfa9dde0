// TensorFlow.js on its WebAssembly backend, one thread. Inputs lie in its memory; a run gives arrays of JavaScript's.

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { coldStart, writeWeights } from "../../fresh/cold-start.ts";
import { type Arrays, input } from "../../workloads/computation.ts";
import type { MatmulTask } from "../../workloads/matmul.ts";
import type { Contender, Prepared } from "../contender.ts";
import { inOut } from "../contender.ts";
import { attentionOffers } from "./attention.ts";
import { computed } from "./computed.ts";
import { networkOffers } from "./network.ts";
import { trainingOffers } from "./training.ts";

const product = ({ rows, inner, columns }: MatmulTask, inputs: Arrays): Prepared => {
  const a = tf.tensor(input(inputs, "a"), [rows, inner]);
  const b = tf.tensor(input(inputs, "b"), [inner, columns]);
  return { run: () => computed(() => ({ c: tf.matMul(a, b) })) };
};

/** The library on one of its backends. */
export const tfjs = (backend: "wasm" | "cpu"): Contender => ({
  start: async () => {
    setThreadsCount(1);
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    return {
      ...attentionOffers,
      ...networkOffers,
      ...trainingOffers,
      matmul: () => ({ forms: { matMul: { prepare: product } } }),
      script: () =>
        backend === "cpu" ? { forms: { matMul: { prepare: product } } } : { lacks: "this backend is WebAssembly" },
      compile: () => ({ lacks: "compiles nothing beforehand" }),
      coldStart: () => ({ forms: { "import and run": coldStart("cold-tfjs.ts", writeWeights(inOut)) } }),
    };
  },
});
