// Layer normalization with its learned scale and shift.
import { layerNorm as normalize } from "../ir/functions/normalization.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { LastAxis, OnlyType } from "../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { ones, zeros } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";

/** The parameters of `layerNorm`, under PyTorch's names: scale and shift. */
export type LayerNormParams<Features extends number> = {
  readonly weight: ParamSpec<[Features], "f32">;
  readonly bias: ParamSpec<[Features], "f32">;
};

/** What layer normalization does: the shape stays. */
export interface LayerNormFunction<Features extends number> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<OnlyType<"layerNorm", "scale", [Features], "f32", LastAxis<S>, D>>, Tensor<S, D>>,
  ): Tensor<S, D>;
}

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis; weight begins at 1, bias at 0. */
export const layerNorm = <const Features extends number>(
  features: Features,
  options: { readonly epsilon?: number } = {},
): Layer<LayerNormParams<Features>, LayerNormFunction<Features>> => {
  const params: LayerNormParams<Features> = { weight: param([features], ones), bias: param([features], zeros) };
  const bind = (given: { readonly weight: Tensor; readonly bias: Tensor }) => (x: Tensor) =>
    normalize(x, given.weight, given.bias, options);
  // The shapes that fit are said by the signature.
  return layer(params, bind) as Layer<LayerNormParams<Features>, LayerNormFunction<Features>>;
};
