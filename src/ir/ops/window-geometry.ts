// The geometry of sliding windows, shared by windows, convolution and pooling: where a window lies on its image, how many
// fit, and which attributes make sense. Works on symbolic extents. Ops have two spatial axes; the rules hold for one
// (sequences) and three (volumes) as well, for the functions that say those by the ops.
import { reject } from "../diagnostics/diagnostic.ts";
import { addDims, type Dim, floorDivideDim, isKnown } from "../types/dim.ts";
import { printShape, printType, type TensorType } from "../types/tensor-type.ts";
import { requireDType, requireExtents } from "./typing.ts";

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

/** How many spatial axes there are: those of a sequence, an image, a volume. */
export type SpatialRank = 1 | 2 | 3;

/** A geometry along any number of spatial axes; padding holds two numbers, before and after, for each. */
export interface AxesGeometry {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

const axisNames: { readonly [R in SpatialRank]: readonly string[] } = {
  1: ["length"],
  2: ["height", "width"],
  3: ["depth", "height", "width"],
};

const sideNames: { readonly [R in SpatialRank]: readonly string[] } = {
  1: ["left", "right"],
  2: ["top", "bottom", "left", "right"],
  3: ["front", "back", "top", "bottom", "left", "right"],
};

/** The name of a spatial axis. */
export const axisName = (rank: SpatialRank, axis: number): string => axisNames[rank][axis] ?? "width";

/** The layout of an operand whose spatial axes come last: `[batch, channels, height, width]`. */
export const layoutOf = (rank: SpatialRank, ...leading: readonly string[]): string =>
  printShape([...leading, ...axisNames[rank]]);

/** The spatial axes of a geometry, each by itself. */
export const axesOf = ({ kernel, stride, padding, dilation }: AxesGeometry): readonly WindowAxis[] =>
  kernel.map((extent, axis) => ({
    kernel: extent,
    stride: stride[axis] ?? 1,
    low: padding[2 * axis] ?? 0,
    high: padding[2 * axis + 1] ?? 0,
    dilation: dilation[axis] ?? 1,
  }));

/** The two spatial axes of a geometry: height, width. */
export const windowAxes = (geometry: WindowGeometry): readonly [WindowAxis, WindowAxis] => {
  const { kernel, stride, padding, dilation } = geometry;
  return [
    { kernel: kernel[0], stride: stride[0], low: padding[0], high: padding[1], dilation: dilation[0] },
    { kernel: kernel[1], stride: stride[1], low: padding[2], high: padding[3], dilation: dilation[1] },
  ];
};

/** From the first to the last element of a window: d(k-1)+1. */
export const dilatedExtent = ({ kernel, dilation }: Pick<WindowAxis, "kernel" | "dilation">): number =>
  dilation * (kernel - 1) + 1;

/** How many windows fit: floor((n + low + high - d(k-1) - 1) / s) + 1. */
const windowCount = (extent: Dim, axis: WindowAxis): Dim =>
  addDims(floorDivideDim(addDims(extent, axis.low + axis.high - dilatedExtent(axis)), axis.stride), 1);

/** Refuses window attributes that are no whole numbers, too few or too many, or too small. */
export const requireNumbers = (
  op: string,
  attribute: string,
  values: readonly number[],
  least: 0 | 1,
  rank: SpatialRank,
): void => {
  const names = attribute === "padding" ? sideNames[rank] : axisNames[rank];
  if (values.length === names.length && values.every((value) => Number.isInteger(value) && value >= least)) return;
  const [length, layout] = [names.length, printShape(names)];
  reject("W242", { op, attribute, values: printShape(values), length, least, layout });
};

/** Refuses window attributes that are no whole numbers, too few or too many, or too small. */
export const requireGeometry = (op: string, geometry: AxesGeometry, rank: SpatialRank = 2): void => {
  requireNumbers(op, "kernel", geometry.kernel, 1, rank);
  requireNumbers(op, "stride", geometry.stride, 1, rank);
  requireNumbers(op, "padding", geometry.padding, 0, rank);
  requireNumbers(op, "dilation", geometry.dilation, 1, rank);
};

/** Refuses what is not a batch of images [B, C, H, W] (or [B, C, L], [B, C, D, H, W]) of real numbers. */
export const requireImages = (op: string, operand: string, images: TensorType, rank: SpatialRank = 2): void => {
  const layout = layoutOf(rank, "batch", "channels");
  if (images.shape.length !== rank + 2)
    reject("W241", { op, operand, axes: rank + 2, layout, type: printType(images) });
  requireDType(op, images, ["f32", "f64"]);
};

/** The extents of the windows of an image, [OH, OW]; refuses images that hold no window, or no element. */
export const windowCounts = (
  op: string,
  images: TensorType,
  geometry: AxesGeometry,
  rank: SpatialRank = 2,
): readonly Dim[] => {
  requireExtents(op, images.shape);
  return axesOf(geometry).map((axis, position) => {
    const extent = images.shape[position + 2] ?? 0;
    const result = windowCount(extent, axis);
    const details = { op, axis: axisName(rank, position), images: printType(images) };
    if (extent === 0) reject("W252", details);
    if (isKnown(extent) && isKnown(result) && result < 1)
      reject("W243", {
        ...details,
        padded: extent + axis.low + axis.high,
        window: dilatedExtent(axis),
      });
    return result;
  });
};
