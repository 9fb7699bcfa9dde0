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
import { clamps, comparisons, conjunctions, remainders } from "../../support/count-expressions.ts";
import { builtElements, runLowered } from "../../support/lower-op.ts";
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

describe("windows look whether they are inside of an image only where they may be outside", () => {
  const whole = { kernel: [2, 2], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], value: 0 };

  it.each([
    ["no padding", {}, 0],
    ["padding above", { padding: [1, 0, 0, 0] }, 1],
    ["padding below", { padding: [0, 1, 0, 0] }, 1],
    ["padding on the left", { padding: [0, 0, 1, 0] }, 1],
    ["padding on the right", { padding: [0, 0, 0, 1] }, 1],
    ["padding on all sides", { padding: [1, 1, 1, 1] }, 4],
    ["padding below that no window reaches", { kernel: [2, 2], stride: [2, 2], padding: [0, 1, 0, 0] }, 0],
    ["padding below that one window reaches", { kernel: [3, 2], stride: [3, 2], padding: [0, 1, 0, 0] }, 1],
    ["a dilated window that just reaches the end", { kernel: [3, 2], dilation: [2, 1] }, 0],
    ["a dilated window that reaches further", { kernel: [3, 2], dilation: [2, 1], padding: [0, 1, 0, 0] }, 1],
  ])("%s", (_, change, wanted) => {
    const images: KnownType = { dtype: "f32", shape: [1, 1, 8, 8] };
    const built = builtElements("windows", [images], { ...whole, ...change });
    expect([comparisons(built), conjunctions(built)]).toEqual([wanted, Math.max(0, wanted - 1)]);
  });
});

describe("the sum of windows looks for those that hold an element only where there may be none or several", () => {
  const geometry = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], height: 8, width: 8 };

  it.each([
    // Comparisons, remainders, clamps. A loop over the offsets in a window has three comparisons, one less without a stride.
    ["side by side", [4, 4, 2, 2], {}, [0, 2, 0]],
    ["side by side, a row left", [4, 4, 2, 2], { height: 9 }, [1, 2, 2]],
    ["side by side in padding", [5, 4, 2, 2], { padding: [1, 1, 0, 0] }, [0, 2, 0]],
    ["side by side in padding, a row left", [4, 4, 2, 2], { padding: [1, 0, 0, 0] }, [1, 2, 2]],
    ["with gaps", [3, 4, 2, 2], { stride: [3, 2] }, [1, 2, 2]],
    ["with a gap at the end alone", [3, 4, 2, 2], { stride: [3, 2], height: 9 }, [1, 2, 2]],
    ["with gaps, several rows left", [2, 4, 2, 2], { stride: [4, 2], height: 9 }, [2, 2, 4]],
    ["that overlap", [7, 4, 2, 2], { stride: [1, 2] }, [2, 1, 2]],
    ["that overlap at a stride", [3, 4, 3, 2], { kernel: [3, 2], stride: [2, 2], height: 7 }, [3, 2, 2]],
    ["dilated", [6, 4, 2, 2], { stride: [1, 2], dilation: [2, 1] }, [2, 1, 2]],
  ] as const)("%s", (_, counts, change, wanted) => {
    const windows: KnownType = { dtype: "f32", shape: [1, 1, ...counts] };
    const built = builtElements("foldWindows", [windows], { ...geometry, ...change });
    expect([comparisons(built), remainders(built), clamps(built)]).toEqual(wanted);
  });
});
