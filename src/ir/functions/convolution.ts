// Convolution and pooling over [batch, channels, height, width].
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { Tensor } from "../types/tensor.ts";

/** One number for both axes, or one for height and one for width. */
export type Pair = number | readonly [height: number, width: number];

/** Padding: one number for all sides, [height, width], or [top, bottom, left, right]. */
export type PaddingOption = Pair | readonly [top: number, bottom: number, left: number, right: number];

export interface Conv2dOptions {
  readonly stride?: Pair;
  readonly padding?: PaddingOption;
  readonly dilation?: Pair;
  readonly groups?: number;
}

export interface PoolOptions {
  /** The window's own size unless given: windows side by side. */
  readonly stride?: Pair;
  readonly padding?: PaddingOption;
}

export interface MaxPoolOptions extends PoolOptions {
  readonly dilation?: Pair;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as elements of the mean; yes unless said otherwise. */
  readonly countPadding?: boolean;
}

/** Both numbers of a pair. */
export const pairOf = (pair: Pair): readonly [number, number] => (typeof pair === "number" ? [pair, pair] : pair);

const sidesOf = (padding: PaddingOption): readonly [number, number, number, number] => {
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (padding.length === 4) return padding;
  const [height, width] = padding;
  return [height, height, width, width];
};

/** Cross-correlation of [B, C, H, W] with [O, C/groups, KH, KW]. */
export const conv2d = (
  x: Tensor,
  weight: Tensor,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions = {},
): Tensor =>
  emitOne(traceOf(x, "conv2d"), "conv2d", [x, weight], {
    stride: pairOf(stride),
    padding: sidesOf(padding),
    dilation: pairOf(dilation),
    groups,
  });

/** The largest of each window; padding never wins. */
export const maxPool2d = (
  x: Tensor,
  kernel: Pair,
  { stride = kernel, padding = 0, dilation = 1 }: MaxPoolOptions = {},
): Tensor =>
  emitOne(traceOf(x, "maxPool2d"), "maxPool2d", [x], {
    kernel: pairOf(kernel),
    stride: pairOf(stride),
    padding: sidesOf(padding),
    dilation: pairOf(dilation),
  });

/** The mean of each window. */
export const averagePool2d = (
  x: Tensor,
  kernel: Pair,
  { stride = kernel, padding = 0, countPadding = true }: AveragePoolOptions = {},
): Tensor =>
  emitOne(traceOf(x, "averagePool2d"), "averagePool2d", [x], {
    kernel: pairOf(kernel),
    stride: pairOf(stride),
    padding: sidesOf(padding),
    countPadding,
  });
