// Shapes of cutting at a place that is known only when running.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { AxisOf, OutsideAxes, ReplaceAxis } from "./axes.ts";
import type { IsUnknownRank, PrintType } from "./check.ts";
import type { CanonicalDim, IsAbove, PrintDim } from "./dims.ts";

type CutAxis<S extends Dims, D extends DType, Length extends Dim, Axis extends number> =
  true extends IsAbove<Length, S[Axis]>
    ? Sentence<
        "W223",
        { op: "dynamicSlice"; length: PrintDim<Length>; axis: Axis; extent: PrintDim<S[Axis]>; type: PrintType<S, D> }
      >
    : ReplaceAxis<S, Axis, CanonicalDim<Length>>;

/** The rule of `dynamicSlice(x, start, length, axis)`: the length in the place of the extent of the axis. */
export type DynamicSliceShape<S extends Dims, D extends DType, Length extends Dim, Axis extends number> =
  IsUnknownRank<S> extends true
    ? Dims
    : number extends Axis
      ? Dims
      : [AxisOf<S, Axis>] extends [never]
        ? OutsideAxes<"dynamicSlice", Axis, S>
        : CutAxis<S, D, Length, AxisOf<S, Axis>>;
