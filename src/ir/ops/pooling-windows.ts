// What maximum and average pooling share: their typing, and the images taken apart into the windows they pool.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { printShape, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { arbitraryPlacement } from "./window-arbitraries.ts";
import {
  type AxesGeometry,
  axesOf,
  axisName,
  dilatedExtent,
  requireGeometry,
  requireImages,
  type Spatial,
  type SpatialRank,
  type WindowGeometry,
  windowAxes,
  windowCounts,
} from "./window-geometry.ts";

/**
 * Refuses padding as far as a whole window, whose outermost windows would hold no element. Only a dilated window whose
 * gaps are wider than the image can still miss it; its maximum is minus infinity, as in PyTorch.
 */
const requireElements = (op: string, geometry: AxesGeometry, rank: SpatialRank): void => {
  for (const [position, axis] of axesOf(geometry).entries()) {
    const window = dilatedExtent(axis);
    if (axis.low >= window || axis.high >= window)
      reject("W247", {
        op,
        padding: printShape([axis.low, axis.high]),
        axis: axisName(rank, position),
        window,
      });
  }
};

/**
 * The windows of a pooling whose counts may be rounded up: a window more where one still starts inside the image or the
 * padding before it, floor -> ceil, less what would start in the padding behind (PyTorch's ceil_mode). Both are one
 * count, ceil((n + low + min(0, high - w + s)) / s) with w = d(k-1)+1, and that is the count rounded down with
 * min(high + s - 1, w - 1) behind; so rounding up is padding, whatever the extent.
 */
export const poolingWindows = (op: string, geometry: AxesGeometry, ceil: boolean, rank: SpatialRank): AxesGeometry => {
  requireGeometry(op, geometry, rank);
  requireElements(op, geometry, rank);
  if (!ceil) return geometry;
  const padding = axesOf(geometry).flatMap((axis) => [
    axis.low,
    Math.min(axis.high + axis.stride - 1, dilatedExtent(axis) - 1),
  ]);
  return { ...geometry, padding };
};

/** Images [B, C, H, W] -> [B, C, OH, OW], and so with one or three spatial axes. */
export const pooledType = (
  op: string,
  images: TensorType,
  geometry: AxesGeometry,
  rank: SpatialRank = 2,
): TensorType => {
  requireGeometry(op, geometry, rank);
  requireElements(op, geometry, rank);
  requireImages(op, "images", images, rank);
  const [batch = 0, channels = 0] = images.shape;
  return tensorType(images.dtype, [batch, channels, ...windowCounts(op, images, geometry, rank)]);
};

/** Random windows with padding short of a whole window; of one dilation where it is given. */
export const arbitraryPooling = (fc: FastCheckModule, dilation?: Spatial): FastCheck.Arbitrary<WindowGeometry> =>
  arbitraryPlacement(fc).map((placement) => {
    const geometry: WindowGeometry = dilation === undefined ? placement : { ...placement, dilation };
    const [rows, columns] = windowAxes(geometry);
    const [tall, wide] = [dilatedExtent(rows) - 1, dilatedExtent(columns) - 1];
    const [top, bottom, left, right] = geometry.padding;
    return {
      ...geometry,
      padding: [Math.min(top, tall), Math.min(bottom, tall), Math.min(left, wide), Math.min(right, wide)],
    };
  });
