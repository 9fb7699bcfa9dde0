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

/** The sum; 0 of nothing. */
export const sum: ReduceFunction<"sum"> = reduction("sum");

/** The arithmetic mean. */
export const mean: ReduceFunction<"mean"> = reduction("mean");

/** The largest element; NaN if there is one. */
export const max: ReduceFunction<"max"> = reduction("max");

/** The smallest element; NaN if there is one. */
export const min: ReduceFunction<"min"> = reduction("min");

/** The product; 1 of nothing. */
export const prod: ReduceFunction<"prod"> = reduction("prod");

/** The position of the largest element along an axis, which goes away; of equal ones the first, and NaN is the largest. */
export const argmax = <S extends Dims, const Axis extends number>(
  x: Tensor<S>,
  axis: Check<NoInfer<ReduceShape<"argmax", S, readonly [Axis], false>>, Axis>,
): ResultOf<ReduceShape<"argmax", S, readonly [Axis], false>, "i32"> =>
  described(() => tensorOf("argmax", x).argmax(Number(axis)));

/** The sum of the elements up to each one along an axis; from each one on where `reverse` is true. */
export const cumsum = <S extends Dims, D extends DType, const Axis extends number>(
  x: Check<NoInfer<NeedsDType<"cumsum", S, D, Numbers>>, Tensor<S, D>>,
  axis: Check<NoInfer<AlongAxis<"cumsum", S, Axis>>, Axis>,
  options: { readonly reverse?: boolean } = {},
): ResultOf<AllOf<[NeedsDType<"cumsum", S, D, Numbers>], AlongAxis<"cumsum", S, Axis>>, D> =>
  described(() => {
    const tensor = tensorOf("cumsum", x);
    requireDType("cumsum", tensor.type, ["f32", "f64", "i32", "u8"]);
    requireKnownOptions("cumsum", options, ["reverse"]);
    const at = normalizeAxis("cumsum", tensor.shape, Number(axis));
    const attrs = { axis: at, reverse: options.reverse ?? false };
    return emitOne(traceOf(tensor, "cumsum"), "cumsum", [tensor], attrs);
  });
