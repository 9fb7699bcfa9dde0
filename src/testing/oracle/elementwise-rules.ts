// Bounds of ops that pair elements at equal positions. Where a result is decided by an interval (comparisons, choices, steps), the
// bound reaches to the farthest of what may come.

import { castNumber, literalNumber } from "../../ir/ops/elements.ts";
import type { BinaryAttrs, CastAttrs, ClampAttrs, CompareAttrs, NoAttrs } from "../../ir/ops/elementwise.ts";
import { compares } from "../../ir/scalar/compare.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import { binaryError } from "./binary-errors.ts";
import { type Bounded, isDefinitelyNaN, precisionOf, roundingOf, sameClass } from "./bounded.ts";
import type { BoundRule } from "./rule.ts";

/** One element: its number and how far off it may be. */
interface Element {
  readonly value: number;
  readonly error: number;
}

const at = ({ data, error }: Bounded, position: number): Element => ({
  value: data[position] ?? 0,
  error: error[position] ?? Infinity,
});

/** The errors of an op with one result, element by element. */
const perElement =
  <A>(
    errorOf: (elements: readonly Element[], attrs: A, result: number, dtype: DType, from: DType) => number,
  ): BoundRule<A> =>
  ({ operands, attrs, results: [result] }) => [
    result === undefined
      ? new Float64Array(0)
      : result.data.map((value, position) =>
          errorOf(
            operands.map((operand) => at(operand, position)),
            attrs,
            value,
            result.dtype,
            operands[0]?.dtype ?? result.dtype,
          ),
        ),
  ];

const none: Element = { value: 0, error: 0 };

/** How far any of some numbers is from the result; 0 where all are the same NaN or infinity. */
const farthest = (result: number, others: readonly number[]): number => {
  if (others.every((other) => sameClass(other, result))) return 0;
  return others.reduce((most, other) => Math.max(most, Math.abs(other - result)), 0);
};

/** A function of two numbers. */
export const binaryRule: BoundRule<BinaryAttrs> = perElement(([x = none, y = none], { fn }, result, dtype) =>
  binaryError(fn, dtype, [x.value, x.error], [y.value, y.error], result),
);

/** A comparison is decided where all numbers that may stand there compare alike. */
export const compareRule: BoundRule<CompareAttrs> = perElement(([x = none, y = none], { fn }) => {
  if (isDefinitelyNaN(x.value, x.error) || isDefinitelyNaN(y.value, y.error)) return 0;
  if (x.error === Infinity || y.error === Infinity) return 1;
  if (x.error === 0 && y.error === 0) return 0;
  const { evaluate } = compares[fn];
  const [below, above] = [x.value - x.error, x.value + x.error];
  const [low, high] = [y.value - y.error, y.value + y.error];
  const overlap = below <= high && low <= above;
  if (fn === "eq" || fn === "ne") return overlap ? 1 : 0;
  return evaluate(below, high) === evaluate(above, low) ? 0 : 1;
});

/** A choice that is undecided may be either. */
export const selectRule: BoundRule<NoAttrs> = perElement(([condition = none, x = none, y = none], _, result) => {
  const [chosen, other] = condition.value === 0 ? [y, x] : [x, y];
  if (condition.error === 0) return chosen.error;
  if (chosen.error === 0 && other.error === 0 && sameClass(other.value, result)) return 0;
  return Math.max(chosen.error, Math.abs(other.value - result) + other.error);
});

/** Whether a conversion rounds: to f32 from what has more digits. */
const narrows = (from: DType, to: DType): boolean => to === "f32" && (from === "f64" || from === "i32");

/** A conversion carries the error over, and rounds; to whole numbers it may fall on either side of a step. */
export const castRule: BoundRule<CastAttrs> = perElement(([x = none], { dtype }, result, _, from) => {
  if (isFloat(dtype)) {
    if (!narrows(from, dtype) || !Number.isFinite(x.value)) return x.error;
    const { unit, least } = precisionOf(dtype);
    return x.error === 0
      ? roundingOf(x.value, dtype)
      : x.error + unit * (Math.abs(x.value) + x.error) + (from === "f64" ? least : 0);
  }
  if (x.error === 0) return 0;
  if (x.error === Infinity) return Infinity;
  if (dtype === "bool") return Math.abs(x.value) > x.error ? 0 : 1;
  return farthest(result, [castNumber(dtype, x.value - x.error), castNumber(dtype, x.value + x.error)]);
});

/** Bringing numbers between two bounds brings none further apart. */
export const clampRule: BoundRule<ClampAttrs> = perElement(([x = none], { low, high }, result, dtype) => {
  if (x.error === 0) return 0;
  if (x.error === Infinity) return Infinity;
  const clamped = (value: number): number =>
    Math.min(Math.max(value, literalNumber(dtype, low)), literalNumber(dtype, high));
  return farthest(result, [clamped(x.value - x.error), clamped(x.value + x.error)]);
});
