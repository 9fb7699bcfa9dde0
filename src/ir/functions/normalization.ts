// Functions that bring the numbers along an axis to a common scale.
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { normalizeAxes, normalizeAxis, requireDType } from "../ops/typing.ts";
import { multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AlongAxes, AxisCode, SoftmaxShape } from "../types/static/axes.ts";
import type { AllOf, Beside, Check, Floats, NeedsDType } from "../types/static/check.ts";
import type { LayerNormOperand, OnlyType, TrailingAxes } from "../types/static/indexing.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { tensorType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

/** A function along one axis, the last one unless said. */
export interface AxisFunction<Name extends string> {
  <S extends Dims, D extends DType, const Axis extends number | undefined = undefined>(
    x: Check<NoInfer<Beside<SoftmaxShape<Name, S, D, Axis>, AxisCode<Axis>>>, Tensor<S, D>>,
    axis?: Check<NoInfer<SoftmaxShape<Name, S, D, Axis>>, Axis>,
  ): ResultOf<SoftmaxShape<Name, S, D, Axis>, D>;
}

const alongAxis = <Name extends "softmax" | "logSoftmax">(name: Name): AxisFunction<Name> => {
  // What shapes come of it is said by the interface.
  return (x: unknown, axis: unknown = -1) =>
    described(() => {
      const tensor = tensorOf(name, x);
      requireDType(name, tensor.type, ["f32", "f64"]);
      const at = normalizeAxis(name, tensor.shape, Number(axis));
      return emitOne(traceOf(tensor, name), name, [tensor], { axis: at });
    });
};

/**
 * exp(x) / sum(exp(x)) along an axis, the last unless said, computed without overflow; 0 where all of it is masked by
 * -infinity.
 *
 * @throws W205 an axis that is not there; W204 integers; W212 an axis of extent 0.
 * @see `torch.softmax`.
 * @example
 * softmax(constant(Float32Array.of(1, 2, 3), [1, 3])); // Tensor<[1, 3], "f32">: [[0.09, 0.2447, 0.6652]]
 */
export const softmax: AxisFunction<"softmax"> = alongAxis("softmax");

/**
 * x - ln(sum(exp(x))) along an axis, the last unless said, computed without overflow or cancellation.
 *
 * @throws W205 an axis that is not there; W204 integers; W212 an axis of extent 0.
 * @see `torch.log_softmax`.
 * @example
 * logSoftmax(constant(Float32Array.of(1, 2, 3), [1, 3])); // Tensor<[1, 3], "f32">: [[-2.4076, -1.4076, -0.4076]]
 */
export const logSoftmax: AxisFunction<"logSoftmax"> = alongAxis("logSoftmax");

/** Options of normalizations. */
export interface EpsilonOption {
  /** What is added to the variance, so that no division is by zero; 1e-5 unless said. */
  readonly epsilon?: number;
}

const known = optionNames<EpsilonOption>({ epsilon: true });

/** The type of `standardize`. */
export interface StandardizeFunction {
  <S extends Dims, D extends DType, const Axes extends readonly number[] = readonly [-1]>(
    x: Check<NoInfer<NeedsDType<"standardize", S, D, Floats>>, Tensor<S, D>>,
    options?: EpsilonOption & { readonly axes?: Check<NoInfer<AlongAxes<"standardize", S, Axes>>, Axes> },
  ): ResultOf<AllOf<[NeedsDType<"standardize", S, D, Floats>], AlongAxes<"standardize", S, Axes>>, D>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) over some axes (the last one unless said), with the biased variance.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 integers.
 * @example
 * standardize(constant(Float32Array.of(1, 2, 3), [1, 3])); // Tensor<[1, 3], "f32">: [[-1.2247, 0, 1.2247]]
 */
export const standardize: StandardizeFunction = (x, options = {}) =>
  described(() => {
    const tensor = tensorOf("standardize", x);
    requireKnownOptions("standardize", options, ["epsilon", "axes"]);
    requireDType("standardize", tensor.type, ["f32", "f64"]);
    const { epsilon = 1e-5, axes = [-1] } = options;
    const over = normalizeAxes("standardize", tensor.shape, axes as readonly number[]);
    return emitOne(traceOf(tensor, "standardize"), "standardize", [tensor], { axes: over, epsilon });
  });

/** The last axes of a tensor, as many as the scale has, made one of all three. */
const overTrailing = (tensor: Tensor, scale: Tensor, shift: Tensor, epsilon: number): Tensor => {
  const [trace, leading] = [traceOf(tensor, "layerNorm"), tensor.shape.slice(0, -scale.shape.length)];
  const trailing = tensorType(tensor.dtype, tensor.shape.slice(leading.length));
  requireOperand("layerNorm", "scale", scale.type, trailing);
  requireOperand("layerNorm", "shift", shift.type, trailing);
  const features = trailing.shape.reduce(multiplyDims, 1);
  const flat = [tensor.reshape([...leading, features]), scale.reshape([features]), shift.reshape([features])];
  return emitOne(trace, "layerNorm", flat, { epsilon }).reshape(tensor.shape);
};

