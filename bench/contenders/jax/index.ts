// jax-js on its WebAssembly backend, jitted. Inputs lie in its memory; a run gives arrays of JavaScript's. Outside browsers it has
// no workers: one thread.

import { defaultDevice, init, type Array as JaxArray, jit, numpy } from "@jax-js/jax";
import { coldStart, writeWeights } from "../../fresh/cold-start.ts";
import { input } from "../../workloads/computation.ts";
import { type Contender, inOut } from "../contender.ts";
import { arrayOf, read } from "./arrays.ts";
import { attentionOffers } from "./attention.ts";
import { networkOffers } from "./network.ts";
import { trainingOffers } from "./training.ts";

export const contender: Contender = {
  start: async () => {
    await init("wasm");
    defaultDevice("wasm");
    return {
      ...attentionOffers,
      ...networkOffers,
      ...trainingOffers,
      script: () => ({ lacks: "its backend is WebAssembly" }),
      compile: () => ({ lacks: "its compiler is part of the first call" }),
      coldStart: () => ({ forms: { "import and run": coldStart("cold-jax.ts", writeWeights(inOut)) } }),
      matmul: () => ({
        forms: {
          matmul: {
            prepare: ({ rows, inner, columns }, inputs) => {
              const compiled = jit((a: JaxArray, b: JaxArray) => numpy.matmul(a, b));
              const a = arrayOf(input(inputs, "a"), [rows, inner]);
              const b = arrayOf(input(inputs, "b"), [inner, columns]);
              return { run: () => ({ c: read(compiled(a.ref, b.ref)) }) };
            },
          },
        },
      }),
    };
  },
};
