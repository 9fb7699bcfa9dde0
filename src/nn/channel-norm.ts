// Normalization of channels with what it learns and, over the batch, what it remembers: PyTorch's BatchNorm, GroupNorm and
// InstanceNorm for any number of axes behind the channels.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { described, requireChannels } from "../ir/functions/argument.ts";
import {
  batchNorm as normalizeBatch,
  groupNorm as normalizeGroups,
  instanceNorm as normalizeInstances,
} from "../ir/functions/channel-normalization.ts";
import type { EpsilonOption } from "../ir/functions/normalization.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { ChannelsShape } from "../ir/types/static/channels.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { GroupsOf } from "../ir/types/static/parts.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { ones, zeros } from "../model/initializer.ts";
import { currentMode, latestOf, updateBuffer } from "../model/mode.ts";
import { type BufferSpec, buffer, type Layer, type ParamSpec, param, typedLayer } from "../model/parameter.ts";
import { requireSizes } from "./sizes.ts";

/** The learned scale and shift of channels, under PyTorch's names. */
export type ChannelParams<Channels extends number, Affine extends boolean> = Affine extends false
  ? Record<never, never>
  : {
      /** What channels are multiplied by: [channels]. */
      readonly weight: ParamSpec<[Channels], "f32">;
      /** What is added to channels: [channels]. */
      readonly bias: ParamSpec<[Channels], "f32">;
    };

/** What a normalization of channels does: [N, channels, ...places] keeps its shape. */
export interface ChannelNormFunction<Op extends string, Channels extends number> {
  <S extends Dims, D extends DType>(x: Check<NoInfer<ChannelsShape<Op, S, D, Channels>>, Tensor<S, D>>): Tensor<S, D>;
}

/** Options of normalizations of channels. */
export interface ChannelNormOptions<Affine extends boolean> extends EpsilonOption {
  /** Whether there are a scale and a shift for each channel. */
  readonly affine?: Affine;
}

/** The parameters that `bind` is given, whichever of them there are. */
interface GivenChannels {
  readonly weight?: Tensor;
  readonly bias?: Tensor;
}

const affineParams = (channels: number, affine: boolean): { readonly [name: string]: ParamSpec } =>
  affine ? { weight: param([channels], ones), bias: param([channels], zeros) } : {};

/** The parameters and buffers of `batchNorm`, under PyTorch's names. */
export type BatchNormParams<Channels extends number, Affine extends boolean> = ChannelParams<Channels, Affine> & {
  /** The mean that inference uses: [channels]. */
  readonly running_mean: BufferSpec<[Channels], "f32">;
  /** The variance that inference uses: [channels]. */
  readonly running_var: BufferSpec<[Channels], "f32">;
};

/** Options of `batchNorm`. */
export interface BatchNormLayerOptions<Affine extends boolean> extends ChannelNormOptions<Affine> {
  /** How much of the new running statistics is of the present batch; 0.1 unless said. */
  readonly momentum?: number;
}

const known = optionNames<ChannelNormOptions<boolean>>({ affine: true, epsilon: true });

