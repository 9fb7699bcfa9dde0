// TensorFlow.js on its WebAssembly backend, one thread. Inputs lie in its memory; a run gives arrays of JavaScript's.

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { input } from "../../workloads/computation.ts";
import { type Contender } from "../contender.ts";
import { attentionOffers } from "./attention.ts";
import { computed } from "./computed.ts";
import { networkOffers } from "./network.ts";
import { trainingOffers } from "./training.ts";

export const contender: Contender = {
  start: async () => {
    setThreadsCount(1);
    if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no WebAssembly here");
    return {
      ...attentionOffers,
      ...networkOffers,
      ...trainingOffers,
      matmul: () => ({
        forms: {
          matMul: {
            prepare: ({ rows, inner, columns }, inputs) => {
              const a = tf.tensor(input(inputs, "a"), [rows, inner]);
              const b = tf.tensor(input(inputs, "b"), [inner, columns]);
              return { run: () => computed(() => ({ c: tf.matMul(a, b) })) };
            },
          },
        },
      }),
    };
  },
};
