// What maximum and average pooling share: their typing, and the images taken apart into the windows they pool.
import type * as FastCheck from "fast-check";
import { reject } from "../diagnostics/diagnostic.ts";
import { printShape, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./op.ts";
import { arbitraryPlacement } from "./window-arbitraries.ts";
import {
  dilatedExtent,
  requireGeometry,
  requireImages,
  type Spatial,
  type WindowGeometry,
  windowAxes,
  windowCounts,
} from "./window-geometry.ts";

/**
 * Refuses padding as far as a whole window, whose outermost windows would hold no element. Only a dilated window whose
 * gaps are wider than the image can still miss it; its maximum is minus infinity, as in PyTorch.
 */
const requireElements = (op: string, geometry: WindowGeometry): void => {
  for (const [position, axis] of windowAxes(geometry).entries()) {
    const window = dilatedExtent(axis);
    if (axis.low >= window || axis.high >= window)
      reject("W247", {
        op,
        padding: printShape([axis.low, axis.high]),
        axis: position === 0 ? "height" : "width",
        window,
      });
  }
};

/** Images [B, C, H, W] -> [B, C, OH, OW]. */
export const pooledType = (op: string, images: TensorType, geometry: WindowGeometry): TensorType => {
  requireGeometry(op, geometry);
  requireElements(op, geometry);
  requireImages(op, "images", images);
  const [batch = 0, channels = 0] = images.shape;
  return tensorType(images.dtype, [batch, channels, ...windowCounts(op, images, geometry)]);
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
