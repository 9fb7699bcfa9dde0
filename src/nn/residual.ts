// Blocks of residual networks: what a block computes is added to what it was given.
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { relu, relu6 } from "../ir/functions/activation.ts";
import { described } from "../ir/functions/argument.ts";
import type { PerAxis } from "../ir/functions/convolution.ts";
import { perAxis } from "../ir/functions/spatial-options.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check, Resolved } from "../ir/types/static/check.ts";
import type { ConvolutionShape } from "../ir/types/static/convolution.ts";
import type { MultiplyDims } from "../ir/types/static/dims.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { type Layer, type SpecTree, typedLayer } from "../model/parameter.ts";
import { batchNorm } from "./channel-norm.ts";
import { type ConvolutionLayerFunction, conv2d } from "./convolution.ts";
import { requireSizes } from "./sizes.ts";

/** A convolution without bias, since the batch normalization behind it shifts. */
export type BlockConvolution<
  In extends number,
  Out extends number,
  Kernel extends PerAxis<2>,
  Stride extends PerAxis<2>,
> = ReturnType<typeof conv2d<In, Out, Kernel, Stride, 1, 1, 1, false>>;

/** The batch normalization behind a convolution. */
export type BlockNorm<Channels extends number> = ReturnType<typeof batchNorm<Channels, true>>;

/** The parameters of `residualBlock`: `down` and `dbn` are there where the shape changes. */
export type ResidualBlockParams<In extends number, Out extends number, Stride extends PerAxis<2>> = {
  /** The first convolution. */
  readonly conv1: BlockConvolution<In, Out, 3, Stride>;
  /** The normalization behind it. */
  readonly bn1: BlockNorm<Out>;
  /** The second convolution. */
  readonly conv2: BlockConvolution<Out, Out, 3, 1>;
  /** The normalization behind it. */
  readonly bn2: BlockNorm<Out>;
} & ([In, Stride] extends [Out, 1]
  ? Record<never, never>
  : {
      /** The projection of x. */
      readonly down: BlockConvolution<In, Out, 1, Stride>;
      /** The normalization behind it. */
      readonly dbn: BlockNorm<Out>;
    });

/** What a block does: images [N, in, H, W] give [N, out, H / stride, W / stride], rounded up. */
export type ResidualFunction<
  In extends number,
  Out extends number,
  Stride extends PerAxis<2>,
> = ConvolutionLayerFunction<2, [Out, In, 3, 3], Stride, 1, 1, 1>;

/** Options of residual blocks. */
export interface ResidualOptions<Stride extends PerAxis<2>> {
  /** How far the first window moves on; 1 unless said. */
  readonly stride?: Stride;
}

/** Whether as many channels leave as come; the types of two literals alone would say never. */
const isSameCount = (inputs: number, outputs: number): boolean => inputs === outputs;

/** A function of images, as the parts of a block are to each other. */
type Images = (images: Tensor) => Tensor;

/**
 * The basic block of ResNet: relu(bn2(conv2(relu(bn1(conv1(x))))) + x), with 3 x 3 windows. Where stride or channels
 * change, x is projected: dbn(down(x)) with 1 x 1 windows. Images [N, in, H, W] give [N, out, H / stride, W / stride],
 * rounded up.
 *
 * @throws W244 another number of channels.
 * @see He et al. 2016, figure 2 and option B; `torchvision.models.resnet18`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 64, 56, 56]) },
 *   params: { block: residualBlock(64, 128, { stride: 2 }) },
 *   forward: ({ block }, { x }) => {
 *     const y = block(x); // Tensor<["N", 128, 28, 28], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 15
 */
export const residualBlock = <const In extends number, const Out extends number, const Stride extends PerAxis<2> = 1>(
  inChannels: In,
  outChannels: Out,
  options: ResidualOptions<Stride> = {},
): Layer<ResidualBlockParams<In, Out, Stride>, ResidualFunction<In, Out, Stride>> => {
  requireKnownOptions("residualBlock", options, ["stride"]);
  requireSizes("residualBlock", { inChannels, outChannels });
  const { stride = 1 } = options;
  const main = {
    conv1: conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false }),
    bn1: batchNorm(outChannels),
    conv2: conv2d(outChannels, outChannels, 3, { padding: 1, bias: false }),
    bn2: batchNorm(outChannels),
  };
  const projection = {
    down: conv2d(inChannels, outChannels, 1, { stride, bias: false }),
    dbn: batchNorm(outChannels),
  };
  const isSame = perAxis(stride, 2).every((step) => step === 1) && isSameCount(inChannels, outChannels);
  type Bound = Readonly<Record<"conv1" | "bn1" | "conv2" | "bn2", Images>> & Partial<Record<"down" | "dbn", Images>>;
  const bind =
    ({ conv1, bn1, conv2, bn2, down, dbn }: Bound): Images =>
    (x) =>
      described(() => {
        const changed = bn2(conv2(relu(bn1(conv1(x)))));
        return relu(changed.add(down === undefined || dbn === undefined ? x : dbn(down(x))));
      });
  // Which parameters there are, and the shapes that fit, are said by the signature.
  return typedLayer<Layer<ResidualBlockParams<In, Out, Stride>, ResidualFunction<In, Out, Stride>>>(
    isSame ? main : { ...main, ...projection },
    bind,
  );
};

