// Functions that fold axes away.

import { requireKnownOptions } from "../diagnostics/known-options.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { normalizeAxis, requireDType } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { AlongAxis, ReduceShape } from "../types/static/axes.ts";
import type { AllOf, Check, NeedsDType, Numbers } from "../types/static/check.ts";
import type { Dims, ReduceOptions, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** A reduction over some axes, or over all when none are named. */
export interface ReduceFunction<Name extends string> {
  <
    S extends Dims,
    D extends DType,
    const Axes extends readonly number[] | undefined = undefined,
    const Keep extends boolean = false,
  >(
    x: Check<NoInfer<NeedsDType<Name, S, D, Numbers>>, Tensor<S, D>>,
    options?: {
      /** Negative axes count from the end. */
      readonly axes?: Check<NoInfer<ReduceShape<Name, S, Axes, Keep>>, Axes>;
      /** Whether the axes stay, with extents of 1. */
      readonly keepDims?: Keep;
    },
  ): ResultOf<AllOf<[NeedsDType<Name, S, D, Numbers>], ReduceShape<Name, S, Axes, Keep>>, D>;
}

const reduction = <Name extends "sum" | "mean" | "max" | "min" | "prod">(name: Name): ReduceFunction<Name> => {
  // What shapes come of it is said by the interface.
  return (x: unknown, options: { readonly axes?: unknown; readonly keepDims?: boolean } = {}) =>
    described(() =>
      // The axes are the ones of the signature: a list, unless the call did not compile.
      tensorOf(name, x)[name](options as ReduceOptions),
    );
};

/**
 * sum(x) over some axes, or all; 0 of nothing.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 bools.
 * @see `torch.sum`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * sum(x, { axes: [1] }); // Tensor<[2], "f32">: [6, 15]
 * sum(x); // Tensor<[], "f32">: 21
 */
export const sum: ReduceFunction<"sum"> = reduction("sum");

/**
 * sum(x) / n over some axes, or all: the arithmetic mean.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 bools.
 * @see `torch.mean`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * mean(x, { axes: [1] }); // Tensor<[2], "f32">: [2, 5]
 * mean(x); // Tensor<[], "f32">: 3.5
 */
export const mean: ReduceFunction<"mean"> = reduction("mean");

/**
 * max(x) over some axes, or all: the largest element; NaN if there is one.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 bools. W212 an extreme of nothing.
 * @see `torch.amax`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * max(x, { axes: [1] }); // Tensor<[2], "f32">: [3, 6]
 * max(x); // Tensor<[], "f32">: 6
 */
export const max: ReduceFunction<"max"> = reduction("max");

/**
 * min(x) over some axes, or all: the smallest element; NaN if there is one.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 bools. W212 an extreme of nothing.
 * @see `torch.amin`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * min(x, { axes: [1] }); // Tensor<[2], "f32">: [1, 4]
 * min(x); // Tensor<[], "f32">: 1
 */
export const min: ReduceFunction<"min"> = reduction("min");

/**
 * prod(x), the product, over some axes, or all; 1 of nothing.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 bools.
 * @see `torch.prod`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * prod(x, { axes: [1] }); // Tensor<[2], "f32">: [6, 120]
 * prod(x); // Tensor<[], "f32">: 720
 */
export const prod: ReduceFunction<"prod"> = reduction("prod");

/** The type of `argmax`. */
export interface ArgmaxFunction {
  <S extends Dims, const Axis extends number>(
    x: Tensor<S>,
    axis: Check<NoInfer<ReduceShape<"argmax", S, readonly [Axis], false>>, Axis>,
  ): ResultOf<ReduceShape<"argmax", S, readonly [Axis], false>, "i32">;
}

/**
 * argmax_i x[..., i, ...]: the position (i32) of the largest element along an axis, which goes away; of equal ones the
 * first, and NaN is the largest.
 *
 * @throws W205 an axis that is not there; W212 an extreme of nothing.
 * @see `torch.argmax`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * argmax(x, 1); // Tensor<[2], "i32">: [2, 2]
 */
export const argmax: ArgmaxFunction = (x, axis) => described(() => tensorOf("argmax", x).argmax(Number(axis)));

/** The type of `cumsum`. */
export interface CumsumFunction {
  <S extends Dims, D extends DType, const Axis extends number>(
    x: Check<NoInfer<NeedsDType<"cumsum", S, D, Numbers>>, Tensor<S, D>>,
    axis: Check<NoInfer<AlongAxis<"cumsum", S, Axis>>, Axis>,
    options?: { readonly reverse?: boolean },
  ): ResultOf<AllOf<[NeedsDType<"cumsum", S, D, Numbers>], AlongAxis<"cumsum", S, Axis>>, D>;
}

/**
 * y[i] = x[0] + ... + x[i] along an axis; the sum from each one on where `reverse` is true. The shape stays.
 *
 * @throws W205 an axis that is not there; W204 bools.
 * @see `torch.cumsum`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * cumsum(x, 1); // Tensor<[2, 3], "f32">: [[1, 3, 6], [4, 9, 15]]
 */
export const cumsum: CumsumFunction = (x, axis, options = {}) =>
  described(() => {
    const tensor = tensorOf("cumsum", x);
    requireDType("cumsum", tensor.type, ["f32", "f64", "i32", "u8"]);
    requireKnownOptions("cumsum", options, ["reverse"]);
    const at = normalizeAxis("cumsum", tensor.shape, Number(axis));
    const attrs = { axis: at, reverse: options.reverse ?? false };
    return emitOne(traceOf(tensor, "cumsum"), "cumsum", [tensor], attrs);
  });
