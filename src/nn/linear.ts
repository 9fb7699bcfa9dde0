// The fully connected layer.
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { linear as transform } from "../ir/functions/contraction.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { LinearShape } from "../ir/types/static/contraction.ts";
import type { Dims, ResultOf, Tensor } from "../ir/types/tensor.ts";
import { fanInUniform } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";
import { requireSizes } from "./sizes.ts";

/** The parameters of `linear`, under PyTorch's names and in its layout. */
export type LinearParams<In extends number, Out extends number, Bias extends boolean = true> = Bias extends false
  ? {
      /** [out, in]. */
      readonly weight: ParamSpec<[Out, In], "f32">;
    }
  : {
      /** [out, in]. */
      readonly weight: ParamSpec<[Out, In], "f32">;
      /** [out]. */
      readonly bias: ParamSpec<[Out], "f32">;
    };

/** What a linear layer does: [..., in] gives [..., out]. */
export interface LinearFunction<In extends number, Out extends number> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<LinearShape<S, D, [Out, In], "f32">>, Tensor<S, D>>,
  ): ResultOf<LinearShape<S, D, [Out, In], "f32">, D>;
}

/**
 * x W^T + b over the last axis: [..., in] gives [..., out]. Weight [out, in] and bias [out] begin uniform in
 * +-1/sqrt(in), as in PyTorch.
 *
 * @throws W232 another number of features; W202 another element type; W278 sizes that are none.
 * @see `torch.nn.Linear`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 784]) },
 *   params: { hidden: linear(784, 128) },
 *   forward: ({ hidden }, { x }) => {
 *     const y = hidden(x); // Tensor<["B", 128], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const linear = <const In extends number, const Out extends number, const Bias extends boolean = true>(
  inputs: In,
  outputs: Out,
  options: { readonly bias?: Bias } = {},
): Layer<LinearParams<In, Out, Bias>, LinearFunction<In, Out>> => {
  requireKnownOptions("linear", options, ["bias"]);
  requireSizes("linear", { inputs, outputs });
  const weight = param([outputs, inputs], fanInUniform());
  const bias = param([outputs], fanInUniform(inputs));
  const bind = (given: { readonly weight: Tensor; readonly bias?: Tensor }) => (x: Tensor) =>
    transform(x, given.weight, given.bias);
  // Whether there is a bias, and what comes of which shapes, is said by the signature.
  return layer(options.bias === false ? { weight } : { weight, bias }, bind) as Layer<
    LinearParams<In, Out, Bias>,
    LinearFunction<In, Out>
  >;
};
