// What gradients are told.
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { DType } from "../types/dtype.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/**
 * y = x, as a constant for gradients: dy/dx = 0, nothing flows back through it.
 *
 * @see `torch.Tensor.detach`.
 * @example
 * const x = constant(3);
 * const [dx] = differentiate(mul(x, stopGradient(x)), [x]);
 * dx; // Tensor<[], "f32">: 3
 */
export const stopGradient = <S extends Dims, D extends DType>(x: Tensor<S, D>): Tensor<S, D> =>
  described(() => {
    const tensor = tensorOf("stopGradient", x);
    return emitOne(traceOf(tensor, "stopGradient"), "stopGradient", [tensor], {});
  });
