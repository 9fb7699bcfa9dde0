// Rules of normalizations of channels, which are axis 1 of [batch, channels, ...places], with a number for each channel beside.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { AxisOf, OutsideAxes } from "./axes.ts";
import type { After, IsUnknownRank, NeedsDType, PrintType, UnknownFrom } from "./check.ts";
import type { GroupsDivide } from "./convolution.ts";
import type { PrintDim } from "./dims.ts";
import type { OnlyType } from "./indexing.ts";

/** The axis of channels as a shape. */
export type ChannelAxis<S extends Dims> = S extends readonly [Dim, infer Channels extends Dim, ...Dims]
  ? [Channels]
  : Dims;

/** The rule of a layer of `Channels` channels with f32 parameters: [N, channels, ...] keeps its shape. */
export type ChannelsShape<Op extends string, S extends Dims, D extends DType, Channels extends number> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : [AxisOf<S, 1>] extends [never]
      ? OutsideAxes<Op, 1, S>
      : OnlyType<Op, "weight", [Channels], "f32", ChannelAxis<S>, D> extends infer Unfit extends string
        ? Unfit
        : [Op, AxisOf<S, 2>] extends ["instanceNorm", never]
          ? OutsideAxes<Op, 2, S>
          : S;

/** The rule of what is normalized: floats, with channels and, where `Places` is 2, something behind them. */
export type ChannelledShape<Op extends string, S extends Dims, D extends DType, Places extends 1 | 2 = 1> =
  NeedsDType<Op, S, D, readonly ["f32", "f64"]> extends infer Refused extends string
    ? Refused
    : S extends readonly [Dim, Dim, Dim, ...Dims]
      ? S
      : IsUnknownRank<S> extends true
        ? S
        : [AxisOf<S, 1>] extends [never]
          ? OutsideAxes<Op, 1, S>
          : [AxisOf<S, Places>] extends [never]
            ? OutsideAxes<Op, Places, S>
            : S;

/** The rule of the weight: a number for each channel. */
export type WeightShape<
  Op extends string,
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
> = OnlyType<Op, "weight", Weight, E, ChannelAxis<S>, D>;

/** The rule of the bias, which is looked at after the weight. */
export type BiasAfter<
  Op extends string,
  S extends Dims,
  D extends DType,
  Weight extends Dims,
  E extends DType,
  Bias extends Dims,
  F extends DType,
> = After<WeightShape<Op, S, D, Weight, E>, OnlyType<Op, "bias", Bias, F, ChannelAxis<S>, D>>;

type DivideChannels<S extends Dims, D extends DType, Channels extends Dim, Groups extends number> =
  GroupsDivide<Channels, Groups> extends true
    ? S
    : Sentence<"W245", { op: "groupNorm"; groups: Groups; channels: PrintDim<Channels>; shapes: PrintType<S, D> }>;

/** The rule of the number of groups: it divides the channels, where that is known. */
export type GroupsShape<S extends Dims, D extends DType, Groups extends number> = After<
  ChannelledShape<"groupNorm", S, D>,
  ChannelAxis<S> extends readonly [infer Channels extends Dim] ? DivideChannels<S, D, Channels, Groups> : S
>;

/** What is looked at before the weight of `groupNorm`. */
export type GroupRules<S extends Dims, D extends DType, Groups extends number> =
  | ChannelledShape<"groupNorm", S, D>
  | GroupsShape<S, D, Groups>;

/** The rules of what `batchNorm` is given for its channels, in the order in which they are looked at. */
export interface BatchNormRules<
  S extends Dims,
  D extends DType,
  Mean extends Dims,
  E extends DType,
  Variance extends Dims,
  F extends DType,
  Weight extends Dims,
  G extends DType,
  Bias extends Dims,
  H extends DType,
> {
  readonly mean: After<
    ChannelledShape<"batchNorm", S, D>,
    OnlyType<"batchNorm", "running mean", Mean, E, ChannelAxis<S>, D>
  >;
  readonly variance: After<
    ChannelledShape<"batchNorm", S, D> | this["mean"],
    OnlyType<"batchNorm", "running variance", Variance, F, ChannelAxis<S>, D>
  >;
  readonly weight: After<
    ChannelledShape<"batchNorm", S, D> | this["mean"] | this["variance"],
    WeightShape<"batchNorm", S, D, Weight, G>
  >;
  readonly bias: After<
    ChannelledShape<"batchNorm", S, D> | this["mean"] | this["variance"],
    BiasAfter<"batchNorm", S, D, Weight, G, Bias, H>
  >;
}
