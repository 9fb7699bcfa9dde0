// Functions of tensors: each output of the case is described by a phrase ("sum over axis 1") or a formula ("a @ b").
import {
  clamp,
  concat,
  cumsum,
  einsum,
  flip,
  indexAdd,
  leakyRelu,
  logSoftmax,
  logSumExp,
  norm,
  pad,
  reshape,
  slice,
  softmax,
  split,
  stack,
  type Tensor,
  takeAlongAxis,
  tile,
  transpose,
  variance,
} from "../../../src/index.ts";
import { fields, NotUnderstood, rowOf, words } from "../config.ts";
import { evaluateFormula, type Names } from "../formula.ts";
import type { ModuleCase } from "../golden-case.ts";
import { type Family, functionOf, type Tensors } from "../network.ts";
import { activationNamed, isActivation } from "./activations.ts";
import { elementwiseNamed } from "./elementwise.ts";

/** What an output's phrase is read with: its operands by name, and the one where the phrase names none. */
interface Reading {
  readonly names: Names;
  readonly only: () => Tensor;
}

const integers = (text: string): readonly number[] => (text.match(/-?\d+/g) ?? []).map(Number);

interface Axes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

const reductions: Readonly<Record<string, (x: Tensor, options: Axes, divisor: string) => Tensor>> = {
  sum: (x, options) => x.sum(options),
  mean: (x, options) => x.mean(options),
  max: (x, options) => x.max(options),
  min: (x, options) => x.min(options),
  product: (x, options) => x.prod(options),
  "log sum exp": (x, options) => logSumExp(x, options),
  variance: (x, options, divisor) => variance(x, { ...options, unbiased: divisor === "n-1" }),
  "sqrt of sum of squares": (x, options) => norm(x, options),
};

/** `:`, `::2` or `1:` of one axis. */
const range = (text: string): { start?: number; end?: number; step?: number } => {
  const [start = "", end = "", step = ""] = text.trim().split(":");
  if (!text.includes(":") || [start, end, step].some((part) => !/^\d*$/.test(part)))
    throw new NotUnderstood(`range ${JSON.stringify(text)}`);
  return {
    ...(start === "" ? {} : { start: Number(start) }),
    ...(end === "" ? {} : { end: Number(end) }),
    ...(step === "" ? {} : { step: Number(step) }),
  };
};

/** "last axis 1 before and 2 after, axis 1 0 before and 1 after" as padding by axis. */
const paddingOf = (text: string, rank: number): readonly { readonly low: number; readonly high: number }[] => {
  const padding = Array.from({ length: rank }, () => ({ low: 0, high: 0 }));
  const clauses = [...text.matchAll(/(last axis|axis (\d+)) (\d+) before and (\d+) after(?:, |$)/g)];
  if (clauses.map(([whole]) => whole).join("") !== text) throw new NotUnderstood(`padding ${JSON.stringify(text)}`);
  for (const [, which, axis, low, high] of clauses)
    padding[which === "last axis" ? rank - 1 : Number(axis)] = { low: Number(low), high: Number(high) };
  return padding;
};

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth"];

/** Items of a list in a phrase, each a formula. */
const list = (text: string, names: Names): readonly Tensor[] =>
  text.split(",").map((item) => evaluateFormula(item.trim(), names));

type Phrase = readonly [pattern: RegExp, say: (found: readonly string[], reading: Reading) => Tensor];

const phrases: readonly Phrase[] = [
  [
    /^(sum|mean|max|min|product|log sum exp|variance|sqrt of sum of squares) over (?:axis|axes) ([-\d, and]+?)(, kept as 1)?(?:, divided by (n|n-1))?$/,
    ([kind = "", axes = "", kept = "", divisor = ""], { only }) =>
      rowOf(reductions, kind, "reduction")(only(), { axes: integers(axes), keepDims: kept !== "" }, divisor),
  ],
  [/^running sum along axis (\d+)$/, ([axis = ""], { names }) => cumsum(names("x"), Number(axis))],
  [
    /^(log )?softmax over axis (-?\d+)$/,
    ([log, axis = ""], { only }) => (log ? logSoftmax : softmax)(only(), Number(axis)),
  ],
  [/^(\w+), axes permuted \(([\d, ]+)\)$/, ([x = "", axes = ""], { names }) => transpose(names(x), integers(axes))],
  [/^(\w+) reshaped \(([-\d, ]+)\)$/, ([x = "", shape = ""], { names }) => reshaped(names(x), integers(shape))],
  [
    /^(\w+)\[([\d:, ]+:[\d:, ]*)\]$/,
    ([x = "", ranges = ""], { names }) => slice(names(x), ranges.split(",").map(range)),
  ],
  [/^concat\((.*)\) on axis (\d+)$/, ([items = "", axis = ""], { names }) => concat(list(items, names), Number(axis))],
  [
    /^stack\((.*)\) on a new axis (\d+)$/,
    ([items = "", axis = ""], { names }) => stack(list(items, names), Number(axis)),
  ],
  [
    /^(\w+) padded with (\S+): (.*)$/,
    ([x = "", value = "", text = ""], { names }) =>
      pad(names(x), paddingOf(text, names(x).shape.length), Number(value)),
  ],
  [/^(\w+) reversed along axis (\d+)$/, ([x = "", axis = ""], { names }) => flip(names(x), [Number(axis)])],
  [/^(\w+) tiled \(([\d, ]+)\)$/, ([x = "", counts = ""], { names }) => tile(names(x), integers(counts))],
  [
    /^(\w+) split along axis (\d+) into pieces of (\d+) \(the last may be smaller\), the (\w+) piece$/,
    ([x = "", axis = "", size = "", which = ""], { names }) => piece(names(x), Number(axis), Number(size), which),
  ],
  [/^einsum (\S+) of ([\w, ]+)$/, ([spec = "", operands = ""], { names }) => einsum(spec, ...list(operands, names))],
  [
    /^(\w+) clamped to \[(\S+), (\S+)\]$/,
    ([x = "", low = "", high = ""], { names }) => clamp(names(x), Number(low), Number(high)),
  ],
  [/^(\w+)\[(\w+)\](?: \(rows\))?$/, ([x = "", rows = ""], { names }) => names(x).gather(names(rows))],
  [
    /^out\[i\]\[j\] = (\w+)\[(\w+)\[i\]\[j\]\]\[j\]$/,
    ([x = "", indices = ""], { names }) => takeAlongAxis(names(x), names(indices), 0),
  ],
  [
    /^out\[i\]\[j\] = (\w+)\[i\]\[(\w+)\[i\]\[j\]\]$/,
    ([x = "", indices = ""], { names }) => takeAlongAxis(names(x), names(indices), 1),
  ],
  [
    /^(\w+), plus (\w+) added into the rows (\w+) \(repeats add up\)$/,
    ([x = "", y = "", rows = ""], { names }) => indexAdd(names(x), names(rows), names(y)),
  ],
  [/^leaky_relu, slope (\S+)$/, ([slope = ""], { only }) => leakyRelu(only(), Number(slope))],
];

