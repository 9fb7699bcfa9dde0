// The images of a convolution, copied once into padded planes with the columns of each stride phase side by side, so that
// eight neighbouring outputs always read eight neighbouring inputs; and every extent that the convolution's kernels need.
import { add, type BlockBuilder, f32, i32, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { KnownType } from "../types/ndarray.ts";
import type { Conv2dAttrs, Conv2dWeightGradientAttrs } from "./convolution-attributes.ts";
import { loopNest } from "./loop-nest.ts";
import type { KernelContext } from "./op.ts";

/** What the kernels of a convolution are built in. */
export type ConvolutionContext = KernelContext<Conv2dAttrs, 2, 1>;

/** What the kernels of its weights' gradient are built in. */
export type WeightGradientContext = KernelContext<Conv2dWeightGradientAttrs, 2, 1>;

/** Every extent of the convolution, and of the padded planes. */
export interface ConvolutionGeometry {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly groupChannels: number;
  readonly groupOutputs: number;
  readonly paddedHeight: number;
  /** Columns of one stride phase of a padded row. */
  readonly phaseWidth: number;
}

/** The extents of a convolution of these images with these weights to this result. */
export const geometryOf = (
  attrs: Conv2dAttrs,
  images: KnownType,
  weight: KnownType,
  result: KnownType,
): ConvolutionGeometry => {
  const [batch = 0, channels = 0, height = 0, width = 0] = images.shape;
  const [outputs = 0, groupChannels = 0, kernelHeight = 0, kernelWidth = 0] = weight.shape;
  const [, , outputHeight = 0, outputWidth = 0] = result.shape;
  const [top, bottom, left, right] = attrs.padding;
  const lastColumn = Math.ceil(outputWidth / 4) * 4 + 4;
  const reach = Math.floor(((kernelWidth - 1) * attrs.dilation[1]) / attrs.stride[1]);
  return {
    batch,
    channels,
    height,
    width,
    outputs,
    outputHeight,
    outputWidth,
    kernelHeight,
    kernelWidth,
    groupChannels,
    groupOutputs: outputs / attrs.groups,
    paddedHeight: height + top + bottom,
    phaseWidth: Math.max(Math.ceil((left + width + right) / attrs.stride[1]), lastColumn + reach),
  };
};

/** Elements of one padded plane. */
export const planeLength = (
  { stride }: Pick<Conv2dAttrs, "stride">,
  { paddedHeight, phaseWidth }: ConvolutionGeometry,
): number => paddedHeight * stride[1] * phaseWidth;

/** Copies one plane of the images, padded, to where `start` says: `[row][phase][column]`. */
export const padPlane = (
  context: ConvolutionContext | WeightGradientContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  [image, channel]: readonly [Expr, Expr],
  { buffer, start }: { readonly buffer: string; readonly start: Expr },
): void => {
  const { attrs, operands } = context;
  const { height, width, paddedHeight, phaseWidth } = geometry;
  const [top, , left] = attrs.padding;
  const stride = attrs.stride[1];
  const rowLength = stride * phaseWidth;
  const zero = (block: BlockBuilder, base: Expr, from: number, to: number): void =>
    block.loop(to, (x, inner) => inner.store(buffer, add(base, x), f32(0)), { from, mode: "vector", hint: "x" });
  const copyPhase = (block: BlockBuilder, row: Expr, source: readonly Expr[], phase: number): void => {
    const base = block.name(add(row, phase * phaseWidth), "base");
    const first = Math.max(0, Math.ceil((left - phase) / stride));
    const end = Math.max(first, Math.floor((width - 1 + left - phase) / stride) + 1);
    zero(block, base, 0, first);
    block.loop(
      end - first,
      (x, inner) => {
        const column = add(multiply(x, stride), first * stride + phase - left);
        inner.store(buffer, add(add(base, x), first), operands[0](inner, [...source, column]));
      },
      { mode: "vector", hint: "x" },
    );
    zero(block, base, end, phaseWidth);
  };
  const blank = (from: number, to: number): void => zero(body, start, from * rowLength, to * rowLength);
  blank(0, top);
  body.loop(
    height,
    (y, inner) => {
      const row = inner.name(add(start, multiply(add(y, top), rowLength)), "row");
      for (let phase = 0; phase < stride; phase++) copyPhase(inner, row, [image, channel, y], phase);
    },
    { hint: "y" },
  );
  blank(top + height, paddedHeight);
};

/** Copies the images into padded planes `[batch][channel][row][phase][column]`. */
export const padPlanes = (
  context: ConvolutionContext | WeightGradientContext,
  geometry: ConvolutionGeometry,
): string => {
  const { batch, channels } = geometry;
  const length = planeLength(context.attrs, geometry);
  const buffer = context.scratch("f32", batch * channels * length, "padded");
  context.kernel("pad", (root) =>
    loopNest(root, [batch, channels], (body, [b = i32(0), c = i32(0)]) => {
      const start = body.name(multiply(add(multiply(b, channels), c), length), "plane");
      padPlane(context, body, geometry, [b, c], { buffer, start });
    }),
  );
  return buffer;
};
