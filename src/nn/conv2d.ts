// The two-dimensional convolution layer.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { captureLocation } from "../ir/diagnostics/location.ts";
import { conv2d as convolve, type Pair, type Sides } from "../ir/functions/convolution.ts";
import { pairOf } from "../ir/functions/pair.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check, Resolved } from "../ir/types/static/check.ts";
import type { DivideNaturals } from "../ir/types/static/natural.ts";
import type { ConvolutionShape, HeightOf, WidthOf } from "../ir/types/static/windows.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { fanInUniform } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";

/** The shape of a convolution's weight: [out, in / groups, height, width]. (Inferred, so that editors show the numbers.) */
export type Conv2dWeight<In extends number, Out extends number, Kernel extends Pair, Groups extends number> = [
  Out,
  DivideNaturals<In, Groups>[0],
  HeightOf<Kernel>,
  WidthOf<Kernel>,
] extends infer Shape extends Dims
  ? Shape
  : never;

/** The parameters of `conv2d`, under PyTorch's names and in its layout. */
export type Conv2dParams<
  In extends number,
  Out extends number,
  Kernel extends Pair,
  Groups extends number = 1,
  Bias extends boolean = true,
> = Bias extends false
  ? { readonly weight: ParamSpec<Conv2dWeight<In, Out, Kernel, Groups>, "f32"> }
  : {
      readonly weight: ParamSpec<Conv2dWeight<In, Out, Kernel, Groups>, "f32">;
      readonly bias: ParamSpec<[Out], "f32">;
    };

/** What a convolution layer does: [N, in, H, W] gives [N, out, OH, OW]. */
export interface Conv2dFunction<
  Weight extends Dims,
  Stride extends Pair,
  Padding extends Sides,
  Dilation extends Pair,
  Groups extends number,
> {
  <S extends Dims, D extends DType>(
    images: Check<NoInfer<ConvolutionShape<S, D, Weight, "f32", Stride, Padding, Dilation, Groups>>, Tensor<S, D>>,
  ): Tensor<Resolved<ConvolutionShape<S, D, Weight, "f32", Stride, Padding, Dilation, Groups>>, D>;
}

/** Options of `conv2d`: one number for both axes or a pair; padding may also be [top, bottom, left, right]. */
export interface Conv2dOptions<
  Stride extends Pair,
  Padding extends Sides,
  Dilation extends Pair,
  Groups extends number,
  Bias extends boolean,
> {
  readonly stride?: Stride;
  readonly padding?: Padding;
  readonly dilation?: Dilation;
  /** Channels mix only within each of as many equal groups. */
  readonly groups?: Groups;
  readonly bias?: Bias;
}

/**
 * Cross-correlation of [N, in, H, W], plus a bias for each output channel. Weight [out, in / groups, height, width] and bias
 * [out] begin uniform in +-1/sqrt(fan in), as in PyTorch.
 */
export const conv2d = <
  const In extends number,
  const Out extends number,
  const Kernel extends Pair,
  const Stride extends Pair = 1,
  const Padding extends Sides = 0,
  const Dilation extends Pair = 1,
  const Groups extends number = 1,
  const Bias extends boolean = true,
>(
  inChannels: In,
  outChannels: Out,
  kernel: Kernel,
  options: Conv2dOptions<Stride, Padding, Dilation, Groups, Bias> = {},
): Layer<
  Conv2dParams<In, Out, Kernel, Groups, Bias>,
  Conv2dFunction<Conv2dWeight<In, Out, Kernel, Groups>, Stride, Padding, Dilation, Groups>
> => {
  const { bias: biased, ...placement } = options;
  const groups = options.groups ?? 1;
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    reject(
      "W245",
      {
        op: "conv2d",
        groups,
        channels: `${inChannels % groups === 0 ? outChannels : inChannels}`,
        shapes: `${inChannels} to ${outChannels} channels`,
      },
      { location: captureLocation() },
    );
  const [height, width] = pairOf(kernel);
  const inputs = inChannels / groups;
  // The same numbers that the type computes from the same arguments.
  const shape = [outChannels, inputs, height, width] as Conv2dWeight<In, Out, Kernel, Groups>;
  const weight = param(shape, fanInUniform());
  const bias = param([outChannels], fanInUniform(inputs * height * width));
  const bind = (given: { readonly weight: Tensor; readonly bias?: Tensor }) => (images: Tensor) => {
    const channels: Tensor = convolve(images, given.weight, placement);
    return given.bias === undefined ? channels : channels.add(given.bias.reshape([outChannels, 1, 1]));
  };
  // Whether there is a bias, and what comes of which shapes, is said by the signature.
  return layer(biased === false ? { weight } : { weight, bias }, bind) as Layer<
    Conv2dParams<In, Out, Kernel, Groups, Bias>,
    Conv2dFunction<Conv2dWeight<In, Out, Kernel, Groups>, Stride, Padding, Dilation, Groups>
  >;
};
