// The gradient of a convolution's images, said in other ops: it is itself a convolution. Kept apart from the definitions
// in convolution.ts, which need one another.
//
// Along one axis, with stride s, weights w and cotangent c, the padded image gets g[q s + p] = sum over j of c[q - j] w[j s + p]:
// for each of the s phases p a convolution of the cotangent as it stands, with every s-th weight. The phases become
// channels of one convolution, and its results are put in between one another afterwards. (To spread the cotangent out
// with zeros instead and convolve once would multiply by those zeros s^2 - 1 times of s^2.)
import { addDims, type Dim, divideDims, multiplyDims } from "../types/dim.ts";
import type { PadAxis, SliceAxis, Tensor } from "../types/tensor.ts";
import type { Conv2dAttrs, Conv2dInputGradientAttrs } from "./convolution-attributes.ts";
import { dilatedExtent, type WindowAxis, windowAxes } from "./window-geometry.ts";

const whole: PadAxis = { low: 0, high: 0, interior: 0 };

const quotient = (channels: Dim, groups: number): Dim => divideDims(channels, groups) ?? 0;

/** How one axis is computed: phases that are convolutions of `taps` weights each, and where the image begins in them. */
interface PhasedAxis {
  readonly stride: number;
  /** As many as the stride, but no more than there are weights: the others are zeros. */
  readonly phases: number;
  readonly taps: number;
  /** Of the convolution; where there are phases, a dilated window is one with zeros among its weights. */
  readonly dilation: number;
  readonly weights: PadAxis;
  readonly padding: readonly [low: number, high: number];
  /** Where the image begins in the interleaved phases. */
  readonly from: number;
}

const phasedAxis = (axis: WindowAxis): PhasedAxis => {
  const { kernel, stride, low, high } = axis;
  const reach = dilatedExtent(axis);
  const phased = stride > 1;
  const phases = Math.min(stride, reach);
  const taps = phased ? Math.ceil(reach / stride) : kernel;
  const dilation = phased ? 1 : axis.dilation;
  const before = dilation * (taps - 1);
  const first = Math.min(Math.floor(low / stride), before);
  // Rows at the end that no window reached, because the stride leaves a remainder, are there as often as can be.
  const behind = Math.max(0, Math.ceil((reach + stride - 1 - high) / stride) - 1);
  const zeros = phased ? { low: 0, high: taps * phases - reach, interior: axis.dilation - 1 } : whole;
  return {
    stride,
    phases,
    taps,
    dilation,
    weights: zeros,
    padding: [before - first, behind],
    from: low - first * stride,
  };
};

const isWhole = ({ low, high, interior }: PadAxis): boolean => low === 0 && high === 0 && interior === 0;

/** Pads a tensor's last axes, where there is something to add. */
const padLast = (tensor: Tensor, last: readonly PadAxis[]): Tensor =>
  last.every(isWhole)
    ? tensor
    : tensor.pad([...Array.from({ length: tensor.shape.length - last.length }, () => whole), ...last]);

/** Weights [O, C/G, KH, KW] as those of the transposed convolution: [C PH PW, O/G, TH, TW], turned by half a turn. */
const transposedWeights = (weight: Tensor, groups: number, rows: PhasedAxis, columns: PhasedAxis): Tensor => {
  const [outChannels = 0, groupChannels = 0] = weight.shape;
  const groupOut = quotient(outChannels, groups);
  const phased = rows.phases * columns.phases > 1;
  const split = (axis: PhasedAxis): readonly number[] => (phased ? [axis.taps, axis.phases] : [axis.taps]);
  const order: readonly number[] = phased ? [0, 2, 4, 6, 1, 3, 5] : [0, 2, 1, 3, 4];
  return padLast(weight, [rows.weights, columns.weights])
    .reshape([groups, groupOut, groupChannels, ...split(rows), ...split(columns)])
    .transpose(order)
    .reshape([multiplyDims(groupChannels, groups * rows.phases * columns.phases), groupOut, rows.taps, columns.taps])
    .flip([2, 3]);
};

/** Phases [N, C PH PW, QH, QW] put in between one another: [N, C, QH SH, QW SW]. */
const interleave = (images: Tensor, rows: PhasedAxis, columns: PhasedAxis): Tensor => {
  if (rows.stride === 1 && columns.stride === 1) return images;
  const [batch = 0, channels = 0, height = 0, width = 0] = images.shape;
  const missing = (axis: PhasedAxis): PadAxis => ({ ...whole, high: axis.stride - axis.phases });
  const grid = images
    .reshape([batch, quotient(channels, rows.phases * columns.phases), rows.phases, columns.phases, height, width])
    .transpose([0, 1, 4, 2, 5, 3]);
  const complete = padLast(grid, [missing(rows), whole, missing(columns)]);
  const extents = [multiplyDims(height, rows.stride), multiplyDims(width, columns.stride)];
  return complete.reshape([batch, grid.shape[1] ?? 0, ...extents]);
};

const kernelOf = (weight: Tensor): readonly [number, number] => {
  const [, , height, width] = weight.shape;
  return [Number(height), Number(width)];
};

/** The gradient of the images, by a convolution of the cotangent. `convolve` is conv2d. */
export const inputGradient = (
  cotangent: Tensor,
  weight: Tensor,
  attrs: Conv2dInputGradientAttrs,
  convolve: (images: Tensor, weight: Tensor, attrs: Conv2dAttrs) => Tensor,
): Tensor => {
  const { groups, height, width } = attrs;
  const axes = windowAxes({ ...attrs, kernel: kernelOf(weight) });
  const [rows, columns] = [phasedAxis(axes[0]), phasedAxis(axes[1])];
  const full = convolve(cotangent, transposedWeights(weight, groups, rows, columns), {
    stride: [1, 1],
    padding: [...rows.padding, ...columns.padding],
    dilation: [rows.dilation, columns.dilation],
    groups,
  });
  return crop(interleave(full, rows, columns), [rows.from, columns.from], [height, width]);
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
