// The shape rules of pooling.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { IsUnknownRank, PrintShape, PrintType, UnknownFrom } from "./check.ts";
import type { CompareNaturals } from "./natural.ts";
import type {
  AtAxis,
  AxisNames,
  IsCount,
  NeedsImages,
  PerAxis,
  PerSide,
  Reach,
  SidesAt,
  SpatialExtents,
  SpatialRank,
  WindowsOf,
} from "./windows.ts";

/** Whether padding on one side reaches as far as a window, which would then hold no element. */
type IsAllPadding<Kernel extends number, Side extends number, Dilation extends number> = [
  IsCount<Kernel>,
  IsCount<Side>,
  IsCount<Dilation>,
] extends [true, true, true]
  ? CompareNaturals<Side, Reach<Kernel, Dilation>> extends "less"
    ? false
    : true
  : false;

/** A sentence where padding reaches too far along an axis; otherwise true. */
type HasElements<
  Op extends string,
  Rank extends SpatialRank,
  Kernel,
  Padding,
  Dilation,
  Passed extends readonly true[] = [],
> = AxisNames[Rank][Passed["length"]] extends infer Axis extends string
  ? SidesAt<Padding, Rank, Passed["length"]> extends readonly [infer Low extends number, infer High extends number]
    ? true extends
        | IsAllPadding<AtAxis<Kernel, Passed["length"]>, Low, AtAxis<Dilation, Passed["length"]>>
        | IsAllPadding<AtAxis<Kernel, Passed["length"]>, High, AtAxis<Dilation, Passed["length"]>>
      ? Sentence<
          "W247",
          {
            op: Op;
            padding: PrintShape<[Low, High]>;
            axis: Axis;
            window: Reach<AtAxis<Kernel, Passed["length"]>, AtAxis<Dilation, Passed["length"]>>;
          }
        >
      : HasElements<Op, Rank, Kernel, Padding, Dilation, [...Passed, true]>
    : true
  : true;

type PoolingOf<
  Op extends string,
  Rank extends SpatialRank,
  S extends Dims,
  D extends DType,
  Kernel,
  Stride,
  Padding,
  Dilation,
  Ceil extends boolean,
> =
  HasElements<Op, Rank, Kernel, Padding, Dilation> extends infer Mistake extends string
    ? Mistake
    : S extends readonly [
          infer Batch extends Dim,
          infer Channels extends Dim,
          ...infer Extents extends SpatialExtents<Rank>,
        ]
      ? WindowsOf<
          Op,
          Rank,
          Extents,
          Kernel,
          Stride,
          Padding,
          Dilation,
          Ceil,
          { text: PrintType<S, D> }
        > extends infer Windows
        ? Windows extends Dims
          ? [Batch, Channels, ...Windows]
          : Windows
        : never
      : NeedsImages<Op, Rank, S, D>;

/** The rule of pooling windows of `Kernel`: [N, C, H, W] gives [N, C, OH, OW]. */
export type PoolingShape<
  Op extends string,
  Rank extends SpatialRank,
  S extends Dims,
  D extends DType,
  Kernel extends PerAxis<Rank>,
  Stride extends PerAxis<Rank> = Kernel,
  Padding extends PerSide<Rank> = 0,
  Dilation extends PerAxis<Rank> = 1,
  Ceil extends boolean = false,
> = IsUnknownRank<S> extends true ? UnknownFrom<S> : PoolingOf<Op, Rank, S, D, Kernel, Stride, Padding, Dilation, Ceil>;

/** The first axis behind the channels that has no elements; unknown where there is none. */
type EmptyAxis<S extends Dims, Passed extends Dims = []> = S extends readonly [
  infer First extends Dim,
  ...infer Rest extends Dims,
]
  ? [First, Passed] extends [0, readonly [Dim, Dim, ...Dims]]
    ? Passed["length"]
    : EmptyAxis<Rest, [...Passed, First]>
  : unknown;

/** The rule of global pooling: [N, C, H, W] gives [N, C, 1, 1]. */
export type GlobalPoolingShape<Op extends string, S extends Dims, D extends DType> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : S extends readonly [infer Batch extends Dim, infer Channels extends Dim, Dim, ...infer Rest extends Dims]
      ? (0 extends S[number] ? EmptyAxis<S> : unknown) extends infer Axis extends number
        ? Sentence<"W252", { op: Op; axis: `axis ${Axis}`; images: PrintType<S, D> }>
        : [Batch, Channels, 1, ...{ [Axis in keyof Rest]: 1 }]
      : Sentence<
          "W241",
          { op: Op; operand: "images"; axes: 3; layout: "[batch, channels, length] or more"; type: PrintType<S, D> }
        >;
