// Shapes of reshape and flatten: element counts are compared as polynomials, and -1 is what the others leave.
import type { Dim } from "../dim.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../shaped.ts";
import type { AxisOf, OutsideAxes } from "./axes.ts";
import type { IsUnknownRank, PrintShape, UnknownFrom } from "./check.ts";
import type { CanonicalDim, CanonicalShape, CountElements, DivideCounts, MultiplyDims, PrintCount } from "./dims.ts";
import type { Polynomial } from "./polynomial.ts";

type WithoutOpen<S extends Dims> = S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
  ? First extends -1
    ? WithoutOpen<Rest>
    : [First, ...WithoutOpen<Rest>]
  : [];

type FillOpen<S extends Dims, Extent extends Dim> = {
  -readonly [Axis in keyof S]: S[Axis] extends -1 ? Extent : CanonicalDim<S[Axis]>;
};

type CountsDiffer<From extends Dims, To extends Dims, Counts extends readonly [unknown, unknown]> = Sentence<
  "W211",
  {
    from: PrintShape<From>;
    to: PrintShape<CanonicalShape<To>>;
    first: PrintCount<Counts[0]>;
    second: PrintCount<Counts[1]>;
  }
>;

type ReshapeOpen<From extends Dims, To extends Dims, Have, Others> = [Have, Others] extends [
  infer Count extends Polynomial,
  infer Divisor extends Polynomial,
]
  ? [DivideCounts<Count, Divisor>] extends [never]
    ? CountsDiffer<From, To, [Have, Others]>
    : FillOpen<To, DivideCounts<Count, Divisor>>
  : FillOpen<To, number>;

type ReshapeWhole<From extends Dims, To extends Dims, Have, Want> = Have extends "unknown"
  ? CanonicalShape<To>
  : Want extends "unknown"
    ? CanonicalShape<To>
    : [Have, Want] extends [Want, Have]
      ? CanonicalShape<To>
      : CountsDiffer<From, To, [Have, Want]>;

/** The rule of `reshape(x, shape)`: the shape, one -1 in it replaced by what keeps the number of elements. */
export type ReshapeShape<From extends Dims, To extends Dims> =
  IsUnknownRank<To> extends true
    ? UnknownFrom<To>
    : IsUnknownRank<From> extends true
      ? FillOpen<To, number>
      : -1 extends To[number]
        ? ReshapeOpen<From, To, CountElements<From>, CountElements<WithoutOpen<To>>>
        : ReshapeWhole<From, To, CountElements<From>, CountElements<To>>;

type Product<S extends Dims> =
  PrintCount<CountElements<S>> extends infer Count extends Dim ? (Count extends "?" ? number : Count) : never;

type FlattenFrom<S extends Dims, Axis extends number, Kept extends Dims = []> = Kept["length"] extends Axis
  ? [...Kept, Product<S>]
  : S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
    ? FlattenFrom<Rest, Axis, [...Kept, First]>
    : never;

/** The rule of `flatten(x, axis)`: the axes from there on as one. */
export type FlattenShape<S extends Dims, Axis extends number> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Axis
      ? Dims
      : [AxisOf<S, Axis>] extends [never]
        ? OutsideAxes<"flatten", Axis, S>
        : FlattenFrom<S, AxisOf<S, Axis>>;

/** The shape with an extent of 1 put in before an axis. */
export type InsertAxis<
  S extends Dims,
  Axis extends number,
  Extent extends Dim = 1,
  Kept extends Dims = [],
> = Kept["length"] extends Axis
  ? [...Kept, Extent, ...S]
  : S extends readonly [infer First extends Dim, ...infer Rest extends Dims]
    ? InsertAxis<Rest, Axis, Extent, [...Kept, First]>
    : never;

/** The rule of `tile(x, repeats)`: each extent times its number. */
export type TileShape<S extends Dims, Repeats extends readonly number[]> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : number extends Repeats["length"] | Repeats[number]
      ? Dims
      : Repeats["length"] extends S["length"]
        ? {
            -readonly [Axis in keyof S]: Axis extends keyof Repeats
              ? MultiplyDims<S[Axis], Repeats[Axis] & number>
              : S[Axis];
          }
        : Sentence<
            "W215",
            { op: "tile"; attribute: "repeats"; length: Repeats["length"]; rank: S["length"]; shape: PrintShape<S> }
          >;
