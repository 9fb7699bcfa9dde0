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

/**
 * x as another element type; the shape stays. Numbers that become integers are truncated towards zero and saturate, NaN
 * becomes 0, and bool is x != 0.
 *
 * @see `torch.Tensor.to`.
 * @example
 * cast(constant(Float32Array.of(1.7, -1.7, 3e9), [3]), "i32"); // Tensor<[3], "i32">: [1, -1, 2147483647]
 */
export const cast = <S extends Dims, D extends DType>(x: Tensor<S>, dtype: D): Tensor<S, D> =>
  described(() => {
    expect(dtypeNames.includes(dtype), "cast", "a dtype", dtype, `one of ${dtypeNames.join(", ")}`);
    return tensorOf("cast", x).cast(dtype);
  });

/** The type of `clamp`. */
export interface ClampFunction {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<NeedsDType<"clamp", S, D, Numbers>>, Tensor<S, D>>,
    low: number,
    high: number,
  ): ResultOf<NeedsDType<"clamp", S, D, Numbers>, D>;
}

/**
 * min(max(x, low), high): each element brought between two bounds; NaN stays NaN.
 *
 * @throws W220 bounds that are no range; W210 bounds that the element type does not hold; W204 bools.
 * @see `torch.clamp`.
 * @example
 * clamp(constant(Float32Array.of(-2, 0.5, 2), [3]), -1, 1); // Tensor<[3], "f32">: [-1, 0.5, 1]
 */
export const clamp: ClampFunction = (x, low, high) =>
  described(() => {
    for (const bound of [low, high]) expect(typeof bound === "number", "clamp", "a number", bound, "clamp(x, 0, 6)");
    const tensor = tensorOf("clamp", x);
    return emitOne(traceOf(tensor, "clamp"), "clamp", [tensor], { low, high });
  });

/** The type of `expectShape`. */
export interface ExpectShapeFunction {
  <S extends Dims, D extends DType, const To extends Dims>(
    x: Tensor<S, D>,
    shape: Check<NoInfer<ExpectedShape<S, D, CanonicalShape<To>>>, readonly [...To]>,
  ): Tensor<CanonicalShape<To>, D>;
}

/**
 * The same tensor, known to be of the shape [...S]: what the type checker could not follow is said here, and checked
 * when the graph is described.
 *
 * @throws W231 another shape; W140 and W209 what is no shape.
 * @example
 * const extents: number[] = [2, 3];
 * const x = constant(0, extents);
 * expectShape(x, [2, 3]); // Tensor<[2, 3], "f32">: [[0, 0, 0], [0, 0, 0]]
 * expectShape(x, [3, 2]); // throws W231
 */
export const expectShape: ExpectShapeFunction = (x, shape) =>
  described(() => {
    const tensor = tensorOf("expectShape", x);
    const expected = canonicalShape("expectShape", shape);
    return sameShape(tensor.shape, expected)
      ? tensor
      : reject("W231", { type: printType(tensor.type), expected: printShape(expected) });
  });
