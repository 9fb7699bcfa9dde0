// Normalizations of images, or of anything with channels on axis 1: over the batch, or within each example over groups of
// channels. All have mean 0 and variance 1 before a scale and a shift for each channel.
import { reject } from "../diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { centeredOver } from "../ops/normalization.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { requireAxis, requireDType } from "../ops/typing.ts";
import { type Dim, divideDims, isKnown, multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type {
  BatchNormRules,
  BiasAfter,
  ChannelAxis,
  ChannelledShape,
  GroupRules,
  GroupsShape,
  WeightShape,
} from "../types/static/channels.ts";
import type { After, Check } from "../types/static/check.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { printType, tensorType } from "../types/tensor-type.ts";
import { atCaller, described, tensorOf } from "./argument.ts";
import type { EpsilonOption } from "./normalization.ts";
import { varianceOver } from "./variance-over.ts";

/** What each channel is multiplied by, and what is added to it: tensors [channels]. */
export interface ChannelOptions<Weight = Tensor, Bias = Tensor> extends EpsilonOption {
  /** What each channel is multiplied by, [C]; 1 unless given. */
  readonly weight?: Weight | undefined;
  /** What is added to each channel, [C]; 0 unless given. */
  readonly bias?: Bias | undefined;
}

/** The number of channels of a float tensor: W204, W205. */
const channelsOf = (op: string, { type, shape }: Tensor): Dim => {
  requireDType(op, type, ["f32", "f64"]);
  requireAxis(op, shape, 1);
  return shape[1] ?? 1;
};

/** A tensor [channels] in the shape in which it meets the channels. */
const perChannel = (op: string, name: string, x: Tensor, given: Tensor): Tensor => {
  const values = tensorOf(op, given);
  const channels = channelsOf(op, x);
  requireOperand(op, name, values.type, tensorType(x.dtype, [channels]));
  return values.reshape([channels, ...x.shape.slice(2).map(() => 1)]);
};

const scaled = (op: string, x: Tensor, unit: Tensor, { weight, bias }: ChannelOptions): Tensor => {
  const stretched = weight === undefined ? unit : unit.mul(perChannel(op, "weight", x, weight));
  return bias === undefined ? stretched : stretched.add(perChannel(op, "bias", x, bias));
};

/** `axes` of the tensor brought to mean 0 and variance 1. */
const standardizedOver = (op: string, x: Tensor, axes: readonly number[], epsilon: number): Tensor =>
  emitOne(traceOf(x, op), "standardize", [x], { axes, epsilon });

/** Options of `batchNorm`. */
export interface BatchNormOptions<Mean = Tensor, Variance = Tensor, Weight = Tensor, Bias = Tensor>
  extends ChannelOptions<Weight, Bias> {
  /** Means and variances of earlier batches: [channels]. What is normalized by, unless `training`. */
  readonly runningMean?: Mean | undefined;
  /** The variance outside of training, [C]. */
  readonly runningVariance?: Variance | undefined;
  /** Whether this batch's own mean and variance are normalized by; so it is where no running ones are given. */
  readonly training?: boolean;
  /** How much of the new running statistics is of this batch; 0.1 unless said. */
  readonly momentum?: number;
}

/** What `batchNorm` gives. */
export interface BatchNormResult<S extends Dims, D extends DType> {
  /** The normalized tensor. */
  readonly y: Tensor<S, D>;
  /** (1 - momentum) * old + momentum * batch; the batch's alone where there are no old ones. */
  readonly runningMean: Tensor<ChannelAxis<S>, D>;
  /** The running variance after this batch. */
  readonly runningVariance: Tensor<ChannelAxis<S>, D>;
}

/** Mean and unbiased variance of each channel: [channels]. W140 for a single value, of which there is no variance. */
const batchStatistics = (x: Tensor, axes: readonly number[]): { readonly mean: Tensor; readonly variance: Tensor } => {
  const count = axes.map((axis) => x.shape[axis] ?? 1).reduce(multiplyDims, 1);
  if (isKnown(count) && count < 2)
    reject("W140", {
      what: "batchNorm: x",
      expected: "more than one value for each channel in training",
      given: printType(x.type),
      write: 'spec("f32", [32, 3])',
    });
  const channels = [x.shape[1] ?? 1];
  return {
    mean: centeredOver(x, axes).mean.reshape(channels),
    variance: varianceOver(x, axes, true).reshape(channels),
  };
};

const mixed = (old: Tensor | undefined, fresh: Tensor, momentum: number): Tensor =>
  old === undefined ? fresh : old.mul(1 - momentum).add(fresh.mul(momentum));

const known = optionNames<ChannelOptions>({ epsilon: true, weight: true, bias: true });

const knownOfBatch = optionNames<BatchNormOptions>({
  epsilon: true,
  weight: true,
  bias: true,
  runningMean: true,
  runningVariance: true,
  training: true,
  momentum: true,
});

/** The type of `batchNorm`. */
export interface BatchNormFunction {
  <
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
  >(
    x: Check<NoInfer<ChannelledShape<"batchNorm", S, D>>, Tensor<S, D>>,
    given?: BatchNormOptions<
      Check<NoInfer<BatchNormRules<S, D, Mean, E, Variance, F, Weight, G, Bias, H>["mean"]>, Tensor<Mean, E>>,
      Check<NoInfer<BatchNormRules<S, D, Mean, E, Variance, F, Weight, G, Bias, H>["variance"]>, Tensor<Variance, F>>,
      Check<NoInfer<BatchNormRules<S, D, Mean, E, Variance, F, Weight, G, Bias, H>["weight"]>, Tensor<Weight, G>>,
      Check<NoInfer<BatchNormRules<S, D, Mean, E, Variance, F, Weight, G, Bias, H>["bias"]>, Tensor<Bias, H>>
    >,
  ): BatchNormResult<S, D>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias for each channel of [N, C, ...places]. In training mean and
 * (biased) variance are those of the batch and its places, and the running statistics move towards them, with the
 * unbiased variance; otherwise they are the running ones.
 *
 * @throws W205 where there is no axis of channels; W248 a weight or bias of another type; W204 integers.
 * @see Ioffe and Szegedy 2015, algorithms 1 and 2; `torch.nn.functional.batch_norm`.
 * @example
 * const x = constant(Float32Array.of(1, 3, 5, 9), [2, 2, 1]);
 * batchNorm(x, { training: true }).y; // Tensor<[2, 2, 1], "f32">: [[[-1], [-1]], [[1], [1]]]
 */
export const batchNorm: BatchNormFunction = (x, given = {}) =>
  atCaller(() => {
    const [op, tensor] = ["batchNorm", tensorOf("batchNorm", x)];
    const options = given as BatchNormOptions; // tensors, whatever their types
    channelsOf(op, tensor);
    requireKnownOptions(op, options, knownOfBatch);
    const { runningMean: mean, runningVariance: variance, epsilon = 1e-5, momentum = 0.1, training = false } = options;
    const along = {
      mean: mean && perChannel(op, "running mean", tensor, mean),
      variance: variance && perChannel(op, "running variance", tensor, variance),
    };
    const result = (unit: Tensor, runningMean: Tensor, runningVariance: Tensor): never =>
      // The shape and the element type stay.
      ({ y: scaled(op, tensor, unit, options), runningMean, runningVariance }) as never;
    if (!training && mean && variance && along.mean && along.variance)
      return result(tensor.sub(along.mean).mul(along.variance.add(epsilon).rsqrt()), mean, variance);
    const axes = [...tensor.shape.keys()].filter((axis) => axis !== 1);
    const batch = batchStatistics(tensor, axes);
    const unit = standardizedOver(op, tensor, axes, epsilon);
    return result(unit, mixed(mean, batch.mean, momentum), mixed(variance, batch.variance, momentum));
  });

/** Equal parts of the channels of each example, as the last axis of [N, groups, ...]; W245 where they do not divide. */
const grouped = (x: Tensor, groups: number): Tensor => {
  const channels = channelsOf("groupNorm", x);
  const each = Number.isSafeInteger(groups) && groups > 0 ? divideDims(channels, groups) : undefined;
  return each === undefined
    ? reject("W245", { op: "groupNorm", groups, channels: `${channels}`, shapes: printType(x.type) })
    : x.reshape([x.shape[0] ?? 1, groups, x.shape.slice(2).reduce(multiplyDims, each)]);
};

/** The type of `groupNorm`. */
export interface GroupNormFunction {
  <
    S extends Dims,
    D extends DType,
    const Groups extends number,
    Weight extends Dims,
    E extends DType,
    Bias extends Dims,
    F extends DType,
  >(
    x: Check<NoInfer<ChannelledShape<"groupNorm", S, D>>, Tensor<S, D>>,
    groups: Check<NoInfer<GroupsShape<S, D, Groups>>, Groups>,
    given?: ChannelOptions<
      Check<NoInfer<After<GroupRules<S, D, Groups>, WeightShape<"groupNorm", S, D, Weight, E>>>, Tensor<Weight, E>>,
      Check<NoInfer<After<GroupRules<S, D, Groups>, BiasAfter<"groupNorm", S, D, Weight, E, Bias, F>>>, Tensor<Bias, F>>
    >,
  ): Tensor<S, D>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias for [N, C, ...places], with mean and biased variance of each
 * example over its places and each of `groups` equal parts of its channels.
 *
 * @throws W245 groups that do not divide the channels; W205 where there is no axis of channels; W248 a weight or bias
 * of another type; W204 integers.
 * @see Wu and He 2018, equation 1; `torch.nn.functional.group_norm`.
 * @example
 * const x = constant(Float32Array.of(1, 3, 5, 9), [2, 2, 1]);
 * groupNorm(x, 1); // Tensor<[2, 2, 1], "f32">: [[[-1], [1]], [[-1], [1]]]
 */
export const groupNorm: GroupNormFunction = (x, groups, given = {}) =>
  described(() => {
    const tensor = tensorOf("groupNorm", x);
    const options = given as ChannelOptions; // tensors, whatever their types
    requireKnownOptions("groupNorm", options, known);
    const unit = standardizedOver("groupNorm", grouped(tensor, groups as number), [2], options.epsilon ?? 1e-5);
    return scaled("groupNorm", tensor, unit.reshape(tensor.shape), options);
  });

/** The type of `instanceNorm`. */
export interface InstanceNormFunction {
  <S extends Dims, D extends DType, Weight extends Dims, E extends DType, Bias extends Dims, F extends DType>(
    x: Check<NoInfer<ChannelledShape<"instanceNorm", S, D, 2>>, Tensor<S, D>>,
    given?: ChannelOptions<
      Check<
        NoInfer<After<ChannelledShape<"instanceNorm", S, D, 2>, WeightShape<"instanceNorm", S, D, Weight, E>>>,
        Tensor<Weight, E>
      >,
      Check<
        NoInfer<After<ChannelledShape<"instanceNorm", S, D, 2>, BiasAfter<"instanceNorm", S, D, Weight, E, Bias, F>>>,
        Tensor<Bias, F>
      >
    >,
  ): Tensor<S, D>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias for [N, C, ...places], with mean and biased variance of each
 * channel of each example over its places.
 *
 * @throws W205 where there are no places; W248 a weight or bias of another type; W204 integers.
 * @see Ulyanov et al. 2016, equation 3; `torch.nn.functional.instance_norm`.
 * @example
 * const x = constant(Float32Array.of(1, 3, 5, 9), [1, 2, 2]);
 * instanceNorm(x); // Tensor<[1, 2, 2], "f32">: [[[-1, 1], [-1, 1]]]
 */
export const instanceNorm: InstanceNormFunction = (x, given = {}) =>
  described(() => {
    const tensor = tensorOf("instanceNorm", x);
    const options = given as ChannelOptions; // tensors, whatever their types
    requireKnownOptions("instanceNorm", options, known);
    channelsOf("instanceNorm", tensor);
    requireAxis("instanceNorm", tensor.shape, 2);
    const places = [...tensor.shape.keys()].slice(2);
    return scaled(
      "instanceNorm",
      tensor,
      standardizedOver("instanceNorm", tensor, places, options.epsilon ?? 1e-5),
      options,
    );
  });
