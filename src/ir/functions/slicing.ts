// Functions that cut tensors apart and put them together.

import { reject } from "../diagnostics/diagnostic.ts";
import { canonicalShape } from "../graph/canonical-shape.ts";
import { normalizeAxis, requireSameDType } from "../ops/typing.ts";
import { type Dim, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AlongAxis } from "../types/static/axes.ts";
import type { Check, Resolved } from "../types/static/check.ts";
import type {
  AxisPadding,
  ConcatShape,
  PadShape,
  Pieces,
  SliceRange,
  SliceShape,
  StackShape,
} from "../types/static/cutting.ts";
import type { Dims, SliceAxis, Tensor } from "../types/tensor.ts";
import { printType, sameShape } from "../types/tensor-type.ts";
import { atCaller, described, tensorOf, tensorsOf } from "./argument.ts";

/** The list with an entry for each axis, and whatever is too many. */
const perAxis = <T>(list: readonly T[], rank: number, otherwise: T): readonly T[] => [
  ...list,
  ...Array.from({ length: Math.max(0, rank - list.length) }, () => otherwise),
];

/**
 * x[start : end : step] along each axis: `slice(x, [{ end: 3 }, { start: 1, step: 2 }])`; axes without an entry stay
 * whole, and each becomes ceil((end - start) / step) long.
 *
 * @throws W214 a range outside the tensor; W215 more entries than axes; W217 what is no step.
 * @see `numpy.ndarray`, basic slicing.
 * @example
 * slice(constant(Float32Array.of(1, 2, 3, 4, 5), [5]), [{ start: 1, step: 2 }]); // Tensor<[2], "f32">: [2, 4]
 */
export const slice = <S extends Dims, D extends DType, const Ranges extends readonly SliceRange[]>(
  x: Tensor<S, D>,
  ranges: Check<NoInfer<SliceShape<S, Ranges>>, Ranges>,
): Tensor<Resolved<SliceShape<S, Ranges>>, D> =>
  described(() => {
    const tensor = tensorOf("slice", x);
    const whole = perAxis(ranges as readonly SliceRange[], tensor.shape.length, {});
    const bounds = whole.map(({ start = 0, end, step = 1 }, axis): SliceAxis => {
      const [from = 0, to = 0] = canonicalShape("slice", [start, end ?? tensor.shape[axis] ?? 0]);
      return { start: from, end: to, step };
    });
    return tensor.slice(bounds);
  });

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
export const pad = <S extends Dims, D extends DType, const Padding extends readonly AxisPadding[]>(
  x: Tensor<S, D>,
  padding: Check<NoInfer<PadShape<S, Padding>>, Padding>,
  value = 0,
): Tensor<Resolved<PadShape<S, Padding>>, D> =>
  described(() => {
    const tensor = tensorOf("pad", x);
    const whole = perAxis(padding as readonly AxisPadding[], tensor.shape.length, {});
    return tensor.pad(
      whole.map(({ low = 0, high = 0, interior = 0 }) => ({ low, high, interior })),
      value,
    );
  });

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
export const concat = <const Tensors extends readonly Tensor[], const Axis extends number = 0>(
  tensors: Check<NoInfer<ConcatShape<Tensors, Axis>>, Tensors>,
  axis?: Axis,
): Tensor<Resolved<ConcatShape<Tensors, Axis>>, Tensors[0]["dtype"]> =>
  described(() => {
    const [first, ...others] = tensorsOf("concat", tensors);
    return first === undefined ? reject("W219", { op: "concat" }) : first.concat(others, axis ?? 0);
  });

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
 * The pieces of a tensor along an axis: of one length, of which the last may be shorter, or of the lengths of a list,
 * which must add up to the extent: [5] by 2 gives [2], [2], [1].
 *
 * @throws W140 lengths that do not add up, or lengths of a symbolic extent; W205 an axis that is not there.
 * @see `torch.split`.
 * @example
 * const [first, second, last] = split(constant(Float32Array.of(1, 2, 3, 4, 5), [5]), 2);
 * last; // [5]
 * expectShape(last ?? first ?? constant(0), [1]); // Tensor<[1], "f32">: [5]
 */
export const split = <
  S extends Dims,
  D extends DType,
  const Lengths extends number | readonly number[],
  const Axis extends number = 0,
>(
  x: Check<NoInfer<AlongAxis<"split", S, Axis>>, Tensor<S, D>>,
  lengths: Lengths,
  axis?: Axis,
): Pieces<S, D, Lengths, Axis> =>
  atCaller(() => {
    const tensor = tensorOf("split", x);
    const at = normalizeAxis("split", tensor.shape, axis ?? 0);
    const pieces = piecesOf(tensor.shape[at] ?? 0, lengths);
    const whole = tensor.shape.map((end) => ({ start: 0, end, step: 1 }));
    let start = 0;
    const cut = pieces.map((length) => {
      const piece = tensor.slice(whole.with(at, { start, end: start + length, step: 1 }));
      start += length;
      return piece;
    });
    // What comes of which lengths is said by the signature.
    return cut as unknown as Pieces<S, D, Lengths, Axis>;
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
