// Interval analysis of whole numbers: between which two numbers an i32 (or a bool, as 0 or 1) must lie. Sound under
// wraparound: where a result might leave 32 bits, nothing is known about it.
import { type Expr, type ExprOf, type LoopCompare, type LoopType, someChild } from "./expr.ts";
import { keyOf } from "./key.ts";
import type { StmtOf } from "./stmt.ts";

/** All whole numbers from `low` to `high`, both included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * What is known of names and of whole expressions (by `keyOf`). Holds names that never change only, so that what is
 * learned from a condition stays true.
 */
export type Bounds = ReadonlyMap<string, Interval>;

/** Every i32: what is known when nothing is. */
export const everything: Interval = { low: -(2 ** 31), high: 2 ** 31 - 1 };

const eitherBool: Interval = { low: 0, high: 1 };

/** The interval of one number. */
export const exactly = (value: number): Interval => ({ low: value, high: value });

/** Whether every number of the interval is an i32: if not, the arithmetic that gave it may have wrapped. */
export const fitsInteger = ({ low, high }: Interval): boolean => low >= everything.low && high <= everything.high;

const orEverything = (interval: Interval): Interval => (fitsInteger(interval) ? interval : everything);

/** Adding 0 turns the -0 that a product or a quotient may give into 0. */
const hull = (...values: readonly number[]): Interval => ({
  low: Math.min(...values) + 0,
  high: Math.max(...values) + 0,
});

const union = (a: Interval, b: Interval): Interval => hull(a.low, a.high, b.low, b.high);

/** The numbers that lie in both; low above high means that there are none. */
export const intersect = (a: Interval, b: Interval): Interval => ({
  low: Math.max(a.low, b.low),
  high: Math.min(a.high, b.high),
});

const divide = (x: Interval, y: Interval): Interval => {
  // Truncating division is monotone in each operand while the divisor keeps its sign; by 0 it gives 0.
  const parts = [
    { low: y.low, high: Math.min(y.high, -1) },
    { low: Math.max(y.low, 1), high: y.high },
  ].filter(({ low, high }) => low <= high);
  const corners = parts.flatMap(({ low, high }) =>
    [x.low / low, x.low / high, x.high / low, x.high / high].map(Math.trunc),
  );
  const withZero = y.low <= 0 && y.high >= 0 ? [...corners, 0] : corners;
  return orEverything(hull(...withZero));
};

const remainder = (x: Interval, y: Interval): Interval => {
  const largest = Math.max(Math.abs(y.low), Math.abs(y.high)) - 1;
  const smallest = y.low > 0 ? y.low : y.high < 0 ? -y.high : 0;
  if (-smallest < x.low && x.high < smallest) return x;
  const reach = Math.max(largest, 0);
  return { low: x.low >= 0 ? 0 : Math.max(x.low, 0 - reach), high: x.high <= 0 ? 0 : Math.min(x.high, reach) };
};

/** The smallest 2^n - 1 that is not below x. */
const allOnes = (x: number): number => 2 ** (32 - Math.clz32(x)) - 1;

const bitwise = (fn: "and" | "or" | "xor", x: Interval, y: Interval): Interval => {
  // A mask of all but the low bits rounds down to a multiple of a power of two.
  if (fn === "and" && y.low === y.high && y.low < 0 && allOnes(~y.low) === ~y.low)
    return { low: x.low & y.low, high: x.high & y.low };
  if (fn === "and") {
    const tops = [x, y].filter(({ low }) => low >= 0).map(({ high }) => high);
    return tops.length === 0 ? everything : { low: 0, high: Math.min(...tops) };
  }
  if (x.low < 0 || y.low < 0) return everything;
  return { low: fn === "or" ? Math.max(x.low, y.low) : 0, high: allOnes(Math.max(x.high, y.high)) };
};

const shift = (fn: "shl" | "shr" | "shrUnsigned", x: Interval, y: Interval): Interval => {
  if (y.low < 0 || y.high > 31) return everything;
  if (fn === "shl") {
    return orEverything(hull(...[x.low, x.high].flatMap((each) => [each * 2 ** y.low, each * 2 ** y.high])));
  }
  if (fn === "shrUnsigned" && x.low < 0) return y.low === 0 ? everything : { low: 0, high: 2 ** (32 - y.low) - 1 };
  return hull(...[x.low, x.high].flatMap((each) => [each >> y.low, each >> y.high]));
};

