// Shapes of operations that name axes: reductions, transposition, and those that keep the shape but need an axis to be there.
// Negative axes count from the end.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../shaped.ts";
import type { Floats, IsUnknownRank, NeedsDType, PrintShape, UnknownFrom } from "./check.ts";
import type { SubtractNaturals } from "./natural.ts";

/** The axis counted from 0; never where the shape has none such. */
export type AxisOf<S extends Dims, Axis extends number> = `${Axis}` extends `-${infer FromEnd extends number}`
  ? SubtractNaturals<S["length"], FromEnd>
  : `${Axis}` extends keyof S
    ? Axis
    : never;

/** The sentence for an axis that is not there. */
export type OutsideAxes<Op extends string, Axis extends number, S extends Dims> = Sentence<
  "W205",
  { op: Op; axis: Axis; rank: S["length"]; shape: PrintShape<S> }
>;

/** An axis that may be left out. */
export type AxisOr<Axis extends number | undefined, Otherwise extends number> = Axis extends number ? Axis : Otherwise;

/** The code of an axis that is not there, which is told at the axis where one was given, and otherwise at the operand. */
export type AxisCode<Axis extends number | undefined> = [Axis] extends [number] ? "W205" : never;

/** The rule of an operation along one axis: the shape it is along. */
export type AlongAxis<Op extends string, S extends Dims, Axis extends number> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Axis
      ? S
      : [AxisOf<S, Axis>] extends [never]
        ? OutsideAxes<Op, Axis, S>
        : S;

/** The rule of softmax: along the last axis unless said. */
export type SoftmaxShape<Op extends string, S extends Dims, D extends DType, Axis extends number | undefined> =
  NeedsDType<Op, S, D, Floats> extends infer Refused extends string ? Refused : AlongAxis<Op, S, AxisOr<Axis, -1>>;

/** Axes counted from 0, as a union; a sentence for one that is outside, or else for one that is named twice. */
type AxesOf<
  Op extends string,
  S extends Dims,
  Axes extends readonly number[],
  Whole extends readonly number[],
  Seen extends number = never,
  Twice extends boolean = false,
> = Axes extends readonly [infer First extends number, ...infer Rest extends readonly number[]]
  ? [AxisOf<S, First>] extends [never]
    ? OutsideAxes<Op, First, S>
    : AxesOf<Op, S, Rest, Whole, Seen | AxisOf<S, First>, AxisOf<S, First> extends Seen ? true : Twice>
  : Twice extends true
    ? Sentence<"W206", { op: Op; axes: PrintShape<Whole>; shape: PrintShape<S> }>
    : readonly [axes: Seen];

type FoldAxes<
  S extends Dims,
  Folded extends number,
  Keep extends boolean,
  Passed extends readonly unknown[] = [],
  Result extends Dims = [],
> = S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
  ? FoldAxes<
      Rest,
      Folded,
      Keep,
      [...Passed, First],
      Passed["length"] extends Folded ? (Keep extends true ? [...Result, 1] : Result) : [...Result, First]
    >
  : Result;

type AllFolded<S extends Dims, Keep extends boolean> = Keep extends true ? { -readonly [Axis in keyof S]: 1 } : [];

/** The rule of a reduction: without the axes (all of them when none are named), or with them as extents of 1. */
export type ReduceShape<
  Op extends string,
  S extends Dims,
  Axes extends readonly number[] | undefined,
  Keep extends boolean,
> = boolean extends Keep
  ? Dims
  : Axes extends readonly number[]
    ? IsUnknownRank<S> extends true
      ? UnknownFrom<S>
      : number extends Axes[number] | Axes["length"]
        ? Dims
        : AxesOf<Op, S, Axes, Axes> extends infer Named
          ? Named extends readonly [axes: infer Folded extends number]
            ? FoldAxes<S, Folded, Keep>
            : Axes extends readonly []
              ? S
              : Named
          : never
    : Keep extends true
      ? AllFolded<S, Keep>
      : [];

/** The rule of an operation that names axes and keeps the shape. */
export type AlongAxes<Op extends string, S extends Dims, Axes extends readonly number[]> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Axes[number] | Axes["length"]
      ? S
      : AxesOf<Op, S, Axes, Axes> extends infer Named
        ? Named extends string
          ? Named
          : S
        : never;

type PermuteAxes<
  S extends Dims,
  Order extends readonly number[],
  Seen extends number = never,
  Result extends Dims = [],
> = Order extends readonly [infer First extends number, ...infer Rest extends readonly number[]]
  ? [AxisOf<S, First>] extends [never]
    ? never
    : AxisOf<S, First> extends Seen
      ? never
      : PermuteAxes<S, Rest, Seen | AxisOf<S, First>, [...Result, S[AxisOf<S, First>]]>
  : Result;

/** The sentence for what is no permutation. */
type NoOrder<Permutation extends readonly number[], S extends Dims> = Sentence<
  "W213",
  { permutation: PrintShape<Permutation>; shape: PrintShape<S> }
>;

/** The rule of `transpose(x, permutation)`: entry k names the axis that becomes axis k. */
export type TransposeShape<S extends Dims, Permutation extends readonly number[]> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Permutation[number] | Permutation["length"]
      ? Dims
      : Permutation["length"] extends S["length"]
        ? [PermuteAxes<S, Permutation>] extends [never]
          ? NoOrder<Permutation, S>
          : PermuteAxes<S, Permutation>
        : NoOrder<Permutation, S>;

/** The shape with another extent at an axis counted from 0. */
export type ReplaceAxis<S extends Dims, Axis extends number, Extent extends Dim> = {
  -readonly [At in keyof S]: At extends `${Axis}` ? Extent : S[At];
};
