// The attributes of convolution and its gradients, apart from their definitions so that the kernel builder can name them
// without importing the ops.
import type { Dim } from "../types/dim.ts";
import type { AxesGeometry, Spatial, WindowPlacement } from "./window-geometry.ts";

/** Placement of the weights on the images; channels mix only within each of `groups` equal groups. */
export interface Conv2dAttrs extends WindowPlacement {
  readonly groups: number;
}

/** The same along any number of spatial axes. */
export interface ConvolutionPlacement extends Omit<AxesGeometry, "kernel"> {
  readonly groups: number;
}

/** The convolution whose gradient is meant, and the extents of its images. */
export interface Conv2dInputGradientAttrs extends Conv2dAttrs {
  readonly height: Dim;
  readonly width: Dim;
}

/** The convolution whose gradient is meant, and the spatial extents of its weights. */
export interface Conv2dWeightGradientAttrs extends Conv2dAttrs {
  readonly kernel: Spatial;
}
