// Pooling over sequences [N, C, L], images [N, C, H, W] and volumes [N, C, D, H, W], all said by the ops over images. A maximum
// and a mean over a box are taken one group of axes after the other: over height and width of each depth, then over the
// depths. That is fewer elements than the box has, and the first maximum of the first of the largest slices is the first
// maximum of the box, which is where its gradient goes.
import { reject } from "../diagnostics/diagnostic.ts";
import { optionNames, requireKnownOptions } from "../diagnostics/known-options.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { pooledType, poolingWindows } from "../ops/pooling-windows.ts";
import { type AxesGeometry, axesOf, type WindowAxis, type WindowGeometry } from "../ops/window-geometry.ts";
import { multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Check } from "../types/static/check.ts";
import type { GlobalPoolingShape, PoolingShape } from "../types/static/pooling.ts";
import type { PerAxis, PerSide, SpatialRank } from "../types/static/windows.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { printType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";
import { perAxis, perSide } from "./spatial-options.ts";

/**
 * Where pooled windows lie: side by side unless a stride is given. One number for all axes or one for each; padding may
 * also have one for each side.
 */
export interface PoolingOptions<
  Rank extends SpatialRank,
  Stride extends PerAxis<Rank>,
  Padding extends PerSide<Rank>,
  Ceil extends boolean,
> {
  /** How far the window moves on; its own size unless said. */
  readonly stride?: Stride;
  /** Elements around the image; none unless said. */
  readonly padding?: Padding;
  /** Whether a last window may reach out at the end, as long as it starts inside the image or the padding before it. */
  readonly ceil?: Ceil;
}

/** The largest element of each window. */
export interface MaxPoolFunction<Rank extends SpatialRank> {
  <
    S extends Dims,
    D extends DType,
    const Kernel extends PerAxis<Rank>,
    const Stride extends PerAxis<Rank> = Kernel,
    const Padding extends PerSide<Rank> = 0,
    const Dilation extends PerAxis<Rank> = 1,
    const Ceil extends boolean = false,
  >(
    images: Check<
      NoInfer<PoolingShape<`maxPool${Rank}d`, Rank, S, D, Kernel, Stride, Padding, Dilation, Ceil>>,
      Tensor<S, D>
    >,
    kernel: Kernel,
    options?: PoolingOptions<Rank, Stride, Padding, Ceil> & { readonly dilation?: Dilation },
  ): ResultOf<PoolingShape<`maxPool${Rank}d`, Rank, S, D, Kernel, Stride, Padding, Dilation, Ceil>, D>;
}

/** The mean of each window. */
export interface AveragePoolFunction<Rank extends SpatialRank> {
  <
    S extends Dims,
    D extends DType,
    const Kernel extends PerAxis<Rank>,
    const Stride extends PerAxis<Rank> = Kernel,
    const Padding extends PerSide<Rank> = 0,
    const Ceil extends boolean = false,
  >(
    images: Check<
      NoInfer<PoolingShape<`averagePool${Rank}d`, Rank, S, D, Kernel, Stride, Padding, 1, Ceil>>,
      Tensor<S, D>
    >,
    kernel: Kernel,
    options?: PoolingOptions<Rank, Stride, Padding, Ceil> & {
      /** Whether the zeros of the padding count as elements: yes, as in PyTorch, unless said otherwise. */
      readonly countPadding?: boolean;
    },
  ): ResultOf<PoolingShape<`averagePool${Rank}d`, Rank, S, D, Kernel, Stride, Padding, 1, Ceil>, D>;
}

/** Options as they come, whatever the number of axes. */
interface AnyOptions {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly ceil?: boolean;
  readonly countPadding?: boolean;
}

/** Windows as they are placed, before counts are rounded up. */
const geometryOf = (kernel: number | readonly number[], options: AnyOptions, rank: SpatialRank): AxesGeometry => ({
  kernel: perAxis(kernel, rank),
  stride: perAxis(options.stride ?? kernel, rank),
  padding: perSide(options.padding ?? 0, rank),
  dilation: perAxis(options.dilation ?? 1, rank),
});

