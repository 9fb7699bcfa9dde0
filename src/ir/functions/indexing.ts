// Functions whose positions are data: i32 indices, which count from 0.
import { canonicalShape } from "../graph/canonical-shape.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { normalizeAxis } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, NeedsDType, Resolved } from "../types/static/check.ts";
import type { AddAlongShape, GatherShape, IndexAddShape, OneHotShape, ScatterShape } from "../types/static/indexing.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { sameShape } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

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
export const gather = <
  Table extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  const Axis extends number = 0,
>(
  table: Tensor<Table, D>,
  indices: Check<NoInfer<GatherShape<Table, Indices, E, Axis>>, Tensor<Indices, E>>,
  axis?: Axis,
): Tensor<Resolved<GatherShape<Table, Indices, E, Axis>>, D> =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices), axis ?? 0));

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
export const embedding = <Table extends Dims, D extends DType, Indices extends Dims, E extends DType>(
  table: Tensor<Table, D>,
  indices: Check<NoInfer<GatherShape<Table, Indices, E, 0>>, Tensor<Indices, E>>,
): Tensor<Resolved<GatherShape<Table, Indices, E, 0>>, D> =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices)));

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
export const scatterAdd = <
  Updates extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  const Extent extends Dim,
  const Axis extends number = 0,
>(
  updates: Tensor<Updates, D>,
  indices: Check<NoInfer<ScatterShape<Updates, D, Indices, E, Extent, Axis>>, Tensor<Indices, E>>,
  extent: Extent,
  axis?: Axis,
): Tensor<Resolved<ScatterShape<Updates, D, Indices, E, Extent, Axis>>, D> =>
  described(() => {
    const tensor = tensorOf("scatterAdd", updates);
    const [rows = 0] = canonicalShape("scatterAdd", [extent]);
    const at = normalizeAxis("scatterAdd", [...tensor.shape, 1], axis ?? 0);
    return tensor.scatterAdd(tensorOf("scatterAdd", indices), rows, at);
  });

/**
 * y[..., k] = 1 where indices[...] = k, and 0 elsewhere: a new last axis of `depth`.
 *
 * @throws W204 indices that are no i32; W209 a depth that is no extent; when running, W306 an index out of range.
 * @see `torch.nn.functional.one_hot`.
 * @example
 * oneHot(constant(Int32Array.of(2, 0), [2]), 3); // Tensor<[2, 3], "f32">: [[0, 0, 1], [1, 0, 0]]
 */
export const oneHot = <Indices extends Dims, E extends DType, const Depth extends Dim, D extends DType = "f32">(
  indices: Check<NoInfer<NeedsDType<"oneHot", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  depth: Depth,
  dtype?: D,
): Tensor<OneHotShape<Indices, Depth>, D> =>
  described(() => {
    const [extent = 0] = canonicalShape("oneHot", [depth]);
    return tensorOf("oneHot", indices).oneHot(extent, dtype ?? "f32");
  });

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
export const takeAlongAxis = <S extends Dims, D extends DType, Indices extends Dims, E extends DType>(
  x: Tensor<S, D>,
  indices: Check<NoInfer<NeedsDType<"takeAlongAxis", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  axis: number,
): Tensor<Indices, D> =>
  described(() => {
    const [tensor, chosen] = [tensorOf("takeAlongAxis", x), tensorOf("takeAlongAxis", indices)];
    const at = normalizeAxis("takeAlongAxis", tensor.shape, axis);
    const ends = tensor.shape.map((extent, along) => {
      const wanted = chosen.shape[along] ?? extent;
      return along !== at && isKnown(extent) && isKnown(wanted) && wanted < extent ? wanted : extent;
    });
    const read = sameShape(ends, tensor.shape) ? tensor : tensor.slice(ends.map((end) => ({ start: 0, end, step: 1 })));
    return emitOne(traceOf(tensor, "takeAlongAxis"), "takeAlongAxis", [read, chosen], { axis: at });
  });

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
export const addAlongAxis = <
  S extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  const Extent extends Dim,
  const Axis extends number,
>(
  updates: Tensor<S, D>,
  indices: Check<NoInfer<AddAlongShape<S, Indices, E, Extent, Axis>>, Tensor<Indices, E>>,
  extent: Extent,
  axis: Axis,
): Tensor<Resolved<AddAlongShape<S, Indices, E, Extent, Axis>>, D> =>
  described(() => {
    const [tensor, places] = [tensorOf("addAlongAxis", updates), tensorOf("addAlongAxis", indices)];
    const [rows = 0] = canonicalShape("addAlongAxis", [extent]);
    const attrs = { axis: normalizeAxis("addAlongAxis", tensor.shape, axis), extent: rows };
    return emitOne(traceOf(tensor, "addAlongAxis"), "addAlongAxis", [places, tensor], attrs);
  });

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
export const indexAdd = <
  S extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  Updates extends Dims,
  F extends DType,
  const Axis extends number = 0,
>(
  x: Tensor<S, D>,
  indices: Check<NoInfer<NeedsDType<"scatterAdd", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  updates: Check<NoInfer<IndexAddShape<S, D, Indices, E, Updates, F, Axis>>, Tensor<Updates, F>>,
  axis?: Axis,
): Tensor<S, D> =>
  described(() => {
    const [tensor, rows] = [tensorOf("indexAdd", x), tensorOf("scatterAdd", indices)];
    const at = normalizeAxis("indexAdd", tensor.shape, axis ?? 0);
    const added = tensorOf("indexAdd", updates).scatterAdd(rows, tensor.shape[at] ?? 0, at);
    requireOperand("indexAdd", "updates", added.type, tensor.type);
    return tensor.add(added);
  });
