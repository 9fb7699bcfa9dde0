// The loops of windows, foldWindows, matmul, conv2d and conv2dWeightGradient against their meaning. On small whole numbers every sum is exact, so
// the comparison is of bits, whatever the order of summation.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matmul } from "../../../src/ir/ops/contraction.ts";
import { conv2d, conv2dWeightGradient } from "../../../src/ir/ops/convolution.ts";
import type { OpKind } from "../../../src/ir/ops/index.ts";
import { maxPool2d, maxPool2dGradient } from "../../../src/ir/ops/max-pooling.ts";
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
  it("maxPool2d", () => expectLoopsAgree("maxPool2d", maxPool2d.arbitrary(fc)));
  it("maxPool2dGradient, equal maxima included", () =>
    expectLoopsAgree("maxPool2dGradient", maxPool2dGradient.arbitrary(fc)));
  it("conv2dWeightGradient", () => expectLoopsAgree("conv2dWeightGradient", conv2dWeightGradient.arbitrary(fc)));
});

describe("the gradient of a maximum", () => {
  it.each([
    ["side by side", 2],
    ["that overlap", 1],
  ])("goes to the first of equal ones, windows %s", (_, stride) => {
    const images: NdArray = { dtype: "f32", shape: [1, 1, 4, 4], data: new Float64Array(16).fill(7) };
    const side = stride === 2 ? 2 : 3;
    const cotangent: NdArray = { dtype: "f32", shape: [1, 1, side, side], data: new Float64Array(side ** 2).fill(5) };
    const attrs = { kernel: [2, 2], stride: [stride, stride], padding: [0, 0, 0, 0], dilation: [1, 1] };
    const [gradient] = runLowered("maxPool2dGradient", [images, cotangent], attrs);
    const expected = Array.from({ length: 16 }, (__, at) =>
      (at >> 2) % stride === 0 && (at & 3) % stride === 0 && at >> 2 < 3 && (at & 3) < 3 ? 5 : 0,
    );
    expect([...(gradient?.data ?? [])]).toEqual(expected);
  });
});

describe("the gradient of convolution weights", () => {
  it.each([4, 5, 6, 7, 8, 10])(
    "keeps pixels behind a tap's last column out of its sum, infinite ones too: %i wide",
    (width) => {
      const counting = Float64Array.from({ length: width }, (_, at) => at + 1);
      const images: NdArray = { dtype: "f32", shape: [1, 1, 1, width], data: counting.with(width - 1, Infinity) };
      const cotangent: NdArray = { dtype: "f32", shape: [1, 1, 1, width - 1], data: counting.slice(1) };
      const attrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1, kernel: [1, 2] };
      const sum = counting.slice(1).reduce((total, factor, at) => total + factor * (at + 1), 0);
      const expected: NdArray = { dtype: "f32", shape: [1, 1, 1, 2], data: Float64Array.of(sum, Infinity) };
      expect(runLowered("conv2dWeightGradient", [images, cotangent], attrs)).toEqual([expected]);
    },
  );

  it("sums blocks of images, tiles of channels and rows of many vectors", () => {
    const random = randomNumbers(7);
    const images = wholeNumbers({ dtype: "f32", shape: [5, 4, 13, 27] }, random);
    const cotangent = wholeNumbers({ dtype: "f32", shape: [5, 10, 13, 14] }, random);
    const attrs = { stride: [1, 2], padding: [3, 3, 4, 4], dilation: [1, 1], groups: 2, kernel: [7, 8] };
    expect(runLowered("conv2dWeightGradient", [images, cotangent], attrs)).toEqual([
      meaning("conv2dWeightGradient", [images, cotangent], attrs),
    ]);
  });
});
