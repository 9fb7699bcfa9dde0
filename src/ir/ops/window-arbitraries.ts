// Random windows on random small images that hold at least one of them, for property tests of windows, convolutions and
// pooling. fast-check is handed in, so it is never bundled.
import type * as FastCheck from "fast-check";
import type { FastCheckModule } from "./arbitrary.ts";
import {
  dilatedExtent,
  type Padding,
  type Spatial,
  type WindowAxis,
  type WindowGeometry,
  windowAxes,
} from "./window-geometry.ts";

/** Windows up to 5 x 5 with unequal sides, strides to 3, dilations to 2, and padding of each side up to 2. */
export const arbitraryPlacement = (fc: FastCheckModule): FastCheck.Arbitrary<WindowGeometry> => {
  const pair = (max: number): FastCheck.Arbitrary<Spatial> =>
    fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
  const side = fc.nat({ max: 2 });
  const padding: FastCheck.Arbitrary<Padding> = fc.tuple(side, side, side, side);
  return fc.record({ kernel: pair(5), stride: pair(3), padding, dilation: pair(2) });
};

/** Shapes [B, C, H, W] that hold at least one window; the batch may be empty. */
export const arbitraryImages = (
  fc: FastCheckModule,
  geometry: WindowGeometry,
  channels: FastCheck.Arbitrary<number> = fc.integer({ min: 1, max: 3 }),
): FastCheck.Arbitrary<readonly [number, number, number, number]> => {
  const extent = (axis: WindowAxis): FastCheck.Arbitrary<number> => {
    const least = Math.max(1, dilatedExtent(axis) - axis.low - axis.high);
    return fc.integer({ min: least, max: least + 4 });
  };
  const [rows, columns] = windowAxes(geometry);
  return fc.tuple(fc.nat({ max: 3 }), channels, extent(rows), extent(columns));
};
