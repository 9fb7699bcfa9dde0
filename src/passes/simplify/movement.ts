// Movement of elements that need not be made: chains of reshapes, transposes and broadcasts that are one, or none. None of
// these rules touches a number, so all are exact. Arithmetic on repeated elements moves to where they are few.
import { P } from "ts-pattern";
import { addDims, type Dim, isKnown } from "../../ir/types/dim.ts";
import { type Shape, sameShape } from "../../ir/types/tensor-type.ts";
import { filled, make, type RuleSet, reshaped, rules } from "../rules.ts";

const x = P.select("x");

const withoutLeadingUnits = (shape: Shape): Shape => {
  const first = shape.findIndex((extent) => extent !== 1);
  return first < 0 ? [] : shape.slice(first);
};

/** Whether the axes longer than 1 keep their order: then no element moves. */
const keepsOrder = (shape: Shape, permutation: readonly number[]): boolean => {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, position) => position === 0 || axis > (moved[position - 1] ?? axis));
};

/** The axes that stay where a shape loses extents of 1 and nothing else; undefined where it does not. */
const axesWithoutUnits = (shape: Shape, fewer: Shape): readonly number[] | undefined => {
  const kept: number[] = [];
  for (const [axis, extent] of shape.entries())
    if (extent === fewer[kept.length]) kept.push(axis);
    else if (extent !== 1) return undefined;
  return kept.length === fewer.length && fewer.length < shape.length ? kept : undefined;
};

/** Reshapes and transposes. */
export const reordering: RuleSet = rules("reordering", {
  // reshape(x: S, S) => x
  reshapeToItself: (node) =>
    node.with({ op: "reshape", args: [x] }, ({ x }, { type }) => (sameShape(x.type.shape, type.shape) ? x : undefined)),
  // reshape(reshape(x, _), S) => reshape(x, S)
  repeatedReshape: (node) =>
    node.with({ op: "reshape", args: [{ op: "reshape", args: [x] }] }, ({ x }, { type }) => reshaped(type.shape, x)),
  // transpose(x) where only extents of 1 change places => reshape(x)
  transposeOfUnits: (node) =>
    node.with(
      { op: "transpose", attrs: { permutation: P.select("permutation") }, args: [x] },
      ({ permutation, x }, { type }) => (keepsOrder(x.type.shape, permutation) ? reshaped(type.shape, x) : undefined),
    ),
  // transpose(transpose(x, p), q) => transpose(x, p after q)
  repeatedTranspose: (node) =>
    node.with(
      {
        op: "transpose",
        attrs: { permutation: P.select("outer") },
        args: [{ op: "transpose", attrs: { permutation: P.select("inner") }, args: [x] }],
      },
      ({ outer, inner, x }) => make("transpose", { permutation: outer.map((axis) => inner[axis] ?? axis) }, x),
    ),
  // reshape(transpose(x)) where only extents of 1 are dropped => transpose(reshape(x))
  unitsDroppedFirst: (node) =>
    node.with(
      {
        op: "reshape",
        args: [P.select("moved", { op: "transpose", attrs: { permutation: P.select("permutation") }, args: [x] })],
      },
      ({ moved, permutation, x }, { type }) => {
        const kept = axesWithoutUnits(moved.type.shape, type.shape)?.map((axis) => permutation[axis] ?? axis);
        const left = kept?.toSorted((a, b) => a - b);
        if (kept === undefined || left === undefined) return undefined;
        const without = left.map((axis) => x.type.shape[axis] ?? 1);
        return make("transpose", { permutation: kept.map((axis) => left.indexOf(axis)) }, reshaped(without, x));
      },
    ),
  // reshape(transpose(x)) where only extents of 1 are added => transpose(reshape(x)), which has them in the same places
  unitsAddedFirst: (node) =>
    node.with(
      {
        op: "reshape",
        args: [P.select("moved", { op: "transpose", attrs: { permutation: P.select("permutation") }, args: [x] })],
      },
      ({ moved, permutation, x }, { type }) => {
        const places = axesWithoutUnits(type.shape, moved.type.shape);
        if (places === undefined) return undefined;
        const shape = type.shape.map((_, axis) => x.type.shape[places.indexOf(axis)] ?? 1);
        const from = type.shape.map((_, axis) => places[permutation[places.indexOf(axis)] ?? -1] ?? axis);
        return make("transpose", { permutation: from }, reshaped(shape, x));
      },
    ),
  // flip(x, none) => x, and so along axes of one element
  flipOfNothing: (node) =>
    node.with({ op: "flip", attrs: { axes: P.select("axes") }, args: [x] }, ({ axes, x }) =>
      axes.every((axis) => x.type.shape[axis] === 1 || x.type.shape[axis] === 0) ? x : undefined,
    ),
  // flip(flip(x, a), b) => flip(x, a without b and b without a)
  repeatedFlip: (node) =>
    node.with(
      {
        op: "flip",
        attrs: { axes: P.select("outer") },
        args: [{ op: "flip", attrs: { axes: P.select("inner") }, args: [x] }],
      },
      ({ outer, inner, x }) => {
        const once = [
          ...outer.filter((axis) => !inner.includes(axis)),
          ...inner.filter((axis) => !outer.includes(axis)),
        ];
        return make("flip", { axes: once.sort((a, b) => a - b) }, x);
      },
    ),
});

