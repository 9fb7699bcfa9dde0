// The tensor that users hold while they describe a network, and that derivative rules and decompositions are written
// with. An interface only: the graph builder implements it, so the floors below can speak of tensors without knowing
// graphs. Shapes and dtypes ride along as type parameters for the editor; `Tensor` alone means any.
import type { Dim } from "./dim.ts";
import type { DType } from "./dtype.ts";
import type { Dims, Shaped } from "./shaped.ts";
import type { AlongAxes, AxisCode, AxisOr, ReduceShape, SoftmaxShape, TransposeShape } from "./static/axes.ts";
import type {
  BinaryShape,
  BroadcastShapes,
  BroadcastTo,
  DTypeOf,
  SelectShape,
  ShapeOf,
} from "./static/broadcasting.ts";
import type { AllOf, Beside, Check, IsAny, NeedsDType, Numbers } from "./static/check.ts";
import type { LeftMatrix, MatmulShape } from "./static/contraction.ts";
import type { AxisPadding, ConcatShape, PadShape, SliceRange, SliceShape } from "./static/cutting.ts";
import type { GatherShape, OneHotShape, ScatterShape } from "./static/indexing.ts";
import type { ReshapeShape } from "./static/reshaping.ts";
import type { TensorType } from "./tensor-type.ts";

export type { Dims } from "./shaped.ts";

/** Where arithmetic takes a tensor it also takes a number, which becomes a constant of the other operand's dtype. */
export type Operand = Tensor | number;

/** Options of a reduction: which axes (all when absent), and whether they stay as extents of 1. */
export interface ReduceOptions {
  /** The axes, negative ones counted from the end; all unless said. */
  readonly axes?: readonly number[];
  /** Whether they stay, as extents of 1. */
  readonly keepDims?: boolean;
}

/** Options of a matrix product over the last two axes. */
export interface MatmulOptions {
  /** Whether the left operand is [..., K, M]. */
  readonly transposeA?: boolean;
  /** Whether the right operand is [..., N, K]. */
  readonly transposeB?: boolean;
}

/** Per-axis padding: elements added before, after, and between neighbours. */
export interface PadAxis {
  /** Elements before the first. */
  readonly low: number;
  /** Elements behind the last. */
  readonly high: number;
  /** Elements between neighbours. */
  readonly interior: number;
}

/** Per-axis half-open range with a step above 0. */
export interface SliceAxis {
  /** The first position. */
  readonly start: Dim;
  /** The position behind the last. */
  readonly end: Dim;
  /** How far it is from one to the next. */
  readonly step: number;
}

/** A function of each element of a tensor. */
export interface ElementwiseMethod<Name extends string, Allowed extends readonly DType[]> {
  <S extends Dims, D extends DType>(
    this: Check<NoInfer<NeedsDType<Name, S, D, Allowed>>, Tensor<S, D>>,
  ): ResultOf<NeedsDType<Name, S, D, Allowed>, D>;
}

type RealMethod<Name extends string> = ElementwiseMethod<Name, readonly ["f32", "f64"]>;
type NumberMethod<Name extends string> = ElementwiseMethod<Name, readonly ["f32", "f64", "i32"]>;

/** A function of each pair of elements of a tensor and another one, or a number. */
export interface BinaryMethod<Name extends string> {
  <A extends Dims, D extends DType, B extends Operand>(
    this: Tensor<A, D>,
    other: Check<NoInfer<BinaryShape<Name, A, D, B>>, B>,
  ): ResultOf<BinaryShape<Name, A, D, B>, D>;
}

/** A comparison of each pair of elements: a bool tensor. */
export interface ComparisonMethod<Name extends string> {
  <A extends Dims, D extends DType, B extends Operand>(
    this: Tensor<A, D>,
    other: Check<NoInfer<BinaryShape<Name, A, D, B>>, B>,
  ): ResultOf<BinaryShape<Name, A, D, B>, "bool">;
}

