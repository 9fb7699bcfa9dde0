// Matrix products.
import { reject } from "../diagnostics/diagnostic.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { requireDType, requireSameDType } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { About, AllOf, Check } from "../types/static/check.ts";
import type {
  BiasShape,
  LeftMatrix,
  LinearShape,
  MatmulShape,
  MatvecShape,
  VecmatShape,
  VectorShape,
} from "../types/static/contraction.ts";
import type { OnlyType } from "../types/static/indexing.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { printShape, printType, tensorType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

/** The type of `matmul`. */
export interface MatmulFunction {
  <
    A extends Dims,
    B extends Dims,
    D extends DType,
    E extends DType,
    const TransposeA extends boolean = false,
    const TransposeB extends boolean = false,
  >(
    a: Check<NoInfer<LeftMatrix<A, D>>, Tensor<A, D>>,
    b: Check<NoInfer<MatmulShape<A, D, B, E, TransposeA, TransposeB>>, Tensor<B, E>>,
    options?: {
      /** Whether the last two axes of `a` are swapped. */
      readonly transposeA?: TransposeA;
      /** Whether the last two axes of `b` are swapped. */
      readonly transposeB?: TransposeB;
    },
  ): ResultOf<MatmulShape<A, D, B, E, TransposeA, TransposeB>, D>;
}

/**
 * sum_k a[..., m, k] b[..., k, n], the matrix product over the last two axes: [..., M, K] x [..., K, N] gives [..., M,
 * N]; axes before them broadcast.
 *
 * @throws W203 inner dimensions that differ; W202 element types that differ; W204 bools; W240 an operand that is no
 * matrix; W207 axes in front that do not broadcast.
 * @see `torch.matmul`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * const b = constant(Float32Array.of(5, 6), [2, 1]);
 * matmul(a, b); // Tensor<[2, 1], "f32">: [[17], [39]]
 */
export const matmul: MatmulFunction = (a, b, options = {}) =>
  described(() => tensorOf("matmul", a).matmul(tensorOf("matmul", b), options));

/** A vector, or W248. */
const vectorOf = (op: string, operand: "vector" | "left vector", given: unknown): Tensor => {
  const tensor = tensorOf(op, given);
  if (tensor.shape.length !== 1)
    reject("W248", { op, operand, expected: `${tensor.dtype}[K]`, actual: printType(tensor.type) });
  return tensor;
};

/** The type of `matvec`. */
export interface MatvecFunction {
  <A extends Dims, D extends DType, B extends Dims, E extends DType>(
    matrix: Check<NoInfer<About<MatvecShape<A, D, B, E>, "W204" | "W240">>, Tensor<A, D>>,
    vector: Check<NoInfer<MatvecShape<A, D, B, E>>, Tensor<B, E>>,
  ): ResultOf<MatvecShape<A, D, B, E>, D>;
}

/**
 * sum_k a[..., m, k] x[k], the product of matrices and a vector: [..., M, K] x [K] gives [..., M].
 *
 * @throws W248 a vector of another rank; W203 inner dimensions that differ; W202 element types that differ; W240 an
 * operand that is no matrix.
 * @see `torch.mv`.
 * @example
 * const a = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * matvec(a, constant(Float32Array.of(5, 6), [2])); // Tensor<[2], "f32">: [17, 39]
 */
export const matvec: MatvecFunction = (matrix, vector) =>
  described(() => {
    const product = tensorOf("matvec", matrix).matmul(vectorOf("matvec", "vector", vector).reshape([-1, 1]));
    return product.reshape(product.shape.slice(0, -1));
  });

/** The type of `vecmat`. */
export interface VecmatFunction {
  <A extends Dims, D extends DType, B extends Dims, E extends DType>(
    vector: Check<NoInfer<VectorShape<"vecmat", "vector", A, D>>, Tensor<A, D>>,
    matrix: Check<NoInfer<VecmatShape<A, D, B, E>>, Tensor<B, E>>,
  ): ResultOf<VecmatShape<A, D, B, E>, D>;
}

