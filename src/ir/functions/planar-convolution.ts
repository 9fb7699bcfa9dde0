// Convolutions over sequences and volumes, and the transposed ones, said by the ops over images, whose kernels are tiled for
// columns side by side and sum all taps in registers:
//   - A sequence is an image of one row. [N, C, L] and [N, C, 1, L] are the same elements in the same order, so nothing is
//     copied, and the columns of the tiles are the sequence.
//   - A volume is one image for each depth of the result, in which the depths under the window are more channels: a sum
//     over (c, kd, kh, kw) is one over (c kd, kh, kw), and weights [O, C, KD, KH, KW] are [O, C KD, KH, KW] without a move.
//     That copies the input KD / stride times; a convolution for each depth tap would go over the result KD times.
import { reject } from "../diagnostics/diagnostic.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { Conv2dAttrs, ConvolutionPlacement } from "../ops/convolution-attributes.ts";
import { convolutionType, requireChannels, windowOf } from "../ops/convolution-typing.ts";
import { requireSameDType } from "../ops/operand-types.ts";
import {
  axesOf,
  axisName,
  dilatedExtent,
  type Padding,
  requireGeometry,
  requireImages,
  requireNumbers,
  type Spatial,
  type SpatialRank,
  type WindowAxis,
} from "../ops/window-geometry.ts";
import { addDims, type Dim, isKnown, multiplyDims } from "../types/dim.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType } from "../types/tensor-type.ts";

const lastTwo = (values: readonly number[]): Spatial => {
  const [height = 1, width = 1] = [1, ...values].slice(-2);
  return [height, width];
};

const lastSides = (values: readonly number[]): Padding => {
  const [top = 0, bottom = 0, left = 0, right = 0] = [0, 0, ...values].slice(-4);
  return [top, bottom, left, right];
};

/** The placement along height and width; a sequence has no height, and windows of one row there. */
const planar = ({ stride, padding, dilation, groups }: ConvolutionPlacement): Conv2dAttrs => ({
  stride: lastTwo(stride),
  padding: lastSides(padding),
  dilation: lastTwo(dilation),
  groups,
});

/** Windows along the depth of volumes [N, C, D, H W], which lie on the rows of images [N, C, rows, columns]. */
const alongDepth = ({ kernel, stride, low, high, dilation }: WindowAxis) =>
  ({ kernel: [kernel, 1], stride: [stride, 1], padding: [low, high, 0, 0], dilation: [dilation, 1] }) as const;

/** Sequences as images of one row, and weights for them as weights of one row. */
const oneRow = (tensor: Tensor): Tensor => {
  const [outer = 0, inner = 0, length = 0] = tensor.shape;
  return tensor.reshape([outer, inner, 1, length]);
};

/** Weights [O, I, KD, KH, KW] as [O, I KD, KH, KW]. */
const planarWeight = (weight: Tensor): Tensor => {
  const [outer = 0, inner = 0, depth = 0, height = 0, width = 0] = weight.shape;
  return weight.reshape([outer, multiplyDims(inner, depth), height, width]);
};

/** Swaps channels and depth: [N, C, D, H, W] to [N, D, C, H, W], or back. */
const swapDepth = (volumes: Tensor): Tensor => volumes.transpose([0, 2, 1, 3, 4]);

const convolve = (images: Tensor, weight: Tensor, attrs: Conv2dAttrs): Tensor =>
  emitOne(traceOf(images, "conv2d"), "conv2d", [images, weight], { ...attrs });

const convolveVolumes = (
  volumes: Tensor,
  weight: Tensor,
  placement: ConvolutionPlacement,
  axis: WindowAxis,
): Tensor => {
  const [batch = 0, channels = 0, depth = 0, height = 0, width = 0] = volumes.shape;
  const slices = volumes.reshape([batch, channels, depth, multiplyDims(height, width)]);
  const attrs = { ...alongDepth(axis), value: 0 };
  const taken = emitOne(traceOf(slices, "windows"), "windows", [slices], attrs);
  const [, , depths = 0] = taken.shape;
  const images = taken
    .transpose([0, 2, 1, 4, 3, 5])
    .reshape([multiplyDims(batch, depths), multiplyDims(channels, axis.kernel), height, width]);
  const result = convolve(images, planarWeight(weight), planar(placement));
  return swapDepth(result.reshape([batch, depths, ...result.shape.slice(1)]));
};

/** Cross-correlation over any number of spatial axes: [N, C, ...] with [O, C / groups, ...] gives [N, O, ...]. */
export const correlate = (
  op: string,
  images: Tensor,
  weight: Tensor,
  placement: ConvolutionPlacement,
  rank: SpatialRank,
): Tensor => {
  const { shape } = convolutionType(op, images.type, weight.type, placement, rank);
  if (rank === 1) return convolve(oneRow(images), oneRow(weight), planar(placement)).reshape(shape);
  const [depth] = axesOf({ ...placement, kernel: windowOf(op, weight.type, rank) });
  return rank === 2 || depth === undefined
    ? convolve(images, weight, planar(placement))
    : convolveVolumes(images, weight, placement, depth);
};

/** Placement of a transposed convolution; `outputPadding` are rows more at the end of each axis. */
export interface TransposedPlacement extends ConvolutionPlacement {
  readonly outputPadding: readonly number[];
}