const singleRow: WindowAxis = { kernel: 1, stride: 1, low: 0, high: 0, dilation: 1 };

const onImages = (rows: WindowAxis, columns: WindowAxis): WindowGeometry => ({
  kernel: [rows.kernel, columns.kernel],
  stride: [rows.stride, columns.stride],
  padding: [rows.low, rows.high, columns.low, columns.high],
  dilation: [rows.dilation, columns.dilation],
});

/** Pools images of one row for sequences, and twice for volumes, given how images are pooled. */
const poolAxes = (
  images: Tensor,
  geometry: AxesGeometry,
  pool: (images: Tensor, geometry: WindowGeometry) => Tensor,
): Tensor => {
  const [first = singleRow, second = singleRow, third] = axesOf(geometry);
  const [batch = 0, channels = 0, ...extents] = images.shape;
  if (geometry.kernel.length === 1) {
    const pooled = pool(images.reshape([batch, channels, 1, ...extents]), onImages(singleRow, first));
    return pooled.reshape([batch, channels, ...pooled.shape.slice(3)]);
  }
  if (third === undefined) return pool(images, onImages(first, second));
  const [depth = 0, ...plane] = extents;
  const slices = pool(images.reshape([batch, multiplyDims(channels, depth), ...plane]), onImages(second, third));
  const [, , height = 0, width = 0] = slices.shape;
  const columns = slices.reshape([batch, channels, depth, multiplyDims(height, width)]);
  const pooled = pool(columns, onImages(first, singleRow));
  return pooled.reshape([batch, channels, pooled.shape[2] ?? 0, height, width]);
};

const knownOfMaximum = optionNames<Omit<AnyOptions, "countPadding">>({
  stride: true,
  padding: true,
  dilation: true,
  ceil: true,
});

const maxPool = <Rank extends SpatialRank>(rank: Rank): MaxPoolFunction<Rank> => {
  const op = `maxPool${rank}d`;
  // What shapes come of it is said by the interface.
  return (images: unknown, kernel: number | readonly number[], options: AnyOptions = {}) =>
    described(() => {
      const input = tensorOf(op, images);
      requireKnownOptions(op, options, knownOfMaximum);
      const geometry = poolingWindows(op, geometryOf(kernel, options, rank), options.ceil ?? false, rank);
      pooledType(op, input.type, geometry, rank);
      return poolAxes(input, geometry, (each, windows) =>
        emitOne(traceOf(each, op), "maxPool2d", [each], { ...windows }),
      );
    });
};

/**
 * max over each window of sequences [N, C, L]: windows lie side by side unless a stride is said, so each axis is
 * floor((extent + padding - kernel) / stride) + 1 long. Padding never wins, NaN always.
 *
 * @throws W243 a window that fits nowhere; W247 a window of nothing but padding; W241 images of another rank; W242
 * options of another kind; W204 bools.
 * @see `torch.nn.functional.max_pool1d`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
 * maxPool1d(x, 2); // Tensor<[1, 1, 2], "f32">: [[[2, 4]]]
 */
export const maxPool1d: MaxPoolFunction<1> = maxPool(1);

/**
 * max over each window of images [N, C, H, W]: windows lie side by side unless a stride is said, so each axis is
 * floor((extent + padding - kernel) / stride) + 1 long. Padding never wins, NaN always.
 *
 * @throws W243 a window that fits nowhere; W247 a window of nothing but padding; W241 images of another rank; W242
 * options of another kind; W204 bools.
 * @see `torch.nn.functional.max_pool2d`.
 * @example
 * const x = constant(1, [1, 3, 8, 8]);
 * const y = maxPool2d(x, 2);
 * y; // Tensor<[1, 3, 4, 4], "f32">
 */
export const maxPool2d: MaxPoolFunction<2> = maxPool(2);

