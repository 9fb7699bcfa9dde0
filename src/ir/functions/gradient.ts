// What gradients are told.
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { DType } from "../types/dtype.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** The tensor itself, as a constant for gradients: nothing flows back through it. PyTorch's `detach`. */
export const stopGradient = <S extends Dims, D extends DType>(x: Tensor<S, D>): Tensor<S, D> =>
  described(() => {
    const tensor = tensorOf("stopGradient", x);
    return emitOne(traceOf(tensor, "stopGradient"), "stopGradient", [tensor], {});
  });
