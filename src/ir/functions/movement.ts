// Functions that change where elements stand, or repeat them, and compute nothing.
import { expectList } from "../diagnostics/expect.ts";
import { normalizeAxis, requireExtents, requirePerAxis } from "../ops/typing.ts";
import { multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AlongAxes, AxisCode, AxisOr, TransposeShape } from "../types/static/axes.ts";
import type { BroadcastTo } from "../types/static/broadcasting.ts";
import type { Beside, Check } from "../types/static/check.ts";
import type { FlattenShape, ReshapeShape, TileShape } from "../types/static/reshaping.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** The type of `reshape`. */
export interface ReshapeFunction {
  <S extends Dims, D extends DType, const To extends Dims>(
    x: Tensor<S, D>,
    shape: Check<NoInfer<ReshapeShape<S, To>>, readonly [...To]>,
  ): ResultOf<ReshapeShape<S, To>, D>;
}

/**
 * The same elements in the same order under another shape [...To]; one extent may be -1 and is worked out.
 *
 * @throws W211 another number of elements; W209 what is no extent.
 * @see `torch.reshape`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * reshape(x, [3, -1]); // Tensor<[3, 2], "f32">: [[1, 2], [3, 4], [5, 6]]
 */
export const reshape: ReshapeFunction = (x, shape) => described(() => tensorOf("reshape", x).reshape(shape as Dims));

/** The type of `flatten`. */
export interface FlattenFunction {
  <S extends Dims, D extends DType, const Axis extends number | undefined = undefined>(
    x: Check<NoInfer<Beside<FlattenShape<S, AxisOr<Axis, 1>>, AxisCode<Axis>>>, Tensor<S, D>>,
    axis?: Check<NoInfer<FlattenShape<S, AxisOr<Axis, 1>>>, Axis>,
  ): ResultOf<FlattenShape<S, AxisOr<Axis, 1>>, D>;
}

/**
 * All axes from `axis` on (1, the first behind the batch) as one: [N, C, H, W] gives [N, C * H * W].
 *
 * @throws W205 an axis that is not there.
 * @see `torch.flatten`.
 * @example
 * const y = flatten(constant(0, [2, 3, 4, 4]));
 * y; // Tensor<[2, 48], "f32">
 */
export const flatten: FlattenFunction = (x, axis) =>
  described(() => {
    const tensor = tensorOf("flatten", x);
    const from = normalizeAxis("flatten", tensor.shape, Number(axis ?? 1));
    return tensor.reshape([...tensor.shape.slice(0, from), tensor.shape.slice(from).reduce(multiplyDims, 1)]);
  });

/** The type of `transpose`. */
export interface TransposeFunction {
  <S extends Dims, D extends DType, const Permutation extends readonly number[]>(
    x: Tensor<S, D>,
    permutation: Check<NoInfer<TransposeShape<S, Permutation>>, readonly [...Permutation]>,
  ): ResultOf<TransposeShape<S, Permutation>, D>;
}

/**
 * The axes in another order: entry k of the permutation names the axis that becomes axis k, so [2, 3] by [1, 0] gives
 * [3, 2].
 *
 * @throws W213 what is no permutation of the axes.
 * @see `torch.permute`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * transpose(x, [1, 0]); // Tensor<[3, 2], "f32">: [[1, 4], [2, 5], [3, 6]]
 */
export const transpose: TransposeFunction = (x, permutation) =>
  described(() => tensorOf("transpose", x).transpose(permutation as readonly number[]));

/** The type of `broadcastTo`. */
export interface BroadcastToFunction {
  <S extends Dims, D extends DType, const To extends Dims>(
    x: Tensor<S, D>,
    shape: Check<NoInfer<BroadcastTo<S, To>>, readonly [...To]>,
  ): ResultOf<BroadcastTo<S, To>, D>;
}

/**
 * Repeats extents of 1, and adds axes in front, until the shape is `shape`: [3] gives [2, 3].
 *
 * @throws W208 a shape that it does not repeat to; W209 what is no extent.
 * @see `torch.broadcast_to`.
 * @example
 * broadcastTo(constant(Float32Array.of(1, 2, 3), [3]), [2, 3]); // Tensor<[2, 3], "f32">: [[1, 2, 3], [1, 2, 3]]
 */
export const broadcastTo: BroadcastToFunction = (x, shape) =>
  described(() => tensorOf("broadcast", x).broadcastTo(shape as Dims));

/** The type of `flip`. */
export interface FlipFunction {
  <S extends Dims, D extends DType, const Axes extends readonly number[]>(
    x: Tensor<S, D>,
    axes: Check<NoInfer<AlongAxes<"flip", S, Axes>>, readonly [...Axes]>,
  ): ResultOf<AlongAxes<"flip", S, Axes>, D>;
}

/**
 * y[i] = x[n - 1 - i] along each of the axes.
 *
 * @throws W205 an axis that is not there; W206 one that is named twice.
 * @see `torch.flip`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * flip(x, [1]); // Tensor<[2, 3], "f32">: [[3, 2, 1], [6, 5, 4]]
 */
export const flip: FlipFunction = (x, axes) => described(() => tensorOf("flip", x).flip(axes as readonly number[]));

/** The type of `tile`. */
export interface TileFunction {
  <S extends Dims, D extends DType, const Repeats extends readonly number[]>(
    x: Tensor<S, D>,
    repeats: Check<NoInfer<TileShape<S, Repeats>>, Repeats>,
  ): ResultOf<TileShape<S, Repeats>, D>;
}

/**
 * Repeats the whole tensor along each axis as often as `repeats` says: [2] by [3] gives [6].
 *
 * @throws W215 repeats that are not one for each axis; W209 what is no number of repeats.
 * @see `torch.tile`, `numpy.tile`.
 * @example
 * tile(constant(Float32Array.of(1, 2), [2]), [3]); // Tensor<[6], "f32">: [1, 2, 1, 2, 1, 2]
 */
export const tile: TileFunction = (x, repeats) =>
  described(() => {
    const tensor = tensorOf("tile", x);
    // A list, unless the call did not compile.
    const times = repeats as readonly number[];
    expectList("tile", "a list of how often, one for each axis", times, "tile(x, [1, 2])");
    requirePerAxis("tile", "repeats", times, tensor.shape);
    requireExtents("tile", times);
    const apart = tensor.reshape(tensor.shape.flatMap((extent) => [1, extent]));
    const repeated = apart.broadcastTo(tensor.shape.flatMap((extent, axis) => [times[axis] ?? 1, extent]));
    return repeated.reshape(tensor.shape.map((extent, axis) => multiplyDims(extent, times[axis] ?? 1)));
  });
