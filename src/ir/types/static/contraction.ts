// Shapes of matrix products.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../shaped.ts";
import type { BroadcastShapes } from "./broadcasting.ts";
import type { IsUnknownRank, NeedsDType, PrintShape, PrintType, SameDType, UnknownFrom } from "./check.ts";
import type { PrintDim, SameDim } from "./dims.ts";
import type { OnlyType } from "./indexing.ts";

/** The last two extents swapped, where that is asked for. */
type Matrices<S extends Dims, Transposed extends boolean> = Transposed extends true
  ? S extends readonly [...infer Batch extends Dims, infer Rows extends Dim, infer Columns extends Dim]
    ? [...Batch, Columns, Rows]
    : S
  : S;

type ProductOf<
  A extends Dims,
  D extends DType,
  B extends Dims,
  E extends DType,
  TypeA extends Dims,
  TypeB extends Dims,
> = A extends readonly [...infer BatchA extends Dims, infer Rows extends Dim, infer InnerA extends Dim]
  ? B extends readonly [...infer BatchB extends Dims, infer InnerB extends Dim, infer Columns extends Dim]
    ? SameDType<
        "matmul",
        TypeA,
        D,
        TypeB,
        E,
        SameDim<InnerA, InnerB> extends true
          ? WithBatch<BatchA, BatchB, [Rows, Columns]>
          : Sentence<
              "W203",
              {
                first: PrintDim<InnerA>;
                second: PrintDim<InnerB>;
                left: PrintType<TypeA, D>;
                right: PrintType<TypeB, E>;
              }
            >
      >
    : Sentence<"W240", { operand: "right"; type: PrintType<TypeB, E> }>
  : Dims;

/** The rule of the left operand of `matmul`, whatever the right one is. */
export type LeftMatrix<A extends Dims, D extends DType> =
  IsUnknownRank<A> extends true
    ? NeedsDType<"matmul", A, D, readonly ["f32", "f64", "i32"]>
    : A extends readonly [...Dims, Dim, Dim]
      ? NeedsDType<"matmul", A, D, readonly ["f32", "f64", "i32"]>
      : Sentence<"W240", { operand: "left"; type: PrintType<A, D> }>;

type WithBatch<A extends Dims, B extends Dims, Matrix extends Dims> = B extends readonly []
  ? [...A, ...Matrix]
  : BroadcastShapes<"matmul", A, B> extends infer Batch
    ? Batch extends Dims
      ? [...Batch, ...Matrix]
      : Batch
    : never;

/** The rule of `matmul(a, b)`: [..., M, K] x [..., K, N] gives [..., M, N]. */
export type MatmulShape<
  A extends Dims,
  D extends DType,
  B extends Dims,
  E extends DType,
  TransposeA extends boolean = false,
  TransposeB extends boolean = false,
> =
  LeftMatrix<A, D> extends infer Refused extends string
    ? Refused
    : IsUnknownRank<A> extends true
      ? UnknownFrom<A>
      : IsUnknownRank<B> extends true
        ? UnknownFrom<B>
        : ProductOf<Matrices<A, TransposeA>, D, Matrices<B, TransposeB>, E, A, B>;

type WithoutLast<S> = S extends readonly [...infer Rest extends Dims, Dim] ? [...Rest] : S;

type WithoutRow<S> = S extends readonly [...infer Batch extends Dims, Dim, infer Columns extends Dim]
  ? [...Batch, Columns]
  : S;

/** The sentence for a vector that is none. */
type NoVector<Op extends string, S extends Dims, D extends DType> = Sentence<
  "W248",
  { op: Op; operand: "vector"; expected: PrintType<["K"], D>; actual: PrintType<S, D> }
>;

/** The rule of `matvec(matrix, vector)`: [..., M, K] x [K] gives [..., M]. */
export type MatvecShape<A extends Dims, D extends DType, B extends Dims, E extends DType> =
  IsUnknownRank<A> extends true
    ? UnknownFrom<A>
    : IsUnknownRank<B> extends true
      ? UnknownFrom<B>
      : B extends readonly [infer Inner extends Dim]
        ? WithoutLast<MatmulShape<A, D, [Inner, 1], E>>
        : NoVector<"matvec", B, E>;

/** The rule of `vecmat(vector, matrix)`: [K] x [..., K, N] gives [..., N]. */
export type VecmatShape<A extends Dims, D extends DType, B extends Dims, E extends DType> =
  IsUnknownRank<A> extends true
    ? UnknownFrom<A>
    : IsUnknownRank<B> extends true
      ? UnknownFrom<B>
      : A extends readonly [infer Inner extends Dim]
        ? WithoutRow<MatmulShape<[1, Inner], D, B, E>>
        : NoVector<"vecmat", A, D>;

/** The rule of an operand that is a vector. */
export type VectorShape<Op extends string, Operand extends string, S extends Dims, D extends DType> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : S extends readonly [Dim]
      ? S
      : Sentence<"W248", { op: Op; operand: Operand; expected: PrintType<["K"], D>; actual: PrintType<S, D> }>;

/** The rule of `linear(x, weight)`: [..., in] with weight [out, in] gives [..., out]. */
export type LinearShape<S extends Dims, D extends DType, Weight extends Dims, E extends DType> =
  NeedsDType<"linear", S, D, readonly ["f32", "f64", "i32"]> extends infer Refused extends string
    ? Refused
    : FeaturesShape<S, D, Weight, E>;

/** The rule of the bias of `linear`: a number for each feature that comes out. */
export type BiasShape<
  Weight extends Dims,
  D extends DType,
  Bias extends Dims,
  F extends DType,
> = Weight extends readonly [infer Out extends Dim, Dim] ? OnlyType<"linear", "bias", Bias, F, [Out], D> : Dims;

type FeaturesShape<S extends Dims, D extends DType, Weight extends Dims, E extends DType> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : IsUnknownRank<Weight> extends true
      ? UnknownFrom<Weight>
      : Weight extends readonly [infer Out extends Dim, infer In extends Dim]
        ? S extends readonly [...infer Leading extends Dims, infer Last extends Dim]
          ? SameDim<Last, In> extends true
            ? SameDType<"linear", S, D, Weight, E, [...Leading, Out]>
            : Sentence<
                "W232",
                { given: PrintDim<Last>; expected: PrintDim<In>; type: PrintType<S, D>; weight: PrintShape<Weight> }
              >
          : Sentence<"W233", { type: PrintType<S, D> }>
        : Sentence<"W234", { weight: PrintShape<Weight> }>;
