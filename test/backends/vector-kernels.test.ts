// Kernels of vectors that no pass has made, drawn at random, leave the same bits on every backend: those that the interpreter of the loop
// IR leaves; and kernels that are hard in one way each do so in WebAssembly too.
import fc from "fast-check";
import { expect, test } from "vitest";
import { closureBackend, closureBackendOf } from "../../src/backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../src/backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../../src/backends/javascript/print-javascript.ts";
import { wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { printKernel } from "../../src/ir/loop/print.ts";
import { verifyKernel } from "../../src/ir/loop/verify-kernel.ts";
import { optimizeKernel } from "../../src/passes/loop/pipeline.ts";
import { vectorKernels } from "../../src/testing/arbitraries/vector-kernel.ts";
import { contentsFor, contentsOf, expectedOf, programOf, programOfEach, resultsOf } from "../support/kernel-program.ts";
import { loopCases } from "../support/loop-cases.ts";

/** Loading a module takes longer than all else, so several kernels are one program, and few simpler ones are tried of what fails. */
const together = fc.limitShrink(fc.array(vectorKernels, { minLength: 1, maxLength: 24, size: "max" }), 300);

const profiles = fc.constantFrom("special", "normal");

test("random kernels of vectors leave the same bits on every backend", async () => {
  const property = fc.asyncProperty(together, fc.nat(), profiles, async ([first, ...others], seed, profile) => {
    if (first === undefined) return;
    const kernels = [first, ...others] as const;
    const program = programOfEach(kernels);
    const contents = contentsFor(first, seed, profile);
    const instances = {
      closure: closureBackend.instantiate(program),
      "closure, short chunks": closureBackendOf(8).instantiate(program),
      wasm: wasmBackend.instantiate(program),
      javascript: await instantiateJavaScript(program),
    };
    for (const [at, kernel] of kernels.entries()) {
      const expected = expectedOf(program, contents, `${at}`);
      for (const [name, instance] of Object.entries(instances)) {
        const text = printKernel(kernel);
        const results = resultsOf(program, instance, contents, `${at}`);
        expect({ name, text, results }).toEqual({ name, text, results: expected });
      }
    }
  });
  await fc.assert(property, { numRuns: 150 });
});

test.each(loopCases)("in WebAssembly: %s", (_, program) => {
  const contents = contentsOf(program, 3, "ordinary");
  expect(resultsOf(program, wasmBackend.instantiate(program), contents)).toEqual(expectedOf(program, contents));
});

test("the loop passes keep these bits", () => {
  const property = fc.property(vectorKernels, fc.nat(), profiles, (kernel, seed, profile) => {
    const contents = contentsFor(kernel, seed, profile);
    const optimized = expectedOf(programOfEach([optimizeKernel(kernel)]), contents, "0");
    const text = printKernel(kernel);
    expect({ text, results: optimized }).toEqual({ text, results: expectedOf(programOfEach([kernel]), contents, "0") });
  });
  fc.assert(property, { numRuns: 300 });
});

test("they are sound, and every index is proven", () => {
  fc.assert(
    fc.property(vectorKernels, (kernel) => {
      expect(verifyKernel(kernel)).toEqual({ violations: [], unproven: [] });
    }),
    { numRuns: 300 },
  );
});

test("a fair share of their loops over vectors is printed over numbers", () => {
  const loopsIn = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const kernels = fc.sample(vectorKernels, { numRuns: 200, seed: 1 });
  const isNarrowed = kernels.map(
    (kernel) => loopsIn(printKernel(kernel), /step 4/g) > loopsIn(printJavaScript(programOf(kernel)), /\+= 4\) \{/g),
  );
  const share = isNarrowed.filter(Boolean).length / kernels.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.9);
});
