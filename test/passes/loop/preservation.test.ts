// Properties of all loop passes: what they give is well formed, and gives the same bits.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import { hoist } from "../../../src/passes/loop/hoist.ts";
import { inline } from "../../../src/passes/loop/inline.ts";
import type { KernelPass } from "../../../src/passes/loop/kernel-pass.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { removeDead } from "../../../src/passes/loop/remove-dead.ts";
import { simplifyIndex } from "../../../src/passes/loop/simplify-index.ts";
import { splitRanges } from "../../../src/passes/loop/split-ranges.ts";
import { unroll, unrollTiles } from "../../../src/passes/loop/unroll.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { elementwiseKernels, foldKernels } from "../../../src/testing/arbitraries/kernel.ts";
import { resultsOf, violationsOf } from "../../support/loop-runs.ts";

const runs = { numRuns: 400 };

/** What is compared, with the text of the kernels for a report of a difference. */
const expectSame = (before: Kernel, after: Kernel, seed: number): void => {
  const text = `${printKernel(before)}\n${printKernel(after)}`;
  const expected = { text, violations: [], results: resultsOf(before, seed) };
  expect({ text, violations: violationsOf(after), results: resultsOf(after, seed) }).toEqual(expected);
};

describe.each<KernelPass>([
  removeDead,
  simplifyIndex,
  hoist,
  inline,
  unroll,
  unrollTiles,
  splitRanges,
  vectorize,
  { name: "all loop passes", summary: "", run: optimizeKernel },
])("$name", ({ run }) => {
  test("keeps every bit of elementwise kernels", () => {
    fc.assert(
      fc.property(elementwiseKernels, fc.nat(), (kernel, seed) => expectSame(kernel, run(kernel), seed)),
      runs,
    );
  });
});

describe.each([removeDead, simplifyIndex, hoist, inline, unroll, unrollTiles, splitRanges])("$name", ({ run }) => {
  test("keeps every bit of folds, vectorised or not", () => {
    fc.assert(
      fc.property(foldKernels, fc.nat(), ({ fold }, seed) => {
        expectSame(fold, run(fold), seed);
        const wide = vectorize.run(fold);
        expectSame(wide, run(wide), seed);
      }),
      runs,
    );
  });
});

describe("random kernels", () => {
  test("are well formed", () => {
    fc.assert(
      fc.property(elementwiseKernels, foldKernels, (kernel, { fold, elements }) => {
        for (const each of [kernel, fold, elements])
          expect([printKernel(each), ...violationsOf(each)]).toEqual([printKernel(each)]);
      }),
      runs,
    );
  });
});

describe.each([removeDead, simplifyIndex, unroll, unrollTiles, splitRanges, vectorize, hoist])("$name", ({ run }) => {
  test("gives a kernel back itself when there is nothing to do", () => {
    fc.assert(
      fc.property(elementwiseKernels, (kernel) => {
        let settled = run(kernel);
        for (let round = 0; round < 4; round++) settled = run(settled);
        expect(run(settled)).toBe(settled);
      }),
      runs,
    );
  });
});
