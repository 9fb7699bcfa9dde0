// Functions that cut tensors apart and put them together.

import { reject } from "../diagnostics/diagnostic.ts";
import { normalizeAxis, requireSameDType } from "../ops/typing.ts";
import type { DType } from "../types/dtype.ts";
import type { AxisCode, AxisOr } from "../types/static/axes.ts";
import type { Beside, Check } from "../types/static/check.ts";
import type {
  AxisPadding,
  ConcatShape,
  PadShape,
  SliceRange,
  SliceShape,
  StackShape,
} from "../types/static/cutting.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { printType, sameShape } from "../types/tensor-type.ts";
import { described, tensorOf, tensorsOf } from "./argument.ts";

/** The type of `slice`. */
export interface SliceFunction {
  <S extends Dims, D extends DType, const Ranges extends readonly SliceRange[]>(
    x: Tensor<S, D>,
    ranges: Check<NoInfer<SliceShape<S, Ranges>>, Ranges>,
  ): ResultOf<SliceShape<S, Ranges>, D>;
}

/**
 * x[start : end : step] along each axis: `slice(x, [{ end: 3 }, { start: 1, step: 2 }])`; axes without an entry stay
 * whole, and each becomes ceil((end - start) / step) long.
 *
 * @throws W214 a range outside the tensor; W215 more entries than axes; W217 what is no step.
 * @see `numpy.ndarray`, basic slicing.
 * @example
 * slice(constant(Float32Array.of(1, 2, 3, 4, 5), [5]), [{ start: 1, step: 2 }]); // Tensor<[2], "f32">: [2, 4]
 */
export const slice: SliceFunction = (x, ranges) =>
  described(() => tensorOf("slice", x).slice(ranges as readonly SliceRange[]));

/** The type of `pad`. */
export interface PadFunction {
  <S extends Dims, D extends DType, const Padding extends readonly AxisPadding[]>(
    x: Tensor<S, D>,
    padding: Check<NoInfer<PadShape<S, Padding>>, Padding>,
    value?: number,
  ): ResultOf<PadShape<S, Padding>, D>;
}

/**
 * Adds elements of one value (0 unless said) along each axis: `pad(x, [{}, { low: 1, high: 1 }])` makes [2, 3] a [2,
 * 5].
 *
 * @throws W215 more entries than axes; W216 what is no number of elements; W210 a value that the element type does not
 * hold.
 * @see `torch.nn.functional.pad`.
 * @example
 * pad(constant(Float32Array.of(1, 2), [2]), [{ low: 1, high: 2 }]); // Tensor<[5], "f32">: [0, 1, 2, 0, 0]
 */
export const pad: PadFunction = (x, padding, value = 0) =>
  described(() => tensorOf("pad", x).pad(padding as readonly AxisPadding[], value));

/** The type of `concat`. */
export interface ConcatFunction {
  <const Tensors extends readonly Tensor[], const Axis extends number | undefined = undefined>(
    tensors: Check<NoInfer<Beside<ConcatShape<Tensors, AxisOr<Axis, 0>>, AxisCode<Axis>>>, Tensors>,
    axis?: Check<NoInfer<ConcatShape<Tensors, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<ConcatShape<Tensors, AxisOr<Axis, 0>>, Tensors[0]["dtype"]>;
}

/**
 * Joins tensors along an axis they have: [2, 3] and [1, 3] along axis 0 give [3, 3].
 *
 * @throws W218 shapes that differ off the axis; W219 nothing to join; W202 element types that differ; W205 an axis that
 * is not there.
 * @see `torch.cat`.
 * @example
 * const a = constant(Float32Array.of(1, 2), [2]);
 * concat([a, constant(Float32Array.of(3), [1])]); // Tensor<[3], "f32">: [1, 2, 3]
 */
export const concat: ConcatFunction = (tensors, axis) =>
  described(() => {
    const [first, ...others] = tensorsOf("concat", tensors);
    const along = Number(axis ?? 0);
    return first === undefined ? reject("W219", { op: "concat" }) : first.concat(others, along);
  });

/** The type of `stack`. */
export interface StackFunction {
  <const Tensors extends readonly Tensor[], const Axis extends number | undefined = undefined>(
    tensors: Check<NoInfer<Beside<StackShape<Tensors, AxisOr<Axis, 0>>, AxisCode<Axis>>>, Tensors>,
    axis?: Check<NoInfer<StackShape<Tensors, AxisOr<Axis, 0>>>, Axis>,
  ): ResultOf<StackShape<Tensors, AxisOr<Axis, 0>>, Tensors[0]["dtype"]>;
}

/**
 * Puts tensors of one shape side by side along a new axis, counted in the result: two [3] along axis 0 give [2, 3].
 *
 * @throws W235 shapes that differ; W202 element types that differ; W219 nothing to join; W205 an axis that is not
 * there.
 * @see `torch.stack`.
 * @example
 * const a = constant(Float32Array.of(1, 2), [2]);
 * stack([a, a], 1); // Tensor<[2, 2], "f32">: [[1, 1], [2, 2]]
 */
export const stack: StackFunction = (tensors, axis) =>
  described(() => {
    const list = tensorsOf("stack", tensors);
    const [first] = list;
    if (first === undefined) return reject("W219", { op: "stack" });
    for (const other of list) {
      requireSameDType("stack", first.type, other.type);
      if (!sameShape(first.shape, other.shape))
        reject("W235", { first: printType(first.type), other: printType(other.type) });
    }
    const at = normalizeAxis("stack", [...first.shape, 1], Number(axis ?? 0));
    const [head = first, ...rest] = list.map((tensor) => tensor.reshape(tensor.shape.toSpliced(at, 0, 1)));
    return head.concat(rest, at);
  });