/**
 * max over each window of volumes [N, C, D, H, W]: windows lie side by side unless a stride is said, so each axis is
 * floor((extent + padding - kernel) / stride) + 1 long. Padding never wins, NaN always.
 *
 * @throws W243 a window that fits nowhere; W247 a window of nothing but padding; W241 images of another rank; W242
 * options of another kind; W204 bools.
 * @see `torch.nn.functional.max_pool3d`.
 * @example
 * const x = constant(1, [1, 2, 4, 4, 4]);
 * const y = maxPool3d(x, 2);
 * y; // Tensor<[1, 2, 2, 2, 2], "f32">
 */
export const maxPool3d: MaxPoolFunction<3> = maxPool(3);

/**
 * What a mean is taken over. A window that reaches out behind the padding, because counts are rounded up, does not count
 * what lies there: the padding becomes part of the image, and only the rest stays uncounted.
 */
const countedWindows = (
  images: Tensor,
  placed: AxesGeometry,
  { ceil, countPadding, rank }: { readonly ceil: boolean; readonly countPadding: boolean; readonly rank: SpatialRank },
): { readonly images: Tensor; readonly geometry: AxesGeometry; readonly countPadding: boolean } => {
  const op = `averagePool${rank}d`;
  const geometry = poolingWindows(op, placed, ceil, rank);
  pooledType(op, images.type, geometry, rank);
  if (!ceil || !countPadding) return { images, geometry, countPadding };
  const inner = axesOf(placed).map(({ low, high }) => ({ low, high, interior: 0 }));
  const whole = { low: 0, high: 0, interior: 0 };
  const padding = axesOf(geometry).flatMap(({ high }, axis) => [0, high - (inner[axis]?.high ?? 0)]);
  const padded = inner.every(({ low, high }) => low + high === 0) ? images : images.pad([whole, whole, ...inner]);
  return { images: padded, geometry: { ...geometry, padding }, countPadding: false };
};

const knownOfAverage = optionNames<Omit<AnyOptions, "dilation">>({
  stride: true,
  padding: true,
  ceil: true,
  countPadding: true,
});

const averagePool = <Rank extends SpatialRank>(rank: Rank): AveragePoolFunction<Rank> => {
  const op = `averagePool${rank}d`;
  // What shapes come of it is said by the interface.
  return (given: unknown, kernel: number | readonly number[], options: AnyOptions = {}) =>
    described(() => {
      requireKnownOptions(op, options, knownOfAverage);
      const { ceil = false, countPadding: counted = true, ...placement } = options;
      const placed = geometryOf(kernel, { ...placement, dilation: 1 }, rank);
      const how = { ceil, countPadding: counted, rank };
      const { images, geometry, countPadding } = countedWindows(tensorOf(op, given), placed, how);
      return poolAxes(images, geometry, (each, { kernel, stride, padding }) =>
        emitOne(traceOf(each, op), "averagePool2d", [each], { kernel, stride, padding, countPadding }),
      );
    });
};

/**
 * mean over each window of sequences [N, C, L]: windows lie side by side unless a stride is said, so each axis is
 * floor((extent + padding - kernel) / stride) + 1 long. Padding counts as 0 unless `countPadding` is false.
 *
 * @throws W243 a window that fits nowhere; W247 a window of nothing but padding; W241 images of another rank; W242
 * options of another kind; W204 integers.
 * @see `torch.nn.functional.avg_pool1d`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
 * averagePool1d(x, 2); // Tensor<[1, 1, 2], "f32">: [[[1.5, 3.5]]]
 */
export const averagePool1d: AveragePoolFunction<1> = averagePool(1);

