// The typing rules of convolution and its two gradients. All three relate the same three types: images [N, C, H, W],
// weights [O, C / groups, KH, KW] and result [N, O, OH, OW].
import { reject } from "../diagnostics/diagnostic.ts";
import { type Dim, divideDims, isKnown, multiplyDims } from "../types/dim.ts";
import { printType, type TensorType, tensorType } from "../types/tensor-type.ts";
import type {
  Conv2dInputGradientAttrs,
  Conv2dWeightGradientAttrs,
  ConvolutionPlacement,
} from "./convolution-attributes.ts";
import { requireOperand, requireSameDType } from "./operand-types.ts";
import {
  layoutOf,
  requireGeometry,
  requireImages,
  type Spatial,
  type SpatialRank,
  windowCounts,
} from "./window-geometry.ts";

/** The layout of weights: [out, in / groups, height, width], or with the leading names given. */
const weightLayout = (rank: SpatialRank, transposed: boolean): string =>
  transposed ? layoutOf(rank, "in", "out / groups") : layoutOf(rank, "out", "in / groups");

/** The spatial extents of weights, which must be known, whatever their number. */
export const windowOf = (
  op: string,
  weight: TensorType,
  rank: SpatialRank,
  transposed: boolean = false,
): readonly number[] => {
  const extents = weight.shape.slice(2);
  const known = extents.filter(isKnown);
  if (weight.shape.length !== rank + 2 || known.length !== rank)
    return reject("W246", { op, layout: weightLayout(rank, transposed), type: printType(weight) });
  return known;
};

/** The spatial extents of the weights of images. */
export const kernelOf = (op: string, weight: TensorType): Spatial => {
  const [height = 1, width = 1] = windowOf(op, weight, 2);
  return [height, width];
};

/** Refuses a number of groups that does not divide the channels. */
export const requireGroups = (op: string, groups: number, channels: Dim, shapes: string): void => {
  if (!Number.isInteger(groups) || groups < 1 || divideDims(channels, groups) === undefined)
    reject("W245", { op, groups, channels: `${channels}`, shapes });
};

/** Refuses images of other channels than the weights are for. */
export const requireChannels = (
  op: string,
  [images, weight]: readonly [images: TensorType, weight: TensorType],
  { groups, rank, transposed = false }: { groups: number; rank: SpatialRank; transposed?: boolean },
): void => {
  const [outer = 0, inner = 0] = weight.shape;
  const [, channels = 0] = images.shape;
  const shapes = `images ${printType(images)}, weights ${printType(weight)}`;
  requireGroups(op, groups, outer, shapes);
  const expected = transposed ? outer : multiplyDims(inner, groups);
  if (channels === expected) return;
  const details = { channels: `${channels}`, expected: `${expected}`, groups: transposed ? 1 : groups };
  reject("W244", { op, ...details, layout: weightLayout(rank, transposed), shapes });
};

/** The result of a convolution of these images with these weights. */
export const convolutionType = (
  op: string,
  images: TensorType,
  weight: TensorType,
  attrs: ConvolutionPlacement,
  rank: SpatialRank = 2,
): TensorType => {
  const geometry = { ...attrs, kernel: windowOf(op, weight, rank) };
  requireImages(op, "images", images, rank);
  requireSameDType(op, images, weight);
  requireChannels(op, [images, weight], { groups: attrs.groups, rank });
  requireGeometry(op, geometry, rank);
  const [batch = 0] = images.shape;
  return tensorType(images.dtype, [batch, weight.shape[0] ?? 0, ...windowCounts(op, images, geometry, rank)]);
};

/** The gradient of the images, from the cotangent of the result and the weights. */
export const inputGradientType = (
  cotangent: TensorType,
  weight: TensorType,
  attrs: Conv2dInputGradientAttrs,
): TensorType => {
  const op = "conv2dInputGradient";
  const channels = multiplyDims(weight.shape[1] ?? 0, attrs.groups);
  const images = tensorType(weight.dtype, [cotangent.shape[0] ?? 0, channels, attrs.height, attrs.width]);
  requireOperand(op, "cotangent", cotangent, convolutionType(op, images, weight, attrs));
  return images;
};

/** The gradient of the weights, from the images and the cotangent of the result. */
export const weightGradientType = (
  images: TensorType,
  cotangent: TensorType,
  attrs: Conv2dWeightGradientAttrs,
): TensorType => {
  const op = "conv2dWeightGradient";
  requireImages(op, "images", images);
  const channels = images.shape[1] ?? 0;
  requireGroups(op, attrs.groups, channels, `images ${printType(images)}`);
  const groupChannels = divideDims(channels, attrs.groups) ?? 0;
  const weight = tensorType(images.dtype, [cotangent.shape[1] ?? 0, groupChannels, ...attrs.kernel]);
  requireOperand(op, "cotangent", cotangent, convolutionType(op, images, weight, attrs));
  return weight;
};
