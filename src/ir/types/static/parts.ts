// Shapes of what stands side by side in one tensor, apart again: pieces of given lengths, equal parts, and the heads of
// attention.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { AlongAxis, AxisOf, ReplaceAxis } from "./axes.ts";
import type { IsUnknownRank, PrintShape, PrintType, UnknownFrom } from "./check.ts";
import type { GroupsDivide } from "./convolution.ts";
import type { AddDims, CanonicalDim, DivideDim, IsUnknownDim, MultiplyDims, PrintDim, SameDim } from "./dims.ts";
import type { DivideNaturals } from "./natural.ts";

type SumOf<Lengths extends Dims, Sum extends Dim = 0> = Lengths extends readonly [
  infer First extends Dim,
  ...infer Rest extends Dims,
]
  ? SumOf<Rest, AddDims<Sum, First>>
  : Sum;

/** Whether the pieces of an axis can be counted in the editor: not where lengths or the axis are not known. */
type IsOpen<S extends Dims, Lengths, Axis extends number> =
  IsUnknownRank<S> extends true
    ? true
    : number extends Axis
      ? true
      : Lengths extends Dims
        ? IsUnknownRank<Lengths>
        : number extends Lengths
          ? true
          : false;

type AddUp<S extends Dims, D extends DType, Lengths, Axis extends number> = Lengths extends Dims
  ? SameDim<SumOf<Lengths>, S[Axis]> extends true
    ? true
    : Sentence<"W236", { lengths: PrintShape<Lengths>; extent: PrintDim<S[Axis]>; axis: Axis; type: PrintType<S, D> }>
  : true;

/** The rule of `split(x, lengths, axis)`: the lengths of a list add up to the extent. */
export type SplitRule<S extends Dims, D extends DType, Lengths, Axis extends number> =
  AlongAxis<"split", S, Axis> extends infer Refused extends string
    ? Refused
    : IsOpen<S, Lengths, Axis> extends true
      ? true
      : AddUp<S, D, Lengths, AxisOf<S, Axis>>;

type PiecesOfList<S extends Dims, D extends DType, Lengths extends Dims, Axis extends number> = {
  readonly [At in keyof Lengths]: Tensor<ReplaceAxis<S, Axis, CanonicalDim<Lengths[At]>>, D>;
};

/** As many pieces of one length as there are in an extent, and what is left; unknown where they are very many. */
type EvenPieces<
  S extends Dims,
  D extends DType,
  Length extends number,
  Axis extends number,
  Parts extends readonly [number, number],
  Pieces extends readonly Tensor[] = [],
> = Pieces["length"] extends Parts[0]
  ? Parts[1] extends 0
    ? Pieces
    : readonly [...Pieces, Tensor<ReplaceAxis<S, Axis, Parts[1]>, D>]
  : Pieces["length"] extends 100
    ? readonly Tensor<Dims, D>[]
    : EvenPieces<S, D, Length, Axis, Parts, readonly [...Pieces, Tensor<ReplaceAxis<S, Axis, Length>, D>]>;

type PiecesOf<S extends Dims, D extends DType, Lengths, Axis extends number> = Lengths extends Dims
  ? PiecesOfList<S, D, Lengths, Axis>
  : [Lengths, S[Axis]] extends [infer Length extends number, infer Extent extends number]
    ? Length extends 0
      ? readonly Tensor<Dims, D>[]
      : number extends Extent
        ? readonly Tensor<Dims, D>[]
        : EvenPieces<S, D, Length, Axis, DivideNaturals<Extent, Length>>
    : readonly Tensor<Dims, D>[];

/** What `split` gives: a tensor for each length, as far as these are known. */
export type Pieces<S extends Dims, D extends DType, Lengths, Axis extends number> =
  SplitRule<S, D, Lengths, Axis> extends string
    ? readonly Tensor[]
    : IsOpen<S, Lengths, Axis> extends true
      ? readonly Tensor<Dims, D>[]
      : PiecesOf<S, D, Lengths, AxisOf<S, Axis>>;

