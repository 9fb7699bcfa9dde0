// W2xx: shapes, dtypes and attributes that do not fit an operation.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";
import { type NetworkShapeRows, networkShapes } from "./network-shapes.ts";

interface ShapeRows extends NetworkShapeRows {
  readonly W201: CatalogueEntry<{ op: string; left: string; right: string }>;
  readonly W202: CatalogueEntry<{ op: string; left: string; right: string; dtypes: readonly [string, string] }>;
  readonly W203: CatalogueEntry<{ left: string; right: string; inner: readonly [string, string] }>;
  readonly W204: CatalogueEntry<{ op: string; dtype: string; allowed: readonly string[]; type: string }>;
  readonly W205: CatalogueEntry<{ op: string; axis: number; rank: number; shape: string }>;
  readonly W206: CatalogueEntry<{ op: string; axes: string; shape: string }>;
  readonly W207: CatalogueEntry<{ op: string; left: string; right: string; extents: readonly [string, string] }>;
  readonly W208: CatalogueEntry<{ from: string; to: string }>;
  readonly W209: CatalogueEntry<{ op: string; extent: string; shape: string }>;
  readonly W210: CatalogueEntry<{ op: string; value: number; dtype: string }>;
  readonly W211: CatalogueEntry<{ from: string; to: string; counts: readonly [string, string] }>;
  readonly W212: CatalogueEntry<{ op: string; axes: string; type: string }>;
  readonly W213: CatalogueEntry<{ permutation: string; shape: string }>;
  readonly W214: CatalogueEntry<{ axis: number; start: string; end: string; extent: string; shape: string }>;
  readonly W215: CatalogueEntry<{ op: string; attribute: string; length: number; rank: number; shape: string }>;
  readonly W216: CatalogueEntry<{ low: number; high: number; interior: number; axis: number; shape: string }>;
  readonly W217: CatalogueEntry<{ step: number; axis: number; shape: string }>;
  readonly W218: CatalogueEntry<{ axis: number; first: string; other: string }>;
  readonly W219: CatalogueEntry<{ op: string }>;
  readonly W220: CatalogueEntry<{ low: number; high: number; type: string }>;
  readonly W221: CatalogueEntry<{ axis: number; updates: string; indices: string }>;
  readonly W222: CatalogueEntry<{ type: string }>;
  readonly W223: CatalogueEntry<{ op: string; length: string; axis: number; extent: string; type: string }>;
}

