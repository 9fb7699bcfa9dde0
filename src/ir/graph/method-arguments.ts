// What users give to methods of tensors, brought to the attributes of ops: lists with an entry for each axis, canonical
// extents. What is no such argument is refused.
import { reject } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import type { Attributes } from "../ops/attributes.ts";
import type { Dim } from "../types/dim.ts";
import type { AxisPadding, SliceRange } from "../types/static/cutting.ts";
import type { Dims } from "../types/tensor.ts";
import { printShape } from "../types/tensor-type.ts";
import { canonicalShape } from "./canonical-shape.ts";

/** The list with an entry for each axis, and whatever is too many. */
const perAxis = <T>(list: readonly T[], { length: rank }: Dims, otherwise: T): readonly T[] => [
  ...list,
  ...Array.from({ length: Math.max(0, rank - list.length) }, () => otherwise),
];

/** A list of axes, from callers with and without a type checker; W140 for anything else. */
export const requireAxisList = (what: string, axes: unknown, example: string): readonly number[] =>
  Array.isArray(axes) && axes.every((axis) => typeof axis === "number")
    ? axes
    : reject("W140", { what, expected: "a list of axes", given: inWords(axes), write: `${what}(x, ${example})` });

/** All axes in another order, counted from 0; W213, with the numbers that were given, for anything else. */
export const orderOfAxes = (permutation: unknown, shape: Dims): readonly number[] => {
  const given = requireAxisList("transpose", permutation, "[1, 0, 2]");
  const order = given.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const isComplete = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  // Said of what was written: the op would say it of axes that are counted from 0.
  return isComplete ? order : reject("W213", { permutation: printShape(given), shape: printShape(shape) });
};

/** Where ranges start and end along each axis: the whole axis where nothing is said. */
export const sliceBounds = (ranges: readonly SliceRange[], shape: Dims): Attributes => {
  const whole = perAxis(ranges, shape, {});
  const bounds = (of: (range: SliceRange, axis: number) => Dim): Dims => canonicalShape("slice", whole.map(of));
  return {
    starts: bounds(({ start = 0 }) => start),
    ends: bounds(({ end }, axis) => end ?? shape[axis] ?? 0),
    steps: whole.map(({ step = 1 }) => step),
  };
};

/** How many elements are put in along each axis. */
export const paddingSides = (padding: readonly AxisPadding[], shape: Dims): Attributes => {
  const whole = perAxis(padding, shape, {});
  return {
    low: whole.map(({ low = 0 }) => low),
    high: whole.map(({ high = 0 }) => high),
    interior: whole.map(({ interior = 0 }) => interior),
  };
};
