// Convolution, and its transpose, over sequences [N, C, L], images [N, C, H, W] and volumes [N, C, D, H, W].
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import type { DType } from "../types/dtype.ts";
import type { Check } from "../types/static/check.ts";
import type { ConvolutionShape } from "../types/static/convolution.ts";
import type { TransposedConvolutionShape } from "../types/static/transposed-convolution.ts";
import type { NamedPadding, PerAxis, PerSide, SpatialRank } from "../types/static/windows.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";
import { correlate, correlateTransposed } from "./planar-convolution.ts";
import { paddingOf, perAxis, perSide } from "./spatial-options.ts";

export type { NamedPadding, PerAxis, PerSide, SpatialRank };

/**
 * Where windows lie: one number for all axes or one for each. Padding may also have one for each side, [left, right],
 * [top, bottom, left, right] or [front, back, top, bottom, left, right]; `"same"` gives as many results as elements at
 * stride 1, and `"causal"`, for sequences, pads only before: no result sees a later element.
 */
export interface ConvolutionOptions<
  Rank extends SpatialRank,
  Stride extends PerAxis<Rank>,
  Padding extends PerSide<Rank> | NamedPadding<Rank>,
  Dilation extends PerAxis<Rank>,
  Groups extends number,
> {
  readonly stride?: Stride;
  readonly padding?: Padding;
  readonly dilation?: Dilation;
  /** Channels mix only within each of as many equal groups. */
  readonly groups?: Groups;
}

/** Cross-correlation: images [N, C, ...] with weights [O, C / groups, ...] give [N, O, ...]. */
export interface ConvolutionFunction<Rank extends SpatialRank> {
  <
    S extends Dims,
    D extends DType,
    Weight extends Dims,
    E extends DType,
    const Stride extends PerAxis<Rank> = 1,
    const Padding extends PerSide<Rank> | NamedPadding<Rank> = 0,
    const Dilation extends PerAxis<Rank> = 1,
    const Groups extends number = 1,
  >(
    images: Tensor<S, D>,
    weight: Check<
      NoInfer<ConvolutionShape<`conv${Rank}d`, Rank, S, D, Weight, E, Stride, Padding, Dilation, Groups>>,
      Tensor<Weight, E>
    >,
    options?: ConvolutionOptions<Rank, Stride, Padding, Dilation, Groups>,
  ): ResultOf<ConvolutionShape<`conv${Rank}d`, Rank, S, D, Weight, E, Stride, Padding, Dilation, Groups>, D>;
}

/** Options as they come, whatever the number of axes. */
interface AnyOptions {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[] | NamedPadding<SpatialRank>;
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
  readonly outputPadding?: number | readonly number[];
}

const known = optionNames<Omit<AnyOptions, "outputPadding">>({
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
});

const convolution = <Rank extends SpatialRank>(rank: Rank): ConvolutionFunction<Rank> => {
  const op = `conv${rank}d`;
  // What shapes come of it is said by the interface.
  return (images: unknown, weight: unknown, options: AnyOptions = {}) =>
    described(() => {
      const [input, weights] = [tensorOf(op, images), tensorOf(op, weight)];
      requireKnownOptions(op, options, known);
      const dilation = perAxis(options.dilation ?? 1, rank);
      const window = { kernel: weights.shape.slice(2).map(Number), dilation };
      const placement = {
        stride: perAxis(options.stride ?? 1, rank),
        padding: paddingOf(options.padding ?? 0, window, rank),
        dilation,
        groups: options.groups ?? 1,
      };
      return correlate(op, input, weights, placement, rank);
    });
};

/** Cross-correlation of sequences [N, C, L] with weights [O, C / groups, K]: [N, O, OL] (PyTorch's conv1d). */
export const conv1d: ConvolutionFunction<1> = convolution(1);

/** Cross-correlation of images [N, C, H, W] with weights [O, C / groups, KH, KW]: [N, O, OH, OW] (PyTorch's conv2d). */
export const conv2d: ConvolutionFunction<2> = convolution(2);

