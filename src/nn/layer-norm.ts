// Layer normalization, and its kin that only scales, with what they learn.
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { described, requireOperand } from "../ir/functions/argument.ts";
import {
  type EpsilonOption,
  layerNorm as normalize,
  rmsNorm as scaleByRms,
  standardize,
} from "../ir/functions/normalization.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { ScaledShape } from "../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { tensorType } from "../ir/types/tensor-type.ts";
import { ones, zeros } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param, typedLayer } from "../model/parameter.ts";
import { requireEachSize } from "./sizes.ts";

/** The last axes of a tensor, of which one may be given as a number. */
export type Features = number | readonly number[];

/** Features as a shape. (Inferred, so that editors show the numbers.) */
type FeatureShape<F extends Features> = F extends readonly number[] ? [...F] : F extends number ? [F] : never;

/** The same numbers that the type computes from the same argument. */
const shapeOf = <F extends Features>(features: F): FeatureShape<F> =>
  (typeof features === "number" ? [features] : features) as FeatureShape<F>;

/** The parameters of `layerNorm`, under PyTorch's names: scale and shift. */
export type LayerNormParams<
  F extends Features,
  Affine extends boolean = true,
  Bias extends boolean = true,
> = Affine extends false
  ? Record<never, never>
  : Bias extends false
    ? {
        /** What features are multiplied by. */
        readonly weight: ParamSpec<FeatureShape<F>, "f32">;
      }
    : {
        /** What features are multiplied by. */
        readonly weight: ParamSpec<FeatureShape<F>, "f32">;
        /** What is added to features. */
        readonly bias: ParamSpec<FeatureShape<F>, "f32">;
      };

/** What layer normalization does: the shape stays. */
export interface LayerNormFunction<F extends Features, Op extends string = "layerNorm"> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<ScaledShape<Op, S, D, FeatureShape<F>, "f32">>, Tensor<S, D>>,
  ): Tensor<S, D>;
}

/** Options of `layerNorm`. */
export interface LayerNormOptions<Affine extends boolean, Bias extends boolean> extends EpsilonOption {
  /** Whether there are a scale and a shift; yes unless said. */
  readonly affine?: Affine;
  /** Whether there is a shift beside the scale; yes unless said. */
  readonly bias?: Bias;
}

const known = optionNames<LayerNormOptions<boolean, boolean>>({ affine: true, bias: true, epsilon: true });

/** Normalized without a shift: the check of the features is not that of the function, which has both. */
const withoutShift = (
  x: Tensor,
  features: readonly number[],
  weight: Tensor | undefined,
  options: EpsilonOption,
): Tensor =>
  described(() => {
    const actual = x.shape.slice(-features.length);
    requireOperand("layerNorm", "scale", tensorType(x.dtype, features), tensorType(x.dtype, actual));
    const unit: Tensor = standardize(x, { ...options, axes: features.map((_, axis) => axis - features.length) });
    return weight === undefined ? unit : unit.mul(weight);
  });

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis, or the last axes of `features`, with the
 * biased variance; the shape stays. Weight begins at 1, bias at 0.
 *
 * @throws W248 other features.
 * @see Ba, Kiros and Hinton 2016, equation 4; `torch.nn.LayerNorm`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 768]) },
 *   params: { norm: layerNorm(768) },
 *   forward: ({ norm }, { x }) => {
 *     const y = norm(x); // Tensor<["B", 16, 768], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const layerNorm = <
  const F extends Features,
  const Affine extends boolean = true,
  const Bias extends boolean = true,
>(
  features: F,
  options: LayerNormOptions<Affine, Bias> = {},
): Layer<LayerNormParams<F, Affine, Bias>, LayerNormFunction<F>> => {
  requireKnownOptions("layerNorm", options, known);
  const { affine, bias: biased, ...settings } = options;
  requireEachSize("layerNorm", "features", features);
  const shape = shapeOf(features);
  const weight = param(shape, ones);
  const bias = param(shape, zeros);
  const bind = (given: { readonly weight?: Tensor; readonly bias?: Tensor }) => (x: Tensor) =>
    given.weight !== undefined && given.bias !== undefined
      ? normalize(x, given.weight, given.bias, settings)
      : withoutShift(x, shape, given.weight, settings);
  const params = affine === false ? {} : biased === false ? { weight } : { weight, bias };
  // Which parameters there are, and the shapes that fit, are said by the signature.
  return layer(params, bind) as Layer<LayerNormParams<F, Affine, Bias>, LayerNormFunction<F>>;
};

/** The parameters of `rmsNorm`, under PyTorch's name. */
export type RmsNormParams<F extends Features> = {
  /** What features are multiplied by. */
  readonly weight: ParamSpec<FeatureShape<F>, "f32">;
};

/**
 * x / sqrt(mean(x^2) + epsilon) * weight over the last axis, or the last axes of `features`; the shape stays. Weight
 * begins at 1, and epsilon is 1e-6 unless said.
 *
 * @throws W248 other features.
 * @see Zhang and Sennrich 2019, equation 4; `torch.nn.RMSNorm`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 768]) },
 *   params: { norm: rmsNorm(768) },
 *   forward: ({ norm }, { x }) => {
 *     const y = norm(x); // Tensor<["B", 16, 768], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 1
 */
export const rmsNorm = <const F extends Features>(
  features: F,
  options: EpsilonOption = {},
): Layer<RmsNormParams<F>, LayerNormFunction<F, "rmsNorm">> => {
  requireKnownOptions("rmsNorm", options, ["epsilon"]);
  requireEachSize("rmsNorm", "features", features);
  const bind = (given: { readonly weight: Tensor }) => (x: Tensor) => scaleByRms(x, given.weight, options);
  // The shapes that fit are said by the signature.
  return typedLayer<Layer<RmsNormParams<F>, LayerNormFunction<F, "rmsNorm">>>(
    { weight: param(shapeOf(features), ones) },
    bind,
  );
};
