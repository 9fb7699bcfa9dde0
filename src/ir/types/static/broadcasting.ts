// Shapes of elementwise operations: NumPy's broadcasting on known, symbolic and unknown extents. A symbol equals only
// itself: it is never assumed to be 1.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Shaped } from "../shaped.ts";
import type {
  Floats,
  IsUnknownRank,
  NeedsDType,
  Numbers,
  PrintShape,
  PrintType,
  SameDType,
  UnknownFrom,
} from "./check.ts";
import type { CanonicalShape, IsUnknownDim, PrintDim, SameDim } from "./dims.ts";

/** The extent that two broadcast to; never where there is none. */
export type BroadcastDim<A extends Dim, B extends Dim> =
  IsUnknownDim<A> extends true
    ? [B] extends [1]
      ? A
      : B
    : IsUnknownDim<B> extends true
      ? [A] extends [1]
        ? B
        : A
      : [A] extends [B]
        ? A
        : [A] extends [1]
          ? B
          : [B] extends [1]
            ? A
            : SameDim<A, B> extends true
              ? A
              : never;

/** Goes from the last axis to the first; of several mistakes the one at the outermost axis is told. */
type BroadcastAxes<
  Op extends string,
  A extends Dims,
  B extends Dims,
  Shapes extends { readonly left: string; readonly right: string },
  Result extends Dims = [],
  Mistake extends string = never,
> = A extends readonly [...infer RestA extends Dims, infer LastA extends Dim]
  ? B extends readonly [...infer RestB extends Dims, infer LastB extends Dim]
    ? [BroadcastDim<LastA, LastB>] extends [never]
      ? BroadcastAxes<
          Op,
          RestA,
          RestB,
          Shapes,
          Result,
          Sentence<"W207", { op: Op; first: PrintDim<LastA>; second: PrintDim<LastB> } & Shapes>
        >
      : BroadcastAxes<Op, RestA, RestB, Shapes, [BroadcastDim<LastA, LastB>, ...Result], Mistake>
    : ShapeOrMistake<[...A, ...Result], Mistake>
  : ShapeOrMistake<[...B, ...Result], Mistake>;

type ShapeOrMistake<S extends Dims, Mistake extends string> = [Mistake] extends [never] ? S : Mistake;

/** The shape that two shapes broadcast to. */
export type BroadcastShapes<Op extends string, A extends Dims, B extends Dims> =
  IsUnknownRank<A> extends true
    ? UnknownFrom<A>
    : IsUnknownRank<B> extends true
      ? UnknownFrom<B>
      : [A, B] extends [B, A]
        ? A
        : BroadcastAxes<Op, A, B, { left: PrintShape<A>; right: PrintShape<B> }>;

type Bits = readonly ["i32", "u8", "bool"];

/** The element types of functions of two numbers; comparisons and losses that are not named here take any. */
interface BinaryDTypes {
  readonly add: Numbers;
  readonly sub: Numbers;
  readonly mul: Numbers;
  readonly div: Numbers;
  readonly remainder: readonly ["i32", "u8"];
  readonly pow: Floats;
  readonly maximum: Numbers;
  readonly minimum: Numbers;
  readonly atan2: Floats;
  readonly logicalAnd: Bits;
  readonly logicalOr: Bits;
  readonly logicalXor: Bits;
  readonly shiftLeft: readonly ["i32"];
  readonly shiftRight: readonly ["i32"];
}

/** `Shape`, unless the function is not defined for the element type of an operand. */
type DefinedFor<Op extends string, S extends Dims, D extends DType, Shape> = Op extends keyof BinaryDTypes
  ? NeedsDType<Op, S, D, BinaryDTypes[Op]> extends infer Refused extends string
    ? Refused
    : Shape
  : Shape;

/** The shape of an operand: a number is a scalar. */
export type ShapeOf<Operand> = [Operand] extends [number] ? [] : [Operand] extends [Shaped<infer S>] ? S : Dims;

/** The element type of an operand: a number has that of the other one. */
export type DTypeOf<Operand, Other extends DType> = [Operand] extends [number]
  ? Other
  : [Operand] extends [Shaped<Dims, infer D>]
    ? D
    : DType;

/** The rule of `op(a, b)` for a tensor and a tensor or number: the shape of the result. */
export type BinaryShape<Op extends string, A extends Dims, D extends DType, Operand> = [Operand] extends [number]
  ? DefinedFor<Op, A, D, A>
  : [Operand] extends [Shaped<infer B, infer E>]
    ? BroadcastShapes<Op, A, B> extends infer Shape
      ? Shape extends string
        ? Shape
        : SameDType<Op, A, D, B, E, DefinedFor<Op, A, D, Shape>>
      : never
    : Dims;

/** The same where the first operand may be the number: then the other one is a tensor. */
export type OperandsShape<Op extends string, First, Second> = [First] extends [number]
  ? [Second] extends [number]
    ? Sentence<"W230", { op: Op; given: PrintDim<Second> }>
    : BinaryShape<Op, ShapeOf<Second>, DTypeOf<Second, DType>, First>
  : BinaryShape<Op, ShapeOf<First>, DTypeOf<First, DType>, Second>;

/** The element type of `op(a, b)`. */
export type OperandsDType<First, Second> = DTypeOf<First, DTypeOf<Second, DType>>;

/** The rule of `select(condition, whenTrue, whenFalse)`: the shape of the result. */
export type SelectShape<Condition extends Dims, WhenTrue, WhenFalse> =
  BroadcastShapes<"select", Condition, ShapeOf<WhenTrue>> extends infer Shape
    ? Shape extends Dims
      ? BroadcastShapes<"select", Shape, ShapeOf<WhenFalse>> extends infer Result
        ? Result extends string
          ? Result
          : [WhenTrue, WhenFalse] extends [Shaped<infer A, infer D>, Shaped<infer B, infer E>]
            ? SameDType<"select", A, D, B, E, Result>
            : Result
        : never
      : Shape
    : never;

/** The rule of `broadcastTo(x, shape)`: the shape. */
export type BroadcastTo<From extends Dims, To extends Dims> =
  IsUnknownRank<To> extends true ? UnknownFrom<To> : Repeated<From, CanonicalShape<To>>;

type Repeated<From extends Dims, To extends Dims> =
  IsUnknownRank<From> extends true
    ? To
    : BroadcastShapes<"broadcast", From, To> extends infer Both
      ? Both extends Dims
        ? IsSameShape<Both, To> extends true
          ? To
          : Sentence<"W208", { from: PrintShape<From>; to: PrintShape<To> }>
        : Sentence<"W208", { from: PrintShape<From>; to: PrintShape<To> }>
      : never;

/** The rule of `expectShape(x, shape)`: what is known of a shape may not contradict what is said of it. */
export type ExpectedShape<S extends Dims, D extends DType, Expected extends Dims> =
  IsSameShape<S, Expected> extends true
    ? Expected
    : Sentence<"W231", { type: PrintType<S, D>; expected: PrintShape<Expected> }>;

/** Whether two shapes may be the same. */
export type IsSameShape<A extends Dims, B extends Dims> = A extends readonly [
  infer FirstA extends Dim,
  ...infer RestA extends Dims,
]
  ? B extends readonly [infer FirstB extends Dim, ...infer RestB extends Dims]
    ? SameDim<FirstA, FirstB> extends true
      ? IsSameShape<RestA, RestB>
      : false
    : IsUnknownRank<B>
  : B extends readonly []
    ? true
    : IsUnknownRank<A> extends true
      ? true
      : IsUnknownRank<B>;
