// The fully connected layer.
import type { Tensor } from "../ir/types/tensor.ts";
import { fanInUniform } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";

/** The parameters of `linear`, under PyTorch's names and in its layout. */
export type LinearParams<I extends number, O extends number> = {
  readonly weight: ParamSpec<[O, I], "f32">;
  readonly bias: ParamSpec<[O], "f32">;
};

/** x W^T + b: [..., inputs] -> [..., outputs]; weight [outputs, inputs], both uniform in +-1/sqrt(inputs) to begin with. */
export const linear = <const I extends number, const O extends number>(
  inputs: I,
  outputs: O,
): Layer<LinearParams<I, O>, (x: Tensor) => Tensor> => {
  const params: LinearParams<I, O> = {
    weight: param([outputs, inputs], fanInUniform(), "f32"),
    bias: param([outputs], fanInUniform(inputs), "f32"),
  };
  return layer(
    params,
    ({ weight, bias }) =>
      (x: Tensor): Tensor =>
        x.matmul(weight, { transposeB: true }).add(bias),
  );
};
