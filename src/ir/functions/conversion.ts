// Functions that change what elements are, or what is known of a tensor, and no shape.

import { reject } from "../diagnostics/diagnostic.ts";
import { expect } from "../diagnostics/expect.ts";
import { canonicalShape } from "../graph/canonical-shape.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { type DType, dtypeNames } from "../types/dtype.ts";
import type { ExpectedShape } from "../types/static/broadcasting.ts";
import type { Check, NeedsDType, Numbers } from "../types/static/check.ts";
import type { CanonicalShape } from "../types/static/dims.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { printShape, printType, sameShape } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

/** Converts the elements: integers truncate towards zero and saturate, NaN becomes 0, bool is "not 0". */
export const cast = <S extends Dims, D extends DType>(x: Tensor<S>, dtype: D): Tensor<S, D> =>
  described(() => {
    expect(dtypeNames.includes(dtype), "cast", "a dtype", dtype, `one of ${dtypeNames.join(", ")}`);
    return tensorOf("cast", x).cast(dtype);
  });

/** Each element brought between two bounds; NaN stays NaN. */
export const clamp = <S extends Dims, D extends DType>(
  x: Check<NoInfer<NeedsDType<"clamp", S, D, Numbers>>, Tensor<S, D>>,
  low: number,
  high: number,
): ResultOf<NeedsDType<"clamp", S, D, Numbers>, D> =>
  described(() => {
    for (const bound of [low, high]) expect(typeof bound === "number", "clamp", "a number", bound, "clamp(x, 0, 6)");
    const tensor = tensorOf("clamp", x);
    return emitOne(traceOf(tensor, "clamp"), "clamp", [tensor], { low, high });
  });

/**
 * The same tensor, known to be of this shape: what the type checker could not follow is said here. Refused (W231) when the
 * graph is described if it is not so.
 */
export const expectShape = <S extends Dims, D extends DType, const To extends Dims>(
  x: Tensor<S, D>,
  shape: Check<NoInfer<ExpectedShape<S, D, CanonicalShape<To>>>, readonly [...To]>,
): Tensor<CanonicalShape<To>, D> =>
  described(() => {
    const tensor = tensorOf("expectShape", x);
    const expected = canonicalShape("expectShape", shape);
    return sameShape(tensor.shape, expected)
      ? tensor
      : reject("W231", { type: printType(tensor.type), expected: printShape(expected) });
  });
