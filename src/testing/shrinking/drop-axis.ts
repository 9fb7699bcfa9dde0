// Takes an axis away: from leaves of one rank, and from then on wherever operands have come to lack one. Attributes that
// count axes or have an item for each are renumbered; what does not fit is for the typing rules to refuse.
import type { Node } from "../../ir/graph/graph.ts";
import type { Attributes, AttributeValue } from "../../ir/ops/attributes.ts";
import type { KnownType } from "../../ir/types/ndarray.ts";
import { type Shape, sameShape, type TensorType } from "../../ir/types/tensor-type.ts";
import type { Change } from "./rewrite-case.ts";

/** The axis that a shape has lost, the wanted one where that is possible. */
const lostAxis = (before: Shape, after: Shape, wanted: number): number | undefined => {
  const candidates = [wanted, ...before.keys()].filter((axis) => axis < before.length);
  return candidates.find((axis) => sameShape(before.toSpliced(axis, 1), after));
};

/** Attributes that hold one item for each axis of the operand. */
const perAxis: ReadonlySet<string> = new Set(["starts", "ends", "steps", "low", "high", "interior"]);

/** An attribute after an axis of the operand is gone. */
const renumbered = (name: string, value: AttributeValue, lost: number): AttributeValue => {
  if (name === "axis" && typeof value === "number") return value > lost ? value - 1 : value;
  if (typeof value !== "object" || "outputs" in value) return value;
  if (perAxis.has(name)) return value.toSpliced(lost, 1);
  if (name !== "axes" && name !== "permutation") return value;
  // Both lists count axes, so they hold numbers.
  return (value as readonly number[]).filter((axis) => axis !== lost).map((axis) => (axis > lost ? axis - 1 : axis));
};

const isList = (value: AttributeValue | undefined): value is Shape =>
  typeof value === "object" && !("outputs" in value);

/** The attribute `shape` without an axis, as of results of the rank that loses one. */
const reshaped = (attrs: Attributes, rank: number | undefined, axis: number): Attributes => {
  const shape = attrs["shape"];
  const loses = isList(shape) && shape.length > 0 && (rank === undefined || shape.length === rank);
  return loses ? { ...attrs, shape: shape.toSpliced(axis, 1) } : attrs;
};

/** Takes an axis from every leaf of the rank, or of any rank. */
export const withoutAxis = (rank: number | undefined, axis: number): Change => ({
  leafType: ({ dtype, shape }: KnownType) => ({
    dtype,
    shape: shape.length > 0 && (rank === undefined || shape.length === rank) ? shape.toSpliced(axis, 1) : shape,
  }),
  *attributes({ attrs, operands: { length } }: Node, operands: readonly TensorType[], old: readonly TensorType[]) {
    const given: Attributes = attrs;
    const lost = lostAxis(old[0]?.shape ?? [], operands[0]?.shape ?? [], axis);
    const changed =
      lost === undefined
        ? given
        : Object.fromEntries(Object.entries(given).map(([name, value]) => [name, renumbered(name, value, lost)]));
    if (lost !== undefined || length === 0) yield reshaped(changed, rank, axis);
    yield changed;
    yield reshaped(changed, rank, axis);
    yield given;
  },
});