/**
 * Cross-correlation of volumes [N, C, D, H, W] with weights [O, C / groups, KD, KH, KW]: [N, O, OD, OH, OW] (PyTorch's
 * conv3d).
 */
export const conv3d: ConvolutionFunction<3> = convolution(3);

/** Where the windows of a transposed convolution lie on its result; padding takes elements off the result. */
export interface TransposedConvolutionOptions<
  Rank extends SpatialRank,
  Stride extends PerAxis<Rank>,
  Padding extends PerSide<Rank>,
  Dilation extends PerAxis<Rank>,
  Groups extends number,
  OutputPadding extends PerAxis<Rank>,
> extends ConvolutionOptions<Rank, Stride, Padding, Dilation, Groups> {
  /**
   * Elements more at the end of each axis, fewer than the stride or the dilation: of the extents that a convolution
   * takes to the same one, its transpose gives the smallest unless said otherwise.
   */
  readonly outputPadding?: OutputPadding;
}

/** The transpose of cross-correlation: images [N, I, ...] with weights [I, O / groups, ...] give [N, O, ...]. */
export interface TransposedConvolutionFunction<Rank extends SpatialRank> {
  <
    S extends Dims,
    D extends DType,
    Weight extends Dims,
    E extends DType,
    const Stride extends PerAxis<Rank> = 1,
    const Padding extends PerSide<Rank> = 0,
    const Dilation extends PerAxis<Rank> = 1,
    const Groups extends number = 1,
    const OutputPadding extends PerAxis<Rank> = 0,
  >(
    images: Tensor<S, D>,
    weight: Check<
      NoInfer<
        TransposedConvolutionShape<
          `convTranspose${Rank}d`,
          Rank,
          S,
          D,
          Weight,
          E,
          Stride,
          Padding,
          Dilation,
          Groups,
          OutputPadding
        >
      >,
      Tensor<Weight, E>
    >,
    options?: TransposedConvolutionOptions<Rank, Stride, Padding, Dilation, Groups, OutputPadding>,
  ): ResultOf<
    TransposedConvolutionShape<
      `convTranspose${Rank}d`,
      Rank,
      S,
      D,
      Weight,
      E,
      Stride,
      Padding,
      Dilation,
      Groups,
      OutputPadding
    >,
    D
  >;
}

const knownTransposed = optionNames<AnyOptions>({
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  outputPadding: true,
});

const transposedConvolution = <Rank extends SpatialRank>(rank: Rank): TransposedConvolutionFunction<Rank> => {
  const op = `convTranspose${rank}d`;
  // What shapes come of it is said by the interface.
  return (images: unknown, weight: unknown, options: AnyOptions = {}) =>
    described(() => {
      requireKnownOptions(op, options, knownTransposed);
      const placement = {
        stride: perAxis(options.stride ?? 1, rank),
        // A name of padding is for convolutions only, and is refused as no number.
        padding: perSide((options.padding ?? 0) as number | readonly number[], rank),
        dilation: perAxis(options.dilation ?? 1, rank),
        groups: options.groups ?? 1,
        outputPadding: perAxis(options.outputPadding ?? 0, rank),
      };
      return correlateTransposed(op, tensorOf(op, images), tensorOf(op, weight), placement, rank);
    });
};

/**
 * The transpose of `conv1d`: sequences [N, I, L] with weights [I, O / groups, K] give [N, O, OL], where OL is
 * (L - 1) stride - padding + dilation (K - 1) + outputPadding + 1 (PyTorch's conv_transpose1d).
 */
export const convTranspose1d: TransposedConvolutionFunction<1> = transposedConvolution(1);

/** The transpose of `conv2d`: [N, I, H, W] with weights [I, O / groups, KH, KW] give [N, O, OH, OW], as `convTranspose1d` along each axis. */
export const convTranspose2d: TransposedConvolutionFunction<2> = transposedConvolution(2);

/** The transpose of `conv3d`: [N, I, D, H, W] with [I, O / groups, KD, KH, KW] give [N, O, OD, OH, OW], as `convTranspose1d` along each axis. */
export const convTranspose3d: TransposedConvolutionFunction<3> = transposedConvolution(3);
