// Bounds of ops that choose among elements or multiply them up: extremes, products, positions of the largest.

import { type OpKind, opOf } from "../../ir/ops/index.ts";
import type { MaxPool2dAttrs } from "../../ir/ops/max-pooling.ts";
import { forEachWindow } from "../../ir/ops/max-pooling.ts";
import type { ArgmaxAttrs, ReduceAttrs } from "../../ir/ops/reduction.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { type Bounded, gamma, isDefinitelyNaN, precisionOf } from "./bounded.ts";
import { linearRule } from "./linear-rules.ts";
import { everywhere } from "./movement-rules.ts";
import type { BoundRule, Use } from "./rule.ts";

/** The op on other elements in the place of its first operand's. */
const onFirst = <A extends object>(kind: OpKind, { operands: [first], attrs }: Use<A>, data: Float64Array) =>
  opOf(kind).evaluate?.([{ dtype: "f64", shape: first?.shape ?? [], data }], attrs)[0]?.data ?? new Float64Array(0);

const elements = ({ data, error }: Bounded, element: (value: number, error: number) => number): Float64Array =>
  data.map((value, at) => element(value, error[at] ?? Infinity));

/** An op that grows with each element lies between its values at the lowest and at the highest elements there may be. */
export const growing =
  <A extends object>(kind: OpKind): BoundRule<A> =>
  (use) => {
    const [x] = use.operands;
    const [result] = use.results;
    if (x === undefined || result === undefined) return [];
    if (x.error.every((error) => error === 0)) return everywhere(use, 0);
    // What is unknown may be NaN, so it is everything at once; a certain NaN decides.
    const reach = (way: 1 | -1) => (value: number, error: number) =>
      isDefinitelyNaN(value, error) ? 0 : error === Infinity ? way * Infinity : value + way * error;
    const [lowest, highest] = [onFirst(kind, use, elements(x, reach(-1))), onFirst(kind, use, elements(x, reach(1)))];
    const certain = onFirst(
      kind,
      use,
      elements(x, (value, error) => (isDefinitelyNaN(value, error) ? Number.NaN : 0)),
    );
    const doubtful = onFirst(
      kind,
      use,
      elements(x, (_, error) => (error === Infinity ? Number.NaN : 0)),
    );
    return [
      result.data.map((value, at) => {
        if (Number.isNaN(certain[at])) return 0;
        if (Number.isNaN(doubtful[at])) return Infinity;
        const [low = 0, high = 0] = [lowest[at], highest[at]];
        return low === high ? 0 : Math.max(high - value, value - low);
      }),
    ];
  };

/**
 * A product of n elements in any order. Each rounding is a fraction of the product, or 2^-150 where a partial product is that
 * small, times what is still to be multiplied.
 */
const productErrors = (use: Use<ReduceAttrs>): readonly Float64Array[] => {
  const [[x], [result]] = [use.operands, use.results];
  if (x === undefined || result === undefined) return [];
  const { unit, least, largest, whole } = precisionOf(x.dtype);
  const of = (element: (value: number, error: number) => number): Float64Array =>
    onFirst("reduce", use, elements(x, element));
  const finite = (value: number): number => (Number.isFinite(value) ? value : 1);
  const exactProducts = of((value) => finite(Math.abs(value)));
  const largestProducts = of((value, error) => finite(Math.abs(value) + error));
  const partialProducts = of((value, error) => Math.max(1, finite(Math.abs(value) + error)));
  const smallestParts = of((value, error) => Math.min(1, finite(Math.max(Math.abs(value) - error, 0))));
  const certainNaN = of((value, error) => (isDefinitelyNaN(value, error) ? Number.NaN : 1));
  const unknown = of((_, error) => (error === Infinity ? Number.NaN : 1));
  const allWhole = x.data.every((value, at) => Number.isInteger(value) && x.error[at] === 0);
  const count = x.data.length / Math.max(result.data.length, 1);
  const rounding = gamma(Math.max(count - 1, 0), unit);
  return [
    result.data.map((value, at) => {
      const [most = 0, parts = 0] = [largestProducts[at], partialProducts[at]];
      if (Number.isNaN(certainNaN[at])) return 0;
      if (Number.isNaN(unknown[at]) || parts * (1 + rounding) > largest) return Infinity;
      // Beside an infinity the rest must be a number of one sign that no order makes 0.
      if (!Number.isFinite(value)) return (smallestParts[at] ?? 0) > least * 2 ** 30 ? 0 : Infinity;
      if (allWhole && parts <= whole) return 0;
      const underflow = Math.max(count - 1, 0) * least * parts * (1 + rounding);
      return most - (exactProducts[at] ?? 0) + rounding * most + underflow;
    }),
  ];
};

