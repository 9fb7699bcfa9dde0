// Convolution (cross-correlation, as networks have it) over [N, C, H, W] and its gradients. The three are adjoints of one
// another in pairs, so the derivatives of each are said with the other two, to any order; that is why they stand together.
import type * as FastCheck from "fast-check";
import type { DType } from "../types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf } from "../types/ndarray.ts";
import { knownShape } from "../types/shape.ts";
import type { Tensor } from "../types/tensor.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import type { Conv2dAttrs, Conv2dInputGradientAttrs, Conv2dWeightGradientAttrs } from "./convolution-attributes.ts";
import { inputGradient } from "./convolution-input-gradient.ts";
import { buildConvolution } from "./convolution-kernel.ts";
import { convolutionType, inputGradientType, kernelOf, weightGradientType } from "./convolution-typing.ts";
import { defineOp, type OpDefinition, type OpInstance } from "./op.ts";
import { buildWeightGradient } from "./weight-gradient-kernel.ts";
import { arbitraryImages, arbitraryPlacement } from "./window-arbitraries.ts";
import { type WindowAxis, windowAxes } from "./window-geometry.ts";

const floats: readonly DType[] = ["f32", "f64"];

/** The attributes of the convolution itself, from those of one of its gradients. */
const convolutionOnly = ({ stride, padding, dilation, groups }: Conv2dAttrs): Conv2dAttrs => ({
  stride,
  padding,
  dilation,
  groups,
});

const imageExtents = (images: Tensor): Pick<Conv2dInputGradientAttrs, "height" | "width"> => {
  const [, , height = 1, width = 1] = images.shape;
  return { height, width };
};

/** Where a tap of the window at (oh, ow) lies on the images [N, C, H, W]; undefined outside of them. */
const pixelUnder = (
  shape: readonly number[],
  [rows, columns]: readonly [WindowAxis, WindowAxis],
  [n, c]: readonly [number, number],
  [oh, ow]: readonly [number, number],
  [kh, kw]: readonly [number, number],
): number | undefined => {
  const [, , height = 0, width = 0] = shape;
  const row = oh * rows.stride + kh * rows.dilation - rows.low;
  const column = ow * columns.stride + kw * columns.dilation - columns.low;
  return row < 0 || row >= height || column < 0 || column >= width ? undefined : positionOf(shape, [n, c, row, column]);
};

const evaluateConv2d = (images: NdArray, weight: NdArray, attrs: Conv2dAttrs): NdArray => {
  const shape = knownShape(convolutionType("conv2d", images, weight, attrs).shape);
  const [kernelHeight, kernelWidth] = kernelOf("conv2d", weight);
  const axes = windowAxes({ ...attrs, kernel: [kernelHeight, kernelWidth] });
  const [outChannels = 0, groupChannels = 0] = weight.shape;
  return generate(images.dtype, shape, ([n = 0, o = 0, oh = 0, ow = 0]) => {
    const firstChannel = Math.floor(o / (outChannels / attrs.groups)) * groupChannels;
    let sum = 0;
    for (let c = 0; c < groupChannels; c++)
      for (let kh = 0; kh < kernelHeight; kh++)
        for (let kw = 0; kw < kernelWidth; kw++) {
          const pixel = pixelUnder(images.shape, axes, [n, firstChannel + c], [oh, ow], [kh, kw]);
          if (pixel === undefined) continue;
          sum += (images.data[pixel] ?? 0) * (weight.data[positionOf(weight.shape, [o, c, kh, kw])] ?? 0);
        }
    return sum;
  });
};

