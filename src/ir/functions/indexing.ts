// Functions whose positions are data: i32 indices, which count from 0.
import { canonicalShape } from "../graph/canonical-shape.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { normalizeAxis, requireDType } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AddAlongShape, IndexAddShape, TakeShape } from "../types/static/along-axis.ts";
import type { AxisCode, AxisOr } from "../types/static/axes.ts";
import type { About, AllOf, Beside, Check, NeedsDType, Numbers } from "../types/static/check.ts";
import type { GatherShape, OneHotShape, ScatterShape } from "../types/static/indexing.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { sameShape, tensorType } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

const numbers: readonly DType[] = ["f32", "f64", "i32", "u8"];

/** The type of `gather`. */
export interface GatherFunction {
  <
    Table extends Dims,
    D extends DType,
    Indices extends Dims,
    E extends DType,
    const Axis extends number | undefined = undefined,
  >(
    table: Tensor<Table, D>,
    indices: Check<
      NoInfer<Beside<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>, AxisCode<Axis>>>,
      Tensor<Indices, E>
    >,
    axis?: Check<NoInfer<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>, D>;
}

/**
 * y[i, ...] = table[indices[i], ...] for axis 0: rows of a table along an axis, chosen by indices, whose shape takes
 * the place of the axis.
 *
 * @throws W204 indices that are no i32; W205 an axis that is not there; when running, W306 an index out of range.
 * @see `torch.index_select`.
 * @example
 * const table = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
 * const indices = constant(Int32Array.of(2, 0), [2]);
 * gather(table, indices); // Tensor<[2, 2], "f32">: [[5, 6], [1, 2]]
 */
export const gather: GatherFunction = (table, indices, axis) =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices), Number(axis ?? 0)));

/** The type of `embedding`. */
export interface EmbeddingFunction {
  <Table extends Dims, D extends DType, Indices extends Dims, E extends DType>(
    table: Tensor<Table, D>,
    indices: Check<NoInfer<GatherShape<Table, Indices, E, 0>>, Tensor<Indices, E>>,
  ): ResultOf<GatherShape<Table, Indices, E, 0>, D>;
}

/**
 * y[..., f] = table[indices[...], f]: the vectors of a table [entries, features] for indices of any shape: [...indices,
 * features].
 *
 * @throws W204 indices that are no i32; W205 an axis that is not there; when running, W306 an index out of range.
 * @see `torch.nn.functional.embedding`.
 * @example
 * const table = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
 * const indices = constant(Int32Array.of(2, 0), [2]);
 * embedding(table, indices); // Tensor<[2, 2], "f32">: [[5, 6], [1, 2]]
 */
export const embedding: EmbeddingFunction = (table, indices) =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices)));

