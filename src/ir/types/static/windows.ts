// Shapes of sliding windows: convolution and pooling over [batch, channels, height, width], and over one or three spatial
// axes. A symbolic extent gives a floored quotient, nested ones collapse, so the paths of a residual network meet in equal
// shapes whatever the image.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { PrintShape, PrintType } from "./check.ts";
import type { AddDims, Decrement, FloorDivideDim, IsUnknownDim } from "./dims.ts";
import type { SubtractIntoInteger } from "./integer.ts";
import type { AddNaturals, CompareNaturals, DivideNaturals, MultiplyNaturals, SubtractNaturals } from "./natural.ts";
import type { JoinText } from "./text.ts";

/** How many spatial axes there are: those of a sequence, an image, a volume. */
export type SpatialRank = 1 | 2 | 3;

/** What spatial axes are called. */
export interface AxisNames {
  readonly 1: readonly ["length"];
  readonly 2: readonly ["height", "width"];
  readonly 3: readonly ["depth", "height", "width"];
}

/** One number for each spatial axis. */
export interface AxisNumbers {
  readonly 1: readonly [length: number];
  readonly 2: readonly [height: number, width: number];
  readonly 3: readonly [depth: number, height: number, width: number];
}

interface SideNumbers {
  readonly 1: readonly [left: number, right: number];
  readonly 2: readonly [top: number, bottom: number, left: number, right: number];
  readonly 3: readonly [front: number, back: number, top: number, bottom: number, left: number, right: number];
}

/** Spatial extents, of which nothing but the number is said. */
export type SpatialExtents<Rank extends SpatialRank> = {
  readonly 1: readonly [Dim];
  readonly 2: readonly [Dim, Dim];
  readonly 3: readonly [Dim, Dim, Dim];
}[Rank];

/** One number for all spatial axes, or one for each. */
export type PerAxis<Rank extends SpatialRank> = number | AxisNumbers[Rank];

/** Padding: one number for all sides, one for both sides of each axis, or one for each side. */
export type PerSide<Rank extends SpatialRank> = PerAxis<Rank> | SideNumbers[Rank];

/** Padding by d(k-1) along each axis, half of it on either side, or all of it before a sequence. */
export type NamedPadding<Rank extends SpatialRank> = Rank extends 1 ? "same" | "causal" : "same";

/** The numbers for all axes, as a tuple. */
export type EachAxis<Rank extends SpatialRank, P> = P extends readonly number[]
  ? P
  : { readonly 1: [P]; readonly 2: [P, P]; readonly 3: [P, P, P] }[Rank];

/** The number for one axis. */
export type AtAxis<P, Axis extends number> = P extends readonly number[] ? P[Axis] : P extends number ? P : number;

type BeforeAt = readonly [0, 2, 4];
type BehindAt = readonly [1, 3, 5];

/** What padding adds before and behind one axis, as a tuple. */
export type SidesAt<P, Rank extends SpatialRank, Axis extends number> = P extends readonly number[]
  ? P["length"] extends Rank
    ? readonly [P[Axis], P[Axis]]
    : readonly [P[BeforeAt[Axis]], P[BehindAt[Axis]]]
  : P extends number
    ? readonly [P, P]
    : readonly [number, number];

/** From the first to the last element of a window: d(k-1)+1. */
export type Reach<Kernel extends number, Dilation extends number> = AddNaturals<
  MultiplyNaturals<Dilation, Decrement<Kernel>>,
  1
>;

/** A whole number that is known and above 0, of which a window can be made; anything else is left to the run time. */
export type IsCount<N extends number> = number extends N
  ? false
  : `${N}` extends "0" | `-${string}` | `${string}.${string}`
    ? false
    : true;

/** Whether there are as many windows as elements: the everyday case, which needs no arithmetic. */
type KeepsExtent<
  Extent extends number,
  Kernel extends number,
  Stride extends number,
  Added extends number,
  Dilation extends number,
> = Extent extends 0
  ? false
  : [Stride, Added] extends [1, MultiplyNaturals<Dilation, Decrement<Kernel>>]
    ? true
    : false;

/** How many windows fit: floor((n + added - reach)/s) + 1; never where none does. */
type CountWindows<
  Extent extends Dim,
  Kernel extends number,
  Stride extends number,
  Added extends number,
  Dilation extends number,
> = [IsUnknownDim<Extent>, IsCount<Kernel>, IsCount<Stride>, IsUnknownDim<Added>, IsCount<Dilation>] extends [
  false,
  true,
  true,
  false,
  true,
]
  ? Extent extends number
    ? KeepsExtent<Extent, Kernel, Stride, Added, Dilation> extends true
      ? Extent
      : SubtractNaturals<AddNaturals<Extent, Added>, Reach<Kernel, Dilation>> extends infer Free extends number
        ? [Free] extends [never]
          ? never
          : AddNaturals<DivideNaturals<Free, Stride>[0], 1>
        : never
    : AddDims<FloorDivideDim<AddDims<Extent, SubtractIntoInteger<Added, Reach<Kernel, Dilation>>>, Stride>, 1>
  : IsWrongCount<Kernel | Stride | Dilation> extends true
    ? undefined
    : number;