/** A reduction over some axes, or over all when none are named. */
export interface ReduceMethod<Name extends string> {
  <
    S extends Dims,
    D extends DType,
    const Axes extends readonly number[] | undefined = undefined,
    const Keep extends boolean = false,
  >(
    this: Check<NoInfer<NeedsDType<Name, S, D, Numbers>>, Tensor<S, D>>,
    options?: {
      /** Negative axes count from the end. */
      readonly axes?: Check<NoInfer<ReduceShape<Name, S, Axes, Keep>>, Axes>;
      /** Whether the axes stay, with extents of 1. */
      readonly keepDims?: Keep;
    },
  ): ResultOf<AllOf<[NeedsDType<Name, S, D, Numbers>], ReduceShape<Name, S, Axes, Keep>>, D>;
}

/** What can be said of any tensor. Operands broadcast by NumPy's rule; negative axes count from the end. */
export interface TensorMethods {
  /** Its element type and shape as data. */
  readonly type: TensorType;
  /** this + other, elementwise. */
  readonly add: BinaryMethod<"add">;
  /** this - other, elementwise. */
  readonly sub: BinaryMethod<"sub">;
  /** this * other, elementwise. */
  readonly mul: BinaryMethod<"mul">;
  /** this / other, elementwise; integers are truncated. */
  readonly div: BinaryMethod<"div">;
  /** this to the power of other, elementwise. */
  readonly pow: BinaryMethod<"pow">;
  /** The larger of each pair. */
  readonly maximum: BinaryMethod<"maximum">;
  /** The smaller of each pair. */
  readonly minimum: BinaryMethod<"minimum">;
  /** Whether both hold (bool); the bits that both have (i32). */
  readonly logicalAnd: BinaryMethod<"logicalAnd">;
  /** this = other, elementwise. */
  readonly equal: ComparisonMethod<"equal">;
  /** this < other, elementwise. */
  readonly less: ComparisonMethod<"less">;
  /** this <= other, elementwise. */
  readonly lessEqual: ComparisonMethod<"lessEqual">;
  /** this > other, elementwise. */
  readonly greater: ComparisonMethod<"greater">;
  /** this >= other, elementwise. */
  readonly greaterEqual: ComparisonMethod<"greaterEqual">;
  /** -this */
  readonly neg: NumberMethod<"neg">;
  /** |this| */
  readonly abs: NumberMethod<"abs">;
  /** -1, 0 or 1 by the sign. */
  readonly sign: NumberMethod<"sign">;
  /** e to the power of each element. */
  readonly exp: RealMethod<"exp">;
  /** The natural logarithm. */
  readonly log: RealMethod<"log">;
  /** The square root. */
  readonly sqrt: RealMethod<"sqrt">;
  /** 1 / sqrt(this) */
  readonly rsqrt: RealMethod<"rsqrt">;
  /** 1 / this */
  readonly reciprocal: RealMethod<"reciprocal">;
  /** The sine of an angle in radians. */
  readonly sin: RealMethod<"sin">;
  /** The cosine of an angle in radians. */
  readonly cos: RealMethod<"cos">;
  /** The hyperbolic tangent. */
  readonly tanh: RealMethod<"tanh">;
  /** 1 / (1 + e^-this) */
  readonly sigmoid: RealMethod<"sigmoid">;
  /** max(this, 0) */
  readonly relu: NumberMethod<"relu">;
  /** this times the normal distribution's integral up to it. */
  readonly gelu: RealMethod<"gelu">;
  /** this * sigmoid(this) */
  readonly silu: RealMethod<"silu">;
  /** Whether each element is false. */
  readonly logicalNot: ElementwiseMethod<"not", readonly ["bool"]>;
  /** The sum over some axes, or all. */
  readonly sum: ReduceMethod<"sum">;
  /** The arithmetic mean over some axes, or all. */
  readonly mean: ReduceMethod<"mean">;
  /** The largest element over some axes, or all. */
  readonly max: ReduceMethod<"max">;
  /** The smallest element over some axes, or all. */
  readonly min: ReduceMethod<"min">;
  /** The product over some axes, or all. */
  readonly prod: ReduceMethod<"prod">;

