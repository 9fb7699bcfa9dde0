// Functions that fold axes away.

import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { normalizeAxis } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { AlongAxis, ReducedType, ReduceShape } from "../types/static/axes.ts";
import type { After, Check, NeedsDType, Resolved } from "../types/static/check.ts";
import type { Dims, ReduceOptions, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** A reduction over some axes, or over all when none are named. */
export interface ReduceFunction<Name extends string> {
  <
    S extends Dims,
    D extends DType,
    const Axes extends readonly number[] | undefined = undefined,
    const Keep extends boolean = false,
  >(
    x: Check<NoInfer<ReducedType<Name, S, D, Axes>>, Tensor<S, D>>,
    options?: {
      /** Negative axes count from the end. */
      readonly axes?: Check<NoInfer<ReduceShape<Name, S, Axes, Keep>>, Axes>;
      /** Whether the axes stay, with extents of 1. */
      readonly keepDims?: Keep;
    },
  ): Tensor<Resolved<ReduceShape<Name, S, Axes, Keep>>, D>;
}

const reduction = <Name extends "sum" | "mean" | "max" | "min" | "prod">(name: Name): ReduceFunction<Name> => {
  return <S extends Dims, D extends DType, Axes extends readonly number[] | undefined, Keep extends boolean>(
    x: unknown,
    options: { readonly axes?: unknown; readonly keepDims?: Keep } = {},
  ) =>
    described<Tensor<Resolved<ReduceShape<Name, S, Axes, Keep>>, D>>(() =>
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
): Tensor<Resolved<ReduceShape<"argmax", S, readonly [Axis], false>>, "i32"> =>
  described(() => tensorOf("argmax", x).argmax(Number(axis)));

/** The sum of the elements up to each one along an axis; from each one on where `reverse` is true. */
export const cumsum = <S extends Dims, D extends DType, const Axis extends number>(
  x: Check<
    NoInfer<After<AlongAxis<"cumsum", S, Axis>, NeedsDType<"cumsum", S, D, readonly ["f32", "f64", "i32", "u8"]>>>,
    Tensor<S, D>
  >,
  axis: Check<NoInfer<AlongAxis<"cumsum", S, Axis>>, Axis>,
  options: { readonly reverse?: boolean } = {},
): Tensor<S, D> =>
  described(() => {
    const tensor = tensorOf("cumsum", x);
    const at = normalizeAxis("cumsum", tensor.shape, Number(axis));
    const attrs = { axis: at, reverse: options.reverse ?? false };
    return emitOne(traceOf(tensor, "cumsum"), "cumsum", [tensor], attrs);
  });