export const shapes: ShapeRows = {
  ...networkShapes,
  W201: entry({
    title: "elementwise: shapes differ",
    message: ({ op, left, right }) => `${op}: shapes differ: ${left} vs ${right}`,
    help: () => "elementwise ops of the graph take operands of one shape; broadcast one to the shape of the other.",
    explanation:
      "An elementwise op pairs the elements of its operands, so they have one shape. The functions of the library broadcast for you; IR text says each broadcast.",
    example:
      "%2 = broadcast %b : f32[32, 10]  then  %3 = binary %x, %2 {fn = add} : f32[32, 10]  // not binary %x, %b, where %b: f32[10]",
  }),
  W202: entry({
    title: "element types differ",
    message: ({ op, left, right, dtypes: [first, second] }) => sentence("W202", { op, left, right, first, second }),
    help: ({ dtypes }) => `convert one operand: cast(x, "${dtypes[0]}") or cast(x, "${dtypes[1]}").`,
    explanation:
      "Element types are never converted silently, because a conversion may lose digits and costs time. Both operands have the same element type, or one of them is cast.",
    example: 'mul(x, cast(mask, "f32"))  // x: f32[B, 8], mask: bool[B, 8], not mul(x, mask)',
  }),
  W203: entry({
    title: "matmul: inner dimensions differ",
    message: ({ left, right, inner: [first, second] }) => sentence("W203", { left, right, first, second }),
    help: ({ inner }) =>
      `matmul contracts the last axis of the left operand with the second-to-last of the right; make both ${inner[0]}, or use transposeA / transposeB.`,
    explanation:
      "A matrix product sums over the last axis of the left operand and the second-to-last axis of the right one, so the two must have the same extent.",
    example: "matmul(x, w)  // x: f32[B, 784], w: f32[768, 10] is wrong; w: f32[784, 10] is right",
  }),
  W204: entry({
    title: "an element type without this op",
    message: ({ op, dtype, allowed, type }) => sentence("W204", { op, dtype, allowed: allowed.join(", "), type }),
    help: ({ allowed }) => `cast the operand to ${allowed.join(" or ")} first.`,
    explanation:
      "Each op is defined for the element types on which it has a meaning: exp for floats, not for bool, gather by i32 indices.",
    example: 'exp(cast(count, "f32"))  // count: i32[B], not exp(count)',
  }),
  W205: entry({
    title: "an axis that is not there",
    message: (details) => sentence("W205", details),
    help: ({ rank }) =>
      rank === 0
        ? "a scalar has no axes; reshape it to [1] first."
        : `use a whole number from ${-rank} to ${rank - 1}; negative axes count from the end.`,
    explanation:
      "Axes count from 0 for the outermost; in the functions of the library negative ones count from the end.",
    example: "sum(x, { axes: [-1] })  // the innermost axis of x, not { axes: [2] } of x: f32[B, 10]",
  }),
  W206: entry({
    title: "axes named twice or out of order",
    message: (details) => sentence("W206", details),
    help: () => "name each axis once; IR text lists them in ascending order.",
    explanation:
      "A list of axes is a set: each is named once. In the graph they stand in ascending order, so that equal sets are equal text.",
    example: "sum(x, { axes: [0, 2] })  // not [0, 0] or, in IR text, [2, 0]",
  }),
  W207: entry({
    title: "shapes do not broadcast",
    message: ({ op, left, right, extents: [first, second] }) => sentence("W207", { op, left, right, first, second }),
    help: () =>
      "align the shapes at their last axis: two extents must be equal, or one of them 1; reshape or transpose an operand.",
    explanation:
      "Broadcasting aligns shapes at the last axis and repeats extents of 1. A symbolic extent equals only itself: nothing is known of the number it will be bound to.",
    example: "add(x, bias)  // x: f32[B, 10], bias: f32[10] is right; bias: f32[B] is wrong, reshape it to [B, 1]",
  }),
  W208: entry({
    title: "broadcast: the operand does not repeat to the shape",
    message: (details) => sentence("W208", details),
    help: () => "aligned at the last axis, each extent of the operand must be 1 or equal to the one it meets.",
    explanation: "Broadcasting adds leading axes and repeats extents of 1; it repeats nothing else.",
    example: "broadcastTo(x, [8, 3])  // x: f32[3] or f32[8, 1] or f32[], not f32[8]",
  }),
  W209: entry({
    title: "an extent that is no extent",
    message: ({ op, extent, shape }) => `${op}: ${extent} is not an extent (${shape})`,
    help: () => 'use a whole number from 0 up, or an expression of symbols such as "B" or "T+1".',
    explanation:
      "An extent counts elements along an axis: a whole number, or a sum, product or floored quotient of symbols that are bound when the graph is compiled. In IR text expressions stand in canonical form (B*T, not T*B).",
    example: 'spec("f32", ["B", 784])  // not ["B", 2.5]',
  }),
  W210: entry({
    title: "a number that the element type does not hold",
    message: ({ op, value, dtype }) => `${op}: ${value} is not a number of type ${dtype}`,
    help: ({ dtype }) =>
      `${dtype} holds ${dtype === "bool" ? "0 and 1" : dtype === "u8" ? "whole numbers from 0 to 255" : "whole numbers from -2147483648 to 2147483647"}; cast the tensor to f32 first if you mean arithmetic with fractions.`,
    explanation:
      "A number beside a tensor becomes a constant of that tensor's element type, so it must be one of its numbers.",
    example: 'mul(cast(count, "f32"), 0.5)  // count: i32[B]; mul(count, 0.5) is wrong',
  }),
  W211: entry({
    title: "reshape: element counts differ",
    message: ({ from, to, counts: [first, second] }) => sentence("W211", { from, to, first, second }),
    help: () =>
      "reshape keeps every element; one extent may be -1 and is worked out where the others divide the count.",
    explanation:
      "A reshape reads the same elements in the same order under another shape, so both shapes have the same number of elements, whatever the symbols are bound to.",
    example: 'reshape(x, [-1, 64])  // x: f32[B, 8, 8] becomes f32[B, 64], not reshape(x, ["B", 32])',
  }),
  W212: entry({
    title: "an extreme of nothing",
    message: ({ op, axes, type }) => `${op}: no elements along ${axes} (${type})`,
    help: () =>
      "reduce over axes of at least one element; sum and prod of nothing are 0 and 1, but it has no largest or smallest.",
    explanation:
      "The largest element of no elements does not exist, and any number given for it would go on as if it did.",
    example: "max(x, { axes: [1] })  // x: f32[B, 0] is wrong",
  }),
  W213: entry({
    title: "transpose: not a permutation",
    message: (details) => sentence("W213", details),
    help: () => "list each axis once: entry k names the operand's axis that becomes axis k.",
    explanation: "A transposition lists the axes of the operand in their new order, each exactly once.",
    example: "transpose(x, [0, 2, 1])  // x: f32[B, 8, 16] becomes f32[B, 16, 8], not transpose(x, [0, 2, 2])",
  }),
  W214: entry({
    title: "slice: a range outside the tensor",
    message: (details) => sentence("W214", details),
    help: ({ extent }) => `the start and the end lie between 0 and ${extent}, the end not before the start.`,
    explanation:
      "A slice takes the positions from its start up to, but not including, its end. Both are positions of the tensor; nothing is clipped silently.",
    example: "slice(x, [{ start: 0, end: 4, step: 1 }])  // x: f32[10], not end: 12",
  }),
  W215: entry({
    title: "one entry per axis",
    message: (details) => sentence("W215", details),
    help: ({ rank }) => `give ${rank} entries, from the outermost axis to the innermost.`,
    explanation: "slice and pad say for every axis what happens along it.",
    example:
      "pad(x, [{ low: 0, high: 0, interior: 0 }, { low: 1, high: 1, interior: 0 }])  // x: f32[B, 8], not three entries for two axes",
  }),
  W216: entry({
    title: "pad: not a number of elements",
    message: ({ low, high, interior, axis, shape }) =>
      `pad: low ${low}, high ${high}, interior ${interior} along axis ${axis} are not all whole numbers from 0 up (${shape})`,
    help: () => "to take elements away, slice.",
    explanation:
      "Padding adds elements before, after and between those of the tensor; how many is a whole number from 0 up.",
    example: "pad(x, [{ low: 2, high: 0, interior: 0 }])  // not low: -1",
  }),
  W217: entry({
    title: "slice: not a step",
    message: ({ step, axis, shape }) =>
      `slice: step ${step} along axis ${axis} is not a whole number from 1 up (${shape})`,
    help: () => "to go backwards, flip the axis and then slice.",
    explanation: "A slice goes forward in whole steps.",
    example: "slice(x, [{ start: 0, end: 10, step: 2 }])  // every second of x: f32[10], not step: -1",
  }),
  W218: entry({
    title: "concat: shapes differ off the axis",
    message: (details) => sentence("W218", details),
    help: () =>
      "all operands need the same number of axes and, except along the axis they are joined at, the same extents.",
    explanation: "Joining tensors along one axis needs them to agree along all others.",
    example: "concat([x, y], 1)  // x: f32[B, 3], y: f32[B, 5], not x: f32[T, 3]",
  }),
  W219: entry({
    title: "concat: nothing to join",
    message: (details) => sentence("W219", details),
    help: () => "give at least one tensor.",
    explanation: "Without operands there is no element type and no shape.",
    example: "concat([x], 0)  // not concat([], 0)",
  }),
  W220: entry({
    title: "clamp: no range",
    message: ({ low, high, type }) => `clamp: ${low} to ${high} is not a range (${type})`,
    help: () => "the lower bound may not be above the upper one, and neither may be NaN.",
    explanation: "clamp brings each element into the range from low to high, so there must be one.",
    example: "clamp(x, 0, 6)  // not clamp(x, 6, 0)",
  }),
  W221: entry({
    title: "scatterAdd: updates without their indices",
    message: (details) => sentence("W221", details),
    help: () =>
      "the updates have the shape of the indices in the place of the axis that is scattered to, as gather gives it.",
    explanation:
      "scatterAdd is the transpose of gather: each index names the row that its update is added to, so the shape of the indices stands within the shape of the updates.",
    example:
      "scatterAdd(updates, indices, 100)  // indices: i32[B, T], updates: f32[B, T, 64] gives f32[100, 64], not updates: f32[B, 64]",
  }),
  W222: entry({
    title: "randomBits: not a key",
    message: (details) => sentence("W222", details),
    help: () => "feed two i32 numbers; the same key gives the same bits.",
    explanation: "Random bits are a function of a key of two words and of the position, so that a run can be repeated.",
    example:
      'inputs: { key: spec("i32", [2]) }, forward: (p, { key }) => ({ bits: randomBits(key, [32, 128]) })  // not key: spec("i32", [])',
  }),
  W223: entry({
    title: "more positions than there are",
    message: (details) => sentence("W223", details),
    help: ({ extent }) => `take at most ${extent}, or make the tensor longer.`,
    explanation:
      "Where positions start is known only when running, but how many there are is known when the graph is described, and there must be room for them.",
    example:
      "dynamicUpdateSlice(cache, keys, position, 1)  // cache: f32[8, 256, 64], keys: f32[8, 1, 64], not keys: f32[8, 300, 64]",
  }),
};