/** The type of `layerNorm`. */
export interface LayerNormFunction {
  <S extends Dims, D extends DType, Scale extends Dims, E extends DType, Shift extends Dims, F extends DType>(
    x: Check<NoInfer<LayerNormOperand<"layerNorm", S, D>>, Tensor<S, D>>,
    scale: Check<NoInfer<OnlyType<"layerNorm", "scale", Scale, E, TrailingAxes<S, Scale>, D>>, Tensor<Scale, E>>,
    shift: Check<NoInfer<OnlyType<"layerNorm", "shift", Shift, F, TrailingAxes<S, Scale>, D>>, Tensor<Shift, F>>,
    options?: EpsilonOption,
  ): ResultOf<
    AllOf<
      [
        LayerNormOperand<"layerNorm", S, D>,
        OnlyType<"layerNorm", "scale", Scale, E, TrailingAxes<S, Scale>, D>,
        OnlyType<"layerNorm", "shift", Shift, F, TrailingAxes<S, Scale>, D>,
      ],
      S
    >,
    D
  >;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + shift over the last axes, those that scale and shift have, with the
 * biased variance; epsilon is 1e-5 unless said. Without scale and shift it is `standardize`.
 *
 * @throws W248 a scale or shift of another type; W204 integers; W205 where there is no axis.
 * @see Ba, Kiros and Hinton 2016, equation 4; `torch.nn.functional.layer_norm`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3), [1, 3]);
 * layerNorm(x, constant(10, [3]), constant(0, [3])); // Tensor<[1, 3], "f32">: [[-12.2474, 0, 12.2474]]
 */
export const layerNorm: LayerNormFunction = (x, scale, shift, options = {}) =>
  described(() => {
    const operands = [tensorOf("layerNorm", x), tensorOf("layerNorm", scale), tensorOf("layerNorm", shift)] as const;
    const [tensor, weight, bias] = operands;
    requireKnownOptions("layerNorm", options, known);
    requireDType("layerNorm", tensor.type, ["f32", "f64"]);
    normalizeAxis("layerNorm", tensor.shape, -1);
    const epsilon = options.epsilon ?? 1e-5;
    return weight.shape.length > 1 && tensor.shape.length > 1
      ? overTrailing(tensor, weight, bias, epsilon)
      : emitOne(traceOf(tensor, "layerNorm"), "layerNorm", operands, { epsilon });
  });

/** The type of `rmsNorm`. */
export interface RmsNormFunction {
  <S extends Dims, D extends DType, Scale extends Dims, E extends DType>(
    x: Check<NoInfer<LayerNormOperand<"rmsNorm", S, D>>, Tensor<S, D>>,
    scale: Check<NoInfer<OnlyType<"rmsNorm", "scale", Scale, E, TrailingAxes<S, Scale>, D>>, Tensor<Scale, E>>,
    options?: EpsilonOption,
  ): ResultOf<
    AllOf<[LayerNormOperand<"rmsNorm", S, D>, OnlyType<"rmsNorm", "scale", Scale, E, TrailingAxes<S, Scale>, D>], S>,
    D
  >;
}

/**
 * x / sqrt(mean(x^2) + epsilon) * scale over the last axes, those that the scale has; epsilon is 1e-6 unless said.
 *
 * @throws W248 a scale of another type; W204 integers; W205 where there is no axis.
 * @see Zhang and Sennrich 2019, equation 4; `torch.nn.functional.rms_norm`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3), [1, 3]);
 * rmsNorm(x, constant(1, [3])); // Tensor<[1, 3], "f32">: [[0.4629, 0.9258, 1.3887]]
 */
export const rmsNorm: RmsNormFunction = (x, scale, options = {}) =>
  described(() => {
    const [tensor, weight] = [tensorOf("rmsNorm", x), tensorOf("rmsNorm", scale)];
    requireDType("rmsNorm", tensor.type, ["f32", "f64"]);
    requireKnownOptions("rmsNorm", options, known);
    const rank = Math.max(1, Math.min(weight.shape.length, tensor.shape.length));
    normalizeAxis("rmsNorm", tensor.shape, -1);
    requireOperand("rmsNorm", "scale", weight.type, tensorType(tensor.dtype, tensor.shape.slice(-rank)));
    const axes = Array.from({ length: rank }, (_, axis) => axis - rank);
    const factor = tensor
      .mul(tensor)
      .mean({ axes, keepDims: true })
      .add(options.epsilon ?? 1e-6)
      .rsqrt();
    return tensor.mul(factor).mul(weight);
  });
