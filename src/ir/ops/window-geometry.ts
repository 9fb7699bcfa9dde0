// The geometry of sliding windows, shared by windows, convolution and pooling: where a window lies on its image, how many
// fit, and which attributes make sense. Works on symbolic extents.
import { reject } from "../diagnostics/diagnostic.ts";
import { addDims, type Dim, floorDivideDim, isKnown } from "../types/dim.ts";
import { printShape, printType, type TensorType } from "../types/tensor-type.ts";
import { requireDType } from "./typing.ts";

/** A pair of numbers: along the height, along the width. */
export type Spatial = readonly [height: number, width: number];

/** Zeros (or another value) around an image. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

/** How windows lie on an image: `stride` from window to window, `dilation` from element to element of one window. */
export interface WindowPlacement {
  readonly stride: Spatial;
  readonly padding: Padding;
  readonly dilation: Spatial;
}

/** The placement together with the extents of a window. */
export interface WindowGeometry extends WindowPlacement {
  readonly kernel: Spatial;
}

/** The geometry along one spatial axis. */
export interface WindowAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly low: number;
  readonly high: number;
  readonly dilation: number;
}

/** The two spatial axes of a geometry: height, width. */
export const windowAxes = (geometry: WindowGeometry): readonly [WindowAxis, WindowAxis] => {
  const { kernel, stride, padding, dilation } = geometry;
  return [
    { kernel: kernel[0], stride: stride[0], low: padding[0], high: padding[1], dilation: dilation[0] },
    { kernel: kernel[1], stride: stride[1], low: padding[2], high: padding[3], dilation: dilation[1] },
  ];
};

/** From the first to the last element of a window: d(k-1)+1. */
export const dilatedExtent = ({ kernel, dilation }: WindowAxis): number => dilation * (kernel - 1) + 1;

/** How many windows fit: floor((n + low + high - d(k-1) - 1) / s) + 1. */
const windowCount = (extent: Dim, axis: WindowAxis): Dim =>
  addDims(floorDivideDim(addDims(extent, axis.low + axis.high - dilatedExtent(axis)), axis.stride), 1);

const attributeRules = [
  ["kernel", 2, 1],
  ["stride", 2, 1],
  ["padding", 4, 0],
  ["dilation", 2, 1],
] as const;

/** Refuses window attributes that are no whole numbers, too few, or too small. */
export const requireGeometry = (op: string, geometry: WindowGeometry): void => {
  for (const [name, length, least] of attributeRules) {
    const values: readonly number[] = geometry[name];
    if (values.length !== length || !values.every((value) => Number.isInteger(value) && value >= least))
      reject("W242", { op, attribute: name, values: printShape(values), length, least });
  }
};

/** Refuses what is not a batch of images [B, C, H, W] of real numbers. */
export const requireImages = (op: string, operand: string, images: TensorType): void => {
  if (images.shape.length !== 4) reject("W241", { op, operand, type: printType(images) });
  requireDType(op, images, ["f32", "f64"]);
};

/** The extents [OH, OW] of the windows of an image; refuses images that hold no window, or no element. */
export const windowCounts = (op: string, images: TensorType, geometry: WindowGeometry): readonly [Dim, Dim] => {
  const [rows, columns] = windowAxes(geometry);
  const count = (position: number, axis: WindowAxis): Dim => {
    const extent = images.shape[position] ?? 0;
    const result = windowCount(extent, axis);
    if (isKnown(extent) && (extent === 0 || (isKnown(result) && result < 1)))
      reject("W243", {
        op,
        axis: position === 2 ? "height" : "width",
        extent,
        padded: extent + axis.low + axis.high,
        window: dilatedExtent(axis),
        images: printType(images),
      });
    return result;
  };
  return [count(2, rows), count(3, columns)];
};
