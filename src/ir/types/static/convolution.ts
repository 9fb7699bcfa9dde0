// The shape rule of convolution.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { IsUnknownRank, PrintType, SameDType, UnknownFrom } from "./check.ts";
import type { DivideCounts, IsUnknownDim, MultiplyDims, PolynomialOf, PrintDim, SameDim } from "./dims.ts";
import type {
  AxisNumbers,
  ImagesAndWeights,
  IsCount,
  Layout,
  NamedPadding,
  NeedsImages,
  PerAxis,
  PerSide,
  SpatialExtents,
  SpatialRank,
  WindowsOf,
} from "./windows.ts";

/** Whether the channels are a multiple of the groups. */
export type GroupsDivide<Channels extends Dim, Groups extends number> = Groups extends 1
  ? true
  : [IsUnknownDim<Channels>, IsCount<Groups>] extends [false, true]
    ? [DivideCounts<PolynomialOf<Channels>, PolynomialOf<Groups>>] extends [never]
      ? false
      : true
    : true;

type ConvolutionOf<
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
> = S extends readonly [infer Batch extends Dim, infer Channels extends Dim, ...infer Extents extends Dims]
  ? GroupsDivide<Weight[0], Groups> extends true
    ? SameDim<Channels, MultiplyDims<Weight[1], Groups>> extends true
      ? WindowsOf<
          Op,
          Rank,
          Extents,
          Kernel,
          Stride,
          Padding,
          Dilation,
          false,
          { text: PrintType<S, D> }
        > extends infer Windows
        ? Windows extends Dims
          ? [Batch, Weight[0], ...Windows]
          : Windows
        : never
      : Sentence<
          "W244",
          {
            op: Op;
            channels: PrintDim<Channels>;
            expected: PrintDim<MultiplyDims<Weight[1], Groups>>;
            among: Groups extends 1 ? "" : ` in ${Groups} groups`;
            shapes: ImagesAndWeights<S, D, Weight, E>;
          }
        >
    : Sentence<
        "W245",
        { op: Op; groups: Groups; channels: PrintDim<Weight[0]>; shapes: ImagesAndWeights<S, D, Weight, E> }
      >
  : never;

/** The rule of `conv2d(images, weight, options)`: [N, C, H, W] with [O, C / groups, KH, KW] gives [N, O, OH, OW]. */
export type ConvolutionShape<
  Op extends string,
  Rank extends SpatialRank,
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  Stride extends PerAxis<Rank> = 1,
  Padding extends PerSide<Rank> | NamedPadding<Rank> = 0,
  Dilation extends PerAxis<Rank> = 1,
  Groups extends number = 1,
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
              ConvolutionOf<Op, Rank, S, D, Weight, E, Kernel, Stride, Padding, Dilation, Groups>
            >
          : NeedsImages<Op, Rank, S, D>
        : Sentence<"W246", { op: Op; layout: Layout<Rank, "out, in / groups">; type: PrintType<Weight, E> }>;
