import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decomposition } from "../../../src/ir/graph/decomposition.ts";
import { averagePool2d, averagePool2dGradient } from "../../../src/ir/ops/average-pooling.ts";
import { type MaxPool2dAttrs, maxPool2d, maxPool2dGradient } from "../../../src/ir/ops/max-pooling.ts";
import { pooledType, poolingWindows } from "../../../src/ir/ops/pooling-windows.ts";
import { type KnownType, type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { golden } from "../../support/golden.ts";
import {
  array,
  expectClose,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const plain: MaxPool2dAttrs = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] };

/** Numbers so far apart that no small step changes which of them is the largest. */
const distinctArray = (type: KnownType, random: () => number): NdArray => {
  const order = Array.from({ length: sizeOf(type.shape) }, (_, rank) => ({ rank, key: random() }));
  order.sort((a, b) => a.key - b.key);
  return { ...type, data: Float64Array.from(order, ({ rank }) => rank / 4) };
};

describe("maxPool2d", () => {
  it("takes the largest of each window; padding never wins", () => {
    const image = array([1, 1, 2, 3], [-1, -2, -3, -4, -5, -6]);
    expect(meaning("maxPool2d", [image], { ...plain, padding: [1, 1, 0, 1] })).toEqual(
      array([1, 1, 2, 2], [-1, -3, -4, -6]),
    );
  });

  it("passes NaN on", () => {
    const image = array([1, 1, 2, 2], [1, Number.NaN, 3, 4]);
    expect(meaning("maxPool2d", [image], plain)).toEqual(array([1, 1, 1, 1], [Number.NaN]));
  });

  it("gives the gradient of a tie to the first maximum", () => {
    const image = array([1, 1, 2, 2], [1, 7, 7, 7]);
    const [gradient] = gradients("maxPool2d", [image], plain, array([1, 1, 1, 1], [5]));
    expect(gradient).toEqual(array([1, 1, 2, 2], [0, 5, 0, 0]));
  });

  it("does not spread an infinite gradient over the losers", () => {
    const [gradient] = gradients(
      "maxPool2d",
      [array([1, 1, 2, 2], [1, 2, 3, 4])],
      plain,
      array([1, 1, 1, 1], [Infinity]),
    );
    expect(gradient).toEqual(array([1, 1, 2, 2], [0, 0, 0, Infinity]));
  });

  it("gives minus infinity, and no gradient, where a dilated window straddles the image", () => {
    const image = array([1, 1, 1, 1], [3]);
    const attrs: MaxPool2dAttrs = { kernel: [2, 1], stride: [1, 1], padding: [1, 1, 0, 0], dilation: [2, 1] };
    expect(meaning("maxPool2d", [image], attrs)).toEqual(array([1, 1, 1, 1], [Number.NEGATIVE_INFINITY]));
    const [gradient] = gradients("maxPool2d", [image], attrs, array([1, 1, 1, 1], [5]));
    expect(gradient).toEqual(array([1, 1, 1, 1], [0]));
  });

  it("types symbolic images", () => {
    expect(typeOf("maxPool2d", [tensorType("f32", ["B", 8, "H", 28])], plain).shape).toEqual([
      "B",
      8,
      "floor(H/2)",
      14,
    ]);
  });

  it("refuses padding that would leave a window empty", () => {
    expect(() => maxPool2d.infer([tensorType("f32", [1, 1, 4, 4])], { ...plain, padding: [0, 0, 2, 0] })).toThrow(
      "W247: maxPool2d: padding [2, 0] along the width reaches as far as the window, 2: a window would hold no element",
    );
  });

  it.each<[string, Partial<MaxPool2dAttrs>]>([
    ["maxpool2d", {}],
    ["maxpool2d_overlap_pad", { kernel: [3, 3], padding: [1, 1, 1, 1] }],
    // 8 x 7 images: rounding up adds a window to each axis, which is padding at the end.
    ["maxpool2d_dilation_ceil", { dilation: [2, 2], padding: [0, 1, 0, 0] }],
  ])("agrees with PyTorch, gradients included: %s", (name, change) => {
    const { array: given, cotangent, output, gradient, scale } = golden(name);
    const attrs = { ...plain, ...change };
    expectClose(meaning("maxPool2d", [given("x")], attrs), output("y"), scale.forward, 0);
    const [images] = gradients("maxPool2d", [given("x")], attrs, cotangent("y"));
    expectClose(images, gradient("x"), scale.grads);
  });

  it("and its gradient have the gradients that differences give", () => {
    fc.assert(
      fc.property(maxPool2d.arbitrary(fc), maxPool2dGradient.arbitrary(fc), fc.integer(), (first, second, seed) => {
        const random = randomNumbers(seed);
        const image = distinctArray(first.operands[0], random);
        fc.pre(meaning("maxPool2d", [image], first.attrs).data.every(Number.isFinite));
        expectGradientsMatch("maxPool2d", [image], first.attrs, random);
        const [images, cotangent] = second.operands;
        const operands = [distinctArray(images, random), randomArray(cotangent, random)];
        expectGradientsMatch("maxPool2dGradient", operands, second.attrs, random, [0]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("averagePool2d", () => {
  const { dilation: _, ...window } = plain;
  const image = array([1, 1, 2, 2], [1, 2, 3, 6]);
  const padded = { ...window, padding: [1, 1, 0, 0] } as const;

  it("takes the mean of each window", () => {
    expect(meaning("averagePool2d", [image], { ...window, countPadding: false })).toEqual(array([1, 1, 1, 1], [3]));
    const flat = { ...window, kernel: [1, 2], countPadding: true } as const;
    expect(meaning("averagePool2d", [image], flat)).toEqual(array([1, 1, 1, 1], [1.5]));
    expect(meaning("averagePool2d", [image], { ...flat, stride: [1, 2] })).toEqual(array([1, 1, 2, 1], [1.5, 4.5]));
  });

  it("counts the padding only where asked to", () => {
    expect(meaning("averagePool2d", [image], { ...padded, countPadding: true })).toEqual(
      array([1, 1, 2, 1], [0.75, 2.25]),
    );
    expect(meaning("averagePool2d", [image], { ...padded, countPadding: false })).toEqual(
      array([1, 1, 2, 1], [1.5, 4.5]),
    );
  });

  it("refuses padding that would leave a window empty", () => {
    const far = { ...window, padding: [0, 2, 0, 0], countPadding: true } as const;
    expect(() => averagePool2d.infer([tensorType("f32", [1, 1, 4, 4])], far)).toThrow("W247");
  });

  it("refuses a cotangent of another pooling", () => {
    const attrs = { ...window, countPadding: true, height: 6, width: 6 };
    expect(() => averagePool2dGradient.infer([tensorType("f32", [1, 1, 3, 2])], attrs)).toThrow("W248");
  });

  it.each([
    ["avgpool2d", window, true],
    ["avgpool2d_pad_include", { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] }, true],
    ["avgpool2d_pad_exclude", { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] }, false],
  ] as const)("agrees with PyTorch, gradients included: %s", (name, geometry, countPadding) => {
    const { array: given, cotangent, output, gradient, scale } = golden(name);
    const attrs = { ...geometry, countPadding };
    expectClose(meaning("averagePool2d", [given("x")], attrs), output("y"), scale.forward, 1e-10);
    const [images] = gradients("averagePool2d", [given("x")], attrs, cotangent("y"));
    expectClose(images, gradient("x"), scale.grads);
  });

  it("and its gradient have the gradients that differences give", () => {
    fc.assert(
      fc.property(
        averagePool2d.arbitrary(fc),
        averagePool2dGradient.arbitrary(fc),
        fc.integer(),
        (first, second, seed) => {
          const random = randomNumbers(seed);
          expectGradientsMatch("averagePool2d", [randomArray(first.operands[0], random)], first.attrs, random);
          expectGradientsMatch(
            "averagePool2dGradient",
            [randomArray(second.operands[0], random)],
            second.attrs,
            random,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("counts that are rounded up", () => {
  /** How many windows there are in PyTorch: one more where it still starts inside the image or the padding before it. */
  const counted = (extent: number, kernel: number, stride: number, low: number, high: number, dilation: number) => {
    const count = Math.ceil((extent + low + high - dilation * (kernel - 1) - 1) / stride) + 1;
    return (count - 1) * stride >= extent + low ? count - 1 : count;
  };

  it("are padding behind", () => {
    const small = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        fc.record({ extent: fc.integer({ min: 1, max: 20 }), kernel: small, stride: small, dilation: small }),
        fc.nat(20),
        fc.nat(20),
        ({ extent, kernel, stride, dilation }, before, behind) => {
          const window = dilation * (kernel - 1) + 1;
          const [low, high] = [before % window, behind % window];
          fc.pre(extent + low + high >= window);
          const geometry = { kernel: [kernel], stride: [stride], padding: [low, high], dilation: [dilation] };
          const countOf = (ceil: boolean) =>
            pooledType("pool", tensorType("f32", [1, 1, extent]), poolingWindows("pool", geometry, ceil, 1), 1)
              .shape[2];
          expect(countOf(true)).toBe(counted(extent, kernel, stride, low, high, dilation));
          expect(countOf(false)).toBe(Math.floor((extent + low + high - window) / stride) + 1);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([true, false])("or not (%s) refuse a geometry before anything is made of it", (ceil) => {
    const geometry = { kernel: [0], stride: [1], padding: [1, 0], dilation: [1] };
    expect(() => poolingWindows("pool", geometry, ceil, 1)).toThrow("W242");
    expect(() => poolingWindows("pool", { ...geometry, kernel: [1] }, ceil, 1)).toThrow("W247");
  });
});

describe("the counts of means", () => {
  const kindsOf = (padding: readonly number[], countPadding: boolean): readonly string[] =>
    [
      ...decomposition("averagePool2d", [tensorType("f32", [2, 3, 8, 8])], {
        kernel: [2, 2],
        stride: [2, 2],
        padding,
        countPadding,
      }).nodes.values(),
    ].map(({ op }) => op);

  it.each([
    [[0, 0, 0, 0], false, 1],
    [[1, 0, 0, 0], true, 1],
    [[1, 0, 0, 0], false, 2],
    [[0, 0, 0, 1], false, 2],
  ] as const)(
    "are computed only where windows hold padding that does not count: %j, %s",
    (padding, counts, windows) => {
      expect(kindsOf(padding, counts).filter((op) => op === "windows")).toHaveLength(windows);
    },
  );
});