  /** This (a bool tensor) chooses elementwise. */
  select<S extends Dims, C extends DType, WhenTrue extends Operand, WhenFalse extends Operand>(
    this: Check<NoInfer<NeedsDType<"select", S, C, readonly ["bool"]>>, Tensor<S, C>>,
    whenTrue: Check<NoInfer<BroadcastShapes<"select", S, ShapeOf<WhenTrue>>>, WhenTrue>,
    whenFalse: Check<NoInfer<SelectShape<S, WhenTrue, WhenFalse>>, WhenFalse>,
  ): ResultOf<SelectShape<S, WhenTrue, WhenFalse>, DTypeOf<WhenTrue, DTypeOf<WhenFalse, "f32">>>;

  /** The same numbers as another element type. */
  cast<S extends Dims, D extends DType>(this: Tensor<S>, dtype: D): Tensor<S, D>;

  /** exp(this) over its sum along an axis, the last unless said. */
  softmax<S extends Dims, D extends DType, const Axis extends number | undefined = undefined>(
    this: Check<NoInfer<Beside<SoftmaxShape<"softmax", S, D, Axis>, AxisCode<Axis>>>, Tensor<S, D>>,
    axis?: Check<NoInfer<SoftmaxShape<"softmax", S, D, Axis>>, Axis>,
  ): ResultOf<SoftmaxShape<"softmax", S, D, Axis>, D>;

  /** The position (i32) of the largest element along an axis. */
  argmax<S extends Dims, const Axis extends number>(
    this: Tensor<S>,
    axis: Check<NoInfer<ReduceShape<"argmax", S, readonly [Axis], false>>, Axis>,
  ): ResultOf<ReduceShape<"argmax", S, readonly [Axis], false>, "i32">;

  /** The matrix product over the last two axes, [..., M, K] x [..., K, N]; axes before them broadcast. */
  matmul<
    A extends Dims,
    B extends Dims,
    D extends DType,
    E extends DType,
    const TransposeA extends boolean = false,
    const TransposeB extends boolean = false,
  >(
    this: Check<NoInfer<LeftMatrix<A, D>>, Tensor<A, D>>,
    other: Check<NoInfer<MatmulShape<A, D, B, E, TransposeA, TransposeB>>, Tensor<B, E>>,
    options?: {
      /** Whether the last two axes of this tensor are swapped. */
      readonly transposeA?: TransposeA;
      /** Whether the last two axes of the other one are swapped. */
      readonly transposeB?: TransposeB;
    },
  ): ResultOf<MatmulShape<A, D, B, E, TransposeA, TransposeB>, D>;

  /** The same elements in the same order under another shape; one extent may be -1 and is worked out. */
  reshape<S extends Dims, D extends DType, const To extends Dims>(
    this: Tensor<S, D>,
    shape: Check<NoInfer<ReshapeShape<S, To>>, readonly [...To]>,
  ): ResultOf<ReshapeShape<S, To>, D>;

  /** The axes in another order: entry k of the permutation names the axis that becomes axis k. */
  transpose<S extends Dims, D extends DType, const Permutation extends readonly number[]>(
    this: Tensor<S, D>,
    permutation: Check<NoInfer<TransposeShape<S, Permutation>>, readonly [...Permutation]>,
  ): ResultOf<TransposeShape<S, Permutation>, D>;

  /** Repeats extents of 1 and adds leading axes until the shape is `shape`. */
  broadcastTo<S extends Dims, D extends DType, const To extends Dims>(
    this: Tensor<S, D>,
    shape: Check<NoInfer<BroadcastTo<S, To>>, readonly [...To]>,
  ): ResultOf<BroadcastTo<S, To>, D>;

  /** Sums away what broadcasting to this tensor's shape had repeated: the transpose of `broadcastTo`. */
  sumTo<D extends DType, const To extends Dims>(this: Tensor<Dims, D>, shape: readonly [...To]): Tensor<[...To], D>;

