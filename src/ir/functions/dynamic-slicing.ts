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

/** The type of `dynamicSlice`. */
export interface DynamicSliceFunction {
  <
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
  ): ResultOf<AllOf<[StartShape<"dynamicSlice", From>], DynamicSliceShape<S, D, Length, AxisOr<Axis, 0>>>, D>;
}

/**
 * y = x[start : start + length] along an axis: the rows of a table of positions, say, that belong to where a sequence
 * stands by now. A start that does not leave room is refused where it is fed or kept as state; one that is computed is
 * moved to where there is room.
 *
 * @throws W205 an axis that is not there; W223 a length beyond it; W223 a length beyond it; when running, W306 a start
 * out of range, and W520 one that is kept as state.
 * @see `jax.lax.dynamic_slice`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [4]);
 * dynamicSlice(x, constant(1, [], "i32"), 2); // Tensor<[2], "f32">: [2, 3]
 */
export const dynamicSlice: DynamicSliceFunction = (x, start, length, axis) =>
  described(() => {
    const op = "dynamicSlice";
    const tensor = tensorOf(op, x);
    const [extent = 0] = canonicalShape(op, [length]);
    const attrs = { axis: normalizeAxis(op, tensor.shape, Number(axis ?? 0)), length: extent };
    return emitOne(traceOf(tensor, op), op, [tensor, startOf(op, tensor, start)], attrs);
  });

/** The type of `dynamicUpdateSlice`. */
export interface DynamicUpdateSliceFunction {
  <
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
        After<
          About<DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>, "W205">,
          StartShape<"dynamicUpdateSlice", From>
        >
      >,
      From
    >,
    axis?: Check<NoInfer<DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<AllOf<[StartShape<"dynamicUpdateSlice", From>], DynamicUpdateShape<S, D, Update, E, AxisOr<Axis, 0>>>, D>;
}

/**
 * x with x[start : start + length] = update along an axis: the new rows of a cache. Where it is the next value of the
 * parameter that it updates, as in decoding, the update alone is written, in place. Starts are treated as by
 * `dynamicSlice`.
 *
 * @throws W205 an axis that is not there; W223 an update that is longer; W248 one of another type.
 * @see `jax.lax.dynamic_update_slice`.
 * @example
 * const x = constant(Float32Array.of(1, 2, 3, 4), [4]);
 * const update = constant(Float32Array.of(8, 9), [2]);
 * dynamicUpdateSlice(x, update, constant(1, [], "i32")); // Tensor<[4], "f32">: [1, 8, 9, 4]
 */
export const dynamicUpdateSlice: DynamicUpdateSliceFunction = (x, update, start, axis) =>
  described(() => {
    const op = "dynamicUpdateSlice";
    const tensor = tensorOf(op, x);
    const operands = [tensor, tensorOf(op, update), startOf(op, tensor, start)];
    return emitOne(traceOf(tensor, op), op, operands, { axis: normalizeAxis(op, tensor.shape, Number(axis ?? 0)) });
  });
