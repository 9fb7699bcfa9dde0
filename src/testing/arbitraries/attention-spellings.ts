// Attention as people write it: random spellings of one meaning, softmax(scores of q k^T) v, in the functions that users call.
// A compiler that finds attention written by hand has to find each of them (and so does one that only has to run it).
import fc from "fast-check";
import type { DType } from "../../ir/types/dtype.ts";

const choice = <const T extends string>(...from: readonly [T, ...T[]]): fc.Arbitrary<T> => fc.constantFrom(...from);

/** A mask: what forbids, in which element type it says so, and how it is applied to scores. */
const maskChoices = {
  kind: choice("causalPositions", "causalConstant", "window", "padding", "given"),
  /** The comparison of positions that says that a query sees no key behind its own place. */
  positions: choice("keyAtMost", "queryAtLeast", "keyBelow", "notAbove", "difference", "columns", "flipped", "floats"),
  dtype: choice("bool", "u8", "f32"),
  way: choice("select", "exclude", "compare", "add", "addMade", "multiply"),
  lowest: choice("infinity", "large", "finite"),
  /** Whether a constant is cut out of a larger one. */
  cut: fc.boolean(),
} as const;

const choices = {
  /**
   * Where batch and heads are: nowhere, in one axis, in two, merged into one, joined with the features of one input; heads
   * behind the lengths; heads of queries alone, which share keys and values.
   */
  layout: choice("rows", "batch", "heads", "merged", "joined", "behind", "shared"),
  sizes: fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    heads: fc.integer({ min: 1, max: 3 }),
    queries: fc.integer({ min: 1, max: 5 }),
    moreKeys: fc.integer({ min: 1, max: 4 }),
    features: fc.integer({ min: 1, max: 4 }),
    valueFeatures: fc.integer({ min: 1, max: 4 }),
  }),
  dtype: fc.constantFrom<DType>("f32", "f64"),
  /** How heads of keys and values are repeated for the heads of queries that share them. */
  repeated: choice("no", "repeat", "tile"),
  scale: choice("none", "divide", "multiply", "tensor", "reciprocal", "inQueries", "inKeys", "inWeights", "split"),
  product: choice("transpose", "flag", "einsum", "reversed", "reversedEinsum"),
  masks: fc.array(fc.record(maskChoices), { maxLength: 2 }),
  bias: choice("none", "given", "headed", "slopes", "rows"),
  biasFirst: fc.boolean(),
  cap: fc.boolean(),
  softmax: choice(
    "composite",
    "overSum",
    "overSumOfShifted",
    "dropped",
    "timesReciprocal",
    "timesPower",
    "logSumExp",
    "logarithm",
    "logSoftmax",
    "masked",
    "chosen",
    "afterProduct",
    "reciprocalAfterProduct",
  ),
  dropout: choice("none", "where", "times", "random"),
  wider: fc.boolean(),
  second: choice("matmul", "einsum", "reversed", "flag"),
  joinedResult: fc.boolean(),
} as const;

type Chosen<Choices> = { readonly [K in keyof Choices]: Choices[K] extends fc.Arbitrary<infer T> ? T : never };

/** How a mask is written. */
export type MaskSpelling = Chosen<typeof maskChoices>;

/** How attention is written: one choice for each thing that people write differently. */
export type AttentionSpelling = Chosen<typeof choices>;

const readsInput = ({ kind }: MaskSpelling): boolean => kind === "padding" || kind === "given";

/** Masks that leave each query a key: a window and a mask from outside might together leave none. */
const isOpen = ({ masks, softmax }: AttentionSpelling): boolean => {
  const fromOutside = masks.some(readsInput) || softmax === "masked" || softmax === "chosen";
  return !(fromOutside && masks.some(({ kind }) => kind === "window"));
};

/** A mask that multiplies scores cannot come behind one that made some of them infinite. */
const isNumber = ({ masks: [first, second] }: AttentionSpelling): boolean =>
  !(first?.lowest === "infinity" && second?.way === "multiply");

/** Random spellings of attention. */
export const attentionSpellings = (): fc.Arbitrary<AttentionSpelling> =>
  fc.record(choices).filter(isOpen).filter(isNumber);
