// Shapes of sliding windows: convolution and pooling over [batch, channels, height, width]. A symbolic extent gives a
// floored quotient, nested ones collapse, so the paths of a residual network meet in equal shapes whatever the image.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Dims } from "../tensor.ts";
import type { IsUnknownRank, PrintShape, PrintType, SameDType } from "./check.ts";
import type {
  AddDims,
  Decrement,
  DivideCounts,
  FloorDivideDim,
  IsUnknownDim,
  MultiplyDims,
  PolynomialOf,
  PrintDim,
  SameDim,
} from "./dims.ts";
import type { SubtractIntoInteger } from "./integer.ts";
import type { AddNaturals, CompareNaturals, DivideNaturals, MultiplyNaturals, SubtractNaturals } from "./natural.ts";

/** One number for height and width, or one for each. */
export type Pair = number | readonly [height: number, width: number];

/** Padding: one number for all sides, one for above and below with one for left and right, or one for each. */
export type Sides = Pair | readonly [top: number, bottom: number, left: number, right: number];

/** The number for the height. */
export type HeightOf<P> = P extends readonly [infer Height extends number, number]
  ? Height
  : P extends number
    ? P
    : number;

/** The number for the width. */
export type WidthOf<P> = P extends readonly [number, infer Width extends number]
  ? Width
  : P extends number
    ? P
    : number;

/** What padding adds above, below, left and right, as a tuple. */
type SidesOf<P> = P extends readonly [number, number, number, number]
  ? P
  : readonly [HeightOf<P>, HeightOf<P>, WidthOf<P>, WidthOf<P>];

/** What padding adds to the height, or to the width. */
type AddedHeight<P> = AddNaturals<SidesOf<P>[0], SidesOf<P>[1]>;
type AddedWidth<P> = AddNaturals<SidesOf<P>[2], SidesOf<P>[3]>;

/** From the first to the last element of a window: d(k-1)+1. */
type Reach<Kernel extends number, Dilation extends number> = AddNaturals<
  MultiplyNaturals<Dilation, Decrement<Kernel>>,
  1
>;

/** A whole number that is known and above 0, of which a window can be made; anything else is left to the run time. */
type IsCount<N extends number> = number extends N
  ? false
  : `${N}` extends "0" | `-${string}` | `${string}.${string}`
    ? false
    : true;

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
    ? SubtractNaturals<AddNaturals<Extent, Added>, Reach<Kernel, Dilation>> extends infer Free extends number
      ? [Free] extends [never]
        ? never
        : AddNaturals<DivideNaturals<Free, Stride>[0], 1>
      : never
    : AddDims<FloorDivideDim<AddDims<Extent, SubtractIntoInteger<Added, Reach<Kernel, Dilation>>>, Stride>, 1>
  : number;

type NoWindowFits<
  Op extends string,
  Axis extends string,
  Extent extends Dim,
  Kernel extends number,
  Added extends number,
  Dilation extends number,
  Images extends string,
> = Extent extends 0
  ? `${Op}: the ${Axis} of the images is 0 (${Images})`
  : `${Op}: the window is larger than the padded ${Axis}: ${Reach<Kernel, Dilation>} vs ${AddDims<Extent, Added>} (${Images})`;

/** Counts of windows along height and width, or a sentence. */
type WindowsOf<
  Op extends string,
  Height extends Dim,
  Width extends Dim,
  Kernel,
  Stride,
  Padding,
  Dilation,
  Images extends string,
> =
  CountWindows<
    Height,
    HeightOf<Kernel>,
    HeightOf<Stride>,
    AddedHeight<Padding>,
    HeightOf<Dilation>
  > extends infer Rows extends Dim
    ? CountWindows<
        Width,
        WidthOf<Kernel>,
        WidthOf<Stride>,
        AddedWidth<Padding>,
        WidthOf<Dilation>
      > extends infer Columns extends Dim
      ? [Rows] extends [never]
        ? NoWindowFits<Op, "height", Height, HeightOf<Kernel>, AddedHeight<Padding>, HeightOf<Dilation>, Images>
        : [Columns] extends [never]
          ? NoWindowFits<Op, "width", Width, WidthOf<Kernel>, AddedWidth<Padding>, WidthOf<Dilation>, Images>
          : readonly [rows: Rows, columns: Columns]
      : never
    : never;

type NeedsImages<
  Op extends string,
  S extends Dims,
  D extends DType,
> = `${Op}: the images must have 4 axes [batch, channels, height, width], not ${PrintType<S, D>}`;