/** One axis of the result: what the windows reach less the padding, and zeros behind, where no window reaches. */
interface TransposedAxis {
  readonly axis: WindowAxis;
  readonly extent: Dim;
  readonly zeros: number;
}

/** Output padding first takes back padding at the end; what is left of it is zeros. */
const transposedAxis = (axis: WindowAxis, images: Dim, outputPadding: number): TransposedAxis => {
  const high = Math.max(axis.high - outputPadding, 0);
  const reached = addDims(multiplyDims(addDims(images, -1), axis.stride), dilatedExtent(axis));
  return {
    axis: { ...axis, high },
    extent: addDims(reached, -axis.low - high),
    zeros: Math.max(outputPadding - axis.high, 0),
  };
};

const transposedAxes = (
  op: string,
  images: Tensor,
  weight: Tensor,
  placement: TransposedPlacement,
  rank: SpatialRank,
): readonly TransposedAxis[] => {
  const geometry = { ...placement, kernel: windowOf(op, weight.type, rank, true) };
  requireGeometry(op, geometry, rank);
  requireNumbers(op, "outputPadding", placement.outputPadding, 0, rank);
  requireImages(op, "images", images.type, rank);
  requireSameDType(op, images.type, weight.type);
  requireChannels(op, [images.type, weight.type], { groups: placement.groups, rank, transposed: true });
  return axesOf(geometry).map((axis, position) => {
    const outputPadding = placement.outputPadding[position] ?? 0;
    const [name, given] = [axisName(rank, position), images.shape[position + 2] ?? 0];
    if (outputPadding >= Math.max(axis.stride, axis.dilation))
      reject("W265", { op, outputPadding, axis: name, stride: axis.stride, dilation: axis.dilation });
    const result = transposedAxis(axis, given, outputPadding);
    const type = printType(images.type);
    if (given === 0) reject("W252", { op, axis: name, images: type });
    if (isKnown(result.extent) && result.extent < 1)
      reject("W266", {
        op,
        axis: name,
        low: axis.low,
        high: axis.high,
        reached: result.extent + axis.low + result.axis.high,
        images: type,
      });
    return result;
  });
};

/** The transpose of `convolveVolumes`, step by step backwards. */
const spreadVolumes = (
  volumes: Tensor,
  weight: Tensor,
  placement: ConvolutionPlacement,
  [depth, rows, columns]: readonly [TransposedAxis, TransposedAxis, TransposedAxis],
): Tensor => {
  const [batch = 0, , depths = 0] = volumes.shape;
  const swapped = swapDepth(volumes);
  const images = swapped.reshape([multiplyDims(batch, depths), ...swapped.shape.slice(2)]);
  const spread = spreadImages(images, planarWeight(weight), placement, [rows, columns]);
  const channels = multiplyDims(weight.shape[1] ?? 0, placement.groups);
  const plane = multiplyDims(rows.extent, columns.extent);
  const windows = spread
    .reshape([batch, depths, channels, depth.axis.kernel, plane])
    .transpose([0, 2, 1, 4, 3])
    .reshape([batch, channels, depths, plane, depth.axis.kernel, 1]);
  const attrs = { ...alongDepth(depth.axis), height: depth.extent, width: plane };
  return emitOne(traceOf(windows, "foldWindows"), "foldWindows", [windows], attrs);
};

const spreadImages = (
  images: Tensor,
  weight: Tensor,
  placement: ConvolutionPlacement,
  [rows, columns]: readonly [TransposedAxis, TransposedAxis],
): Tensor => {
  const padding: Padding = [rows.axis.low, rows.axis.high, columns.axis.low, columns.axis.high];
  const attrs = { ...planar(placement), padding, height: rows.extent, width: columns.extent };
  return emitOne(traceOf(images, "conv2dInputGradient"), "conv2dInputGradient", [images, weight], attrs);
};

const singleRow: TransposedAxis = { axis: { kernel: 1, stride: 1, low: 0, high: 0, dilation: 1 }, extent: 1, zeros: 0 };

/** The transpose of cross-correlation: [N, I, ...] with [I, O / groups, ...] gives [N, O, ...]. */
export const correlateTransposed = (
  op: string,
  images: Tensor,
  weight: Tensor,
  placement: TransposedPlacement,
  rank: SpatialRank,
): Tensor => {
  const axes = transposedAxes(op, images, weight, placement, rank);
  const [first = singleRow, second = singleRow, third = singleRow] = axes;
  const spread =
    rank === 1
      ? spreadImages(oneRow(images), oneRow(weight), placement, [singleRow, first])
      : rank === 2
        ? spreadImages(images, weight, placement, [first, second])
        : spreadVolumes(images, weight, placement, [first, second, third]);
  const channels = multiplyDims(weight.shape[1] ?? 0, placement.groups);
  const result = spread.reshape([images.shape[0] ?? 0, channels, ...axes.map(({ extent }) => extent)]);
  if (axes.every(({ zeros }) => zeros === 0)) return result;
  return result.pad([0, 0, ...axes.map(({ zeros }) => zeros)].map((high) => ({ low: 0, high, interior: 0 })));
};
