// Convolution layers over sequences, images and volumes, and the layers that transpose them.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import {
  type ConvolutionOptions,
  conv1d as correlate1d,
  conv2d as correlate2d,
  conv3d as correlate3d,
  type NamedPadding,
  type PerAxis,
  type PerSide,
  type SpatialRank,
  convTranspose1d as spread1d,
  convTranspose2d as spread2d,
  convTranspose3d as spread3d,
  type TransposedConvolutionOptions,
} from "../ir/functions/convolution.ts";
import { perAxis } from "../ir/functions/spatial-options.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check, Resolved } from "../ir/types/static/check.ts";
import type { ConvolutionShape } from "../ir/types/static/convolution.ts";
import type { DivideNaturals } from "../ir/types/static/natural.ts";
import type { GroupsOf } from "../ir/types/static/parts.ts";
import type { TransposedConvolutionShape } from "../ir/types/static/transposed-convolution.ts";
import type { EachAxis } from "../ir/types/static/windows.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { fanInUniform } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";
import { requireEachSize, requireSizes } from "./sizes.ts";

/** A weight [outer, inner / groups, ...kernel]: outer is out of a convolution, in of a transposed one. */
export type ConvolutionWeight<
  Rank extends SpatialRank,
  Outer extends number,
  Inner extends number,
  Kernel extends PerAxis<Rank>,
  Groups extends number,
> = [Outer, DivideNaturals<Inner, Groups>[0], ...EachAxis<Rank, Kernel>] extends infer Shape extends Dims
  ? Shape
  : never;

/** The parameters of a convolution layer, under PyTorch's names and in its layout. */
export type ConvolutionParams<Weight extends Dims, Out extends number, Bias extends boolean> = Bias extends false
  ? {
      /** [out, in / groups, ...kernel]. */
      readonly weight: ParamSpec<Weight, "f32">;
    }
  : {
      /** [out, in / groups, ...kernel]. */
      readonly weight: ParamSpec<Weight, "f32">;
      /** [out]. */
      readonly bias: ParamSpec<[Out], "f32">;
    };

/** What a convolution layer does: [N, in, ...] gives [N, out, ...]. */
export interface ConvolutionLayerFunction<
  Rank extends SpatialRank,
  Weight extends Dims,
  Stride extends PerAxis<Rank>,
  Padding extends PerSide<Rank> | NamedPadding<Rank>,
  Dilation extends PerAxis<Rank>,
  Groups extends number,
> {
  <S extends Dims, D extends DType>(
    images: Check<
      NoInfer<ConvolutionShape<`conv${Rank}d`, Rank, S, D, Weight, "f32", Stride, Padding, Dilation, Groups>>,
      Tensor<S, D>
    >,
  ): Tensor<
    Resolved<ConvolutionShape<`conv${Rank}d`, Rank, S, D, Weight, "f32", Stride, Padding, Dilation, Groups>>,
    D
  >;
}

/** Makes a convolution layer: weight [out, in / groups, ...kernel] and bias [out] begin uniform in +-1/sqrt(fan in). */
export interface ConvolutionLayer<Rank extends SpatialRank> {
  <
    const In extends number,
    const Out extends number,
    const Kernel extends PerAxis<Rank>,
    const Stride extends PerAxis<Rank> = 1,
    const Padding extends PerSide<Rank> | NamedPadding<Rank> = 0,
    const Dilation extends PerAxis<Rank> = 1,
    const Groups extends number = 1,
    const Bias extends boolean = true,
  >(
    inChannels: In,
    outChannels: Out,
    kernel: Kernel,
    options?: ConvolutionOptions<
      Rank,
      Stride,
      Padding,
      Dilation,
      Check<NoInfer<GroupsOf<`conv${Rank}d`, Groups, [In, Out], `${In} to ${Out} channels`>>, Groups>
    > & { readonly bias?: Bias },
  ): Layer<
    ConvolutionParams<ConvolutionWeight<Rank, Out, In, Kernel, Groups>, Out, Bias>,
    ConvolutionLayerFunction<Rank, ConvolutionWeight<Rank, Out, In, Kernel, Groups>, Stride, Padding, Dilation, Groups>
  >;
}

/** What a transposed convolution layer does: [N, in, ...] gives [N, out, ...]. */
export interface TransposedConvolutionLayerFunction<
  Rank extends SpatialRank,
  Weight extends Dims,
  Stride extends PerAxis<Rank>,
  Padding extends PerSide<Rank>,
  Dilation extends PerAxis<Rank>,
  Groups extends number,
  Extra extends PerAxis<Rank>,
