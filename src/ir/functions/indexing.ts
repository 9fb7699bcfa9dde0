// Functions whose positions are data: i32 indices, which count from 0.
import { canonicalShape } from "../graph/canonical-shape.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { normalizeAxis } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, NeedsDType, Resolved } from "../types/static/check.ts";
import type { GatherShape, OneHotShape, OnlyType, ScatterShape } from "../types/static/indexing.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { sameShape } from "../types/tensor-type.ts";
import { described, tensorOf } from "./argument.ts";

/** Rows of a table along an axis, chosen by indices, whose shape takes the place of the axis. */
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

/** The vectors of a table [entries, features] for indices of any shape: [...indices, features]. */
export const embedding = <Table extends Dims, D extends DType, Indices extends Dims, E extends DType>(
  table: Tensor<Table, D>,
  indices: Check<NoInfer<GatherShape<Table, Indices, E, 0>>, Tensor<Indices, E>>,
): Tensor<Resolved<GatherShape<Table, Indices, E, 0>>, D> =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices)));

/** Adds rows of updates into zeros of `extent` rows along an axis, at indices: the transpose of `gather`. */
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
  described(() => tensorOf("scatterAdd", updates).scatterAdd(tensorOf("scatterAdd", indices), extent, axis ?? 0));

/** A new last axis of `depth`, with 1 at the index and 0 elsewhere. */
export const oneHot = <Indices extends Dims, E extends DType, const Depth extends Dim, D extends DType = "f32">(
  indices: Check<NoInfer<NeedsDType<"oneHot", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  depth: Depth,
  dtype?: D,
): Tensor<OneHotShape<Indices, Depth>, D> => described(() => tensorOf("oneHot", indices).oneHot(depth, dtype ?? "f32"));

/**
 * Elements along an axis, chosen at each place: y[i][j] = x[indices[i][j]][j] for axis 0. The indices (i32) have as many axes
 * as x; along the others they may be shorter, and then only the first places are read. PyTorch's `gather`.
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
 * Adds updates into zeros of `extent` places along an axis, each where its index says: y[indices[i][j]][j] += updates[i][j] for
 * axis 0, with indices (i32) of the shape of the updates. The transpose of `takeAlongAxis`, PyTorch's `scatter_add`.
 */
export const addAlongAxis = <S extends Dims, D extends DType, Indices extends Dims, E extends DType>(
  updates: Tensor<S, D>,
  indices: Check<NoInfer<OnlyType<"addAlongAxis", "indices", Indices, E, S, "i32">>, Tensor<Indices, E>>,
  extent: Dim,
  axis: number,
): Tensor<Dims, D> =>
  described(() => {
    const [tensor, places] = [tensorOf("addAlongAxis", updates), tensorOf("addAlongAxis", indices)];
    const [rows = 0] = canonicalShape("addAlongAxis", [extent]);
    const attrs = { axis: normalizeAxis("addAlongAxis", tensor.shape, axis), extent: rows };
    return emitOne(traceOf(tensor, "addAlongAxis"), "addAlongAxis", [places, tensor], attrs);
  });

/**
 * x with updates added into its rows along an axis, at indices; rows that are named twice get both. PyTorch's `index_add`.
 */
export const indexAdd = <S extends Dims, D extends DType, Indices extends Dims, E extends DType>(
  x: Tensor<S, D>,
  indices: Check<NoInfer<NeedsDType<"scatterAdd", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  updates: Tensor<Dims, NoInfer<D>>,
  axis = 0,
): Tensor<S, D> =>
  described(() => {
    const [tensor, rows] = [tensorOf("indexAdd", x), tensorOf("scatterAdd", indices)];
    const at = normalizeAxis("indexAdd", tensor.shape, axis);
    const added = tensorOf("indexAdd", updates).scatterAdd(rows, tensor.shape[at] ?? 0, at);
    requireOperand("indexAdd", "updates", added.type, tensor.type);
    return tensor.add(added);
  });