/** The type of `scatterAdd`. */
export interface ScatterAddFunction {
  <
    Updates extends Dims,
    D extends DType,
    Indices extends Dims,
    E extends DType,
    const Extent extends Dim,
    const Axis extends number | undefined = undefined,
  >(
    updates: Check<NoInfer<NeedsDType<"scatterAdd", Updates, D, Numbers>>, Tensor<Updates, D>>,
    indices: Check<
      NoInfer<Beside<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>, AxisCode<Axis>>>,
      Tensor<Indices, E>
    >,
    extent: Extent,
    axis?: Check<NoInfer<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>, D>;
}

/**
 * y[indices[i], ...] += updates[i, ...] for axis 0, from zeros of `extent` rows along the axis: the transpose of
 * `gather`.
 *
 * @throws W221 updates without their indices; W204 indices that are no i32; W205 an axis that is not there; when
 * running, W306 an index out of range.
 * @see `torch.index_add`.
 * @example
 * const updates = constant(Float32Array.of(1, 2, 3), [3]);
 * scatterAdd(updates, constant(Int32Array.of(0, 2, 0), [3]), 4); // Tensor<[4], "f32">: [4, 0, 2, 0]
 */
export const scatterAdd: ScatterAddFunction = (updates, indices, extent, axis) =>
  described(() =>
    tensorOf("scatterAdd", updates).scatterAdd(tensorOf("scatterAdd", indices), extent, Number(axis ?? 0)),
  );

/** The type of `oneHot`. */
export interface OneHotFunction {
  <Indices extends Dims, E extends DType, const Depth extends Dim, D extends DType = "f32">(
    indices: Check<NoInfer<NeedsDType<"oneHot", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
    depth: Depth,
    dtype?: D,
  ): ResultOf<AllOf<[NeedsDType<"oneHot", Indices, E, readonly ["i32"]>], OneHotShape<Indices, Depth>>, D>;
}

/**
 * y[..., k] = 1 where indices[...] = k, and 0 elsewhere: a new last axis of `depth`.
 *
 * @throws W204 indices that are no i32; W209 a depth that is no extent; when running, W306 an index out of range.
 * @see `torch.nn.functional.one_hot`.
 * @example
 * oneHot(constant(Int32Array.of(2, 0), [2]), 3); // Tensor<[2, 3], "f32">: [[0, 0, 1], [1, 0, 0]]
 */
export const oneHot: OneHotFunction = (indices, depth, dtype) =>
  described(() => tensorOf("oneHot", indices).oneHot(depth, dtype ?? "f32"));

/** The type of `takeAlongAxis`. */
export interface TakeAlongAxisFunction {
  <S extends Dims, D extends DType, Indices extends Dims, E extends DType, const Axis extends number>(
    x: Tensor<S, D>,
    indices: Check<NoInfer<Beside<TakeShape<S, Indices, E, Axis>, "W205">>, Tensor<Indices, E>>,
    axis: Check<NoInfer<TakeShape<S, Indices, E, Axis>>, Axis>,
  ): ResultOf<TakeShape<S, Indices, E, Axis>, D>;
}

/**
 * y[i, j] = x[indices[i, j], j] for axis 0: elements along an axis, chosen at each place. The indices (i32) have as
 * many axes as x; along the others they may be shorter, and then only the first places are read.
 *
 * @throws W248 indices of another rank; W204 indices that are no i32; W205 an axis that is not there; when running,
 * W306 an index out of range.
 * @see `torch.gather`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * const indices = constant(Int32Array.of(1, 0, 1, 1), [2, 2]);
 * takeAlongAxis(x, indices, 0); // Tensor<[2, 2], "f32">: [[3, 2], [3, 4]]
 */
export const takeAlongAxis: TakeAlongAxisFunction = (x, indices, axis) =>
  described(() => {
    const [tensor, chosen] = [tensorOf("takeAlongAxis", x), tensorOf("takeAlongAxis", indices)];
    const at = normalizeAxis("takeAlongAxis", tensor.shape, Number(axis));
    requireDType("takeAlongAxis", chosen.type, ["i32"]);
    const ends = tensor.shape.map((extent, along) => {
      const wanted = chosen.shape[along] ?? extent;
      return along !== at && isKnown(extent) && isKnown(wanted) && wanted < extent ? wanted : extent;
    });
    const read = sameShape(ends, tensor.shape) ? tensor : tensor.slice(ends.map((end) => ({ start: 0, end, step: 1 })));
    return emitOne(traceOf(tensor, "takeAlongAxis"), "takeAlongAxis", [read, chosen], { axis: at });
  });

/** The type of `addAlongAxis`. */
export interface AddAlongAxisFunction {
  <
    S extends Dims,
    D extends DType,
    Indices extends Dims,
    E extends DType,
    const Extent extends Dim,
    const Axis extends number,
  >(
    updates: Check<NoInfer<About<AddAlongShape<S, D, Indices, E, Extent, Axis>, "W204">>, Tensor<S, D>>,
    indices: Check<NoInfer<Beside<AddAlongShape<S, D, Indices, E, Extent, Axis>, "W205">>, Tensor<Indices, E>>,
    extent: Extent,
    axis: Check<NoInfer<AddAlongShape<S, D, Indices, E, Extent, Axis>>, Axis>,
  ): ResultOf<AddAlongShape<S, D, Indices, E, Extent, Axis>, D>;
}

/**
 * y[indices[i, j], j] += updates[i, j] for axis 0, from zeros of `extent` places along the axis, with indices (i32) of
 * the shape of the updates: the transpose of `takeAlongAxis`.
 *
 * @throws W248 indices of another shape; W204 indices that are no i32; W205 an axis that is not there; when running,
 * W306 an index out of range.
 * @see `torch.scatter_add`.
 * @example
 * const updates = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
 * const indices = constant(Int32Array.of(1, 0, 1, 1), [2, 2]);
 * expectShape(addAlongAxis(updates, indices, 3, 0), [3, 2]); // Tensor<[3, 2], "f32">: [[0, 2], [4, 4], [0, 0]]
 */
export const addAlongAxis: AddAlongAxisFunction = (updates, indices, extent, axis) =>
  described(() => {
    const [tensor, places] = [tensorOf("addAlongAxis", updates), tensorOf("addAlongAxis", indices)];
    requireDType("addAlongAxis", tensor.type, numbers);
    const [rows = 0] = canonicalShape("addAlongAxis", [extent]);
    const attrs = { axis: normalizeAxis("addAlongAxis", tensor.shape, Number(axis)), extent: rows };
    return emitOne(traceOf(tensor, "addAlongAxis"), "addAlongAxis", [places, tensor], attrs);
  });

/** The type of `indexAdd`. */
export interface IndexAddFunction {
  <
    S extends Dims,
    D extends DType,
    Indices extends Dims,
    E extends DType,
    Updates extends Dims,
    F extends DType,
    const Axis extends number | undefined = undefined,
  >(
    x: Check<NoInfer<NeedsDType<"indexAdd", S, D, Numbers>>, Tensor<S, D>>,
    indices: Check<NoInfer<NeedsDType<"indexAdd", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
    updates: Check<
      NoInfer<Beside<IndexAddShape<S, D, Indices, E, Updates, F, AxisOr<Axis, 0>>, AxisCode<Axis>>>,
      Tensor<Updates, F>
    >,
    axis?: Check<NoInfer<IndexAddShape<S, D, Indices, E, Updates, F, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<IndexAddShape<S, D, Indices, E, Updates, F, AxisOr<Axis, 0>>, D>;
}

/**
 * x, and y[indices[i], ...] += updates[i, ...] for axis 0: updates added into rows along an axis; rows that are named
 * twice get both.
 *
 * @throws W221 updates without their indices; W248 updates of another type; W204 indices that are no i32; W205 an axis
 * that is not there; when running, W306 an index out of range.
 * @see `torch.index_add`.
 * @example
 * const x = constant(Float32Array.of(10, 20), [2]);
 * const updates = constant(Float32Array.of(1, 2, 3), [3]);
 * indexAdd(x, constant(Int32Array.of(0, 1, 0), [3]), updates); // Tensor<[2], "f32">: [14, 22]
 */
export const indexAdd: IndexAddFunction = (x, indices, updates, axis) =>
  described(() => {
    const op = "indexAdd";
    const [tensor, rows, added] = [tensorOf(op, x), tensorOf(op, indices), tensorOf(op, updates)];
    requireDType(op, tensor.type, numbers);
    requireDType(op, rows.type, ["i32"]);
    const at = normalizeAxis(op, tensor.shape, Number(axis ?? 0));
    requireOperand(op, "updates", added.type, tensorType(tensor.dtype, tensor.shape.toSpliced(at, 1, ...rows.shape)));
    return tensor.add(added.scatterAdd(rows, tensor.shape[at] ?? 0, at));
  });
