// Functions that bring the numbers along an axis to a common scale.
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { normalizeAxis } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { AlongAxis } from "../types/static/axes.ts";
import type { Check } from "../types/static/check.ts";
import type { LastAxis, OnlyType } from "../types/static/indexing.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** A function along one axis, the last one unless said. */
export interface AxisFunction<Name extends string> {
  <S extends Dims, D extends DType, const Axis extends number = -1>(
    x: Tensor<S, D>,
    axis?: Check<NoInfer<AlongAxis<Name, S, Axis>>, Axis>,
  ): Tensor<S, D>;
}

const alongAxis = <Name extends "softmax" | "logSoftmax">(name: Name): AxisFunction<Name> => {
  return <S extends Dims, D extends DType>(x: Tensor<S, D>, axis: unknown = -1) =>
    described<Tensor<S, D>>(() => {
      const tensor = tensorOf(name, x);
      const at = normalizeAxis(name, tensor.shape, Number(axis));
      return emitOne(traceOf(tensor, name), name, [tensor], { axis: at });
    });
};

/** exp(x) over its sum along an axis, computed without overflow. */
export const softmax: AxisFunction<"softmax"> = alongAxis("softmax");

/** The logarithm of softmax along an axis, computed without overflow or cancellation. */
export const logSoftmax: AxisFunction<"logSoftmax"> = alongAxis("logSoftmax");

/** (x - mean) / sqrt(variance + epsilon) * scale + shift over the last axis, with the biased variance. */
export const layerNorm = <
  S extends Dims,
  D extends DType,
  Scale extends Dims,
  E extends DType,
  Shift extends Dims,
  F extends DType,
>(
  x: Tensor<S, D>,
  scale: Check<NoInfer<OnlyType<"layerNorm", "scale", Scale, E, LastAxis<S>, D>>, Tensor<Scale, E>>,
  shift: Check<NoInfer<OnlyType<"layerNorm", "shift", Shift, F, LastAxis<S>, D>>, Tensor<Shift, F>>,
  options: { readonly epsilon?: number } = {},
): Tensor<S, D> =>
  described(() => {
    const operands = [tensorOf("layerNorm", x), tensorOf("layerNorm", scale), tensorOf("layerNorm", shift)];
    return emitOne(traceOf(operands[0] ?? x, "layerNorm"), "layerNorm", operands, { epsilon: options.epsilon ?? 1e-5 });
  });
