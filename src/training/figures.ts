// Numbers about a batch, and their averages over many: the loss and the metrics as they stand in histories.

import type { NDArray } from "../backends/runtime/host-array.ts";
import { isFloat } from "../ir/types/dtype.ts";

/** Numbers by name: the loss, and metrics. */
export type Figures = Readonly<Record<string, number>>;

/**
 * The scalars among the results of a step. A float is taken as it is, for the mean over its batch; a whole number or a truth
 * value counts examples and becomes their share, so that `right: sum(cast(equal(...), "i32"))` is an accuracy. Results that
 * are no scalars are left out.
 */
export const figuresOf = (results: Readonly<Record<string, NDArray | number>>, rows: number): Figures =>
  Object.fromEntries(
    Object.entries(results).flatMap(([name, result]): readonly (readonly [string, number])[] => {
      if (typeof result === "number") return [[name, result]];
      const [value] = result.data;
      if (result.shape.length > 0 || value === undefined) return [];
      return [[name, isFloat(result.dtype) ? value : value / rows]];
    }),
  );

/** The mean of figures, each counted as often as it has examples. Every record has the names of the first. */
export const weightedMean = (parts: readonly (readonly [figures: Figures, weight: number])[]): Figures => {
  const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
  const names = Object.keys(parts[0]?.[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      parts.reduce((sum, [figures, weight]) => sum + (figures[name] ?? Number.NaN) * weight, 0) / total,
    ]),
  );
};
