// Arithmetic on whole shapes: counting, broadcasting by NumPy's rule, resolving a reshape. Works on symbolic extents; two
// of them fit only where they are the same expression, because nothing is known about the numbers they will be bound to.

import { reject } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { type Dim, divideDims, isKnown, multiplyDims } from "./dim.ts";
import type { KnownType } from "./ndarray.ts";
import { printShape, type Shape, type TensorType } from "./tensor-type.ts";

/** How many elements a shape has, perhaps as an expression. */
export const elementCount = (shape: Shape): Dim => {
  let count: Dim = 1;
  for (const extent of shape) count = multiplyDims(count, extent);
  return count;
};

/** The extents of a shape as numbers; only asked for after symbols are bound. */
export const knownShape = (shape: Shape): readonly number[] => shape.map(knownExtent);

/** An extent as a number; only asked for after symbols are bound. */
export const knownExtent = (extent: Dim | undefined): number => {
  invariant(extent !== undefined && isKnown(extent), `the extent ${extent} is not bound to a number`);
  return extent;
};

/** One extent that both broadcast to: equal extents, or one of them 1. */
const broadcastExtents = (left: Dim, right: Dim): Dim | undefined =>
  left === right || right === 1 ? left : left === 1 ? right : undefined;

/** Whether a tensor of shape `from` can be repeated to shape `to`: trailing extents equal, or 1 in `from`. */
export const broadcastsTo = (from: Shape, to: Shape): boolean =>
  from.length <= to.length &&
  from.every((extent, axis) => extent === 1 || extent === to[axis + to.length - from.length]);

/** The shape that both operands of an elementwise op broadcast to, by NumPy's rule; W207 where there is none. */
export const broadcastShapes = (op: string, left: Shape, right: Shape): Shape => {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis): Dim => {
    const leftExtent = left[axis - rank + left.length] ?? 1;
    const rightExtent = right[axis - rank + right.length] ?? 1;
    const extent = broadcastExtents(leftExtent, rightExtent);
    return (
      extent ??
      reject("W207", {
        op,
        left: printShape(left),
        right: printShape(right),
        extents: [`${leftExtent}`, `${rightExtent}`],
      })
    );
  });
};

/** Replaces the one -1 of a wanted shape by the extent that keeps the number of elements; W211 where none does. */
export const resolveReshape = (from: Shape, wanted: Shape): Shape => {
  const open = wanted.indexOf(-1);
  if (open < 0) return wanted;
  const others = elementCount(wanted.filter((_, axis) => axis !== open));
  const extent = wanted.lastIndexOf(-1) === open ? divideDims(elementCount(from), others) : undefined;
  return wanted.with(
    open,
    extent ??
      reject("W211", {
        from: printShape(from),
        to: printShape(wanted),
        counts: [`${elementCount(from)}`, `${others}`],
      }),
  );
};

/** A type whose extents are all bound. */
export const knownType = ({ dtype, shape }: TensorType): KnownType => ({ dtype, shape: knownShape(shape) });
