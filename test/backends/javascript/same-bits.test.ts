// The JavaScript text of a program gives the bits that the interpreter of the loop IR gives, and so those of the closures.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantiateJavaScript } from "../../../src/backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../../../src/backends/javascript/print-javascript.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { elementwiseKernels, foldKernels } from "../../../src/testing/arbitraries/kernel.ts";
import { contentsFor, contentsOf, expectedOf, programOf, resultsOf } from "../../support/kernel-program.ts";
import { loopCases } from "../../support/loop-cases.ts";
import { operatorCases } from "../../support/operator-cases.ts";

test.each([...loopCases, ...operatorCases])("%s", async (_title, program) => {
  const instance = await instantiateJavaScript(program);
  for (const contents of [contentsOf(program, 1), contentsOf(program, 2), contentsOf(program, 3, "ordinary")]) {
    expect(resultsOf(program, instance, contents)).toEqual(expectedOf(program, contents));
  }
});

const expectRight = async (kernel: Kernel, seed: number): Promise<void> => {
  const program = programOf(kernel);
  const contents = contentsFor(kernel, seed);
  const text = printJavaScript(program);
  const results = resultsOf(program, await instantiateJavaScript(program), contents);
  expect({ text, results }).toEqual({ text, results: expectedOf(program, contents) });
};

describe("random kernels", () => {
  const runs = { numRuns: 150 };

  test("of elements", async () => {
    const property = fc.asyncProperty(elementwiseKernels, fc.nat(), async (kernel, seed) => {
      for (const each of [kernel, vectorize.run(kernel), optimizeKernel(kernel)]) await expectRight(each, seed);
    });
    await fc.assert(property, runs);
  });

  test("of folds", async () => {
    const property = fc.asyncProperty(foldKernels, fc.nat(), async ({ fold }, seed) => {
      for (const each of [fold, vectorize.run(fold), optimizeKernel(fold)]) await expectRight(each, seed);
    });
    await fc.assert(property, runs);
  });
});
