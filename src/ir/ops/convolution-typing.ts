// The typing rules of convolution and its two gradients. All three relate the same three types: images [N, C, H, W],
// weights [O, C / groups, KH, KW] and result [N, O, OH, OW].
import { reject } from "../diagnostics/diagnostic.ts";
import { type Dim, divideDims, isKnown, multiplyDims } from "../types/dim.ts";
import { printType, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { Conv2dAttrs, Conv2dInputGradientAttrs, Conv2dWeightGradientAttrs } from "./convolution-attributes.ts";
import { requireOperand, requireSameDType } from "./operand-types.ts";
import { requireGeometry, requireImages, type Spatial, windowCounts } from "./window-geometry.ts";

/** The spatial extents of weights, which must be known. */
export const kernelOf = (op: string, weight: TensorType): Spatial => {
  const [, , height, width] = weight.shape;
  if (weight.shape.length !== 4 || height === undefined || width === undefined || !isKnown(height) || !isKnown(width))
    return reject("W246", { op, type: printType(weight) });
  return [height, width];
};

const requireGroups = (op: string, groups: number, channels: Dim, shapes: string): void => {
  if (!Number.isInteger(groups) || groups < 1 || divideDims(channels, groups) === undefined)
    reject("W245", { op, groups, channels: `${channels}`, shapes });
};

/** The result of a convolution of these images with these weights. */
export const convolutionType = (op: string, images: TensorType, weight: TensorType, attrs: Conv2dAttrs): TensorType => {
  const { groups } = attrs;
  const kernel = kernelOf(op, weight);
  requireGeometry(op, { ...attrs, kernel });
  requireImages(op, "images", images);
  requireSameDType(op, images, weight);
  const [batch = 0, channels = 0] = images.shape;
  const [outChannels = 0, groupChannels = 0] = weight.shape;
  const shapes = `images ${printType(images)}, weights ${printType(weight)}`;
  requireGroups(op, groups, outChannels, shapes);
  const expected = multiplyDims(groupChannels, groups);
  if (channels !== expected) reject("W244", { op, channels: `${channels}`, expected: `${expected}`, groups, shapes });
  return tensorType(images.dtype, [batch, outChannels, ...windowCounts(op, images, { ...attrs, kernel })]);
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