> {
  <S extends Dims, D extends DType>(
    images: Check<
      NoInfer<
        TransposedConvolutionShape<
          `convTranspose${Rank}d`,
          Rank,
          S,
          D,
          Weight,
          "f32",
          Stride,
          Padding,
          Dilation,
          Groups,
          Extra
        >
      >,
      Tensor<S, D>
    >,
  ): Tensor<
    Resolved<
      TransposedConvolutionShape<
        `convTranspose${Rank}d`,
        Rank,
        S,
        D,
        Weight,
        "f32",
        Stride,
        Padding,
        Dilation,
        Groups,
        Extra
      >
    >,
    D
  >;
}

/** Makes a transposed convolution layer: weight [in, out / groups, ...kernel] and bias [out] begin as in PyTorch. */
export interface TransposedConvolutionLayer<Rank extends SpatialRank> {
  <
    const In extends number,
    const Out extends number,
    const Kernel extends PerAxis<Rank>,
    const Stride extends PerAxis<Rank> = 1,
    const Padding extends PerSide<Rank> = 0,
    const Dilation extends PerAxis<Rank> = 1,
    const Groups extends number = 1,
    const Extra extends PerAxis<Rank> = 0,
    const Bias extends boolean = true,
  >(
    inChannels: In,
    outChannels: Out,
    kernel: Kernel,
    options?: TransposedConvolutionOptions<Rank, Stride, Padding, Dilation, Groups, Extra> & { readonly bias?: Bias },
  ): Layer<
    ConvolutionParams<ConvolutionWeight<Rank, In, Out, Kernel, Groups>, Out, Bias>,
    TransposedConvolutionLayerFunction<
      Rank,
      ConvolutionWeight<Rank, In, Out, Kernel, Groups>,
      Stride,
      Padding,
      Dilation,
      Groups,
      Extra
    >
  >;
}

/** Options as they come, whatever the number of axes. */
interface AnyOptions {
  readonly groups?: number;
  readonly bias?: boolean;
}

const known: readonly string[] = ["stride", "padding", "dilation", "groups", "bias"];

/** A convolution function of any number of axes. */
type Convolve = (images: Tensor, weight: Tensor, options: never) => Tensor;

const requireGroups = (op: string, channels: readonly [inputs: number, outputs: number], groups: number): void => {
  const odd = channels.find((count) => count % groups !== 0);
  if (odd === undefined) return;
  const shapes = `${channels[0]} to ${channels[1]} channels`;
  reject("W245", { op, groups, channels: `${odd}`, shapes });
};

/**
 * The layer of a convolution: the channels of its images and results, and which of them its weights have first. The bias is
 * added to each channel of the result.
 */
const convolutionLayer =
  (op: string, rank: SpatialRank, convolve: Convolve, first: "in" | "out") =>
  (inChannels: number, outChannels: number, kernel: number | readonly number[], options: AnyOptions = {}) => {
    requireKnownOptions(op, options, first === "out" ? known : [...known, "outputPadding"]);
    const { bias: biased = true, ...placement } = options;
    const groups = options.groups ?? 1;
    requireSizes(op, { inChannels, outChannels });
    requireEachSize(op, "kernel", kernel);
    requireGroups(op, [inChannels, outChannels], groups);
    const [outer, inner] = first === "out" ? [outChannels, inChannels] : [inChannels, outChannels];
    const weight = param([outer, inner / groups, ...perAxis(kernel, rank)], fanInUniform());
    const bias = param(
      [outChannels],
      fanInUniform(weight.shape.slice(1).reduce((product, extent) => product * extent, 1)),
    );
    const bind = (given: { readonly weight: Tensor; readonly bias?: Tensor }) => (images: Tensor) => {
      // The options of a layer are those of its function.
      const channels = convolve(images, given.weight, placement as never);
      return given.bias === undefined
        ? channels
        : channels.add(given.bias.reshape([outChannels, ...Array.from({ length: rank }, () => 1)]));
    };
    return layer(biased ? { weight, bias } : { weight }, bind);
  };

// Whether there is a bias, and what comes of which shapes, is said by the interfaces; the parameters have the shapes that
// the types compute from the same arguments.

