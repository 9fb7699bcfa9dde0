// What the machine can do at most in WebAssembly: chains of f32x4 multiply and add that live in registers. Twelve chains
// are more than two units of four cycles' latency need, and with the two factors they fit V8's fifteen registers.
import { wasmBackend } from "../src/backends/wasm/instantiate.ts";
import { add, binary, buildBody, load, reduceLanes } from "../src/ir/loop/build.ts";
import type { Kernel, Program } from "../src/ir/loop/kernel.ts";
import { tensorType } from "../src/ir/types/tensor-type.ts";
import { planBuffers } from "../src/passes/plan-buffers.ts";
import type { Prepared } from "./contenders/contender.ts";

const chains = 12;
/** So many that a run takes about as long as the products it is compared with, and is interrupted as often. */
const steps = 3_000_000;
const lanes = 4;
/** A vector per chain to start from, then the factor and the summand. */
const length = (chains + 2) * lanes;

const kernel: Kernel = {
  name: "peak",
  parameters: [
    { name: "x", dtype: "f32", length, access: "read" },
    { name: "y", dtype: "f32", length: chains, access: "write" },
  ],
  inPlace: [],
  body: buildBody((body) => {
    const vector = (at: number) => load("f32x4", "x", at * lanes);
    const factor = body.name(vector(chains), "factor");
    const summand = body.name(vector(chains + 1), "summand");
    const sums = Array.from({ length: chains }, (_, at) => body.mutable(vector(at), "sum"));
    body.loop(steps, (_, inner) => {
      for (const sum of sums) inner.assign(sum, add(binary("mul", sum, factor), summand));
    });
    for (const [at, sum] of sums.entries()) body.store("y", at, reduceLanes("add", sum));
  }),
};

const program: Program = {
  name: "peak",
  buffers: new Map([
    ["x", { name: "x", dtype: "f32", length, role: "parameter" }],
    ["y", { name: "y", dtype: "f32", length: chains, role: "output" }],
  ]),
  kernels: new Map([[kernel.name, kernel]]),
  parameters: [{ name: "x", type: tensorType("f32", [length]), buffer: "x" }],
  prepare: [],
  entries: [
    {
      name: "main",
      inputs: [],
      outputs: [{ name: "y", type: tensorType("f32", [chains]), buffer: "y" }],
      updates: [],
      calls: [{ kernel: kernel.name, buffers: ["x", "y"] }],
    },
  ],
};

/** Multiplications and additions of one run. */
export const peakOperations: number = 2 * lanes * chains * steps;

/** Multiply and add in registers, on numbers that stay near 1: denormals would be slow. */
export const peak = (): Prepared => {
  const planned = planBuffers.run(program);
  const instance = wasmBackend.instantiate(planned);
  new Float32Array(instance.memory, planned.memory.offsets.get("x"), length).fill(0.5);
  return {
    run: () => {
      instance.run("main");
      return {};
    },
  };
};