const evaluateWeightGradient = (images: NdArray, cotangent: NdArray, attrs: Conv2dWeightGradientAttrs): NdArray => {
  const shape = knownShape(weightGradientType(images, cotangent, attrs).shape);
  const axes = windowAxes(attrs);
  const [batch = 0, outChannels = 0, outHeight = 0, outWidth = 0] = cotangent.shape;
  const [, groupChannels = 0] = shape;
  return generate(images.dtype, shape, ([o = 0, c = 0, kh = 0, kw = 0]) => {
    const channel = Math.floor(o / (outChannels / attrs.groups)) * groupChannels + c;
    let sum = 0;
    for (let n = 0; n < batch; n++)
      for (let oh = 0; oh < outHeight; oh++)
        for (let ow = 0; ow < outWidth; ow++) {
          const pixel = pixelUnder(images.shape, axes, [n, channel], [oh, ow], [kh, kw]);
          if (pixel === undefined) continue;
          sum += (images.data[pixel] ?? 0) * (cotangent.data[positionOf(cotangent.shape, [n, o, oh, ow])] ?? 0);
        }
    return sum;
  });
};

interface RandomConvolution {
  readonly images: KnownType;
  readonly weight: KnownType;
  readonly result: KnownType;
  readonly attrs: Conv2dAttrs;
}

const arbitraryConvolution = (fc: FastCheckModule): FastCheck.Arbitrary<RandomConvolution> => {
  const few = fc.integer({ min: 1, max: 3 });
  return fc
    .record({
      geometry: arbitraryPlacement(fc),
      groups: few,
      // One channel per group and side: a depthwise convolution.
      groupChannels: few,
      groupOut: few,
      dtype: fc.constantFrom(...floats),
    })
    .chain(({ geometry: { kernel, ...placement }, groups, groupChannels, groupOut, dtype }) =>
      arbitraryImages(fc, { kernel, ...placement }, fc.constant(groups * groupChannels)).map((shape) => {
        const images: KnownType = { dtype, shape };
        const weight: KnownType = { dtype, shape: [groups * groupOut, groupChannels, ...kernel] };
        const attrs: Conv2dAttrs = { ...placement, groups };
        const result: KnownType = { dtype, shape: knownShape(convolutionType("conv2d", images, weight, attrs).shape) };
        return { images, weight, result, attrs };
      }),
    );
};

const arbitraryConv2d = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<Conv2dAttrs, 2>> =>
  arbitraryConvolution(fc).map(({ images, weight, attrs }) => ({ operands: [images, weight], attrs }));

const arbitraryInputGradient = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<Conv2dInputGradientAttrs, 2>> =>
  arbitraryConvolution(fc).map(({ images, weight, result, attrs }) => {
    const [, , height = 1, width = 1] = images.shape;
    return { operands: [result, weight], attrs: { ...attrs, height, width } };
  });

const arbitraryWeightGradient = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<Conv2dWeightGradientAttrs, 2>> =>
  arbitraryConvolution(fc).map(({ images, weight, result, attrs }) => ({
    operands: [images, result],
    attrs: { ...attrs, kernel: kernelOf("conv2d", weight) },
  }));

/** Images [N, C, H, W], weights [O, C / groups, KH, KW] -> [N, O, OH, OW]. */
export const conv2d: OpDefinition<Conv2dAttrs, 2> = defineOp({
  kind: "conv2d",
  summary: "Cross-correlation of images [N, C, H, W] with weights [O, C / groups, KH, KW].",
  formula:
    "y[o, oh, ow] = sum over c, kh, kw of images[c, oh stride + kh dilation - padding, ow stride + kw dilation - padding] weights[o, c, kh, kw], c within the group of o",
  shapes:
    "images [N, C, H, W], weights [O, C / groups, KH, KW] -> [N, O, OH, OW]; OH = floor((H + padding - dilation (KH - 1) - 1) / stride) + 1, OW likewise",
  gradient: "dimages = conv2dInputGradient(c, weights), dweights = conv2dWeightGradient(images, c)",
  arity: 2,
  resultArity: 1,
  attributes: { stride: "integers", padding: "integers", dilation: "integers", groups: "integer" },
  infer: ([images, weight], attrs) => [convolutionType("conv2d", images, weight, attrs)],
  evaluate: ([images, weight], attrs) => [evaluateConv2d(images, weight, attrs)],
  vjp: (context) => {
    const { operands, cotangents, attrs } = context;
    const [images, weight] = operands;
    const [flow] = cotangents;
    const kernel = kernelOf("conv2d", weight.type);
    return [
      ...context.emit(conv2dInputGradient, [flow, weight], { ...attrs, ...imageExtents(images) }),
      ...context.emit(conv2dWeightGradient, [images, flow], { ...attrs, kernel }),
    ];
  },
  lower: { by: "kernel", buffers: [0, 1], build: buildConvolution },
  arbitrary: arbitraryConv2d,
});

