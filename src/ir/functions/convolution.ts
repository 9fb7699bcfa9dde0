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
  Groups,
> {
  /** How far the window moves on; 1 unless said. */
  readonly stride?: Stride;
  /** Zeros around the image; none unless said. */
  readonly padding?: Padding;
  /** How far apart the elements of a window are; 1 unless said. */
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

/**
 * y[n, o, l] = sum over c, k of x[n, c, l stride + k dilation] w[o, c, k]: cross-correlation of sequences [N, C, L]
 * with weights [O, C / groups, K] gives [N, O, OL], OL = floor((L + padding - dilation (K - 1) - 1) / stride) + 1.
 *
 * @throws W244 other channels; W245 groups that do not divide them; W243 a window that fits nowhere; W241 images of
 * another rank; W242 options of another kind; W202 element types that differ; W204 integers.
 * @see `torch.nn.functional.conv1d`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
 * const difference = constant(Float32Array.of(-1, 1), [1, 1, 2]);
 * conv1d(x, difference); // Tensor<[1, 1, 3], "f32">: [[[1, 1, 1]]]
 */
export const conv1d: ConvolutionFunction<1> = convolution(1);

/**
 * Cross-correlation of images [N, C, H, W] with weights [O, C / groups, KH, KW]: [N, O, OH, OW], as `conv1d` along each
 * axis.
 *
 * @throws W244 other channels; W245 groups that do not divide them; W243 a window that fits nowhere; W241 images of
 * another rank; W242 options of another kind; W202 element types that differ; W204 integers.
 * @see `torch.nn.functional.conv2d`.
 * @example
 * const x = constant(1, [1, 3, 8, 8]);
 * const y = conv2d(x, constant(1, [4, 3, 3, 3]), { stride: 2, padding: 1 });
 * y; // Tensor<[1, 4, 4, 4], "f32">
 */
export const conv2d: ConvolutionFunction<2> = convolution(2);

/**
 * Cross-correlation of volumes [N, C, D, H, W] with weights [O, C / groups, KD, KH, KW]: [N, O, OD, OH, OW], as
 * `conv1d` along each axis.
 *
 * @throws W244 other channels; W245 groups that do not divide them; W243 a window that fits nowhere; W241 images of
 * another rank; W242 options of another kind; W202 element types that differ; W204 integers.
 * @see `torch.nn.functional.conv3d`.
 * @example
 * const x = constant(1, [1, 2, 4, 4, 4]);
 * const y = conv3d(x, constant(1, [3, 2, 2, 2, 2]));
 * y; // Tensor<[1, 3, 3, 3, 3], "f32">
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
 * The transpose of `conv1d`: y[n, o, l stride + k dilation] += x[n, i, l] w[i, o, k]. Sequences [N, I, L] with weights
 * [I, O / groups, K] give [N, O, OL], where OL = (L - 1) stride - padding + dilation (K - 1) + outputPadding + 1.
 *
 * @throws W244 other channels; W245 groups that do not divide them; W265 too much output padding; W266 nothing that
 * remains; W241 images of another rank; W242 options of another kind; W202 element types that differ; W204 integers.
 * @see `torch.nn.functional.conv_transpose1d`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
 * const pair = constant(Float32Array.of(1, 10), [1, 1, 2]);
 * const y = convTranspose1d(x, pair, { stride: 2 });
 * y; // Tensor<[1, 1, 8], "f32">: [[[1, 10, 2, 20, 3, 30, 4, 40]]]
 */
export const convTranspose1d: TransposedConvolutionFunction<1> = transposedConvolution(1);

/**
 * The transpose of `conv2d`: [N, I, H, W] with weights [I, O / groups, KH, KW] give [N, O, OH, OW], as
 * `convTranspose1d` along each axis.
 *
 * @throws W244 other channels; W245 groups that do not divide them; W265 too much output padding; W266 nothing that
 * remains; W241 images of another rank; W242 options of another kind; W202 element types that differ; W204 integers.
 * @see `torch.nn.functional.conv_transpose2d`.
 * @example
 * const x = constant(1, [1, 4, 8, 8]);
 * const y = convTranspose2d(x, constant(1, [4, 3, 2, 2]), { stride: 2 });
 * y; // Tensor<[1, 3, 16, 16], "f32">
 */
export const convTranspose2d: TransposedConvolutionFunction<2> = transposedConvolution(2);

/**
 * The transpose of `conv3d`: [N, I, D, H, W] with [I, O / groups, KD, KH, KW] give [N, O, OD, OH, OW], as
 * `convTranspose1d` along each axis.
 *
 * @throws W244 other channels; W245 groups that do not divide them; W265 too much output padding; W266 nothing that
 * remains; W241 images of another rank; W242 options of another kind; W202 element types that differ; W204 integers.
 * @see `torch.nn.functional.conv_transpose3d`.
 * @example
 * const x = constant(1, [1, 4, 3, 3, 3]);
 * const y = convTranspose3d(x, constant(1, [4, 2, 2, 2, 2]), { stride: 2 });
 * y; // Tensor<[1, 2, 6, 6, 6], "f32">
 */
export const convTranspose3d: TransposedConvolutionFunction<3> = transposedConvolution(3);
