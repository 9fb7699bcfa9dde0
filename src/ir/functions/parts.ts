// What stands side by side in one tensor, apart again: pieces of given lengths, or equal parts, such as the gates of a
// recurrent cell or the queries, keys and values that one product computes.

import { reject } from "../diagnostics/diagnostic.ts";
import { expect } from "../diagnostics/expect.ts";
import { canonicalShape } from "../graph/canonical-shape.ts";
import { normalizeAxis } from "../ops/typing.ts";
import { addDims, type Dim, divideDims, isKnown } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { AxisCode, AxisOr } from "../types/static/axes.ts";
import type { Beside, Check } from "../types/static/check.ts";
import type { ChunkShape, Chunks, Pieces, SplitRule } from "../types/static/parts.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { printShape, printType } from "../types/tensor-type.ts";
import { atCaller, tensorOf } from "./argument.ts";

/** The pieces of a tensor along an axis, one behind the other. */
const piecesAlong = (tensor: Tensor, lengths: Dims, axis: number): readonly Tensor[] => {
  const whole = tensor.shape.map(() => ({}));
  let start: Dim = 0;
  return lengths.map((length) => {
    const end = addDims(start, length);
    const piece = tensor.slice(whole.with(axis, { start, end }));
    start = end;
    return piece;
  });
};

const wrong = (expected: string, given: string): never =>
  reject("W140", { what: "split: lengths", expected, given, write: "split(x, 2, 1) or split(x, [1, 2], 1)" });

/** How long the pieces of an extent are, if all but the last are of one length. */
const evenLengths = (extent: Dim, length: number): readonly number[] => {
  if (!isKnown(extent)) return wrong("an axis whose extent is a number", `one of ${extent}`);
  if (!Number.isSafeInteger(length) || length <= 0) return wrong("a length above 0", `${length}`);
  return Array.from({ length: Math.ceil(extent / length) }, (_, at) => Math.min(length, extent - at * length));
};

/** Lengths that add up to the extent of the axis. */
const givenLengths = (tensor: Tensor, lengths: Dims, axis: number): Dims => {
  const isLength = (length: Dim): boolean => !isKnown(length) || (Number.isSafeInteger(length) && length >= 0);
  if (!lengths.every(isLength)) return wrong("lengths from 0 up", printShape(lengths));
  const known = canonicalShape("split", lengths);
  const extent = tensor.shape[axis] ?? 0;
  if (known.reduce(addDims, 0) !== extent)
    reject("W236", { lengths: printShape(known), extent: `${extent}`, axis, type: printType(tensor.type) });
  return known;
};

/** The type of `split`. */
export interface SplitFunction {
  <
    S extends Dims,
    D extends DType,
    const Lengths extends number | Dims,
    const Axis extends number | undefined = undefined,
  >(
    x: Tensor<S, D>,
    lengths: Check<NoInfer<Beside<SplitRule<S, D, Lengths, AxisOr<Axis, 0>>, AxisCode<Axis>>>, Lengths>,
    axis?: Check<NoInfer<SplitRule<S, D, Lengths, AxisOr<Axis, 0>>>, Axis>,
  ): Pieces<S, D, Lengths, AxisOr<Axis, 0>>;
}

/**
 * The pieces of a tensor along an axis (the first unless said): of one length, of which the last may be shorter, or of
 * the lengths of a list, which add up to the extent: [5] by 2 gives [2], [2], [1].
 *
 * @throws W236 lengths that do not add up; W205 an axis that is not there; W140 one length for a symbolic extent.
 * @see `torch.split`.
 * @example
 * const [first, second] = split(constant(Float32Array.of(1, 2, 3, 4, 5), [5]), [2, 3]);
 * first; // Tensor<[2], "f32">: [1, 2]
 * second; // Tensor<[3], "f32">: [3, 4, 5]
 */
export const split: SplitFunction = (x, lengths, axis) =>
  atCaller(() => {
    const tensor = tensorOf("split", x);
    const at = normalizeAxis("split", tensor.shape, Number(axis ?? 0));
    // A number or a list, unless the call did not compile.
    const wanted = lengths as number | Dims;
    const isLength = typeof wanted === "number" || Array.isArray(wanted);
    expect(isLength, "split", "a length, or a list of lengths", wanted, "split(x, [2, 3])");
    const known =
      typeof wanted === "number" ? evenLengths(tensor.shape[at] ?? 0, wanted) : givenLengths(tensor, wanted, at);
    // As many, and of the shapes, that the rule says.
    return piecesAlong(tensor, known, at) as never;
  });

/** The type of `chunk`. */
export interface ChunkFunction {
  <S extends Dims, D extends DType, const Parts extends number, const Axis extends number | undefined = undefined>(
    x: Tensor<S, D>,
    parts: Check<NoInfer<Beside<ChunkShape<S, D, Parts, AxisOr<Axis, 0>>, AxisCode<Axis>>>, Parts>,
    axis?: Check<NoInfer<ChunkShape<S, D, Parts, AxisOr<Axis, 0>>>, Axis>,
  ): Chunks<ResultOf<ChunkShape<S, D, Parts, AxisOr<Axis, 0>>, D>, Parts>;
}

/**
 * Equal parts of a tensor along an axis (the first unless said), such as the gates of a recurrent cell: [4] in 2 parts
 * gives [2], [2].
 *
 * @throws W237 parts that do not divide the extent; W205 an axis that is not there.
 * @see `torch.chunk`, for an extent that is a multiple.
 * @example
 * const [first, second] = chunk(constant(Float32Array.of(1, 2, 3, 4), [4]), 2);
 * first; // Tensor<[2], "f32">: [1, 2]
 * second; // Tensor<[2], "f32">: [3, 4]
 */
export const chunk: ChunkFunction = (x, parts, axis) =>
  atCaller(() => {
    const tensor = tensorOf("chunk", x);
    const at = normalizeAxis("chunk", tensor.shape, Number(axis ?? 0));
    const [count, extent] = [Number(parts), tensor.shape[at] ?? 0];
    const length = Number.isSafeInteger(count) && count > 0 ? divideDims(extent, count) : undefined;
    if (length === undefined)
      return reject("W237", { parts: count, extent: `${extent}`, axis: at, type: printType(tensor.type) });
    const lengths = Array.from({ length: count }, () => length);
    // As many, and of the shape, that the rule says.
    return piecesAlong(tensor, lengths, at) as never;
  });