/** Options of `invertedResidual`. */
export interface InvertedResidualOptions<Stride extends PerAxis<2>, Expansion extends number = number>
  extends ResidualOptions<Stride> {
  /** How many channels there are inside for each one outside; 6 unless said. */
  readonly expansion?: Expansion;
}

/** The rule of the convolution that images come to first: 1 x 1 to more channels, or 3 x 3 within each of them. */
type FirstShape<
  S extends Dims,
  D extends DType,
  In extends number,
  Stride extends PerAxis<2>,
  Expansion extends number,
> = [Expansion] extends [1]
  ? ConvolutionShape<"conv2d", 2, S, D, [In, 1, 3, 3], "f32", Stride, 1, 1, In>
  : ConvolutionShape<
      "conv2d",
      2,
      S,
      D,
      [`${Expansion}` extends `${string}.${string}` ? number : MultiplyDims<In, Expansion>, In, 1, 1],
      "f32"
    >;

/** The rule of an inverted residual: images [N, in, H, W] give [N, out, H / stride, W / stride], rounded up. */
type InvertedShape<
  S extends Dims,
  D extends DType,
  In extends number,
  Out extends number,
  Stride extends PerAxis<2>,
  Expansion extends number,
> =
  FirstShape<S, D, In, Stride, Expansion> extends infer First
    ? First extends Dims
      ? ConvolutionShape<"conv2d", 2, S, D, [Out, In, 3, 3], "f32", Stride, 1>
      : First
    : never;

/** What an inverted residual does. */
export interface InvertedResidualFunction<
  In extends number,
  Out extends number,
  Stride extends PerAxis<2>,
  Expansion extends number,
> {
  <S extends Dims, D extends DType>(
    images: Check<NoInfer<InvertedShape<S, D, In, Out, Stride, Expansion>>, Tensor<S, D>>,
  ): Tensor<Resolved<InvertedShape<S, D, In, Out, Stride, Expansion>>, D>;
}

/** The parameters of `invertedResidual`, by their place in PyTorch's `Sequential`, in which activations count. */
export type InvertedResidualParams = { readonly [place: string]: SpecTree };

/**
 * The inverted residual of MobileNet v2: 1 x 1 to `expansion` times the channels, 3 x 3 within each of them, 1 x 1 to
 * the channels that leave; batch normalization behind each, relu6 behind the first two. Where stride and channels do
 * not change, x is added. With an expansion of 1 there is no first convolution. Images [N, in, H, W] give [N, out, H /
 * stride, W / stride], rounded up.
 *
 * @throws W244 another number of channels.
 * @see Sandler et al. 2018, table 1; `torchvision.models.mobilenet_v2`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 24, 56, 56]) },
 *   params: { block: invertedResidual(24, 24) },
 *   forward: ({ block }, { x }) => {
 *     const y = block(x); // Tensor<["N", 24, 56, 56], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 15
 */
export const invertedResidual = <
  const In extends number,
  const Out extends number,
  const Stride extends PerAxis<2> = 1,
  const Expansion extends number = 6,
>(
  inChannels: In,
  outChannels: Out,
  options: InvertedResidualOptions<Stride, Expansion> = {},
): Layer<InvertedResidualParams, InvertedResidualFunction<In, Out, Stride, Expansion>> => {
  requireKnownOptions("invertedResidual", options, ["stride", "expansion"]);
  const expansion: number = options.expansion ?? 6;
  requireSizes("invertedResidual", { inChannels, outChannels });
  const inner = Math.round(inChannels * expansion);
  const step: PerAxis<2> = options.stride ?? 1;
  const isSame = perAxis(step, 2).every((each) => each === 1) && isSameCount(inChannels, outChannels);
  const expand = [conv2d(inChannels, inner, 1, { bias: false }), batchNorm(inner), relu6];
  const filter = [
    conv2d(inner, inner, 3, { stride: step, padding: 1, groups: inner, bias: false }),
    batchNorm(inner),
    relu6,
  ];
  const project = [conv2d(inner, outChannels, 1, { bias: false }), batchNorm(outChannels)];
  const places = [...(expansion === 1 ? [] : expand), ...filter, ...project];
  // What is no function has parameters.
  const params = Object.fromEntries(
    places.flatMap((part, at) => (typeof part === "function" ? [] : [[`${at}`, part]])),
  ) as InvertedResidualParams;
  const bind =
    (bound: Readonly<Record<string, Images>>): Images =>
    (x) =>
      described(() => {
        // The functions at the other places are their own.
        const parts = places.map((part, at) => bound[`${at}`] ?? (part as Images));
        const changed = parts.reduce((images, part) => part(images), x);
        return isSame ? changed.add(x) : changed;
      });
  // The shapes that fit are said by the signature.
  return typedLayer<Layer<InvertedResidualParams, InvertedResidualFunction<In, Out, Stride, Expansion>>>(params, bind);
};