/** Whether something is known to be no whole number above 0; of several, whether one is, if all are known. */
type IsWrongCount<N extends number> = number extends N
  ? false
  : [Extract<`${N}`, "0" | `-${string}` | `${string}.${string}`>] extends [never]
    ? false
    : true;

/** The sentence for windows that are made of no whole numbers above 0, the first of several as at run time; otherwise another. */
type WrongNumbersOr<Op extends string, Rank extends SpatialRank, Kernel, Stride, Dilation, Otherwise> =
  IsWrongCount<EachAxis<Rank, Kernel>[number] & number> extends true
    ? WrongNumber<Op, Rank, "kernel", Kernel>
    : IsWrongCount<EachAxis<Rank, Stride>[number] & number> extends true
      ? WrongNumber<Op, Rank, "stride", Stride>
      : IsWrongCount<EachAxis<Rank, Dilation>[number] & number> extends true
        ? WrongNumber<Op, Rank, "dilation", Dilation>
        : Otherwise;

type WrongNumber<Op extends string, Rank extends SpatialRank, Attribute extends string, Given> = Sentence<
  "W242",
  {
    op: Op;
    attribute: Attribute;
    numbers: { 1: "1 whole number"; 2: "2 whole numbers"; 3: "3 whole numbers" }[Rank];
    least: 1;
    values: EachAxis<Rank, Given> extends infer Values extends Dims ? PrintShape<Values> : never;
  }
>;

type NoWindowFits<
  Op extends string,
  Axis extends string,
  Extent extends Dim,
  Kernel extends number,
  Added extends number,
  Dilation extends number,
  Images extends { readonly text: string },
> = Extent extends 0
  ? Sentence<"W252", { op: Op; axis: Axis; images: Images["text"] }>
  : Sentence<
      "W243",
      { op: Op; axis: Axis; window: Reach<Kernel, Dilation>; padded: AddDims<Extent, Added>; images: Images["text"] }
    >;

type Smaller<A extends number, B extends number> = CompareNaturals<A, B> extends "greater" ? B : A;

/** What is added to one axis: padding by its name, or both sides, of which the last grows where counts are rounded up. */
type AddedAt<
  Padding,
  Sides extends readonly [number, number],
  Kernel extends number,
  Stride extends number,
  Dilation extends number,
  Ceil extends boolean,
> = Padding extends string
  ? Decrement<Reach<Kernel, Dilation>>
  : boolean extends Ceil
    ? number
    : Ceil extends false
      ? AddNaturals<Sides[0], Sides[1]>
      : AddNaturals<Sides[0], Smaller<AddNaturals<Sides[1], Decrement<Stride>>, Decrement<Reach<Kernel, Dilation>>>>;

/** Counts of windows along the spatial axes, or a sentence; the images stand in a record, so that they are printed only for that. */
export type WindowsOf<
  Op extends string,
  Rank extends SpatialRank,
  Extents extends Dims,
  Kernel,
  Stride,
  Padding,
  Dilation,
  Ceil extends boolean,
  Images extends { readonly text: string },
  Counts extends Dims = [],
> = AxisNames[Rank][Counts["length"]] extends infer Axis extends string
  ? AddedAt<
      Padding,
      SidesAt<Padding, Rank, Counts["length"]>,
      AtAxis<Kernel, Counts["length"]>,
      AtAxis<Stride, Counts["length"]>,
      AtAxis<Dilation, Counts["length"]>,
      Ceil
    > extends infer Added extends number
    ? CountWindows<
        Extents[Counts["length"]],
        AtAxis<Kernel, Counts["length"]>,
        AtAxis<Stride, Counts["length"]>,
        Added,
        AtAxis<Dilation, Counts["length"]>
      > extends infer Count extends Dim
      ? [Count] extends [never]
        ? NoWindowFits<
            Op,
            Axis,
            Extents[Counts["length"]],
            AtAxis<Kernel, Counts["length"]>,
            Added,
            AtAxis<Dilation, Counts["length"]>,
            Images
          >
        : WindowsOf<Op, Rank, Extents, Kernel, Stride, Padding, Dilation, Ceil, Images, [...Counts, Count]>
      : WrongNumbersOr<Op, Rank, Kernel, Stride, Dilation, Dims>
    : never
  : Counts;

/** `[batch, channels, height, width]`: how a tensor with spatial axes is laid out. */
export type Layout<
  Rank extends SpatialRank,
  Leading extends string,
> = `[${Leading}, ${JoinText<AxisNames[Rank], ", ">}]`;

/** The sentence for images of another number of axes. */
export type NeedsImages<Op extends string, Rank extends SpatialRank, S extends Dims, D extends DType> = Sentence<
  "W241",
  {
    op: Op;
    operand: "images";
    axes: { 1: 3; 2: 4; 3: 5 }[Rank];
    layout: Layout<Rank, "batch, channels">;
    type: PrintType<S, D>;
  }
>;

/** The operands of a convolution, as messages write them. */
export type ImagesAndWeights<
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
> = `images ${PrintType<S, D>}, weights ${PrintType<Weight, E>}`;