/**
 * Cross-correlation of [N, in, L] with windows of the weight [out, in / groups, ...kernel], plus a bias for each output
 * channel: [N, out, ...], each axis floor((extent + padding - dilation (kernel - 1) - 1) / stride) + 1 long. Weight and
 * bias begin uniform in +-1/sqrt(fan in).
 *
 * @throws W244 another number of channels; W245 groups that do not divide them; W243 an image smaller than a window;
 * W241 no image; W242 a malformed attribute.
 * @see `torch.nn.Conv1d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 3, "L"]) },
 *   params: { conv: conv1d(3, 8, 5, { padding: 2 }) },
 *   forward: ({ conv }, { x }) => {
 *     const y = conv(x); // Tensor<["N", 8, "L"], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const conv1d: ConvolutionLayer<1> = convolutionLayer("conv1d", 1, correlate1d, "out") as ConvolutionLayer<1>;

/**
 * Cross-correlation of [N, in, H, W] with windows of the weight [out, in / groups, ...kernel], plus a bias for each
 * output channel: [N, out, ...], each axis floor((extent + padding - dilation (kernel - 1) - 1) / stride) + 1 long.
 * Weight and bias begin uniform in +-1/sqrt(fan in).
 *
 * @throws W244 another number of channels; W245 groups that do not divide them; W243 an image smaller than a window;
 * W241 no image; W242 a malformed attribute.
 * @see `torch.nn.Conv2d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 3, 32, 32]) },
 *   params: { conv: conv2d(3, 8, 3, { padding: 1 }) },
 *   forward: ({ conv }, { x }) => {
 *     const y = conv(x); // Tensor<["N", 8, 32, 32], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const conv2d: ConvolutionLayer<2> = convolutionLayer("conv2d", 2, correlate2d, "out") as ConvolutionLayer<2>;

/**
 * Cross-correlation of [N, in, D, H, W] with windows of the weight [out, in / groups, ...kernel], plus a bias for each
 * output channel: [N, out, ...], each axis floor((extent + padding - dilation (kernel - 1) - 1) / stride) + 1 long.
 * Weight and bias begin uniform in +-1/sqrt(fan in).
 *
 * @throws W244 another number of channels; W245 groups that do not divide them; W243 an image smaller than a window;
 * W241 no image; W242 a malformed attribute.
 * @see `torch.nn.Conv3d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 3, 16, 16, 16]) },
 *   params: { conv: conv3d(3, 8, 3, { padding: 1 }) },
 *   forward: ({ conv }, { x }) => {
 *     const y = conv(x); // Tensor<["N", 8, 16, 16, 16], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const conv3d: ConvolutionLayer<3> = convolutionLayer("conv3d", 3, correlate3d, "out") as ConvolutionLayer<3>;

/**
 * The transpose of cross-correlation over [N, in, L] with the weight [in, out / groups, ...kernel], plus a bias for
 * each output channel: [N, out, ...], each axis (extent - 1) stride - padding + dilation (kernel - 1) + outputPadding +
 * 1 long.
 *
 * @throws W244 another number of channels; W245 groups that do not divide them; W265 too much output padding; W266
 * nothing that remains; W241 no image; W242 a malformed attribute.
 * @see `torch.nn.ConvTranspose1d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 8, "L"]) },
 *   params: { conv: convTranspose1d(8, 3, 2, { stride: 2 }) },
 *   forward: ({ conv }, { x }) => {
 *     const y = conv(x); // Tensor<["N", 3, "2*L"], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const convTranspose1d: TransposedConvolutionLayer<1> = convolutionLayer(
  "convTranspose1d",
  1,
  spread1d,
  "in",
) as TransposedConvolutionLayer<1>;

/**
 * The transpose of cross-correlation over [N, in, H, W] with the weight [in, out / groups, ...kernel], plus a bias for
 * each output channel: [N, out, ...], each axis (extent - 1) stride - padding + dilation (kernel - 1) + outputPadding +
 * 1 long.
 *
 * @throws W244 another number of channels; W245 groups that do not divide them; W265 too much output padding; W266
 * nothing that remains; W241 no image; W242 a malformed attribute.
 * @see `torch.nn.ConvTranspose2d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 8, 32, 32]) },
 *   params: { conv: convTranspose2d(8, 3, 2, { stride: 2 }) },
 *   forward: ({ conv }, { x }) => {
 *     const y = conv(x); // Tensor<["N", 3, 64, 64], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const convTranspose2d: TransposedConvolutionLayer<2> = convolutionLayer(
  "convTranspose2d",
  2,
  spread2d,
  "in",
) as TransposedConvolutionLayer<2>;

/**
 * The transpose of cross-correlation over [N, in, D, H, W] with the weight [in, out / groups, ...kernel], plus a bias
 * for each output channel: [N, out, ...], each axis (extent - 1) stride - padding + dilation (kernel - 1) +
 * outputPadding + 1 long.
 *
 * @throws W244 another number of channels; W245 groups that do not divide them; W265 too much output padding; W266
 * nothing that remains; W241 no image; W242 a malformed attribute.
 * @see `torch.nn.ConvTranspose3d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 8, 16, 16, 16]) },
 *   params: { conv: convTranspose3d(8, 3, 2, { stride: 2 }) },
 *   forward: ({ conv }, { x }) => {
 *     const y = conv(x); // Tensor<["N", 3, 32, 32, 32], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const convTranspose3d: TransposedConvolutionLayer<3> = convolutionLayer(
  "convTranspose3d",
  3,
  spread3d,
  "in",
) as TransposedConvolutionLayer<3>;