/** Whether the channels are a multiple of the groups. */
type GroupsDivide<Channels extends Dim, Groups extends number> = Groups extends 1
  ? true
  : [IsUnknownDim<Channels>, IsCount<Groups>] extends [false, true]
    ? [DivideCounts<PolynomialOf<Channels>, PolynomialOf<Groups>>] extends [never]
      ? false
      : true
    : true;

type ConvolutionOf<
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  Kernel,
  Stride,
  Padding,
  Dilation,
  Groups extends number,
> = S extends readonly [
  infer Batch extends Dim,
  infer Channels extends Dim,
  infer Height extends Dim,
  infer Width extends Dim,
]
  ? GroupsDivide<Weight[0], Groups> extends true
    ? SameDim<Channels, MultiplyDims<Weight[1], Groups>> extends true
      ? WindowsOf<"conv2d", Height, Width, Kernel, Stride, Padding, Dilation, PrintType<S, D>> extends infer Windows
        ? Windows extends readonly [rows: infer Rows extends Dim, columns: infer Columns extends Dim]
          ? [Batch, Weight[0], Rows, Columns]
          : Windows
        : never
      : `conv2d: the images have ${PrintDim<Channels>} channels, the weights expect ${PrintDim<MultiplyDims<Weight[1], Groups>>}${Groups extends 1 ? "" : ` in ${Groups} groups`} (images ${PrintType<S, D>}, weights ${PrintType<Weight, E>})`
    : `conv2d: ${Groups} groups do not divide ${PrintDim<Weight[0]>} channels (images ${PrintType<S, D>}, weights ${PrintType<Weight, E>})`
  : never;

/** The rule of `conv2d(images, weight, options)`: [N, C, H, W] with [O, C / groups, KH, KW] gives [N, O, OH, OW]. */
export type ConvolutionShape<
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  Stride extends Pair = 1,
  Padding extends Sides = 0,
  Dilation extends Pair = 1,
  Groups extends number = 1,
> =
  IsUnknownRank<S> extends true
    ? Dims
    : IsUnknownRank<Weight> extends true
      ? Dims
      : Weight extends readonly [Dim, Dim, infer KernelHeight extends number, infer KernelWidth extends number]
        ? S["length"] extends 4
          ? SameDType<
              "conv2d",
              S,
              D,
              Weight,
              E,
              ConvolutionOf<S, D, Weight, E, readonly [KernelHeight, KernelWidth], Stride, Padding, Dilation, Groups>
            >
          : NeedsImages<"conv2d", S, D>
        : `conv2d: weights must be [out, in / groups, height, width] with known height and width, not ${PrintType<Weight, E>}`;

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

/** A sentence where padding reaches too far along one axis; otherwise `Rule`. */
type NeedsElements<
  Op extends string,
  Axis extends string,
  Kernel extends number,
  Low extends number,
  High extends number,
  Dilation extends number,
  Rule,
> = true extends IsAllPadding<Kernel, Low, Dilation> | IsAllPadding<Kernel, High, Dilation>
  ? `${Op}: padding ${PrintShape<[Low, High]>} along the ${Axis} reaches as far as the window, ${Reach<Kernel, Dilation>}: a window would hold no element`
  : Rule;

type PoolingOf<Op extends string, S extends Dims, D extends DType, Kernel, Stride, Padding, Dilation> = NeedsElements<
  Op,
  "height",
  HeightOf<Kernel>,
  SidesOf<Padding>[0],
  SidesOf<Padding>[1],
  HeightOf<Dilation>,
  NeedsElements<
    Op,
    "width",
    WidthOf<Kernel>,
    SidesOf<Padding>[2],
    SidesOf<Padding>[3],
    WidthOf<Dilation>,
    S extends readonly [
      infer Batch extends Dim,
      infer Channels extends Dim,
      infer Height extends Dim,
      infer Width extends Dim,
    ]
      ? WindowsOf<Op, Height, Width, Kernel, Stride, Padding, Dilation, PrintType<S, D>> extends infer Windows
        ? Windows extends readonly [rows: infer Rows extends Dim, columns: infer Columns extends Dim]
          ? [Batch, Channels, Rows, Columns]
          : Windows
        : never
      : NeedsImages<Op, S, D>
  >
>;

/** The rule of pooling windows of `Kernel`: [N, C, H, W] gives [N, C, OH, OW]. */
export type PoolingShape<
  Op extends string,
  S extends Dims,
  D extends DType,
  Kernel extends Pair,
  Stride extends Pair = Kernel,
  Padding extends Sides = 0,
  Dilation extends Pair = 1,
> = IsUnknownRank<S> extends true ? Dims : PoolingOf<Op, S, D, Kernel, Stride, Padding, Dilation>;