/** Sums by their terms, products by their factors, extremes by the intervals. */
export const reduceRule: BoundRule<ReduceAttrs> = (use) => {
  switch (use.attrs.fn) {
    case "sum":
      return linearRule<ReduceAttrs>("reduce", { factors: [0] })(use);
    case "prod":
      return productErrors(use);
    case "max":
    case "min":
      return growing<ReduceAttrs>("reduce")(use);
  }
};

/** The positions among some elements that may be the first of the largest, given the one that is. */
const candidates = (values: readonly number[], errors: readonly number[], first: number): readonly number[] => {
  const [value = 0, error = 0] = [values[first], errors[first]];
  if (isDefinitelyNaN(value, error) && errors.slice(0, first).every((each) => each !== Infinity)) return [first];
  if (errors.includes(Infinity)) return [...values.keys()];
  return [...values.keys()].filter((at) => {
    const [other = 0, own = 0] = [values[at], errors[at]];
    if (at === first) return true;
    // Of equals that are exact the first is taken, and that is the one.
    return error === 0 && own === 0 ? false : other + own >= value - error;
  });
};

/** How far the farthest candidate is from the position of the largest. */
export const argmaxRule: BoundRule<ArgmaxAttrs> = ({ operands: [x], attrs: { axis }, results: [result] }) => {
  if (x === undefined || result === undefined) return [];
  const extent = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  return [
    result.data.map((position, at) => {
      const start = Math.floor(at / inner) * extent * inner + (at % inner);
      const places = Array.from({ length: extent }, (_, step) => start + step * inner);
      const along = (array: Float64Array): readonly number[] => places.map((place) => array[place] ?? 0);
      const open = candidates(along(x.data), along(x.error), position);
      return open.reduce((most, each) => Math.max(most, Math.abs(each - position)), 0);
    }),
  ];
};

/** Where maxima are certain the cotangents are summed there; where one is not, it may reach every candidate, or not. */
export const maxPoolGradientRule: BoundRule<MaxPool2dAttrs> = (use) => {
  const [images, cotangent] = use.operands;
  if (images === undefined || cotangent === undefined) return [];
  if (images.error.every((error) => error === 0))
    return linearRule<MaxPool2dAttrs>("maxPool2dGradient", { factors: [1], places: [0] })(use);
  const size = images.data.length;
  const [spread, total, count] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  forEachWindow(images, use.attrs, (window, positions) => {
    // What lies outside of the images is the least there is.
    const of = (array: Float64Array, outside: number): readonly number[] =>
      positions.map((position) => (position === undefined ? outside : (array[position] ?? 0)));
    const [values, errors] = [of(images.data, Number.NEGATIVE_INFINITY), of(images.error, 0)];
    const firstNaN = values.findIndex(Number.isNaN);
    const first = firstNaN >= 0 ? firstNaN : values.indexOf(Math.max(...values));
    const open = candidates(values, errors, first);
    const [value = 0, error = 0] = [cotangent.data[window], cotangent.error[window]];
    for (const each of open) {
      const target = positions[each];
      if (target === undefined) continue;
      spread[target] = (spread[target] ?? 0) + (open.length === 1 ? error : Math.abs(value) + error);
      total[target] = (total[target] ?? 0) + Math.abs(value) + error;
      count[target] = (count[target] ?? 0) + 1;
    }
  });
  const { unit, largest } = precisionOf(images.dtype);
  return [
    spread.map((each, at) => {
      const rounding = gamma(count[at] ?? 0, unit);
      const sum = (total[at] ?? 0) * (1 + rounding);
      return sum <= largest ? each * (1 + rounding) + rounding * (total[at] ?? 0) : Infinity;
    }),
  ];
};
