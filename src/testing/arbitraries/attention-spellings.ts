// Attention as people write it: random spellings of one meaning, softmax(scores of q k^T) v, in the functions that users call.
// A compiler that finds attention written by hand has to find each of them (and so does one that only has to run it).
import fc from "fast-check";
import type { DType } from "../../ir/types/dtype.ts";

/** How a mask is written. */
export interface MaskSpelling {
  /** What forbids: positions that are compared, constants, or masks from outside. */
  readonly kind: "causalPositions" | "causalConstant" | "window" | "padding" | "given";
  /** The comparison of positions that says that a query sees no key behind its own place. */
  readonly positions:
    | "keyAtMost"
    | "queryAtLeast"
    | "keyBelow"
    | "notAbove"
    | "difference"
    | "columns"
    | "flipped"
    | "floats";
  /** The element type in which it says so. */
  readonly dtype: "bool" | "u8" | "f32";
  /** How it is applied to scores. */
  readonly way: "select" | "exclude" | "compare" | "add" | "addMade" | "multiply";
  /** What forbidden scores become: -infinity, -1e9, or the lowest finite number. */
  readonly lowest: "infinity" | "large" | "finite";
  /** Whether a constant is cut out of a larger one. */
  readonly cut: boolean;
}

/** How attention is written: one choice for each thing that people write differently. */
export interface AttentionSpelling {
  /**
   * Where batch and heads are: nowhere, in one axis, in two, merged into one, joined with the features of one input; heads
   * behind the lengths; heads of queries alone, which share keys and values.
   */
  readonly layout: "rows" | "batch" | "heads" | "merged" | "joined" | "behind" | "shared";
  readonly sizes: {
    readonly batch: number;
    readonly heads: number;
    readonly queries: number;
    readonly moreKeys: number;
    readonly features: number;
    readonly valueFeatures: number;
  };
  readonly dtype: DType;
  /** How heads of keys and values are repeated for the heads of queries that share them. */
  readonly repeated: "no" | "repeat" | "tile";
  readonly scale:
    | "none"
    | "divide"
    | "multiply"
    | "tensor"
    | "reciprocal"
    | "inQueries"
    | "inKeys"
    | "inWeights"
    | "split";
  readonly product: "transpose" | "flag" | "einsum" | "reversed" | "reversedEinsum";
  readonly masks: readonly MaskSpelling[];
  readonly bias: "none" | "given" | "headed" | "slopes" | "rows";
  readonly biasFirst: boolean;
  readonly cap: boolean;
  readonly softmax:
    | "composite"
    | "overSum"
    | "overSumOfShifted"
    | "dropped"
    | "timesReciprocal"
    | "timesPower"
    | "logSumExp"
    | "logarithm"
    | "logSoftmax"
    | "masked"
    | "chosen"
    | "afterProduct"
    | "reciprocalAfterProduct";
  readonly dropout: "none" | "where" | "times" | "random";
  /** Whether the softmax of f32 scores is taken in f64. */
  readonly wider: boolean;
  readonly second: "matmul" | "einsum" | "reversed" | "flag";
  /** Whether heads are joined with the features of the result. */
  readonly joinedResult: boolean;
}

const masks = (): fc.Arbitrary<MaskSpelling> =>
  fc.record<MaskSpelling>({
    kind: fc.constantFrom("causalPositions", "causalConstant", "window", "padding", "given"),
    positions: fc.constantFrom(
      "keyAtMost",
      "queryAtLeast",
      "keyBelow",
      "notAbove",
      "difference",
      "columns",
      "flipped",
      "floats",
    ),
    dtype: fc.constantFrom("bool", "u8", "f32"),
    way: fc.constantFrom("select", "exclude", "compare", "add", "addMade", "multiply"),
    lowest: fc.constantFrom("infinity", "large", "finite"),
    cut: fc.boolean(),
  });

const sizes = (): fc.Arbitrary<AttentionSpelling["sizes"]> =>
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    heads: fc.integer({ min: 1, max: 3 }),
    queries: fc.integer({ min: 1, max: 5 }),
    moreKeys: fc.integer({ min: 1, max: 4 }),
    features: fc.integer({ min: 1, max: 4 }),
    valueFeatures: fc.integer({ min: 1, max: 4 }),
  });

const spellings = (): fc.Arbitrary<AttentionSpelling> =>
  fc.record<AttentionSpelling>({
    layout: fc.constantFrom("rows", "batch", "heads", "merged", "joined", "behind", "shared"),
    sizes: sizes(),
    dtype: fc.constantFrom("f32", "f64"),
    repeated: fc.constantFrom("no", "repeat", "tile"),
    scale: fc.constantFrom(
      "none",
      "divide",
      "multiply",
      "tensor",
      "reciprocal",
      "inQueries",
      "inKeys",
      "inWeights",
      "split",
    ),
    product: fc.constantFrom("transpose", "flag", "einsum", "reversed", "reversedEinsum"),
    masks: fc.array(masks(), { maxLength: 2 }),
    bias: fc.constantFrom("none", "given", "headed", "slopes", "rows"),
    biasFirst: fc.boolean(),
    cap: fc.boolean(),
    softmax: fc.constantFrom(
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
    dropout: fc.constantFrom("none", "where", "times", "random"),
    wider: fc.boolean(),
    second: fc.constantFrom("matmul", "einsum", "reversed", "flag"),
    joinedResult: fc.boolean(),
  });

const readsInput = ({ kind }: MaskSpelling): boolean => kind === "padding" || kind === "given";

/** Masks that leave each query a key: a window and a mask from outside might together leave none. */
const isOpen = ({ masks, softmax }: AttentionSpelling): boolean => {
  const fromOutside = masks.some(readsInput) || softmax === "masked" || softmax === "chosen";
  return !(fromOutside && masks.some(({ kind }) => kind === "window"));
};

/** A mask that multiplies scores cannot come behind one that made some of them infinite. */
const isNumber = ({ masks: [first, second] }: AttentionSpelling): boolean =>
  !(first?.lowest === "infinity" && second?.way === "multiply");

/** Random spellings of attention, each of which leaves every query a key to look at. */
export const attentionSpellings = (): fc.Arbitrary<AttentionSpelling> => spellings().filter(isOpen).filter(isNumber);
