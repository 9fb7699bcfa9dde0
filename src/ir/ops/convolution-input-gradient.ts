// The gradient of a convolution's images, said in other ops: it is itself a convolution. Kept apart from the definitions
// in convolution.ts, which need one another.
import { addDims, type Dim, divideDims, isKnown, multiplyDims } from "../types/dim.ts";
import type { PadAxis, SliceAxis, Tensor } from "../types/tensor.ts";
import type { Conv2dAttrs, Conv2dInputGradientAttrs } from "./convolution-attributes.ts";
import { dilatedExtent, type Padding, type WindowAxis, windowAxes } from "./window-geometry.ts";

const whole: PadAxis = { low: 0, high: 0, interior: 0 };

const quotient = (channels: Dim, groups: number): Dim => divideDims(channels, groups) ?? 0;

/** Weights [O, C/G, KH, KW] as those of the transposed convolution: [C, O/G, KH, KW], turned by half a turn. */
const transposedWeights = (weight: Tensor, groups: number): Tensor => {
  const [outChannels = 0, groupChannels = 0, height = 1, width = 1] = weight.shape;
  const groupOut = quotient(outChannels, groups);
  return weight
    .reshape([groups, groupOut, groupChannels, height, width])
    .transpose([0, 2, 1, 3, 4])
    .reshape([multiplyDims(groupChannels, groups), groupOut, height, width])
    .flip([2, 3]);
};

/** The padding that puts the full correlation of a spread-out cotangent back on the image: it may come out negative. */
const transposedPadding = (axis: WindowAxis, extent: Dim): readonly [low: number, high: number] => {
  const reach = dilatedExtent(axis) - 1;
  // Rows at the end that no window reached, because the stride leaves a remainder; as many as possible where unknown.
  const padded = addDims(extent, axis.low + axis.high - reach - 1);
  const remainder = isKnown(padded) ? padded % axis.stride : axis.stride - 1;
  return [reach - axis.low, reach - axis.high + remainder];
};

const kernelOf = (weight: Tensor): readonly [number, number] => {
  const [, , height, width] = weight.shape;
  return [Number(height), Number(width)];
};

/**
 * The gradient of the images: the cotangent spread out by the stride (zeros between), correlated with the weights turned
 * around and with input and output channels swapped. `convolve` is conv2d.
 */
export const inputGradient = (
  cotangent: Tensor,
  weight: Tensor,
  attrs: Conv2dInputGradientAttrs,
  convolve: (images: Tensor, weight: Tensor, attrs: Conv2dAttrs) => Tensor,
): Tensor => {
  const { groups, height, width } = attrs;
  const [rows, columns] = windowAxes({ ...attrs, kernel: kernelOf(weight) });
  const spread =
    rows.stride === 1 && columns.stride === 1
      ? cotangent
      : cotangent.pad([
          whole,
          whole,
          { ...whole, interior: rows.stride - 1 },
          { ...whole, interior: columns.stride - 1 },
        ]);
  const [top, bottom] = transposedPadding(rows, height);
  const [left, right] = transposedPadding(columns, width);
  const padding: Padding = [Math.max(top, 0), Math.max(bottom, 0), Math.max(left, 0), Math.max(right, 0)];
  const { dilation } = attrs;
  const full = convolve(spread, transposedWeights(weight, groups), { stride: [1, 1], padding, dilation, groups });
  return crop(full, [Math.max(-top, 0), Math.max(-left, 0)], [height, width]);
};

/** Cuts images to a height and width, starting from a row and column. */
const crop = (images: Tensor, from: readonly [number, number], extents: readonly [Dim, Dim]): Tensor => {
  const ranges = images.shape.map((extent, axis): SliceAxis => {
    const start = from[axis - 2] ?? 0;
    return { start, end: addDims(start, extents[axis - 2] ?? extent), step: 1 };
  });
  return ranges.every(({ start, end }, axis) => start === 0 && end === images.shape[axis])
    ? images
    : images.slice(ranges);
};
