// The two-dimensional convolution layer.
import { type Conv2dOptions, conv2d as convolve, type Pair, pairOf } from "../ir/functions/convolution.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { fanInUniform } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";

/** The parameters of `conv2d`, under PyTorch's names and in its layout. */
export type Conv2dParams<O extends number> = {
  readonly weight: ParamSpec<[O, number, number, number], "f32">;
  readonly bias: ParamSpec<[O], "f32">;
};

/** Cross-correlation plus bias: [B, inputs, H, W] -> [B, outputs, H', W']; weight [outputs, inputs/groups, KH, KW]. */
export const conv2d = <const O extends number>(
  inputs: number,
  outputs: O,
  kernel: Pair,
  options: Conv2dOptions = {},
): Layer<Conv2dParams<O>, (x: Tensor) => Tensor> => {
  const [height, width] = pairOf(kernel);
  const channels = inputs / (options.groups ?? 1);
  const params: Conv2dParams<O> = {
    weight: param([outputs, channels, height, width], fanInUniform(), "f32"),
    bias: param([outputs], fanInUniform(channels * height * width), "f32"),
  };
  return layer(
    params,
    ({ weight, bias }) =>
      (x: Tensor): Tensor =>
        convolve(x, weight, options).add(bias.reshape([outputs, 1, 1])),
  );
};