const intervalOfBinary = ({ fn, left, right }: ExprOf<"binary">, bounds: Bounds): Interval => {
  const x = intervalOf(left, bounds);
  const y = intervalOf(right, bounds);
  switch (fn) {
    case "add":
      return orEverything({ low: x.low + y.low, high: x.high + y.high });
    case "sub":
      return orEverything({ low: x.low - y.high, high: x.high - y.low });
    case "mul":
      return orEverything(hull(x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high));
    case "div":
      return divide(x, y);
    case "rem":
      return remainder(x, y);
    case "min":
      return { low: Math.min(x.low, y.low), high: Math.min(x.high, y.high) };
    case "max":
      return { low: Math.max(x.low, y.low), high: Math.max(x.high, y.high) };
    case "and":
    case "or":
    case "xor":
      return bitwise(fn, x, y);
    case "shl":
    case "shr":
    case "shrUnsigned":
      return shift(fn, x, y);
  }
};

const intervalOfUnary = ({ fn, operand }: ExprOf<"unary">, bounds: Bounds): Interval => {
  const x = intervalOf(operand, bounds);
  if (fn === "neg") return orEverything({ low: 0 - x.high, high: 0 - x.low });
  if (fn === "not") return { low: 1 - x.high, high: 1 - x.low };
  if (fn !== "abs") return everything;
  const ends = hull(Math.abs(x.low), Math.abs(x.high));
  return orEverything(x.low <= 0 && x.high >= 0 ? { low: 0, high: ends.high } : ends);
};

/** 1 where the comparison must hold, 0 where it cannot, both where it may. */
export const compareIntervals = (fn: LoopCompare, x: Interval, y: Interval): Interval => {
  const decided = (holds: boolean, fails: boolean): Interval => (holds ? exactly(1) : fails ? exactly(0) : eitherBool);
  const same = x.low === x.high && y.low === y.high && x.low === y.low;
  const apart = x.high < y.low || y.high < x.low;
  switch (fn) {
    case "eq":
      return decided(same, apart);
    case "ne":
      return decided(apart, same);
    case "lt":
      return decided(x.high < y.low, x.low >= y.high);
    case "le":
      return decided(x.high <= y.low, x.low > y.high);
    case "gt":
      return decided(x.low > y.high, x.high <= y.low);
    case "ge":
      return decided(x.low >= y.high, x.high < y.low);
  }
};

const whole = (type: LoopType): boolean => type === "i32" || type === "bool";

const intervalOfCompare = ({ fn, left, right }: ExprOf<"compare">, bounds: Bounds): Interval =>
  whole(left.type) ? compareIntervals(fn, intervalOf(left, bounds), intervalOf(right, bounds)) : eitherBool;

const intervalOfSelect = ({ condition, then, otherwise }: ExprOf<"select">, bounds: Bounds): Interval => {
  // Each branch's value counts only where the condition sends it.
  const ifTrue = assume(condition, true, bounds);
  const ifFalse = assume(condition, false, bounds);
  if (ifTrue === undefined) return intervalOf(otherwise, bounds);
  if (ifFalse === undefined) return intervalOf(then, bounds);
  return union(intervalOf(then, ifTrue), intervalOf(otherwise, ifFalse));
};

const structural = (expr: Expr, bounds: Bounds): Interval => {
  const unknown = expr.type === "bool" ? eitherBool : everything;
  switch (expr.kind) {
    case "const":
      return exactly(expr.value);
    case "unary":
      return intervalOfUnary(expr, bounds);
    case "binary":
      return intersect(intervalOfBinary(expr, bounds), unknown);
    case "compare":
      return intervalOfCompare(expr, bounds);
    case "select":
      return intervalOfSelect(expr, bounds);
    case "cast":
      return expr.type === "i32" && whole(expr.operand.type) ? intervalOf(expr.operand, bounds) : unknown;
    default:
      return unknown;
  }
};

/** No name, and in every table that knows something of whole expressions: others need no keys of expressions. */
const knowsExpressions = "(";

const factOf = (expr: Expr, bounds: Bounds): Interval | undefined => {
  if (expr.kind === "var") return bounds.get(expr.name);
  return expr.kind !== "const" && bounds.has(knowsExpressions) ? bounds.get(keyOf(expr)) : undefined;
};

/** Where an i32 or bool expression must lie; `everything` for other types. */
export const intervalOf = (expr: Expr, bounds: Bounds): Interval => {
  if (!whole(expr.type)) return everything;
  const fact = factOf(expr, bounds);
  if (expr.kind === "var" && fact !== undefined) return fact;
  const derived = structural(expr, bounds);
  return fact === undefined ? derived : intersect(derived, fact);
};