/**
 * sum_k x[k] b[..., k, n], the product of a vector and matrices: [K] x [..., K, N] gives [..., N].
 *
 * @throws W248 a vector of another rank; W203 inner dimensions that differ; W202 element types that differ; W240 an
 * operand that is no matrix.
 * @see `torch.matmul`.
 * @example
 * const b = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * vecmat(constant(Float32Array.of(5, 6), [2]), b); // Tensor<[2], "f32">: [23, 34]
 */
export const vecmat: VecmatFunction = (vector, matrix) =>
  described(() => {
    const product = vectorOf("vecmat", "vector", vector).reshape([1, -1]).matmul(tensorOf("vecmat", matrix));
    return product.reshape(product.shape.toSpliced(-2, 1));
  });

/** The type of `dot`. */
export interface DotFunction {
  <A extends Dims, D extends DType, B extends Dims, E extends DType>(
    a: Check<NoInfer<VectorShape<"dot", "left vector", A, D>>, Tensor<A, D>>,
    b: Check<NoInfer<OnlyType<"dot", "right vector", B, E, A, D>>, Tensor<B, E>>,
  ): ResultOf<AllOf<[VectorShape<"dot", "left vector", A, D>, OnlyType<"dot", "right vector", B, E, A, D>], []>, D>;
}

/**
 * sum_k a[k] b[k], the inner product of two vectors: [K] x [K] gives a number.
 *
 * @throws W248 what is no vector, or lengths that differ; W202 element types that differ.
 * @see `torch.dot`.
 * @example
 * const a = constant(Float32Array.of(1, 2), [2]);
 * dot(a, constant(Float32Array.of(5, 6), [2])); // Tensor<[], "f32">: 17
 */
export const dot: DotFunction = (a, b) =>
  described(() => {
    const [left, right] = [vectorOf("dot", "left vector", a), tensorOf("dot", b)];
    requireOperand("dot", "right vector", right.type, left.type);
    return left
      .reshape([1, -1])
      .matmul(right.reshape([-1, 1]))
      .reshape([]);
  });

const requireFeatures = (x: Tensor, weight: Tensor): void => {
  requireDType("linear", x.type, ["f32", "f64", "i32"]);
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

/** The type of `linear`. */
export interface LinearFunction {
  <
    S extends Dims,
    D extends DType,
    Weight extends Dims,
    E extends DType,
    Bias extends Dims = Dims,
    F extends DType = DType,
  >(
    x: Check<NoInfer<About<LinearShape<S, D, Weight, E>, "W204" | "W233">>, Tensor<S, D>>,
    weight: Check<NoInfer<LinearShape<S, D, Weight, E>>, Tensor<Weight, E>>,
    bias?: Check<NoInfer<BiasShape<Weight, D, Bias, F>>, Tensor<Bias, F>>,
  ): ResultOf<LinearShape<S, D, Weight, E>, D>;
}

/**
 * x W^T + b over the last axis: [..., in] with weight [out, in] and bias [out] gives [..., out].
 *
 * @throws W232 another number of features; W233 no axis of features; W234 a weight that is no matrix; W202 element
 * types that differ; W207 another bias.
 * @see `torch.nn.functional.linear`.
 * @example
 * const x = constant(Float32Array.of(1, 2), [1, 2]);
 * const weight = constant(Float32Array.of(1, 0, 0, 1, 1, 1), [3, 2]);
 * linear(x, weight, constant(Float32Array.of(0, 0, 10), [3])); // Tensor<[1, 3], "f32">: [[1, 2, 13]]
 */
export const linear: LinearFunction = (x, weight, bias) =>
  described(() => {
    const [operand, matrix] = [tensorOf("linear", x), tensorOf("linear", weight)];
    requireFeatures(operand, matrix);
    const shift = bias === undefined ? undefined : tensorOf("linear", bias);
    if (shift !== undefined)
      requireOperand("linear", "bias", shift.type, tensorType(operand.dtype, matrix.shape.slice(0, 1)));
    const rows = operand.shape.length > 1 ? operand : operand.reshape([1, -1]);
    const product = rows.matmul(matrix, { transposeB: true });
    const shaped = operand.shape.length > 1 ? product : product.reshape([-1]);
    return shift === undefined ? shaped : shaped.add(shift);
  });
