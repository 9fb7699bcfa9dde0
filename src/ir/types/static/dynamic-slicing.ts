// Shapes of cutting at a place that is known only when running.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { AxisOf, OutsideAxes, ReplaceAxis } from "./axes.ts";
import type { After, IsUnknownRank, PrintType } from "./check.ts";
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

/** The rule of a start of `dynamicSlice`, where there is such an axis. */
export type SliceStart<Rule, Start> = Rule extends `W205: ${string}` ? Dims : StartShape<"dynamicSlice", Start>;

/** The rule of what `dynamicSlice` cuts: the axis is there, and room for so many positions. */
export type SlicedShape<Rule, Start> = Rule extends `W205: ${string}`
  ? Rule
  : After<StartShape<"dynamicSlice", Start>, Rule>;

/** The rule of a start of `dynamicUpdateSlice`, where the update fits. */
export type UpdateStart<Rule, Start> = Rule extends Dims | `W223: ${string}`
  ? StartShape<"dynamicUpdateSlice", Start>
  : Dims;

/** The rule of `dynamicUpdateSlice(x, update, start, axis)`: the update is as long along the axis as it likes. */
export type UpdateShape<
  S extends Dims,
  D extends DType,
  Update extends Dims,
  E extends DType,
  Axis extends number,
  Start = number,
> =
  IsUnknownRank<S> extends true
    ? Dims
    : number extends Axis
      ? Dims
      : [AxisOf<S, Axis>] extends [never]
        ? OutsideAxes<"dynamicUpdateSlice", Axis, S>
        : IsUnknownRank<Update> extends true
          ? Dims
          : Updated<S, D, Update, E, AxisOf<S, Axis>, Start>;

/** How long an update is along an axis; as the tensor is where it has no such axis. */
type LengthAlong<S extends Dims, Update extends Dims, Axis extends number> = `${Axis}` extends keyof Update
  ? Update[Axis]
  : S[Axis];

type Updated<S extends Dims, D extends DType, Update extends Dims, E extends DType, Axis extends number, Start> =
  OnlyType<
    "dynamicUpdateSlice",
    "update",
    Update,
    E,
    ReplaceAxis<S, Axis, LengthAlong<S, Update, Axis>>,
    D
  > extends infer Unfit extends string
    ? Unfit
    : After<
        StartShape<"dynamicUpdateSlice", Start>,
        NoRoom<"dynamicUpdateSlice", S, D, LengthAlong<S, Update, Axis>, Axis>
      >;

/** The rule of `dynamicSlice(x, start, length, axis)`: the length in the place of the extent of the axis. */
export type DynamicSliceShape<S extends Dims, D extends DType, Length extends Dim, Axis extends number> =
  IsUnknownRank<S> extends true
    ? Dims
    : number extends Axis
      ? Dims
      : [AxisOf<S, Axis>] extends [never]
        ? OutsideAxes<"dynamicSlice", Axis, S>
        : CutAxis<S, D, Length, AxisOf<S, Axis>>;
