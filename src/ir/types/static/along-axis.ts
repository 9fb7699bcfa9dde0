// Shapes of functions whose indices stand beside the elements of a tensor, along one axis.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Dims } from "../tensor.ts";
import type { AlongAxis, AxisOf, ReplaceAxis } from "./axes.ts";
import type { AllOf, IsUnknownRank, NeedsDType, Numbers, UnknownFrom } from "./check.ts";
import type { CanonicalDim, IsAbove } from "./dims.ts";
import type { GatherShape, OnlyType } from "./indexing.ts";

/** The extent of the indices along an axis, if they have it. */
type ExtentAt<Indices extends Dims, Axis extends number, Otherwise extends Dim> = `${Axis}` extends keyof Indices
  ? Indices[`${Axis}`] & Dim
  : Otherwise;

type Shorter<Own extends Dim, Wanted extends Dim> = [Own, Wanted] extends [number, number]
  ? IsAbove<Own, Wanted> extends true
    ? Wanted
    : Own
  : Own;

/** The shape that indices must have: along the axis their own extent, elsewhere that of the tensor, or less. */
type IndicesBeside<
  S extends Dims,
  Indices extends Dims,
  Axis extends number,
  Result extends Dims = [],
> = S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
  ? IndicesBeside<
      Rest,
      Indices,
      Axis,
      [
        ...Result,
        Result["length"] extends Axis
          ? ExtentAt<Indices, Result["length"] & number, 1>
          : Shorter<First, ExtentAt<Indices, Result["length"] & number, First>>,
      ]
    >
  : Result;

/** The rule of `takeAlongAxis(x, indices, axis)`: the shape of the indices. */
export type TakeShape<S extends Dims, Indices extends Dims, E extends DType, Axis extends number> =
  AlongAxis<"takeAlongAxis", S, Axis> extends infer Refused extends string
    ? Refused
    : NeedsDType<"takeAlongAxis", Indices, E, readonly ["i32"]> extends infer Unfit extends string
      ? Unfit
      : true extends IsUnknownRank<S> | IsUnknownRank<Indices> | (number extends Axis ? true : false)
        ? Indices
        : OnlyType<"takeAlongAxis", "indices", Indices, E, IndicesBeside<S, Indices, AxisOf<S, Axis>>, "i32">;

/** The rule of `addAlongAxis(updates, indices, extent, axis)`: the extent in the place of that of the axis. */
export type AddAlongShape<
  S extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  Extent extends Dim,
  Axis extends number,
> = AllOf<
  [
    NeedsDType<"addAlongAxis", S, D, Numbers>,
    AlongAxis<"addAlongAxis", S, Axis>,
    OnlyType<"addAlongAxis", "indices", Indices, E, S, "i32">,
  ],
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Axis
      ? Dims
      : ReplaceAxis<S, AxisOf<S, Axis>, CanonicalDim<Extent>>
>;

/** The rule of `indexAdd(x, indices, updates, axis)`: the shape of x, beside updates with rows for the indices. */
export type IndexAddShape<
  S extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  Updates extends Dims,
  F extends DType,
  Axis extends number,
> = AllOf<
  [
    NeedsDType<"indexAdd", S, D, Numbers>,
    NeedsDType<"indexAdd", Indices, E, readonly ["i32"]>,
    AlongAxis<"indexAdd", S, Axis>,
    GatherShape<S, Indices, E, Axis> extends infer Expected extends Dims
      ? OnlyType<"indexAdd", "updates", Updates, F, Expected, D>
      : true,
  ],
  S
>;