const opposite: { readonly [F in LoopCompare]: LoopCompare } = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  le: "gt",
  gt: "le",
  ge: "lt",
};

const mirrored: { readonly [F in LoopCompare]: LoopCompare } = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  le: "ge",
  gt: "lt",
  ge: "le",
};

/** What x may still be once `x fn y` is known to hold. */
const narrowed = (fn: LoopCompare, x: Interval, y: Interval): Interval => {
  switch (fn) {
    case "eq":
      return intersect(x, y);
    case "ne":
      if (y.low !== y.high) return x;
      return { low: x.low === y.low ? x.low + 1 : x.low, high: x.high === y.low ? x.high - 1 : x.high };
    case "lt":
      return { low: x.low, high: Math.min(x.high, y.high - 1) };
    case "le":
      return { low: x.low, high: Math.min(x.high, y.high) };
    case "gt":
      return { low: Math.max(x.low, y.low + 1), high: x.high };
    case "ge":
      return { low: Math.max(x.low, y.low), high: x.high };
  }
};

/** Whether the expression means the same everywhere: it reads no memory, and only names that the bounds know as fixed. */
export const isFixed = (expr: Expr, bounds: Bounds): boolean =>
  expr.kind === "var"
    ? bounds.has(expr.name)
    : expr.kind !== "load" && !someChild(expr, (child) => !isFixed(child, bounds));

/** Writes down that the expression lies in the interval, and what follows for e in `e + constant`. */
const learn = (expr: Expr, interval: Interval, bounds: Map<string, Interval>): void => {
  if (expr.kind === "const" || !isFixed(expr, bounds)) return;
  bounds.set(keyOf(expr), interval);
  if (expr.kind !== "var") bounds.set(knowsExpressions, everything);
  if (expr.kind !== "binary" || (expr.fn !== "add" && expr.fn !== "sub") || expr.right.kind !== "const") return;
  const offset = expr.fn === "add" ? expr.right.value : -expr.right.value;
  const inner = intervalOf(expr.left, bounds);
  // Only where the sum cannot have wrapped does its value say something about its operand.
  if (!fitsInteger({ low: inner.low + offset, high: inner.high + offset })) return;
  learn(expr.left, intersect(inner, { low: interval.low - offset, high: interval.high - offset }), bounds);
};

const assumeCompare = (fn: LoopCompare, left: Expr, right: Expr, bounds: Bounds): Bounds | undefined => {
  if (!whole(left.type)) return bounds;
  const x = intervalOf(left, bounds);
  const y = intervalOf(right, bounds);
  const newX = narrowed(fn, x, y);
  const newY = narrowed(mirrored[fn], y, x);
  if (newX.low > newX.high || newY.low > newY.high) return undefined;
  const result = new Map(bounds);
  learn(left, newX, result);
  learn(right, newY, result);
  return result;
};

/** What is known where the condition holds (or fails); undefined where that cannot be. */
export const assume = (condition: Expr, holds: boolean, bounds: Bounds): Bounds | undefined => {
  if (condition.kind === "const") return (condition.value !== 0) === holds ? bounds : undefined;
  if (condition.kind === "unary" && condition.fn === "not") return assume(condition.operand, !holds, bounds);
  if (condition.kind === "compare")
    return assumeCompare(holds ? condition.fn : opposite[condition.fn], condition.left, condition.right, bounds);
  if (condition.kind === "binary" && condition.fn === (holds ? "and" : "or")) {
    const first = assume(condition.left, holds, bounds);
    return first === undefined ? undefined : assume(condition.right, holds, first);
  }
  return bounds;
};

/** Where a loop's index lies inside its body; undefined for a loop that never runs. */
export const indexInterval = ({ from, to, step }: StmtOf<"for">, bounds: Bounds): Interval | undefined => {
  const first = intervalOf(from, bounds);
  const end = intervalOf(to, bounds);
  if (first.low >= end.high) return undefined;
  // With a known start the last index is known to the step.
  const slack = first.low === first.high ? (end.high - 1 - first.low) % step : 0;
  return { low: first.low, high: end.high - 1 - slack };
};

/** Whether a loop surely runs at least once. */
export const surelyRuns = ({ from, to }: StmtOf<"for">, bounds: Bounds): boolean =>
  intervalOf(from, bounds).high < intervalOf(to, bounds).low;