/** Cotangent [N, O, OH, OW], weights [O, C / groups, KH, KW] -> [N, C, H, W]; also the transposed convolution. */
export const conv2dInputGradient: OpDefinition<Conv2dInputGradientAttrs, 2> = defineOp({
  kind: "conv2dInputGradient",
  summary: "The gradient of conv2d with respect to its images: the transposed convolution.",
  formula: "y = d/dimages of sum(cotangent conv2d(images, weights))",
  shapes: "cotangent [N, O, OH, OW], weights [O, C / groups, KH, KW] -> [N, C, height, width]",
  gradient: "dcotangent = conv2d(c, weights), dweights = conv2dWeightGradient(c, cotangent)",
  arity: 2,
  resultArity: 1,
  attributes: {
    stride: "integers",
    padding: "integers",
    dilation: "integers",
    groups: "integer",
    height: "dim",
    width: "dim",
  },
  infer: ([cotangent, weight], attrs) => [inputGradientType(cotangent, weight, attrs)],
  vjp: (context) => {
    const [cotangent, weight] = context.operands;
    const [flow] = context.cotangents;
    const attrs = convolutionOnly(context.attrs);
    const kernel = kernelOf("conv2dInputGradient", weight.type);
    return [
      ...context.emit(conv2d, [flow, weight], attrs),
      ...context.emit(conv2dWeightGradient, [flow, cotangent], { ...attrs, kernel }),
    ];
  },
  lower: {
    by: "ops",
    decompose: ([cotangent, weight], attrs, emitter) => {
      const convolve = (images: Tensor, weights: Tensor, placement: Conv2dAttrs): Tensor =>
        emitter.emit(conv2d, [images, weights], placement)[0];
      return [inputGradient(cotangent, weight, attrs, convolve)];
    },
  },
  arbitrary: arbitraryInputGradient,
});

/** Images [N, C, H, W], cotangent [N, O, OH, OW] -> [O, C / groups, KH, KW]. */
export const conv2dWeightGradient: OpDefinition<Conv2dWeightGradientAttrs, 2> = defineOp({
  kind: "conv2dWeightGradient",
  summary: "The gradient of conv2d with respect to its weights.",
  formula: "y = d/dweights of sum(cotangent conv2d(images, weights))",
  shapes: "images [N, C, H, W], cotangent [N, O, OH, OW] -> [O, C / groups, KH, KW]; KH, KW are those of `kernel`",
  gradient: "dimages = conv2dInputGradient(cotangent, c), dcotangent = conv2d(images, c)",
  arity: 2,
  resultArity: 1,
  attributes: { stride: "integers", padding: "integers", dilation: "integers", groups: "integer", kernel: "integers" },
  infer: ([images, cotangent], attrs) => [weightGradientType(images, cotangent, attrs)],
  evaluate: ([images, cotangent], attrs) => [evaluateWeightGradient(images, cotangent, attrs)],
  vjp: (context) => {
    const [images, cotangent] = context.operands;
    const [flow] = context.cotangents;
    const attrs = convolutionOnly(context.attrs);
    return [
      ...context.emit(conv2dInputGradient, [cotangent, flow], { ...attrs, ...imageExtents(images) }),
      ...context.emit(conv2d, [images, flow], attrs),
    ];
  },
  lower: { by: "kernel", buffers: [0, 1], build: buildWeightGradient },
  arbitrary: arbitraryWeightGradient,
});

/** What lowers: convolution and the gradient of its weights. */
export const convolution: {
  readonly conv2d: typeof conv2d;
  readonly conv2dWeightGradient: typeof conv2dWeightGradient;
} = { conv2d, conv2dWeightGradient };

/** The gradient of its images, which is said in other ops. */
export const convolutionGradients: { readonly conv2dInputGradient: typeof conv2dInputGradient } = {
  conv2dInputGradient,
};
