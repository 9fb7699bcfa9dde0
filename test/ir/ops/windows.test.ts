import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldWindows, windows } from "../../../src/ir/ops/windows.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import {
  array,
  expectClose,
  expectGradientsMatch,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const attrs = { kernel: [2, 2], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], value: 0 } as const;
const image = array([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

describe("windows", () => {
  it("copies each window out", () => {
    expect(meaning("windows", [image], attrs)).toEqual(
      array([1, 1, 2, 2, 2, 2], [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9]),
    );
  });

  it("puts the value where a window reaches out of the image", () => {
    const padded = { ...attrs, stride: [2, 3], padding: [1, 0, 0, 2], value: Number.NEGATIVE_INFINITY } as const;
    const none = Number.NEGATIVE_INFINITY;
    expect(meaning("windows", [image], padded)).toEqual(
      array([1, 1, 2, 2, 2, 2], [none, none, 1, 2, none, none, none, none, 4, 5, 7, 8, none, none, none, none]),
    );
  });

  it("takes every other element of a dilated window", () => {
    const dilated = { ...attrs, dilation: [2, 1] } as const;
    expect(meaning("windows", [image], dilated)).toEqual(array([1, 1, 1, 2, 2, 2], [1, 2, 7, 8, 2, 3, 8, 9]));
  });

  it("counts the windows of symbolic images", () => {
    const images = tensorType("f32", ["B", 3, "H", "W"]);
    const strided = { kernel: [3, 1], stride: [2, 1], padding: [1, 1, 0, 0], dilation: [1, 1], value: 0 } as const;
    expect(typeOf("windows", [images], strided).shape).toEqual(["B", 3, "floor((H+1)/2)", "W", 3, 1]);
  });

  it.each([
    ["W241", [4, 4], {}],
    ["W242", [1, 1, 4, 4], { kernel: [0, 1] }],
    ["W242", [1, 1, 4, 4], { stride: [1, 0] }],
    ["W242", [1, 1, 4, 4], { padding: [1, 1] }],
    ["W242", [1, 1, 4, 4], { padding: [0, -1, 0, 0] }],
    ["W242", [1, 1, 4, 4], { dilation: [1.5, 1] }],
    ["W243", [1, 1, 4, 4], { kernel: [5, 1] }],
    ["W243", [1, 1, 4, 4], { kernel: [1, 3], dilation: [1, 2] }],
    ["W252", [1, 1, 0, 4], { padding: [2, 2, 2, 2] }],
  ])("refuses with %s: %j %j", (code, shape, change) => {
    expect(() => typeOf("windows", [tensorType("f32", shape)], { ...attrs, ...change })).toThrow(code);
  });

  it.each([
    [{ kernel: [9, 1], padding: [1, 2, 0, 0] }, "larger than the padded height: 9 vs 7"],
    [{ kernel: [1, 4], dilation: [1, 3], padding: [0, 0, 3, 1] }, "larger than the padded width: 10 vs 8"],
  ])("says what is too large for %j", (change, says) => {
    expect(() => typeOf("windows", [tensorType("f32", [1, 1, 4, 4])], { ...attrs, ...change })).toThrow(says);
  });

  it("refuses images of integers", () => {
    expect(() => windows.infer([tensorType("i32", [1, 1, 4, 4])], attrs)).toThrow("W204");
  });
});

describe("foldWindows", () => {
  const { value: _, ...geometry } = attrs;

  it("counts how many windows hold each element, given ones", () => {
    const ones = array([1, 1, 2, 2, 2, 2], new Array<number>(16).fill(1));
    expect(meaning("foldWindows", [ones], { ...geometry, height: 3, width: 3 })).toEqual(
      array([1, 1, 3, 3], [1, 2, 1, 2, 4, 2, 1, 2, 1]),
    );
  });

  it("drops what lies outside, and leaves 0 where no window was", () => {
    const folded = { ...geometry, kernel: [1, 2], stride: [1, 3], padding: [0, 0, 1, 0], height: 1, width: 4 } as const;
    const taken = array([1, 1, 1, 2, 1, 2], [10, 1, 2, 3]);
    expect(meaning("foldWindows", [taken], folded)).toEqual(array([1, 1, 1, 4], [1, 0, 2, 3]));
  });

  it("refuses windows of other images", () => {
    expect(() =>
      foldWindows.infer([tensorType("f32", [1, 1, 2, 2, 2, 2])], { ...geometry, height: 4, width: 3 }),
    ).toThrow("W248: foldWindows: the windows must be f32[1, 1, 3, 2, 2, 2], not f32[1, 1, 2, 2, 2, 2]");
  });

  it("is the transpose of windows: <windows(x), y> = <x, foldWindows(y)>", () => {
    fc.assert(
      fc.property(windows.arbitrary(fc), fc.integer(), ({ operands: [type], attrs }, seed) => {
        const random = randomNumbers(seed);
        const x = randomArray(type, random);
        const { kernel, stride, padding, dilation } = attrs;
        const geometry = { kernel, stride, padding, dilation };
        const taken = meaning("windows", [x], { ...geometry, value: 0 });
        const y = randomArray(taken, random);
        const [, , height, width] = type.shape;
        const folded = meaning("foldWindows", [y], { ...geometry, height, width });
        const left = taken.data.reduce((sum, element, at) => sum + element * (y.data[at] ?? 0), 0);
        const right = x.data.reduce((sum, element, at) => sum + element * (folded.data[at] ?? 0), 0);
        expectClose(array([], [left]), array([], [right]), 1, 1e-10);
      }),
      { numRuns: 200 },
    );
  });

  it("and windows have the gradients that differences give", () => {
    const finite = windows.arbitrary(fc).filter(({ attrs: { value } }) => Number.isFinite(value));
    fc.assert(
      fc.property(finite, foldWindows.arbitrary(fc), fc.integer(), (taking, folding, seed) => {
        const random = randomNumbers(seed);
        expectGradientsMatch("windows", [randomArray(taking.operands[0], random)], taking.attrs, random);
        expectGradientsMatch("foldWindows", [randomArray(folding.operands[0], random)], folding.attrs, random);
      }),
      { numRuns: 100 },
    );
  });
});
