// Functions that cut tensors apart and put them together.

import { reject } from "../diagnostics/diagnostic.ts";
import { normalizeAxis, requireSameDType } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { Check, Resolved } from "../types/static/check.ts";
import type {
  AxisPadding,
  ConcatShape,
  PadShape,
  SliceRange,
  SliceShape,
  StackShape,
} from "../types/static/cutting.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { printType, sameShape } from "../types/tensor-type.ts";
import { atCaller, described, tensorOf, tensorsOf } from "./argument.ts";

/** A range of positions along each axis: `slice(x, [{ end: 3 }, { start: 1, step: 2 }])`; axes without one stay whole. */
export const slice = <S extends Dims, D extends DType, const Ranges extends readonly SliceRange[]>(
  x: Tensor<S, D>,
  ranges: Check<NoInfer<SliceShape<S, Ranges>>, Ranges>,
): Tensor<Resolved<SliceShape<S, Ranges>>, D> =>
  described(() => tensorOf("slice", x).slice(ranges as readonly SliceRange[]));

/** Adds elements of one value (0) along each axis: `pad(x, [{}, { low: 1, high: 1 }])`. */
export const pad = <S extends Dims, D extends DType, const Padding extends readonly AxisPadding[]>(
  x: Tensor<S, D>,
  padding: Check<NoInfer<PadShape<S, Padding>>, Padding>,
  value = 0,
): Tensor<Resolved<PadShape<S, Padding>>, D> =>
  described(() => tensorOf("pad", x).pad(padding as readonly AxisPadding[], value));

/** Joins tensors along an axis they have. */
export const concat = <const Tensors extends readonly Tensor[], const Axis extends number = 0>(
  tensors: Check<NoInfer<ConcatShape<Tensors, Axis>>, Tensors>,
  axis?: Axis,
): Tensor<Resolved<ConcatShape<Tensors, Axis>>, Tensors[0]["dtype"]> =>
  described(() => {
    const [first, ...others] = tensorsOf("concat", tensors);
    const along: number = axis ?? 0;
    return first === undefined ? reject("W219", { op: "concat" }) : first.concat(others, along);
  });

/** Puts tensors of one shape side by side along a new axis, counted in the result. */
export const stack = <const Tensors extends readonly Tensor[], const Axis extends number = 0>(
  tensors: Check<NoInfer<StackShape<Tensors, Axis>>, Tensors>,
  axis?: Axis,
): Tensor<Resolved<StackShape<Tensors, Axis>>, Tensors[0]["dtype"]> =>
  described(() => {
    const list = tensorsOf("stack", tensors);
    const [first] = list;
    if (first === undefined) return reject("W219", { op: "stack" });
    for (const other of list) {
      requireSameDType("stack", first.type, other.type);
      if (!sameShape(first.shape, other.shape))
        reject("W235", { first: printType(first.type), other: printType(other.type) });
    }
    const at = normalizeAxis("stack", [...first.shape, 1], axis ?? 0);
    const [head = first, ...rest] = list.map((tensor) => tensor.reshape(tensor.shape.toSpliced(at, 0, 1)));
    return head.concat(rest, at);
  });

/**
 * The pieces of a tensor along an axis: of one length, of which the last may be shorter, or of the lengths of a list, which
 * must add up to the extent. PyTorch's `split`. `reject`s other lengths (W140), and a length for a symbolic extent (W140).
 */
export const split = <S extends Dims, D extends DType>(
  x: Tensor<S, D>,
  lengths: number | readonly number[],
  axis = 0,
): readonly Tensor<Dims, D>[] =>
  atCaller(() => {
    const tensor = tensorOf("split", x);
    const at = normalizeAxis("split", tensor.shape, axis);
    const pieces = piecesOf(tensor.shape[at] ?? 0, lengths);
    const whole = tensor.shape.map((end) => ({ start: 0, end, step: 1 }));
    let start = 0;
    return pieces.map((length) => {
      const piece = tensor.slice(whole.with(at, { start, end: start + length, step: 1 }));
      start += length;
      // The element type stays.
      return piece as Tensor<Dims, D>;
    });
  });

/** How long the pieces of an extent are. */
const piecesOf = (extent: Dim, lengths: number | readonly number[]): readonly number[] => {
  const wrong = (expected: string, given: string): never =>
    reject("W140", { what: "split: lengths", expected, given, write: "split(x, 2, 1) or split(x, [1, 2], 1)" });
  if (!isKnown(extent)) return wrong("an axis whose extent is a number", `one of ${extent}`);
  const isLength = (length: number): boolean => Number.isSafeInteger(length) && length >= 0;
  if (typeof lengths !== "number") {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    return lengths.every(isLength) && total === extent
      ? lengths
      : wrong(`lengths that add up to ${extent}`, `[${lengths.join(", ")}]`);
  }
  if (!isLength(lengths) || lengths === 0) return wrong("a length above 0", `${lengths}`);
  return Array.from({ length: Math.ceil(extent / lengths) }, (_, at) => Math.min(lengths, extent - at * lengths));
};