/** The rule of `chunk(x, parts, axis)`: the shape of each part. */
export type ChunkShape<S extends Dims, D extends DType, Parts extends number, Axis extends number> =
  AlongAxis<"chunk", S, Axis> extends infer Refused extends string
    ? Refused
    : true extends IsUnknownRank<S> | (number extends Axis | Parts ? true : false)
      ? Dims
      : PartOf<S, D, Parts, AxisOf<S, Axis>>;

type PartOf<S extends Dims, D extends DType, Parts extends number, Axis extends number> =
  IsUnknownDim<S[Axis]> extends true
    ? ReplaceAxis<S, Axis, number>
    : [DivideDim<S[Axis], Parts>] extends [never]
      ? Sentence<"W237", { parts: Parts; extent: PrintDim<S[Axis]>; axis: Axis; type: PrintType<S, D> }>
      : ReplaceAxis<S, Axis, DivideDim<S[Axis], Parts>>;

type Repeated<
  Part extends Tensor,
  Count extends number,
  Parts extends readonly Tensor[] = [],
> = Parts["length"] extends Count ? Parts : Repeated<Part, Count, readonly [...Parts, Part]>;

/** What `chunk` gives: as many tensors of one shape. */
export type Chunks<Part extends Tensor, Count extends number> = number extends Count
  ? readonly Part[]
  : `${Count}` extends `-${string}` | `${string}.${string}`
    ? readonly Part[]
    : Repeated<Part, Count>;

/** The rule of `splitHeads(x, heads)`: [..., positions, features] to [..., heads, positions, features / heads]. */
export type SplitHeadsShape<S extends Dims, Heads extends number> =
  AlongAxis<"splitHeads", S, -2> extends infer Refused extends string
    ? Refused
    : IsUnknownRank<S> extends true
      ? UnknownFrom<S>
      : S extends readonly [...infer Batch extends Dims, infer Length extends Dim, infer Features extends Dim]
        ? true extends IsUnknownDim<Features> | IsUnknownDim<Heads>
          ? [...Batch, Heads, Length, number]
          : [DivideDim<Features, Heads>] extends [never]
            ? Sentence<"W284", { layer: "splitHeads"; heads: `${Heads} heads`; whole: `${Features} features` }>
            : [...Batch, Heads, Length, DivideDim<Features, Heads>]
        : Dims;

/** The rule of `mergeHeads(x)`: [..., heads, positions, features] to [..., positions, heads * features]. */
export type MergeHeadsShape<S extends Dims> =
  AlongAxis<"mergeHeads", S, -3> extends infer Refused extends string
    ? Refused
    : IsUnknownRank<S> extends true
      ? UnknownFrom<S>
      : S extends readonly [
            ...infer Batch extends Dims,
            infer Heads extends Dim,
            infer Length extends Dim,
            infer Features extends Dim,
          ]
        ? [...Batch, Length, MultiplyDims<Heads, Features>]
        : Dims;

/** The rule of how many equal parts a layer makes of a whole: heads of features, heads of keys for heads of queries. */
export type PartsOf<
  Layer extends string,
  Parts,
  What extends string,
  Whole extends number,
  Of extends string,
> = Parts extends number
  ? GroupsDivide<Whole, Parts> extends true
    ? Parts
    : Sentence<"W284", { layer: Layer; heads: `${Parts} ${What}`; whole: `${Whole} ${Of}` }>
  : Parts;

/** The rule of the groups of a layer, which divide each of its numbers of channels. */
export type GroupsOf<
  Op extends string,
  Groups extends number,
  Channels extends readonly number[],
  Shapes extends string,
> = Channels extends readonly [infer First extends number, ...infer Others extends readonly number[]]
  ? GroupsDivide<First, Groups> extends true
    ? GroupsOf<Op, Groups, Others, Shapes>
    : Sentence<"W245", { op: Op; groups: Groups; channels: First; shapes: Shapes }>
  : Groups;
