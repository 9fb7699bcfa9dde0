import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decomposition } from "../../../src/ir/graph/decomposition.ts";
import type { Attributes } from "../../../src/ir/ops/attributes.ts";
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from "../../../src/ir/ops/convolution.ts";
import type { Conv2dAttrs } from "../../../src/ir/ops/convolution-attributes.ts";
import type { OpKind } from "../../../src/ir/ops/index.ts";
import type { Padding, Spatial } from "../../../src/ir/ops/window-geometry.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import { type Shape, type TensorType, tensorType } from "../../../src/ir/types/tensor-type.ts";
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

const plain: Conv2dAttrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };

/** The placement that PyTorch's options mean: one number for both axes, or a pair. */
const placement = (config: Readonly<Record<string, unknown>>): Conv2dAttrs => {
  const pair = (name: string, otherwise: number): Spatial => {
    const value = config[name] ?? otherwise;
    const both: readonly unknown[] = Array.isArray(value) ? value : [value, value];
    return [Number(both[0]), Number(both[1])];
  };
  const [vertical, horizontal] = pair("padding", 0);
  const padding: Padding = [vertical, vertical, horizontal, horizontal];
  const { groups = 1 } = config;
  return { stride: pair("stride", 1), padding, dilation: pair("dilation", 1), groups: Number(groups) };
};

/** Adds a bias to each channel. */
const biased = (images: NdArray, bias: NdArray | undefined): NdArray => {
  const [, channels = 1, height = 1, width = 1] = images.shape;
  const channelOf = (at: number): number => Math.floor(at / (height * width)) % channels;
  return { ...images, data: images.data.map((element, at) => element + (bias?.data[channelOf(at)] ?? 0)) };
};