/** One extent may be -1: what the others leave. */
const reshaped = (x: Tensor, shape: readonly number[]): Tensor => {
  const size = x.shape.reduce<number>((product, extent) => product * Number(extent), 1);
  const known = shape.filter((extent) => extent >= 0).reduce((product, extent) => product * extent, 1);
  return reshape(
    x,
    shape.map((extent) => (extent < 0 ? size / known : extent)),
  );
};

const piece = (x: Tensor, axis: number, size: number, which: string): Tensor => {
  const chosen = split(x, size, axis)[ordinals.indexOf(which)];
  if (chosen === undefined) throw new NotUnderstood(`the ${which} piece`);
  return chosen;
};

/** What follows a semicolon explains, and so does "(scalar)". */
const withoutRemarks = (text: string): string =>
  text
    .replace(/;.*$/, "")
    .replace(/ \(scalar\)$/, "")
    .trim();

const read = (text: string, reading: Reading): Tensor => {
  for (const [pattern, say] of phrases) {
    const match = pattern.exec(text);
    if (match !== null)
      return say(
        match.slice(1).map((part) => part ?? ""),
        reading,
      );
  }
  return evaluateFormula(withoutRemarks(text), reading.names);
};

/** The function of an output's own name. */
const namedFunction = (name: string): ((x: Tensor) => Tensor) =>
  isActivation(name) ? activationNamed(name) : elementwiseNamed(name);

/** What is said of an output: by its name, by a pattern such as `softmaxA`, or under `others`. */
const phraseOf = (descriptions: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const own = descriptions[name];
  if (typeof own === "string") return own;
  for (const [pattern, text] of Object.entries(descriptions)) {
    if (!pattern.endsWith("A") || typeof text !== "string") continue;
    const stem = pattern.slice(0, -1);
    if (name.startsWith(stem) && /^\d+$/.test(name.slice(stem.length)))
      return text.replace(/\bA$/, name.slice(stem.length));
  }
  const { others } = descriptions;
  if (typeof others === "string" && others.startsWith("the function of that name")) return undefined;
  throw new NotUnderstood(`output ${name}, of which nothing is said`);
};

const build = (stored: ModuleCase) => {
  const descriptions = fields(stored.config, "outputs");
  return functionOf((input): Tensors => {
    const inputs = Object.keys(stored.inputs);
    const only = (): Tensor => {
      const [name, ...others] = inputs;
      if (name === undefined || others.length > 0) throw new NotUnderstood(`which of ${inputs.join(", ")} is meant`);
      return input(name);
    };
    return Object.fromEntries(
      Object.keys(stored.expected.outputs).map((name) => {
        const text = phraseOf(descriptions, name);
        return [name, text === undefined ? namedFunction(name)(only()) : read(text, { names: input, only })];
      }),
    );
  });
};

const described: Family = {
  name: "operations",
  includes: ({ ops, outputs }) => ops !== undefined && outputs !== undefined,
  build,
};

const largeLogits: Family = {
  name: "softmax of large logits",
  includes: ({ ops, outputs }) => ops !== undefined && outputs === undefined,
  build: ({ config }) => {
    if (!words(config, "ops").startsWith("softmax and log_softmax over the last axis"))
      throw new NotUnderstood(`ops ${JSON.stringify(config["ops"])}`);
    return functionOf((input) => ({ softmax: softmax(input("x")), log_softmax: logSoftmax(input("x")) }));
  },
};

export const operationCases: readonly Family[] = [described, largeLogits];
