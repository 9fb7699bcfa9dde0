// Functions that fold axes away and are made of several ops: variances, norms, and the logarithm of a sum of exponentials. All
// are computed in the form that neither overflows nor cancels where the result does not.

import { reject } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { requireKnownOptions } from "../diagnostics/known-options.ts";
import { normalizeAxes, requireDType } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { ReduceShape } from "../types/static/axes.ts";
import type { AllOf, Check, Floats, NeedsDType } from "../types/static/check.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";
import { stopGradient } from "./gradient.ts";
import { varianceOver } from "./variance-over.ts";

/** A statistic over some axes, or over all when none are named. */
export interface StatisticFunction<Name extends string, Options = object> {
  <
    S extends Dims,
    D extends DType,
    const Axes extends readonly number[] | undefined = undefined,
    const Keep extends boolean = false,
  >(
    x: Check<NoInfer<NeedsDType<Name, S, D, Floats>>, Tensor<S, D>>,
    options?: Options & {
      /** Negative axes count from the end. */
      readonly axes?: Check<NoInfer<ReduceShape<Name, S, Axes, Keep>>, Axes>;
      /** Whether the axes stay, with extents of 1. */
      readonly keepDims?: Keep;
    },
  ): ResultOf<AllOf<[NeedsDType<Name, S, D, Floats>], ReduceShape<Name, S, Axes, Keep>>, D>;
}

/** Makes the function from what it computes over axes that stay. */
const statistic = <Name extends string, Options>(
  name: Name,
  over: (x: Tensor, axes: readonly number[], options: Options) => Tensor,
  own: { readonly [K in keyof Required<Options>]: true },
): StatisticFunction<Name, Options> => {
  const known = [...Object.keys(own), "axes", "keepDims"];
  // What shapes come of it is said by the interface.
  return (x: unknown, options?: Options & { readonly axes?: unknown; readonly keepDims?: boolean }) =>
    described(() => {
      const tensor = tensorOf(name, x);
      requireDType(name, tensor.type, ["f32", "f64"]);
      if (options !== undefined) requireKnownOptions(name, options, known);
      // The axes are the ones of the signature: a list, unless the call did not compile. All options may be left out.
      const { axes, keepDims = false } = options ?? ({} as Options & { axes?: unknown; keepDims?: boolean });
      const { shape } = tensor;
      const named = axes === undefined ? [...shape.keys()] : normalizeAxes(name, shape, axes as readonly number[]);
      const folded = over(tensor, named, options ?? ({} as Options));
      return keepDims ? folded : folded.reshape(shape.filter((_, axis) => !named.includes(axis)));
    });
};

/** Options of `variance`. */
export interface VarianceOptions {
  /** Whether the sum of squares is divided by n - 1 (yes, unless said) and not by n. */
  readonly unbiased?: boolean;
}

/**
 * sum((x - mean(x))^2) / (n - 1) over some axes, or all; divided by n where `unbiased` is false.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 integers.
 * @see `torch.var`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * variance(x, { axes: [1] }); // Tensor<[2], "f32">: [1, 1]
 */
export const variance: StatisticFunction<"variance", VarianceOptions> = statistic<"variance", VarianceOptions>(
  "variance",
  (x, axes, { unbiased = true }) => varianceOver(x, axes, unbiased),
  { unbiased: true },
);

/**
 * sqrt(variance(x)) over some axes, or all; its derivative where the variance is 0 is 0.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 integers.
 * @see `torch.std`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * standardDeviation(x, { axes: [1] }); // Tensor<[2], "f32">: [1, 1]
 */
export const standardDeviation: StatisticFunction<"standardDeviation", VarianceOptions> = statistic<
  "standardDeviation",
  VarianceOptions
>("standardDeviation", (x, axes, { unbiased = true }) => rootOf(varianceOver(x, axes, unbiased)), { unbiased: true });

/** The square root, with the derivative 0 at 0. */
const rootOf = (squares: Tensor): Tensor => squares.equal(0).select(0, squares.equal(0).select(1, squares).sqrt());

/** Options of `norm`. */
export interface NormOptions {
  /** The power p of the norm; 2 unless said, and Infinity for the largest magnitude. */
  readonly p?: number;
}

/**
 * (sum |x|^p)^(1/p) over some axes, or all, where p is 2 unless said; the derivative of a vector of zeros is 0.
 *
 * @throws W140 a p that is not above 0; W205 an axis that is not there; W206 one that is named twice; W204 integers.
 * @see `torch.linalg.vector_norm`.
 * @example
 * norm(constant(Float32Array.of(3, 4), [2])); // Tensor<[], "f32">: 5
 */
export const norm: StatisticFunction<"norm", NormOptions> = statistic<"norm", NormOptions>(
  "norm",
  (x, axes, { p = 2 }) => {
    const kept = { axes, keepDims: true } as const;
    if (!(p > 0)) reject("W140", { what: "norm: p", expected: "above 0", given: inWords(p), write: "p: 2" });
    if (p === Number.POSITIVE_INFINITY) return x.abs().max(kept);
    if (p === 1) return x.abs().sum(kept);
    if (p === 2) return rootOf(x.mul(x).sum(kept));
    const isZero = x.equal(0);
    const powers = isZero.select(0, isZero.select(1, x.abs()).pow(p)).sum(kept);
    return powers.equal(0).select(
      0,
      powers
        .equal(0)
        .select(1, powers)
        .pow(1 / p),
    );
  },
  { p: true },
);

/**
 * ln(sum(e^x)) over some axes, or all, without overflow; -infinity where all elements are.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice; W204 integers.
 * @see `torch.logsumexp`.
 * @example
 * logSumExp(constant(Float32Array.of(1000, 1000), [2])); // Tensor<[], "f32">: 1000.6932
 */
export const logSumExp: StatisticFunction<"logSumExp"> = statistic<"logSumExp", object>(
  "logSumExp",
  (x, axes) => {
    const kept = { axes, keepDims: true } as const;
    const largest = stopGradient(x.max(kept));
    // Where the largest is infinite there is nothing to be shifted by.
    const shift = largest
      .abs()
      .less(Number.POSITIVE_INFINITY)
      .logicalNot()
      .select(largest.equal(largest).select(0, largest), largest);
    return x.sub(shift).exp().sum(kept).log().add(shift);
  },
  {},
);
