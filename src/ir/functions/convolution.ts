// Convolution and pooling over images [batch, channels, height, width].
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, Resolved } from "../types/static/check.ts";
import type { ConvolutionShape, Pair, PoolingShape, Sides } from "../types/static/windows.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";
import { pairOf, sidesOf } from "./pair.ts";

export type { Pair, Sides };

/**
 * Cross-correlation of images [N, C, H, W] with weights [O, C / groups, KH, KW]: [N, O, OH, OW]. Stride, padding and
 * dilation are one number for both axes or a pair; padding may also be [top, bottom, left, right].
 */
export const conv2d = <
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  const Stride extends Pair = 1,
  const Padding extends Sides = 0,
  const Dilation extends Pair = 1,
  const Groups extends number = 1,
>(
  images: Tensor<S, D>,
  weight: Check<NoInfer<ConvolutionShape<S, D, Weight, E, Stride, Padding, Dilation, Groups>>, Tensor<Weight, E>>,
  options: {
    readonly stride?: Stride;
    readonly padding?: Padding;
    readonly dilation?: Dilation;
    /** Channels mix only within each of as many equal groups. */
    readonly groups?: Groups;
  } = {},
): Tensor<Resolved<ConvolutionShape<S, D, Weight, E, Stride, Padding, Dilation, Groups>>, D> =>
  described(() => {
    const [input, kernel] = [tensorOf("conv2d", images), tensorOf("conv2d", weight)];
    return emitOne(traceOf(input, "conv2d"), "conv2d", [input, kernel], {
      stride: pairOf(options.stride ?? 1),
      padding: sidesOf(options.padding ?? 0),
      dilation: pairOf(options.dilation ?? 1),
      groups: options.groups ?? 1,
    });
  });

/** The largest element of each window; windows lie side by side unless a stride is given. Padding never wins. */
export const maxPool2d = <
  S extends Dims,
  D extends DType,
  const Kernel extends Pair,
  const Stride extends Pair = Kernel,
  const Padding extends Sides = 0,
  const Dilation extends Pair = 1,
>(
  images: Check<NoInfer<PoolingShape<"maxPool2d", S, D, Kernel, Stride, Padding, Dilation>>, Tensor<S, D>>,
  kernel: Kernel,
  options: { readonly stride?: Stride; readonly padding?: Padding; readonly dilation?: Dilation } = {},
): Tensor<Resolved<PoolingShape<"maxPool2d", S, D, Kernel, Stride, Padding, Dilation>>, D> =>
  described(() => {
    const input = tensorOf("maxPool2d", images);
    return emitOne(traceOf(input, "maxPool2d"), "maxPool2d", [input], {
      kernel: pairOf(kernel),
      stride: pairOf(options.stride ?? kernel),
      padding: sidesOf(options.padding ?? 0),
      dilation: pairOf(options.dilation ?? 1),
    });
  });

/** The mean of each window; windows lie side by side unless a stride is given. */
export const averagePool2d = <
  S extends Dims,
  D extends DType,
  const Kernel extends Pair,
  const Stride extends Pair = Kernel,
  const Padding extends Sides = 0,
>(
  images: Check<NoInfer<PoolingShape<"averagePool2d", S, D, Kernel, Stride, Padding>>, Tensor<S, D>>,
  kernel: Kernel,
  options: {
    readonly stride?: Stride;
    readonly padding?: Padding;
    /** Whether the zeros of the padding count as elements: yes, as in PyTorch, unless said otherwise. */
    readonly countPadding?: boolean;
  } = {},
): Tensor<Resolved<PoolingShape<"averagePool2d", S, D, Kernel, Stride, Padding>>, D> =>
  described(() => {
    const input = tensorOf("averagePool2d", images);
    return emitOne(traceOf(input, "averagePool2d"), "averagePool2d", [input], {
      kernel: pairOf(kernel),
      stride: pairOf(options.stride ?? kernel),
      padding: sidesOf(options.padding ?? 0),
      countPadding: options.countPadding ?? true,
    });
  });