/** Broadcasts, and arithmetic behind them. */
export const repetition: RuleSet = rules("repetition", {
  // broadcast(x: S, S) => x
  broadcastToItself: (node) =>
    node.with({ op: "broadcast", args: [x] }, ({ x }, { type }) =>
      sameShape(x.type.shape, type.shape) ? x : undefined,
    ),
  // broadcast(broadcast(x, _), S) => broadcast(x, S)
  repeatedBroadcast: (node) =>
    node.with({ op: "broadcast", args: [{ op: "broadcast", args: [x] }] }, ({ x }, { type: { shape } }) =>
      make("broadcast", { shape }, x),
    ),
  // broadcast(x) where only leading extents of 1 are added => reshape(x)
  broadcastOfNothing: (node) =>
    node.with({ op: "broadcast", args: [x] }, ({ x }, { type: { shape } }) =>
      sameShape(withoutLeadingUnits(x.type.shape), withoutLeadingUnits(shape)) ? reshaped(shape, x) : undefined,
    ),
  // broadcast(reshape(x, [1, ...S]), T) => broadcast(x: S, T), for broadcasting adds leading axes itself
  broadcastOfLeadingUnits: (node) =>
    node.with(
      { op: "broadcast", args: [{ op: "reshape", args: [x], type: { shape: P.select("between") } }] },
      ({ x, between }, { type: { shape } }) =>
        x.type.shape.length <= shape.length &&
        sameShape(withoutLeadingUnits(x.type.shape), withoutLeadingUnits(between))
          ? make("broadcast", { shape }, x)
          : undefined,
    ),
  // f(broadcast(x)) => broadcast(f(x))
  unaryOfBroadcast: (node) =>
    node.with(
      { op: "unary", attrs: { fn: P.select("fn") }, args: [{ op: "broadcast", args: [x] }] },
      ({ fn, x }, { type: { shape } }) => make("broadcast", { shape }, make("unary", { fn }, x)),
    ),
  // cast(broadcast(x)) => broadcast(cast(x))
  castOfBroadcast: (node) =>
    node.with(
      { op: "cast", attrs: { dtype: P.select("dtype") }, args: [{ op: "broadcast", args: [x] }] },
      ({ dtype, x }, { type: { shape } }) => make("broadcast", { shape }, make("cast", { dtype }, x)),
    ),
  // f(broadcast(x), c) => broadcast(f(x, c))
  binaryOfBroadcastAndConstant: (node) =>
    node.with(
      {
        op: "binary",
        attrs: { fn: P.select("fn") },
        args: [
          { op: "broadcast", args: [x] },
          { op: "constant", attrs: { value: P.select("c") } },
        ],
      },
      ({ fn, x, c }, { type: { shape } }) => make("broadcast", { shape }, make("binary", { fn }, x, filled(c, x.type))),
    ),
  // f(c, broadcast(x)) => broadcast(f(c, x))
  binaryOfConstantAndBroadcast: (node) =>
    node.with(
      {
        op: "binary",
        attrs: { fn: P.select("fn") },
        args: [
          { op: "constant", attrs: { value: P.select("c") } },
          { op: "broadcast", args: [x] },
        ],
      },
      ({ fn, x, c }, { type: { shape } }) => make("broadcast", { shape }, make("binary", { fn }, filled(c, x.type), x)),
    ),
  // f(broadcast(x: S), broadcast(y: S)) => broadcast(f(x, y))
  binaryOfBroadcasts: (node) =>
    node.with(
      {
        op: "binary",
        attrs: { fn: P.select("fn") },
        args: [
          { op: "broadcast", args: [x] },
          { op: "broadcast", args: [P.select("y")] },
        ],
      },
      ({ fn, x, y }, { type: { shape } }) =>
        sameShape(x.type.shape, y.type.shape) ? make("broadcast", { shape }, make("binary", { fn }, x, y)) : undefined,
    ),
});

/** The sum of two lists of dims, position by position. */
const addEach = (left: Shape, right: Shape): Shape => left.map((dim, axis) => addDims(dim, right[axis] ?? 0));

interface Ranges {
  readonly starts: readonly Dim[];
  readonly ends: readonly Dim[];
  readonly steps: readonly number[];
}

/** A range of positions within a range of positions, or undefined where the extents do not say. */
const rangesWithin = (inner: Ranges, outer: Ranges): Ranges | undefined => {
  if (inner.steps.every((step) => step === 1))
    return { starts: addEach(inner.starts, outer.starts), ends: addEach(inner.starts, outer.ends), steps: outer.steps };
  const starts: number[] = [];
  const ends: number[] = [];
  for (const [axis, step] of inner.steps.entries()) {
    const [base, start, end] = [inner.starts[axis], outer.starts[axis], outer.ends[axis]];
    if (base === undefined || start === undefined || end === undefined) return undefined;
    if (!isKnown(base) || !isKnown(start) || !isKnown(end)) return undefined;
    const isEmpty = end <= start;
    starts.push(isEmpty ? base : base + start * step);
    ends.push(isEmpty ? base : base + (end - 1) * step + 1);
  }
  return { starts, ends, steps: inner.steps.map((step, axis) => step * (outer.steps[axis] ?? 1)) };
};

