// Random kernels leave the bits that the interpreter of the loop IR leaves, and assemble to the same bytes from their text.
import fc from "fast-check";
import { expect, test } from "vitest";
import wabt from "wabt";
import { assembleModule } from "../../../src/backends/wasm/instantiate.ts";
import { type OutlineLimits, outlineLimits } from "../../../src/backends/wasm/outline.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { buffersFor, elementwiseKernels, foldKernels } from "../../../src/testing/arbitraries/kernel.ts";
import { interpreted, type Place, programOver, runKernel } from "./run-kernel.ts";

const assembler = await wabt();

const placesOf = (kernel: Kernel, seed: number): readonly Place[] => {
  const arrays = buffersFor(kernel, seed);
  return kernel.parameters.map(({ name, dtype }, at) => ({ name, dtype, data: [...(arrays[at] ?? [])] }));
};

/** With all loops in one function, with inner loops in functions of their own, and with outer ones. */
const outlinings: readonly OutlineLimits[] = [
  outlineLimits,
  { leastWork: 0, leastCalls: 2 },
  { leastWork: 0, leastCalls: 1 },
];

const expectSameBits = (kernel: Kernel, seed: number): void => {
  const places = placesOf(kernel, seed);
  const wanted = interpreted(kernel, places);
  for (const outlining of outlinings) expect(runKernel(kernel, places, { outlining })).toEqual(wanted);
};

test("elementwise kernels, as they are and as the loop passes leave them", () => {
  fc.assert(
    fc.property(elementwiseKernels, fc.nat(), (kernel, seed) => {
      expectSameBits(kernel, seed);
      expectSameBits(optimizeKernel(kernel), seed);
    }),
    { numRuns: 300 },
  );
});

test("folds, as they are and as the loop passes leave them", () => {
  fc.assert(
    fc.property(foldKernels, fc.nat(), ({ fold }, seed) => {
      expectSameBits(fold, seed);
      expectSameBits(optimizeKernel(fold), seed);
    }),
    { numRuns: 200 },
  );
});

test("the text of a kernel assembles to its bytes", () => {
  fc.assert(
    fc.property(elementwiseKernels, fc.integer({ min: 1, max: 3 }), (kernel, leastCalls) => {
      const program = programOver(optimizeKernel(kernel), placesOf(kernel, 1));
      const outlining: OutlineLimits = { leastWork: 0, leastCalls };
      const { bytes, wat } = assembleModule(program, { names: "all", outlining });
      const parsed = assembler.parseWat("kernel.wat", wat());
      expect(Buffer.from(bytes).equals(Buffer.from(parsed.toBinary({ write_debug_names: true }).buffer))).toBe(true);
      parsed.destroy();
    }),
    { numRuns: 100 },
  );
});
