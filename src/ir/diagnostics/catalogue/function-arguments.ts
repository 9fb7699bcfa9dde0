// W230 to W239: what the public functions refuse themselves, before any op of the graph is asked.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";

interface FunctionArgumentRows {
  readonly W230: CatalogueEntry<{ op: string; given: string }>;
  readonly W231: CatalogueEntry<{ type: string; expected: string }>;
  readonly W232: CatalogueEntry<{ given: string; expected: string; type: string; weight: string }>;
  readonly W233: CatalogueEntry<{ type: string }>;
  readonly W234: CatalogueEntry<{ weight: string }>;
  readonly W235: CatalogueEntry<{ first: string; other: string }>;
  readonly W236: CatalogueEntry<{ lengths: string; extent: string; axis: number; type: string }>;
  readonly W237: CatalogueEntry<{ parts: number; extent: string; axis: number; type: string }>;
}

export const functionArguments: FunctionArgumentRows = {
  W230: entry({
    title: "not a tensor",
    message: ({ op, given }) => sentence("W230", { op, given }),
    help: () => "make numbers part of the graph with constant(values, shape), or declare them as an input.",
    explanation:
      "Functions of the library describe a graph: they take tensors, which stand for values that are computed later. Beside a tensor a single number will do; arrays become constants or inputs.",
    example: "add(x, constant(Float32Array.of(1, 2), [2]))  // not add(x, [1, 2])",
  }),
  W231: entry({
    title: "another shape than expected",
    message: (details) => sentence("W231", details),
    help: () => "correct the expectation, or reshape the tensor.",
    explanation:
      "expectShape says what the author knows and the type checker does not. It is held to that when the graph is described.",
    example: 'expectShape(x, ["B", 10])  // x: f32[B, 10], not x: f32[B, 12]',
  }),
  W232: entry({
    title: "linear: another number of features",
    message: (details) => sentence("W232", details),
    help: ({ given }) =>
      `give the layer ${given} inputs, or flatten the operand first if its features are on several axes.`,
    explanation:
      "A linear layer works on the last axis of its operand; its weight is [out, in], and in is the extent of that axis.",
    example: "linear(flatten(x), weight)  // x: f32[B, 16, 4, 4], weight: f32[10, 256], not linear(x, weight)",
  }),
  W233: entry({
    title: "linear: no features",
    message: (details) => sentence("W233", details),
    help: () => "reshape the number to [1].",
    explanation: "A linear layer works on the last axis of its operand, and a scalar has none.",
    example: "linear(x.reshape([1]), weight)  // x: f32[], weight: f32[10, 1], not linear(x, weight)",
  }),
  W234: entry({
    title: "linear: the weight is no matrix",
    message: (details) => sentence("W234", details),
    help: () => "give the weight as [out, in], the layout of PyTorch.",
    explanation: "Every output is a sum over all inputs, so a weight has one row per output and one column per input.",
    example: "linear(x, weight)  // x: f32[B, 784], weight: f32[10, 784], not weight: f32[784]",
  }),
  W235: entry({
    title: "stack: shapes differ",
    message: (details) => sentence("W235", details),
    help: () => "tensors that are stacked have one shape; to join along an axis they have, use concat.",
    explanation:
      "Stacking puts tensors side by side along a new axis, so they must agree along all the axes they have.",
    example: "stack([x, y])  // x and y: f32[B, 3] gives f32[2, B, 3], not y: f32[B, 4]",
  }),
  W236: entry({
    title: "split: lengths that do not add up",
    message: (details) => sentence("W236", details),
    help: ({ extent }) => `give lengths whose sum is ${extent}, or one number for pieces of that length.`,
    explanation:
      "The pieces of a tensor are all of it, one behind the other, so their lengths add up to the extent of the axis. Lengths may have symbols, as extents do.",
    example: "split(x, [2, 1], 1)  // x: f32[B, 3] gives f32[B, 2] and f32[B, 1], not split(x, [2, 2], 1)",
  }),
  W237: entry({
    title: "chunk: parts that are not equal",
    message: (details) => sentence("W237", details),
    help: () => "choose a number of parts that divides the extent; split takes lengths that differ.",
    explanation:
      "Equal parts have one shape, so their number (at least 1) divides the extent of the axis, whatever its symbols are bound to.",
    example: "chunk(x, 3, 1)  // x: f32[B, 12] gives three tensors f32[B, 4], not chunk(x, 5, 1)",
  }),
};
