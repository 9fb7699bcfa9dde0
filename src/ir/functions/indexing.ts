// Functions whose positions are data: i32 indices, which count from 0.
import { canonicalShape } from "../graph/canonical-shape.ts";
import { normalizeAxis } from "../ops/typing.ts";
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, NeedsDType, Resolved } from "../types/static/check.ts";
import type { GatherShape, OneHotShape, ScatterShape } from "../types/static/indexing.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
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
  described(() => {
    const tensor = tensorOf("scatterAdd", updates);
    const [rows = 0] = canonicalShape("scatterAdd", [extent]);
    const at = normalizeAxis("scatterAdd", [...tensor.shape, 1], axis ?? 0);
    return tensor.scatterAdd(tensorOf("scatterAdd", indices), rows, at);
  });

/** A new last axis of `depth`, with 1 at the index and 0 elsewhere. */
export const oneHot = <Indices extends Dims, E extends DType, const Depth extends Dim, D extends DType = "f32">(
  indices: Check<NoInfer<NeedsDType<"oneHot", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  depth: Depth,
  dtype?: D,
): Tensor<OneHotShape<Indices, Depth>, D> =>
  described(() => {
    const [extent = 0] = canonicalShape("oneHot", [depth]);
    return tensorOf("oneHot", indices).oneHot(extent, dtype ?? "f32");
  });
