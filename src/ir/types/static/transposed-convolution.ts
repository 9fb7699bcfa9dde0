// Shapes of transposed convolution: as many windows as the images have elements, summed where they overlap.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { AnySentence, Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { IsUnknownRank, PrintType, SameDType, UnknownFrom } from "./check.ts";
import type { GroupsDivide } from "./convolution.ts";
import type { AddDims, Decrement, IsUnknownDim, MultiplyDims, PrintDim, SameDim, SubtractDims } from "./dims.ts";
import type { SubtractIntoInteger } from "./integer.ts";
import type { AddNaturals, CompareNaturals, MultiplyNaturals, SubtractNaturals } from "./natural.ts";
import type {
  AtAxis,
  AxisNames,
  AxisNumbers,
  ImagesAndWeights,
  IsCount,
  Layout,
  NeedsImages,
  PerAxis,
  PerSide,
  Reach,
  SidesAt,
  SpatialExtents,
  SpatialRank,
} from "./windows.ts";

/** Whether output padding is below the stride or the dilation. */
type IsRest<Extra extends number, Stride extends number, Dilation extends number> = "less" extends
  | CompareNaturals<Extra, Stride>
  | CompareNaturals<Extra, Dilation>
  ? true
  : false;

/** What is left of padding behind, from which output padding takes back. */
type Remaining<High extends number, Extra extends number> =
  CompareNaturals<High, Extra> extends "less" ? 0 : SubtractNaturals<High, Extra>;

/** What windows reach before padding is taken off: (n-1)s + d(k-1)+1. */
type Reached<
  Extent extends number,
  Kernel extends number,
  Stride extends number,
  Dilation extends number,
> = AddNaturals<MultiplyNaturals<Decrement<Extent>, Stride>, Reach<Kernel, Dilation>>;

/** What is left of them without padding, and zeros behind; never where nothing is left. */
type Kept<All extends number, Low extends number, High extends number, Extra extends number> =
  CompareNaturals<AddNaturals<Low, Remaining<High, Extra>>, All> extends "less"
    ? SubtractNaturals<AddNaturals<All, Extra>, AddNaturals<Low, High>>
    : never;

/** One extent of the result, or a sentence. */
type AxisOf<
  Op extends string,
  Axis extends string,
  Extent extends Dim,
  Kernel extends number,
  Stride extends number,
  Sides extends readonly [number, number],
  Dilation extends number,
  Extra extends number,
  Images extends { readonly text: string },
> = [
  IsUnknownDim<Extent> | IsUnknownDim<Extra> | (number extends Sides[number] ? true : false),
  IsCount<Kernel>,
  IsCount<Stride>,
  IsCount<Dilation>,
] extends [false, true, true, true]
  ? IsRest<Extra, Stride, Dilation> extends false
    ? Sentence<"W265", { op: Op; outputPadding: Extra; axis: Axis; stride: Stride; dilation: Dilation }>
    : Extent extends number
      ? Extent extends 0
        ? Sentence<"W252", { op: Op; axis: Axis; images: Images["text"] }>
        : [Kept<Reached<Extent, Kernel, Stride, Dilation>, Sides[0], Sides[1], Extra>] extends [never]
          ? Sentence<
              "W266",
              {
                op: Op;
                low: Sides[0];
                high: Sides[1];
                reached: Reached<Extent, Kernel, Stride, Dilation>;
                axis: Axis;
                images: Images["text"];
              }
            >
          : Kept<Reached<Extent, Kernel, Stride, Dilation>, Sides[0], Sides[1], Extra>
      : AddDims<
          MultiplyDims<SubtractDims<Extent, 1>, Stride>,
          SubtractIntoInteger<AddNaturals<Reach<Kernel, Dilation>, Extra>, AddNaturals<Sides[0], Sides[1]>>
        >
  : number;

/** The extents of the result, or a sentence: a sentence is an extent that names no axis. */
type ExtentsOf<
  Op extends string,
  Rank extends SpatialRank,
  Extents extends Dims,
  Kernel,
  Stride,
  Padding,
  Dilation,
  OutputPadding,
  Images extends { readonly text: string },
  Done extends Dims = [],
> = AxisNames[Rank][Done["length"]] extends infer Axis extends string
  ? AxisOf<
      Op,
      Axis,
      Extents[Done["length"]],
      AtAxis<Kernel, Done["length"]>,
      AtAxis<Stride, Done["length"]>,
      SidesAt<Padding, Rank, Done["length"]>,
      AtAxis<Dilation, Done["length"]>,
      AtAxis<OutputPadding, Done["length"]>,
      Images
    > extends infer Extent extends Dim
    ? Extent extends AnySentence
      ? Extent
      : ExtentsOf<Op, Rank, Extents, Kernel, Stride, Padding, Dilation, OutputPadding, Images, [...Done, Extent]>
    : never
  : Done;

type TransposedOf<
  Op extends string,
  Rank extends SpatialRank,
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  Kernel,
  Stride,
  Padding,
  Dilation,
  Groups extends number,
  OutputPadding,
> = S extends readonly [infer Batch extends Dim, infer Channels extends Dim, ...infer Extents extends Dims]
  ? GroupsDivide<Weight[0], Groups> extends true
    ? SameDim<Channels, Weight[0]> extends true
      ? ExtentsOf<
          Op,
          Rank,
          Extents,
          Kernel,
          Stride,
          Padding,
          Dilation,
          OutputPadding,
          { text: PrintType<S, D> }
        > extends infer Result
        ? Result extends Dims
          ? [Batch, MultiplyDims<Weight[1], Groups>, ...Result]
          : Result
        : never
      : Sentence<
          "W244",
          {
            op: Op;
            channels: PrintDim<Channels>;
            expected: PrintDim<Weight[0]>;
            among: "";
            shapes: ImagesAndWeights<S, D, Weight, E>;
          }
        >
    : Sentence<
        "W245",
        { op: Op; groups: Groups; channels: PrintDim<Weight[0]>; shapes: ImagesAndWeights<S, D, Weight, E> }
      >
  : never;

/** The rule of `convTranspose2d(images, weight, options)`: [N, I, H, W] with [I, O / groups, KH, KW] gives [N, O, OH, OW]. */
export type TransposedConvolutionShape<
  Op extends string,
  Rank extends SpatialRank,
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  Stride extends PerAxis<Rank> = 1,
  Padding extends PerSide<Rank> = 0,
  Dilation extends PerAxis<Rank> = 1,
  Groups extends number = 1,
  OutputPadding extends PerAxis<Rank> = 0,
> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : IsUnknownRank<Weight> extends true
      ? UnknownFrom<Weight>
      : Weight extends readonly [Dim, Dim, ...infer Kernel extends AxisNumbers[Rank]]
        ? S extends readonly [Dim, Dim, ...SpatialExtents<Rank>]
          ? SameDType<
              Op,
              S,
              D,
              Weight,
              E,
              TransposedOf<Op, Rank, S, D, Weight, E, Kernel, Stride, Padding, Dilation, Groups, OutputPadding>
            >
          : NeedsImages<Op, Rank, S, D>
        : Sentence<"W246", { op: Op; layout: Layout<Rank, "in, out / groups">; type: PrintType<Weight, E> }>;
