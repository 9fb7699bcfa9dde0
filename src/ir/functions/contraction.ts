// Matrix products.
import { reject } from "../diagnostics/diagnostic.ts";
import { requireSameDType } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, Resolved } from "../types/static/check.ts";
import type { LinearShape, MatmulShape } from "../types/static/contraction.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { printShape, printType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

/** The matrix product over the last two axes, [..., M, K] x [..., K, N]; axes before them broadcast. */
export const matmul = <
  A extends Dims,
  B extends Dims,
  D extends DType,
  E extends DType,
  const TransposeA extends boolean = false,
  const TransposeB extends boolean = false,
>(
  a: Tensor<A, D>,
  b: Check<NoInfer<MatmulShape<A, D, B, E, TransposeA, TransposeB>>, Tensor<B, E>>,
  options: {
    /** Whether the last two axes of `a` are swapped. */
    readonly transposeA?: TransposeA;
    /** Whether the last two axes of `b` are swapped. */
    readonly transposeB?: TransposeB;
  } = {},
): Tensor<Resolved<MatmulShape<A, D, B, E, TransposeA, TransposeB>>, D> =>
  described(() => tensorOf("matmul", a).matmul(tensorOf("matmul", b), options));

const requireFeatures = (x: Tensor, weight: Tensor): void => {
  const [, features] = weight.shape;
  const given = x.shape.at(-1);
  if (features === undefined || weight.shape.length !== 2) return reject("W234", { weight: printShape(weight.shape) });
  if (given === undefined) return reject("W233", { type: printType(x.type) });
  if (given !== features)
    reject("W232", {
      given: `${given}`,
      expected: `${features}`,
      type: printType(x.type),
      weight: printShape(weight.shape),
    });
  requireSameDType("linear", x.type, weight.type);
};

/** x W^T + b over the last axis: [..., in] with weight [out, in] and bias [out] gives [..., out]. */
export const linear = <S extends Dims, D extends DType, Weight extends Dims, E extends DType>(
  x: Tensor<S, D>,
  weight: Check<NoInfer<LinearShape<S, D, Weight, E>>, Tensor<Weight, E>>,
  bias?: Tensor<Dims, NoInfer<D>>,
): Tensor<Resolved<LinearShape<S, D, Weight, E>>, D> =>
  described(() => {
    const [operand, matrix] = [tensorOf("linear", x), tensorOf("linear", weight)];
    requireFeatures(operand, matrix);
    const rows = operand.shape.length > 1 ? operand : operand.reshape([1, -1]);
    const product = rows.matmul(matrix, { transposeB: true });
    const shaped = operand.shape.length > 1 ? product : product.reshape([-1]);
    return bias === undefined ? shaped : shaped.add(tensorOf("linear", bias));
  });