/** So many pieces are joined at once, as one kernel still does. */
export const mostPieces = 16;

/** Slices, padding and joining. */
export const cutting: RuleSet = rules("cutting", {
  // x[:] => x
  sliceOfEverything: (node) =>
    node.with({ op: "slice", attrs: P.select("ranges"), args: [x] }, ({ ranges, x }) =>
      ranges.starts.every((start) => start === 0) &&
      ranges.steps.every((step) => step === 1) &&
      sameShape(ranges.ends, x.type.shape)
        ? x
        : undefined,
    ),
  // x[a][b] => x[b within a]
  repeatedSlice: (node) =>
    node.with(
      { op: "slice", attrs: P.select("outer"), args: [{ op: "slice", attrs: P.select("inner"), args: [x] }] },
      ({ outer, inner, x }) => {
        const ranges = rangesWithin(inner, outer);
        return ranges === undefined ? undefined : make("slice", { ...ranges }, x);
      },
    ),
  // pad(x, nothing) => x
  padOfNothing: (node) =>
    node.with({ op: "pad", attrs: P.select("padding"), args: [x] }, ({ padding: { low, high, interior }, x }) =>
      [...low, ...high, ...interior].every((count) => count === 0) ? x : undefined,
    ),
  // pad(pad(x, a, v), b, v) => pad(x, a + b, v)
  repeatedPad: (node) =>
    node.with(
      { op: "pad", attrs: P.select("outer"), args: [{ op: "pad", attrs: P.select("inner"), args: [x] }] },
      ({ outer, inner, x }) => {
        const isPlain = outer.interior.every((count) => count === 0) && Object.is(outer.value, inner.value);
        const sum = (a: readonly number[], b: readonly number[]) => a.map((count, axis) => count + (b[axis] ?? 0));
        return isPlain
          ? make("pad", { ...inner, low: sum(inner.low, outer.low), high: sum(inner.high, outer.high) }, x)
          : undefined;
      },
    ),
  // concat(x) => x
  concatOfOne: (node) => node.with({ op: "concat", args: [x] }, ({ x }) => x),
  // concat(x, nothing, y) => concat(x, y)
  concatWithNothing: (node) =>
    node.with({ op: "concat", attrs: { axis: P.select("axis") } }, ({ axis }, { args }) => {
      const filledArgs = args.filter(({ type }) => type.shape[axis] !== 0);
      return filledArgs.length > 0 && filledArgs.length < args.length
        ? make("concat", { axis }, ...filledArgs)
        : undefined;
    }),
  // concat(concat(x, y), z) => concat(x, y, z), of a few pieces: a chain of n would be written down n times (nest-concats.ts)
  repeatedConcat: (node) =>
    node.with({ op: "concat", attrs: { axis: P.select("axis") } }, ({ axis }, { args }) => {
      let pieces = args.length;
      const joins = args.map((arg) => {
        const fits = arg.op === "concat" && arg.attrs.axis === axis && pieces + arg.args.length - 1 <= mostPieces;
        if (fits) pieces += arg.args.length - 1;
        return fits;
      });
      return joins.includes(true)
        ? make("concat", { axis }, ...args.flatMap((arg, at) => (joins[at] === true ? arg.args : [arg])))
        : undefined;
    }),
});

/** Elements that are all the same stay so wherever they go. */
export const uniform: RuleSet = rules("uniform", {
  // move(c) => c, where move is reshape, transpose, broadcast, flip or slice
  movedConstant: (node) =>
    node.with(
      {
        op: P.union("reshape", "transpose", "broadcast", "flip", "slice"),
        args: [{ op: "constant", attrs: { value: P.select("c") } }],
      },
      ({ c }, { type }) => filled(c, type),
    ),
  // pad(c, c) => c
  paddedConstant: (node) =>
    node.with(
      { op: "pad", attrs: { value: P.select("value") }, args: [{ op: "constant", attrs: { value: P.select("c") } }] },
      ({ value, c }, { type }) => (Object.is(value, c) ? filled(c, type) : undefined),
    ),
  // concat(c, c) => c
  joinedConstants: (node) =>
    node.with({ op: "concat" }, ({ args, type }) => {
      const [first] = args;
      if (first?.op !== "constant") return undefined;
      const { value } = first.attrs;
      return args.every((arg) => arg.op === "constant" && Object.is(arg.attrs.value, value))
        ? filled(value, type)
        : undefined;
    }),
});

/** All rules about movement. */
export const movement: readonly RuleSet[] = [uniform, reordering, repetition, cutting];
