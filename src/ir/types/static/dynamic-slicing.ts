// Shapes of cutting at a place that is known only when running.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { AlongAxis, AxisOf, OutsideAxes, ReplaceAxis } from "./axes.ts";
import type { IsUnknownRank, PrintType, UnknownFrom } from "./check.ts";
import type { CanonicalDim, IsAbove, PrintDim } from "./dims.ts";
import type { OnlyType } from "./indexing.ts";

/** A sentence where there are certainly fewer positions along an axis. */
type NoRoom<Op extends string, S extends Dims, D extends DType, Length extends Dim, Axis extends number> =
  true extends IsAbove<Length, S[Axis]>
    ? Sentence<
        "W223",
        {
          op: Op;
          length: PrintDim<CanonicalDim<Length>>;
          axis: Axis;
          extent: PrintDim<S[Axis]>;
          type: PrintType<S, D>;
        }
      >
    : Dims;

type CutAxis<S extends Dims, D extends DType, Length extends Dim, Axis extends number> =
  NoRoom<"dynamicSlice", S, D, Length, Axis> extends infer Unfit extends string
    ? Unfit
    : ReplaceAxis<S, Axis, CanonicalDim<Length>>;

/** The rule of a start: one i32, or a number. */
export type StartShape<Op extends string, Start> = [Start] extends [Tensor<infer S, infer D>]
  ? OnlyType<Op, "start", S, D, [], "i32">
  : Dims;

/** The extent along the axis of what is put in: the whole axis where it has none such, which is refused. */
type LengthAt<Update extends Dims, Axis extends number, Otherwise extends Dim> = `${Axis}` extends keyof Update
  ? Update[`${Axis}`] & Dim
  : Otherwise;

type PutAxis<
  S extends Dims,
  D extends DType,
  Update extends Dims,
  E extends DType,
  Axis extends number,
  Length extends Dim,
> =
  OnlyType<"dynamicUpdateSlice", "update", Update, E, ReplaceAxis<S, Axis, Length>, D> extends infer Refused extends
    string
    ? Refused
    : NoRoom<"dynamicUpdateSlice", S, D, Length, Axis> extends infer Unfit extends string
      ? Unfit
      : S;

/** The rule of `dynamicUpdateSlice(x, update, start, axis)`: the shape of x, which the update has off the axis. */
export type DynamicUpdateShape<
  S extends Dims,
  D extends DType,
  Update extends Dims,
  E extends DType,
  Axis extends number,
> =
  AlongAxis<"dynamicUpdateSlice", S, Axis> extends infer Refused extends string
    ? Refused
    : true extends IsUnknownRank<S> | IsUnknownRank<Update> | (number extends Axis ? true : false)
      ? S
      : PutAxis<S, D, Update, E, AxisOf<S, Axis>, LengthAt<Update, AxisOf<S, Axis>, S[AxisOf<S, Axis>]>>;

/** The rule of `dynamicSlice(x, start, length, axis)`: the length in the place of the extent of the axis. */
export type DynamicSliceShape<S extends Dims, D extends DType, Length extends Dim, Axis extends number> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Axis
      ? Dims
      : [AxisOf<S, Axis>] extends [never]
        ? OutsideAxes<"dynamicSlice", Axis, S>
        : CutAxis<S, D, Length, AxisOf<S, Axis>>;
