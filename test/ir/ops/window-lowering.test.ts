// The loops of windows, foldWindows, matmul and conv2d against their meaning. On small whole numbers every sum is exact, so
// the comparison is of bits, whatever the order of summation.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matmul } from "../../../src/ir/ops/contraction.ts";
import { conv2d } from "../../../src/ir/ops/convolution.ts";
import type { OpKind } from "../../../src/ir/ops/index.ts";
import { foldWindows, windows } from "../../../src/ir/ops/windows.ts";
import type { KnownType, NdArray } from "../../../src/ir/types/ndarray.ts";
import { runLowered } from "../../support/lower-op.ts";
import { meaning, randomArray, randomNumbers } from "../../support/op-meaning.ts";

const wholeNumbers = (type: KnownType, random: () => number): NdArray =>
  randomArray(type, () => Math.floor(random() * 64));

const expectLoopsAgree = (
  kind: OpKind,
  arbitrary: fc.Arbitrary<{ readonly operands: readonly KnownType[]; readonly attrs: object }>,
): void => {
  fc.assert(
    fc.property(arbitrary, fc.integer(), ({ operands, attrs }, seed) => {
      const random = randomNumbers(seed);
      const arrays = operands.map((type) => wholeNumbers(type, random));
      expect(runLowered(kind, arrays, attrs)).toEqual([meaning(kind, arrays, attrs)]);
    }),
    { numRuns: 100 },
  );
};

describe("loops agree with the meaning", () => {
  it("windows", () => expectLoopsAgree("windows", windows.arbitrary(fc)));
  it("foldWindows", () => expectLoopsAgree("foldWindows", foldWindows.arbitrary(fc)));
  it("matmul", () => expectLoopsAgree("matmul", matmul.arbitrary(fc)));
  it("conv2d", () => expectLoopsAgree("conv2d", conv2d.arbitrary(fc)));
});