describe("conv2d", () => {
  it("slides weights over an image without turning them", () => {
    const image = array([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
    const weight = array([1, 1, 1, 2], [1, 10]);
    expect(meaning("conv2d", [image, weight], plain)).toEqual(array([1, 1, 2, 2], [21, 32, 54, 65]));
  });

  it("pads each side by itself", () => {
    const image = array([1, 1, 1, 2], [1, 2]);
    const weight = array([1, 1, 1, 2], [1, 10]);
    const padded: Conv2dAttrs = { ...plain, padding: [0, 1, 2, 0] };
    expect(meaning("conv2d", [image, weight], padded)).toEqual(array([1, 1, 2, 3], [0, 10, 21, 0, 0, 0]));
  });

  it("strides and dilates", () => {
    const image = array([1, 1, 1, 7], [1, 2, 3, 4, 5, 6, 7]);
    const weight = array([1, 1, 1, 2], [1, 10]);
    const sparse: Conv2dAttrs = { ...plain, stride: [1, 2], dilation: [1, 3] };
    expect(meaning("conv2d", [image, weight], sparse)).toEqual(array([1, 1, 1, 2], [41, 63]));
  });

  it("keeps groups apart", () => {
    const image = array([1, 2, 1, 1], [3, 5]);
    const weight = array([4, 1, 1, 1], [1, 10, 100, 1000]);
    expect(meaning("conv2d", [image, weight], { ...plain, groups: 2 })).toEqual(
      array([1, 4, 1, 1], [3, 30, 500, 5000]),
    );
  });

  it("types symbolic images, and collapses nested floors", () => {
    const halve: Conv2dAttrs = { ...plain, stride: [2, 2], padding: [3, 3, 3, 3] };
    const first = typeOf("conv2d", [tensorType("f32", ["N", 3, "H", "W"]), tensorType("f32", [64, 3, 7, 7])], halve);
    expect(first.shape).toEqual(["N", 64, "floor((H+1)/2)", "floor((W+1)/2)"]);
    const again: Conv2dAttrs = { ...plain, stride: [2, 2], padding: [1, 1, 1, 1] };
    const second = typeOf("conv2d", [first, tensorType("f32", [64, 64, 3, 3])], again);
    expect(second.shape).toEqual(["N", 64, "floor((H+3)/4)", "floor((W+3)/4)"]);
  });

  it.each<[string, Shape, Shape, Partial<Conv2dAttrs>]>([
    ["W241", [3, 8, 8], [4, 3, 3, 3], {}],
    ["W242", [1, 3, 8, 8], [4, 3, 3, 3], { stride: [0, 1] }],
    ["W243", [1, 3, 2, 8], [4, 3, 3, 3], {}],
    ["W244", [1, 3, 8, 8], [4, 1, 3, 3], {}],
    ["W244", [1, "C", 8, 8], [4, 3, 3, 3], {}],
    ["W245", [1, 4, 8, 8], [5, 2, 3, 3], { groups: 2 }],
    ["W245", [1, 4, 8, 8], [4, 2, 3, 3], { groups: 0 }],
    ["W246", [1, 3, 8, 8], [4, 3, "K", 3], {}],
    ["W246", [1, 3, 8, 8], [4, 3, 3], {}],
  ])("refuses with %s: images %j, weights %j, %j", (code, images, weight, change) => {
    expect(() => conv2d.infer([tensorType("f32", images), tensorType("f32", weight)], { ...plain, ...change })).toThrow(
      code,
    );
  });

  it("refuses operands of two dtypes", () => {
    expect(() => conv2d.infer([tensorType("f32", [1, 1, 4, 4]), tensorType("f64", [1, 1, 2, 2])], plain)).toThrow(
      "W202",
    );
  });

  it.each([
    "conv2d_asym",
    "conv2d_basic",
    "conv2d_depthwise",
    "conv2d_dilation",
    "conv2d_groups",
    "conv2d_padding",
    "conv2d_pointwise_nobias",
    "conv2d_stride",
  ])("agrees with PyTorch, gradients included: %s", (name) => {
    const { config, array: given, cotangent, output, gradient, scale } = golden(name);
    const operands = [given("x"), given("weight")];
    const attrs = placement(config);
    const { bias } = config;
    const shift = bias === false ? undefined : given("bias");
    expectClose(biased(meaning("conv2d", operands, attrs), shift), output("y"), scale.forward);
    const [images, weight] = gradients("conv2d", operands, attrs, cotangent("y"));
    expectClose(images, gradient("x"), scale.grads);
    expectClose(weight, gradient("weight"), scale.grads);
  });
});

describe("gradients of conv2d", () => {
  it("have gradients that differences give, to any order", () => {
    const instances = fc.tuple(
      conv2d.arbitrary(fc),
      conv2dInputGradient.arbitrary(fc),
      conv2dWeightGradient.arbitrary(fc),
    );
    fc.assert(
      fc.property(instances, fc.integer(), ([forward, input, weight], seed) => {
        const random = randomNumbers(seed);
        const arrays = (types: typeof forward.operands): NdArray[] => types.map((type) => randomArray(type, random));
        expectGradientsMatch("conv2d", arrays(forward.operands), forward.attrs, random);
        expectGradientsMatch("conv2dInputGradient", arrays(input.operands), input.attrs, random);
        expectGradientsMatch("conv2dWeightGradient", arrays(weight.operands), weight.attrs, random);
      }),
      { numRuns: 60 },
    );
  });

  it("reach every row of the image, with padding beyond the window and a remainder of the stride", () => {
    const attrs = { ...plain, stride: [3, 2], padding: [2, 1, 0, 2], height: 6, width: 4 } as const;
    const cotangent = array([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const weight = array([1, 1, 1, 1], [2]);
    expect(meaning("conv2dInputGradient", [cotangent, weight], attrs)).toEqual(
      // Windows start at rows -2, 1, 4 and columns 0, 2, 4; what starts outside touches nothing.
      array(
        [1, 1, 6, 4],
        [
          [0, 0, 0, 0],
          [8, 0, 10, 0],
          [0, 0, 0, 0],
          [0, 0, 0, 0],
          [14, 0, 16, 0],
          [0, 0, 0, 0],
        ].flat(),
      ),
    );
  });

  it("of the images takes from a dilated window the weights that meet each phase of the stride", () => {
    const attrs = { ...plain, stride: [1, 2], dilation: [1, 3], height: 1, width: 8 } as const;
    const cotangent = array([1, 1, 1, 3], [1, 2, 3]);
    const weight = array([1, 1, 1, 2], [1, 10]);
    // Windows hold columns 0 and 3, 2 and 5, 4 and 7.
    expect(meaning("conv2dInputGradient", [cotangent, weight], attrs)).toEqual(
      array([1, 1, 1, 8], [1, 0, 2, 10, 3, 20, 0, 30]),
    );
  });

  it("of the images multiplies no zeros that are not there: infinite weights stay in their place", () => {
    const attrs = { ...plain, stride: [1, 2], height: 1, width: 4 } as const;
    const cotangent = array([1, 1, 1, 2], [1, 2]);
    const weight = array([1, 1, 1, 2], [Infinity, 1]);
    expect(meaning("conv2dInputGradient", [cotangent, weight], attrs)).toEqual(
      array([1, 1, 1, 4], [Infinity, 1, Infinity, 2]),
    );
  });

  it("of the images is said in other ops on symbolic images, too", () => {
    const images = tensorType("f32", ["N", 4, "H", "W"]);
    const weight = tensorType("f32", [6, 2, 3, 3]);
    const attrs: Conv2dAttrs = { ...plain, stride: [2, 3], padding: [1, 0, 4, 1], groups: 2 };
    const cotangent = typeOf("conv2d", [images, weight], attrs);
    const opsOf = (kind: OpKind, operands: readonly TensorType[], own: Attributes): readonly OpKind[] =>
      [...decomposition(kind, operands, { ...attrs, ...own }).nodes.values()]
        .map(({ op }) => op)
        .filter((op) => op !== "input");
    // Three weights in a row for two phases make four, and each phase is a convolution. Which rows the stride leaves over is
    // unknown, so more is computed than needed, and cut off.
    expect(opsOf("conv2dInputGradient", [cotangent, weight], { height: "H", width: "W" })).toEqual([
      "pad",
      "reshape",
      "transpose",
      "reshape",
      "flip",
      "conv2d",
      "reshape",
      "transpose",
      "reshape",
      "slice",
    ]);
  });

  it("refuse a cotangent of another convolution", () => {
    const cotangent = tensorType("f32", [1, 4, 5, 6]);
    const weight = tensorType("f32", [4, 3, 3, 3]);
    expect(() => conv2dInputGradient.infer([cotangent, weight], { ...plain, height: 8, width: 8 })).toThrow(
      "W248: conv2dInputGradient: the cotangent must be f32[1, 4, 6, 6], not f32[1, 4, 5, 6]",
    );
    const images = tensorType("f32", [1, 3, 8, 8]);
    expect(() => conv2dWeightGradient.infer([images, cotangent], { ...plain, kernel: [3, 3] })).toThrow(
      "W248: conv2dWeightGradient: the cotangent must be f32[1, 4, 6, 6], not f32[1, 4, 5, 6]",
    );
  });
});
