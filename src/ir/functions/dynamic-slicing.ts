// Functions that cut out and put in along an axis at a place that is known only when running.
import { canonicalShape } from "../graph/canonical-shape.ts";
import { emitOne, traceOf } from "../graph/traced-tensor.ts";
import { normalizeAxis } from "../ops/typing.ts";
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AxisCode, AxisOr } from "../types/static/axes.ts";
import type { About, After, AllOf, Beside, Check } from "../types/static/check.ts";
import type { DynamicSliceShape, DynamicUpdateShape, StartShape } from "../types/static/dynamic-slicing.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

const startOf = (op: string, x: Tensor, start: unknown): Tensor =>
  typeof start === "number" ? traceOf(x, op).constant(start, "i32") : tensorOf(op, start);

/**
 * `length` positions along an axis from a start on: the rows of a table of positions, say, that belong to where a sequence
 * stands by now. JAX's `dynamic_slice`. A start that does not leave room is refused where it is fed (W306) or kept as state
 * (W520); one that is computed is moved to where there is room.
 */
export const dynamicSlice = <
  S extends Dims,
  D extends DType,
  From extends number | Tensor,
  const Length extends Dim,
  const Axis extends number | undefined = undefined,
>(
  x: Tensor<S, D>,
  start: Check<
    NoInfer<After<About<DynamicSliceShape<S, D, Length, AxisOr<Axis, 0>>, "W205">, StartShape<"dynamicSlice", From>>>,
    From
  >,
  length: Check<NoInfer<Beside<DynamicSliceShape<S, D, Length, AxisOr<Axis, 0>>, AxisCode<Axis>>>, Length>,
  axis?: Check<NoInfer<DynamicSliceShape<S, D, Length, AxisOr<Axis, 0>>>, Axis>,
): ResultOf<AllOf<[StartShape<"dynamicSlice", From>], DynamicSliceShape<S, D, Length, AxisOr<Axis, 0>>>, D> =>
  described(() => {
    const op = "dynamicSlice";
    const tensor = tensorOf(op, x);
    const [extent = 0] = canonicalShape(op, [length]);
    const attrs = { axis: normalizeAxis(op, tensor.shape, Number(axis ?? 0)), length: extent };
    return emitOne(traceOf(tensor, op), op, [tensor, startOf(op, tensor, start)], attrs);
  });

/**
 * The tensor with `update` along an axis from a start on: the new rows of a cache. JAX's `dynamic_update_slice`. Where it is the
 * next value of the parameter that it updates, as in decoding, the update alone is written, in place. Starts are treated as by
 * `dynamicSlice`.
 */
export const dynamicUpdateSlice = <
  S extends Dims,
  D extends DType,
  Update extends Dims,
  E extends DType,
  From extends number | Tensor,
  const Axis extends number | undefined = undefined,
>(
  x: Tensor<S, D>,
  update: Check<
    NoInfer<Beside<DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>, AxisCode<Axis>>>,
    Tensor<Update, E>
  >,
  start: Check<
    NoInfer<
      After<About<DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>, "W205">, StartShape<"dynamicUpdateSlice", From>>
    >,
    From
  >,
  axis?: Check<NoInfer<DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>>, Axis>,
): ResultOf<AllOf<[StartShape<"dynamicUpdateSlice", From>], DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>>, D> =>
  described(() => {
    const op = "dynamicUpdateSlice";
    const tensor = tensorOf(op, x);
    const operands = [tensor, tensorOf(op, update), startOf(op, tensor, start)];
    return emitOne(traceOf(tensor, op), op, operands, { axis: normalizeAxis(op, tensor.shape, Number(axis ?? 0)) });
  });