  /** A range of positions along each axis; axes without one stay whole. */
  slice<S extends Dims, D extends DType, const Ranges extends readonly SliceRange[]>(
    this: Tensor<S, D>,
    ranges: Check<NoInfer<SliceShape<S, Ranges>>, Ranges>,
  ): ResultOf<SliceShape<S, Ranges>, D>;

  /** Adds elements of one value (0) along each axis. */
  pad<S extends Dims, D extends DType, const Padding extends readonly AxisPadding[]>(
    this: Tensor<S, D>,
    padding: Check<NoInfer<PadShape<S, Padding>>, Padding>,
    value?: number,
  ): ResultOf<PadShape<S, Padding>, D>;

  /** This tensor and others, joined along an axis they have, the first one unless said. */
  concat<
    S extends Dims,
    D extends DType,
    const Others extends readonly Tensor[],
    const Axis extends number | undefined = undefined,
  >(
    this: Tensor<S, D>,
    others: Check<
      NoInfer<Beside<ConcatShape<readonly [Tensor<S, D>, ...Others], AxisOr<Axis, 0>>, AxisCode<Axis>>>,
      Others
    >,
    axis?: Check<NoInfer<ConcatShape<readonly [Tensor<S, D>, ...Others], AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<ConcatShape<readonly [Tensor<S, D>, ...Others], AxisOr<Axis, 0>>, D>;

  /** The order along axes reversed. */
  flip<S extends Dims, D extends DType, const Axes extends readonly number[]>(
    this: Tensor<S, D>,
    axes: Check<NoInfer<AlongAxes<"flip", S, Axes>>, readonly [...Axes]>,
  ): ResultOf<AlongAxes<"flip", S, Axes>, D>;

  /** Rows of this tensor along `axis`, chosen by i32 indices. */
  gather<
    Table extends Dims,
    D extends DType,
    Indices extends Dims,
    E extends DType,
    const Axis extends number | undefined = undefined,
  >(
    this: Tensor<Table, D>,
    indices: Check<
      NoInfer<Beside<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>, AxisCode<Axis>>>,
      Tensor<Indices, E>
    >,
    axis?: Check<NoInfer<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>, D>;

  /** Adds this tensor's rows into zeros of `extent` rows along `axis`: the transpose of `gather`. */
  scatterAdd<
    Updates extends Dims,
    D extends DType,
    Indices extends Dims,
    E extends DType,
    const Extent extends Dim,
    const Axis extends number | undefined = undefined,
  >(
    this: Check<NoInfer<NeedsDType<"scatterAdd", Updates, D, Numbers>>, Tensor<Updates, D>>,
    indices: Check<
      NoInfer<Beside<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>, AxisCode<Axis>>>,
      Tensor<Indices, E>
    >,
    extent: Extent,
    axis?: Check<NoInfer<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>, D>;

  /** For an i32 tensor: a new last axis of `depth` with 1 at the index and 0 elsewhere. */
  oneHot<S extends Dims, E extends DType, const Depth extends Dim, D extends DType = "f32">(
    this: Check<NoInfer<NeedsDType<"oneHot", S, E, readonly ["i32"]>>, Tensor<S, E>>,
    depth: Depth,
    dtype?: D,
  ): ResultOf<AllOf<[NeedsDType<"oneHot", S, E, readonly ["i32"]>], OneHotShape<S, Depth>>, D>;
}

/** A value of the graph under construction. */
export interface Tensor<S extends Dims = Dims, D extends DType = DType> extends TensorMethods, Shaped<S, D> {
  /** Its extents: literal numbers and symbols. */
  readonly shape: S;
  /** Its element type. */
  readonly dtype: D;
}

/** A result: a tensor of the shape. */
// oxlint-disable-next-line typescript/no-explicit-any -- no other type is assignable to every shape and element type
export type ResultOf<Rule, D extends DType> = IsAny<Rule> extends true ? Tensor<any, any> : TensorOf<Rule, D>;

// oxlint-disable-next-line typescript/no-explicit-any -- as above
type TensorOf<Rule, D extends DType> = Rule extends Dims ? Tensor<Rule, D> : Tensor<any, any>;