const knownOfBatch = optionNames<BatchNormLayerOptions<boolean>>({ affine: true, epsilon: true, momentum: true });

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias for each channel of [N, channels, ...places]. In training by
 * mean and variance of the batch, which each step mixes into `running_mean` and `running_var`; at inference by those.
 * Weight and running variance begin at 1, bias and running mean at 0.
 *
 * @throws W248 another number of channels; W205 where there is no axis of channels.
 * @see Ioffe and Szegedy 2015, algorithm 1; `torch.nn.BatchNorm2d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 64, 32, 32]) },
 *   params: { norm: batchNorm(64) },
 *   forward: ({ norm }, { x }) => {
 *     const y = norm(x); // Tensor<["N", 64, 32, 32], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 4
 */
export const batchNorm = <const Channels extends number, const Affine extends boolean = true>(
  channels: Channels,
  options: BatchNormLayerOptions<Affine> = {},
): Layer<BatchNormParams<Channels, Affine>, ChannelNormFunction<"batchNorm", Channels>> => {
  requireKnownOptions("batchNorm", options, knownOfBatch);
  const { affine, ...settings } = options;
  requireSizes("batchNorm", { channels });
  const statistics = { running_mean: buffer([channels], zeros), running_var: buffer([channels], ones) };
  const bind =
    (given: GivenChannels & { readonly running_mean: Tensor; readonly running_var: Tensor }) => (x: Tensor) =>
      described(() => {
        requireChannels("batchNorm", x, channels);
        const { y, runningMean, runningVariance } = normalizeBatch(x, {
          ...settings,
          weight: given.weight,
          bias: given.bias,
          runningMean: latestOf(given.running_mean),
          runningVariance: latestOf(given.running_var),
          training: currentMode() === "training",
        });
        updateBuffer(given.running_mean, runningMean);
        updateBuffer(given.running_var, runningVariance);
        return y;
      });
  // Which parameters there are, and the shapes that fit, are said by the signature.
  return typedLayer<Layer<BatchNormParams<Channels, Affine>, ChannelNormFunction<"batchNorm", Channels>>>(
    { ...affineParams(channels, affine !== false), ...statistics },
    bind,
  );
};

/** The type of `groupNorm`. */
export interface MakeGroupNorm {
  <const Channels extends number, const Affine extends boolean = true, const Groups extends number = number>(
    groups: Check<NoInfer<GroupsOf<"groupNorm", Groups, [Channels], `${Channels} channels`>>, Groups>,
    channels: Channels,
    options?: ChannelNormOptions<Affine>,
  ): Layer<ChannelParams<Channels, Affine>, ChannelNormFunction<"groupNorm", Channels>>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias for [N, channels, ...places], with mean and variance of each
 * example over its places and each of `groups` equal parts of its channels. Weight begins at 1, bias at 0.
 *
 * @throws W245 groups that do not divide the channels; W248 another number of channels.
 * @see Wu and He 2018, equation 1; `torch.nn.GroupNorm`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 64, 32, 32]) },
 *   params: { norm: groupNorm(8, 64) },
 *   forward: ({ norm }, { x }) => {
 *     const y = norm(x); // Tensor<["N", 64, 32, 32], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 2
 */
export const groupNorm: MakeGroupNorm = (groups, channels, options = {}) => {
  requireKnownOptions("groupNorm", options, known);
  const { affine, ...settings } = options;
  requireSizes("groupNorm", { channels });
  const count = groups as number; // unless the call did not compile
  if (!Number.isSafeInteger(count) || count < 1 || channels % count !== 0) {
    const details = { op: "groupNorm", groups: count, channels: `${channels}`, shapes: `${channels} channels` };
    reject("W245", details);
  }
  const bind = (given: GivenChannels) => (x: Tensor) =>
    described(() => {
      requireChannels("groupNorm", x, channels);
      return normalizeGroups(x, count, { ...settings, weight: given.weight, bias: given.bias });
    });
  // Which parameters there are, and the shapes that fit, are said by the signature.
  return typedLayer<never>(affineParams(channels, affine !== false), bind);
};

/**
 * (x - mean) / sqrt(variance + epsilon) for [N, channels, ...places], with mean and variance of each channel of each
 * example over its places. As in PyTorch there are no scale and shift unless `affine` is true.
 *
 * @throws W248 another number of channels; W205 where there are no places.
 * @see Ulyanov et al. 2016, equation 3; `torch.nn.InstanceNorm2d`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["N", 64, 32, 32]) },
 *   params: { norm: instanceNorm(64) },
 *   forward: ({ norm }, { x }) => {
 *     const y = norm(x); // Tensor<["N", 64, 32, 32], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 0
 */
export const instanceNorm = <const Channels extends number, const Affine extends boolean = false>(
  channels: Channels,
  options: ChannelNormOptions<Affine> = {},
): Layer<ChannelParams<Channels, Affine>, ChannelNormFunction<"instanceNorm", Channels>> => {
  requireKnownOptions("instanceNorm", options, known);
  const { affine, ...settings } = options;
  requireSizes("instanceNorm", { channels });
  const bind = (given: GivenChannels) => (x: Tensor) =>
    described(() => {
      requireChannels("instanceNorm", x, channels);
      return normalizeInstances(x, { ...settings, weight: given.weight, bias: given.bias });
    });
  // Which parameters there are, and the shapes that fit, are said by the signature.
  return typedLayer<Layer<ChannelParams<Channels, Affine>, ChannelNormFunction<"instanceNorm", Channels>>>(
    affineParams(channels, affine === true),
    bind,
  );
};
