// Shapes of gather, scatterAdd, oneHot, and of the losses and normalizations whose operands have shapes of each other.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../shaped.ts";
import type { AlongAxis, AxisOf, OutsideAxes } from "./axes.ts";
import type { IsSameShape } from "./broadcasting.ts";
import type { Floats, IsUnknownRank, NeedsDType, PrintType, UnknownFrom } from "./check.ts";
import type { CanonicalDim } from "./dims.ts";

/** The extents before and behind one axis. */
type Around<S extends Dims, Axis extends number, Before extends Dims = []> = Before["length"] extends Axis
  ? S extends readonly [Dim, ...infer After extends Dims]
    ? readonly [before: Before, after: After]
    : never
  : S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
    ? Around<Rest, Axis, [...Before, First]>
    : never;

/** The rule of `gather(table, indices, axis)`: the shape of the indices in the place of the axis. */
export type GatherShape<Table extends Dims, Indices extends Dims, E extends DType, Axis extends number> =
  IsUnknownRank<Table> extends true
    ? NeedsDType<"gather", Dims, E, readonly ["i32"]>
    : number extends Axis
      ? Dims
      : [AxisOf<Table, Axis>] extends [never]
        ? OutsideAxes<"gather", Axis, Table>
        : NeedsDType<"gather", Indices, E, readonly ["i32"]> extends infer Needed
          ? Needed extends string
            ? Needed
            : IsUnknownRank<Indices> extends true
              ? UnknownFrom<Indices>
              : Around<Table, AxisOf<Table, Axis>> extends readonly [
                    infer Before extends Dims,
                    infer After extends Dims,
                  ]
                ? [...Before, ...Indices, ...After]
                : never
          : never;

/** Takes a shape off the front of another; never where it is not there. */
type RemoveFront<S extends Dims, Front extends Dims> = Front extends readonly [
  infer Wanted extends Dim,
  ...infer Others extends Dims,
]
  ? S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
    ? IsSameShape<[First], [Wanted]> extends true
      ? RemoveFront<Rest, Others>
      : never
    : never
  : S;

type SplitFront<S extends Dims, Axis extends number, Before extends Dims = []> = Before["length"] extends Axis
  ? readonly [before: Before, after: S]
  : S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
    ? SplitFront<Rest, Axis, [...Before, First]>
    : never;

type ScatterInto<
  Updates extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  Extent extends Dim,
  Axis extends number,
> =
  SplitFront<Updates, Axis> extends readonly [infer Before extends Dims, infer After extends Dims]
    ? [RemoveFront<After, Indices>] extends [never]
      ? Sentence<"W221", { updates: PrintType<Updates, D>; axis: Axis; indices: PrintType<Indices, E> }>
      : [...Before, CanonicalDim<Extent>, ...RemoveFront<After, Indices>]
    : never;

/**
 * The rule of `scatterAdd(updates, indices, extent, axis)`: the extent in the place of the shape of the indices. Indices
 * that are one number have no axis in the updates, so the axis may be one behind their last.
 */
export type ScatterShape<
  Updates extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  Extent extends Dim,
  Axis extends number,
> =
  IsUnknownRank<Updates> extends true
    ? UnknownFrom<Updates>
    : IsUnknownRank<Indices> extends true
      ? UnknownFrom<Indices>
      : number extends Axis
        ? Dims
        : [AxisOf<[...Updates, 1], Axis>] extends [never]
          ? OutsideAxes<"scatterAdd", Axis, [...Updates, 1]>
          : NeedsDType<"scatterAdd", Indices, E, readonly ["i32"]> extends infer Needed
            ? Needed extends string
              ? Needed
              : ScatterInto<Updates, D, Indices, E, Extent, AxisOf<[...Updates, 1], Axis>>
            : never;

/** The shape of `oneHot(indices, depth)`. */
export type OneHotShape<Indices extends Dims, Depth extends Dim> =
  IsUnknownRank<Indices> extends true ? UnknownFrom<Indices> : [...Indices, CanonicalDim<Depth>];

/** The sentence for an operand of another type than the only one that fits. */
type AnotherType<
  Op extends string,
  Operand extends string,
  S extends Dims,
  D extends DType,
  Expected extends Dims,
  E extends DType,
> = Sentence<"W248", { op: Op; operand: Operand; expected: PrintType<Expected, E>; actual: PrintType<S, D> }>;

/** The rule of an operand that can have only one type: its shape. */
export type OnlyType<
  Op extends string,
  Operand extends string,
  S extends Dims,
  D extends DType,
  Expected extends Dims,
  E extends DType,
> = [S, D] extends [Expected, E]
  ? S
  : [Extract<D, E>] extends [never]
    ? AnotherType<Op, Operand, S, D, Expected, E>
    : IsSameShape<S, Expected> extends true
      ? S
      : AnotherType<Op, Operand, S, D, Expected, E>;

/** The rule of a key of random numbers: two words. */
export type KeyShape<S extends Dims, D extends DType> = [Extract<D, "i32">] extends [never]
  ? NoKey<S, D>
  : IsSameShape<S, [2]> extends true
    ? S
    : NoKey<S, D>;

type NoKey<S extends Dims, D extends DType> = Sentence<"W222", { type: PrintType<S, D> }>;

/** The axes at the end of a shape that another shape has as many of: at least one, and no more than there are. */
export type TrailingAxes<S extends Dims, Like extends Dims> =
  IsUnknownRank<Like> extends true
    ? UnknownFrom<Like>
    : S extends readonly [...infer Leading extends Dims, infer Last extends Dim]
      ? Like extends readonly [Dim, Dim, ...infer Rest extends Dims]
        ? Leading extends readonly []
          ? [Last]
          : [...TrailingAxes<Leading, [1, ...Rest]>, Last]
        : [Last]
      : Dims;

/** The rule of what is normalized over its last axes: floats, and at least one axis. */
export type LayerNormOperand<Op extends string, S extends Dims, D extends DType> =
  NeedsDType<Op, S, D, Floats> extends infer Refused extends string ? Refused : AlongAxis<Op, S, -1>;

/** The rule of what is normalized over its last axes, those that the scale has: it has an axis, and fits the scale. */
export type ScaledShape<Op extends string, S extends Dims, D extends DType, Scale extends Dims, E extends DType> =
  LayerNormOperand<Op, S, D> extends infer Refused extends string
    ? Refused
    : OnlyType<Op, "scale", Scale, E, TrailingAxes<S, Scale>, D> extends infer Unfit extends string
      ? Unfit
      : S;

/** The rule of the labels of `crossEntropy`: one class index for each row, or each place of a row, of the logits. */
export type LabelsShape<Logits extends Dims, Labels extends Dims, E extends DType> =
  IsUnknownRank<Logits> extends true
    ? UnknownFrom<Logits>
    : Logits extends readonly [infer Rows extends Dim, Dim, ...infer Places extends Dims]
      ? OnlyType<"crossEntropy", "labels", Labels, E, [Rows, ...Places], "i32">
      : Dims;

/** The rule of the logits of `crossEntropy`: rows of classes, which are axis 1. */
export type LogitsShape<Logits extends Dims, D extends DType> =
  IsUnknownRank<Logits> extends true
    ? UnknownFrom<Logits>
    : Logits["length"] extends 0 | 1
      ? Sentence<"W249", { type: PrintType<Logits, D> }>
      : NeedsDType<"crossEntropy", Logits, D, readonly ["f32", "f64"]>;