/**
 * mean over each window of images [N, C, H, W]: windows lie side by side unless a stride is said, so each axis is
 * floor((extent + padding - kernel) / stride) + 1 long. Padding counts as 0 unless `countPadding` is false.
 *
 * @throws W243 a window that fits nowhere; W247 a window of nothing but padding; W241 images of another rank; W242
 * options of another kind; W204 integers.
 * @see `torch.nn.functional.avg_pool2d`.
 * @example
 * const x = constant(1, [1, 3, 8, 8]);
 * const y = averagePool2d(x, 2);
 * y; // Tensor<[1, 3, 4, 4], "f32">
 */
export const averagePool2d: AveragePoolFunction<2> = averagePool(2);

/**
 * mean over each window of volumes [N, C, D, H, W]: windows lie side by side unless a stride is said, so each axis is
 * floor((extent + padding - kernel) / stride) + 1 long. Padding counts as 0 unless `countPadding` is false.
 *
 * @throws W243 a window that fits nowhere; W247 a window of nothing but padding; W241 images of another rank; W242
 * options of another kind; W204 integers.
 * @see `torch.nn.functional.avg_pool3d`.
 * @example
 * const x = constant(1, [1, 2, 4, 4, 4]);
 * const y = averagePool3d(x, 2);
 * y; // Tensor<[1, 2, 2, 2, 2], "f32">
 */
export const averagePool3d: AveragePoolFunction<3> = averagePool(3);

/** One window over all that lies behind the channels. */
export interface GlobalPoolFunction<Op extends string> {
  <S extends Dims, D extends DType>(
    images: Check<NoInfer<GlobalPoolingShape<Op, S, D>>, Tensor<S, D>>,
  ): ResultOf<GlobalPoolingShape<Op, S, D>, D>;
}

const spatialAxes = (op: string, images: Tensor): readonly number[] => {
  const axes = [...images.shape.keys()].slice(2);
  const type = printType(images.type);
  if (axes.length === 0)
    reject("W241", { op, operand: "images", axes: 3, layout: "[batch, channels, length] or more", type });
  for (const axis of axes) if (images.shape[axis] === 0) reject("W252", { op, axis: `axis ${axis}`, images: type });
  return axes;
};

/**
 * mean over all spatial axes, which stay as extents of 1: [N, C, ...] gives [N, C, 1, ...].
 *
 * @throws W241 images without spatial axes.
 * @see `torch.nn.functional.adaptive_avg_pool2d`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
 * globalAveragePool(x); // Tensor<[1, 1, 1], "f32">: [[[2.5]]]
 */
export const globalAveragePool: GlobalPoolFunction<"globalAveragePool"> = <S extends Dims, D extends DType>(
  images: unknown,
) =>
  described<ResultOf<GlobalPoolingShape<"globalAveragePool", S, D>, D>>(() => {
    const input = tensorOf("globalAveragePool", images);
    return input.mean({ axes: spatialAxes("globalAveragePool", input), keepDims: true });
  });

/**
 * max over all spatial axes, which stay as extents of 1: [N, C, ...] gives [N, C, 1, ...]. It is the one at the first
 * maximum, so its gradient goes there and is not split among equals, as that of `max` is.
 *
 * @throws W241 images without spatial axes; W252 images without elements; W204 bools.
 * @see `torch.nn.functional.adaptive_max_pool2d`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
 * globalMaxPool(x); // Tensor<[1, 1, 1], "f32">: [[[4]]]
 */
export const globalMaxPool: GlobalPoolFunction<"globalMaxPool"> = <S extends Dims, D extends DType>(images: unknown) =>
  described<ResultOf<GlobalPoolingShape<"globalMaxPool", S, D>, D>>(() => {
    const input = tensorOf("globalMaxPool", images);
    const axes = spatialAxes("globalMaxPool", input);
    const [batch = 0, channels = 0, ...extents] = input.shape;
    const elements = extents.reduce(multiplyDims, 1);
    const flat = input.reshape([batch, channels, elements]);
    const first = flat.argmax(2).oneHot(elements, "bool");
    return first
      .select(flat, 0)
      .sum({ axes: [2] })
      .reshape([batch, channels, ...axes.map(() => 1)]);
  });
