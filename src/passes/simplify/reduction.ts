// Reductions that need not be made, or need be made once. Sums of floats stay as they stand, for another order or number
// of additions rounds differently; and as a sum starts from +0, the sum of one element x is x + 0, not x.
import { P } from "ts-pattern";
import { type Dim, isKnown } from "../../ir/types/dim.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import { type Shape, sameShape } from "../../ir/types/tensor-type.ts";
import { binary, filled, make, type RuleSet, reshaped, rules, type Term } from "../rules.ts";

const x = P.select("x");
const attrs = P.select("attrs");

/** The shape with reduced axes as extents of 1. */
const kept = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((extent, axis): Dim => (axes.includes(axis) ? 1 : extent));

/** The sum of `count` times the value, where every partial sum is a number of the type whatever the order. */
const exactMultiple = (value: number, count: number, dtype: DType): number | undefined => {
  const sum = value * count;
  if (dtype === "i32") return Math.imul(value, count);
  if (dtype === "u8") return sum % 256;
  const largest = dtype === "f32" ? 2 ** 24 : 2 ** 53;
  // From +0, so that the sum of -0 is +0.
  return Number.isInteger(value) && Math.abs(sum) <= largest ? 0 + sum : undefined;
};

/** How many elements are folded into one, where that is known. */
const countOf = (shape: Shape, axes: readonly number[]): number | undefined => {
  let count = 1;
  for (const axis of axes) {
    const extent = shape[axis] ?? 1;
    if (!isKnown(extent)) return undefined;
    count *= extent;
  }
  return count;
};

/** The axes of a second reduction as axes of the first one's operand. */
const axesBefore = (
  rank: number,
  first: { readonly axes: readonly number[]; readonly keepDims: boolean },
  second: readonly number[],
): readonly number[] => {
  const remaining = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => first.keepDims || !first.axes.includes(axis),
  );
  return second.map((axis) => remaining[axis] ?? axis);
};

/** Rules about reductions. */
export const reduction: RuleSet = rules("reduction", {
  // reduce of one element => that element; for a sum of floats, with 0 added
  reduceOfSingles: (node) =>
    node.with({ op: "reduce", attrs, args: [x] }, ({ attrs: { fn, axes }, x }, { type }) => {
      if (!axes.every((axis) => x.type.shape[axis] === 1)) return undefined;
      const { dtype } = x.type;
      const element: Term = fn === "sum" && isFloat(dtype) ? binary("add", x, filled(0, x.type)) : x;
      return reshaped(type.shape, element);
    }),
  // max(max(x, a), b) => max(x, a and b), and so for min; for integers also sum and prod
  repeatedReduce: (node) =>
    node.with(
      { op: "reduce", attrs: P.select("second"), args: [{ op: "reduce", attrs: P.select("first"), args: [x] }] },
      ({ first, second, x }, { type }) => {
        const anyOrder = first.fn === "max" || first.fn === "min" || !isFloat(x.type.dtype);
        if (first.fn !== second.fn || !anyOrder) return undefined;
        const added = axesBefore(x.type.shape.length, first, second.axes);
        const axes = [...new Set([...first.axes, ...added])].sort((a, b) => a - b);
        return reshaped(type.shape, make("reduce", { fn: first.fn, axes, keepDims: true }, x));
      },
    ),
  // reshape(reduce(x, keepDims)) => reduce(x), where the reshape only drops the kept axes
  reduceWithoutKeptAxes: (node) =>
    node.with(
      { op: "reshape", args: [{ op: "reduce", attrs: P.select("attrs", { keepDims: true }), args: [x] }] },
      ({ attrs: { fn, axes }, x }, { type }) => {
        const dropped = x.type.shape.filter((_, axis) => !axes.includes(axis));
        return axes.length > 0 && sameShape(dropped, type.shape)
          ? make("reduce", { fn, axes, keepDims: false }, x)
          : undefined;
      },
    ),
  // max(broadcast(x), repeated axes) => x, and so for min
  extremeOfBroadcast: (node) =>
    node.with(
      {
        op: "reduce",
        attrs: P.select("attrs", { fn: P.union("max", "min") }),
        args: [{ op: "broadcast", args: [x], type: { shape: P.select("wide") } }],
      },
      ({ attrs: { axes }, x, wide }, { type }) => {
        const added = wide.length - x.type.shape.length;
        const aligned: Shape = [...new Array<Dim>(added).fill(1), ...x.type.shape];
        if (!axes.every((axis) => aligned[axis] === 1)) return undefined;
        return reshaped(type.shape, make("broadcast", { shape: kept(wide, axes) }, x));
      },
    ),
  // max(c) => c, and so for min
  extremeOfConstant: (node) =>
    node.with(
      {
        op: "reduce",
        attrs: { fn: P.union("max", "min") },
        args: [{ op: "constant", attrs: { value: P.select("c") } }],
      },
      ({ c }, { type }) => filled(c, type),
    ),
  // sum(c) => n * c, where no partial sum is rounded
  sumOfConstant: (node) =>
    node.with(
      {
        op: "reduce",
        attrs: P.select("attrs", { fn: "sum" }),
        args: [P.select("x", { op: "constant", attrs: { value: P.select("c") } })],
      },
      ({ attrs: { axes }, x, c }, { type }) => {
        const count = countOf(x.type.shape, axes);
        const sum = count === undefined ? undefined : exactMultiple(c, count, type.dtype);
        return sum === undefined ? undefined : filled(sum, type);
      },
    ),
  // prod(1) => 1
  productOfOnes: (node) =>
    node.with({ op: "reduce", attrs: { fn: "prod" }, args: [{ op: "constant", attrs: { value: 1 } }] }, (_, { type }) =>
      filled(1, type),
    ),
});
