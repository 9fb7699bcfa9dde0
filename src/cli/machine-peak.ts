// What the machine can do at most in WebAssembly: chains of f32x4 multiply and add that live in registers. Thirteen chains and
// the two factors are V8's fifteen registers; twelve leave the units waiting (47 instead of 55 GFLOP/s), fourteen are spilled.
import { fasterHalfMean } from "../backends/profile/samples.ts";
import { wasmBackend } from "../backends/wasm/instantiate.ts";
import { add, binary, buildBody, load, reduceLanes } from "../ir/loop/build.ts";
import type { Kernel, Program } from "../ir/loop/kernel.ts";
import { tensorType } from "../ir/types/tensor-type.ts";
import { planBuffers } from "../passes/plan-buffers.ts";

const chains = 13;
const lanes = 4;
/** A vector per chain to start from, then the factor and the summand. */
const length = (chains + 2) * lanes;

const kernelOf = (steps: number): Kernel => ({
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
});

const programOf = (kernel: Kernel): Program => ({
  name: "peak",
  buffers: new Map([
    ["x", { name: "x", dtype: "f32", length, role: "parameter" }],
    ["y", { name: "y", dtype: "f32", length: chains, role: "output" }],
  ]),
  kernels: new Map([[kernel.name, kernel]]),
  parameters: [{ name: "x", type: tensorType("f32", [length]), buffer: "x" }],
  entries: [
    {
      name: "main",
      inputs: [],
      outputs: [{ name: "y", type: tensorType("f32", [chains]), buffer: "y" }],
      updates: [],
      calls: [{ kernel: kernel.name, buffers: ["x", "y"] }],
    },
  ],
  prepare: [],
});

/** Multiplications and additions of one run of so many steps. */
export const peakOperations = (steps: number): number => 2 * lanes * chains * steps;

/** Multiply and add in registers, on numbers that stay near 1 (denormals would be slow), as a function that does it once. */
export const preparePeak = (steps: number): (() => void) => {
  const planned = planBuffers.run(programOf(kernelOf(steps)));
  const instance = wasmBackend.instantiate(planned);
  new Float32Array(instance.memory, planned.memory.offsets.get("x"), length).fill(0.5);
  return () => instance.run("main");
};

/** So short that most runs are not interrupted however busy the machine is, and so many that most are compiled for speed. */
const sampling = { steps: 100_000, runs: 600 } as const;

/** The most that this machine multiplies and adds, in GFLOP/s, by the statistic of profiles; takes a tenth of a second. */
export const measurePeak = (clock: () => number): number => {
  const run = preparePeak(sampling.steps);
  const times = Array.from({ length: sampling.runs }, () => {
    const start = clock();
    run();
    return clock() - start;
  });
  return peakOperations(sampling.steps) / fasterHalfMean(times) / 1e6;
};
