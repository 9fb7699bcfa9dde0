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

/** Rows of a table along an axis, chosen by indices, whose shape takes the place of the axis. */
export const gather = <
  Table extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  const Axis extends number | undefined = undefined,
>(
  table: Tensor<Table, D>,
  indices: Check<NoInfer<Beside<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>, AxisCode<Axis>>>, Tensor<Indices, E>>,
  axis?: Check<NoInfer<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>>, Axis>,
): ResultOf<GatherShape<Table, Indices, E, AxisOr<Axis, 0>>, D> =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices), Number(axis ?? 0)));

/** The vectors of a table [entries, features] for indices of any shape: [...indices, features]. */
export const embedding = <Table extends Dims, D extends DType, Indices extends Dims, E extends DType>(
  table: Tensor<Table, D>,
  indices: Check<NoInfer<GatherShape<Table, Indices, E, 0>>, Tensor<Indices, E>>,
): ResultOf<GatherShape<Table, Indices, E, 0>, D> =>
  described(() => tensorOf("gather", table).gather(tensorOf("gather", indices)));

/** Adds rows of updates into zeros of `extent` rows along an axis, at indices: the transpose of `gather`. */
export const scatterAdd = <
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
): ResultOf<ScatterShape<Updates, D, Indices, E, Extent, AxisOr<Axis, 0>>, D> =>
  described(() =>
    tensorOf("scatterAdd", updates).scatterAdd(tensorOf("scatterAdd", indices), extent, Number(axis ?? 0)),
  );

/** A new last axis of `depth`, with 1 at the index and 0 elsewhere. */
export const oneHot = <Indices extends Dims, E extends DType, const Depth extends Dim, D extends DType = "f32">(
  indices: Check<NoInfer<NeedsDType<"oneHot", Indices, E, readonly ["i32"]>>, Tensor<Indices, E>>,
  depth: Depth,
  dtype?: D,
): ResultOf<AllOf<[NeedsDType<"oneHot", Indices, E, readonly ["i32"]>], OneHotShape<Indices, Depth>>, D> =>
  described(() => tensorOf("oneHot", indices).oneHot(depth, dtype ?? "f32"));

/**
 * Elements along an axis, chosen at each place: y[i][j] = x[indices[i][j]][j] for axis 0. The indices (i32) have as many axes
 * as x; along the others they may be shorter, and then only the first places are read. PyTorch's `gather`.
 */
export const takeAlongAxis = <
  S extends Dims,
  D extends DType,
  Indices extends Dims,
  E extends DType,
  const Axis extends number,
>(
  x: Tensor<S, D>,
  indices: Check<NoInfer<Beside<TakeShape<S, Indices, E, Axis>, "W205">>, Tensor<Indices, E>>,
  axis: Check<NoInfer<TakeShape<S, Indices, E, Axis>>, Axis>,
): ResultOf<TakeShape<S, Indices, E, Axis>, D> =>
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

/**
 * Adds updates into zeros of `extent` places along an axis, each where its index says: y[indices[i][j]][j] += updates[i][j] for
 * axis 0, with indices (i32) of the shape of the updates. The transpose of `takeAlongAxis`, PyTorch's `scatter_add`.
 */
export const addAlongAxis = <
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
): ResultOf<AddAlongShape<S, D, Indices, E, Extent, Axis>, D> =>
  described(() => {
    const [tensor, places] = [tensorOf("addAlongAxis", updates), tensorOf("addAlongAxis", indices)];
    requireDType("addAlongAxis", tensor.type, numbers);
    const [rows = 0] = canonicalShape("addAlongAxis", [extent]);
    const attrs = { axis: normalizeAxis("addAlongAxis", tensor.shape, Number(axis)), extent: rows };
    return emitOne(traceOf(tensor, "addAlongAxis"), "addAlongAxis", [places, tensor], attrs);
  });

/**
 * x with updates added into its rows along an axis, at indices; rows that are named twice get both. PyTorch's `index_add`.
 */
export const indexAdd = <
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
): ResultOf<IndexAddShape<S, D, Indices, E, Updates, F, AxisOr<Axis, 0>>, D> =>
  described(() => {
    const op = "indexAdd";
    const [tensor, rows, added] = [tensorOf(op, x), tensorOf(op, indices), tensorOf(op, updates)];
    requireDType(op, tensor.type, numbers);
    requireDType(op, rows.type, ["i32"]);
    const at = normalizeAxis(op, tensor.shape, Number(axis ?? 0));
    requireOperand(op, "updates", added.type, tensorType(tensor.dtype, tensor.shape.toSpliced(at, 1, ...rows.shape)));
    return tensor.add(added.scatterAdd(rows, tensor.shape[at] ?? 0, at));
  });
