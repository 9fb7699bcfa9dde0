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
  /**
   * The extents: of batch and heads, how many queries, how many more keys than queries, features of queries and keys,
   * and of values.
   */
  readonly sizes: {
    /** Examples of a batch. */
    readonly batch: number;
    /** Heads of queries. */
    readonly heads: number;
    /** Positions of queries. */
    readonly queries: number;
    /** By how many there are more keys than queries. */
    readonly moreKeys: number;
    /** Features of queries and keys. */
    readonly features: number;
    /** Features of values. */
    readonly valueFeatures: number;
  };
  /** The element type of queries, keys and values. */
  readonly dtype: DType;
  /** How heads of keys and values are repeated for the heads of queries that share them. */
  readonly repeated: "no" | "repeat" | "tile";
  /** Where scores are scaled, and how. */
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
  /** How queries are multiplied with keys. */
  readonly product: "transpose" | "flag" | "einsum" | "reversed" | "reversedEinsum";
  /** What scores are masked by. */
  readonly masks: readonly MaskSpelling[];
  /** What is added to scores. */
  readonly bias: "none" | "given" | "headed" | "slopes" | "rows";
  /** Whether that is added before the masks. */
  readonly biasFirst: boolean;
  /** Whether scores go through a scaled tanh. */
  readonly cap: boolean;
  /** How the softmax is written. */
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
  /** How weights are dropped. */
  readonly dropout: "none" | "where" | "unless" | "times" | "over" | "random";
  /** Whether the softmax of f32 scores is taken in f64. */
  readonly wider: boolean;
  /** How weights are multiplied with values. */
  readonly second: "matmul" | "einsum" | "reversed" | "flag";
  /** Whether heads are joined with the features of the result. */
  readonly joinedResult: boolean;
}

type Choices<T> = { readonly [K in keyof T]: readonly T[K][] };

/** What there is to choose from for a mask. */
export const maskChoices: Choices<MaskSpelling> = {
  kind: ["causalPositions", "causalConstant", "window", "padding", "given"],
  positions: ["keyAtMost", "queryAtLeast", "keyBelow", "notAbove", "difference", "columns", "flipped", "floats"],
  dtype: ["bool", "u8", "f32"],
  way: ["select", "exclude", "compare", "add", "addMade", "multiply"],
  lowest: ["infinity", "large", "finite"],
  cut: [false, true],
};

/** What there is to choose from for everything else, but sizes. */
export const spellingChoices: Choices<Omit<AttentionSpelling, "sizes" | "masks">> = {
  layout: ["rows", "batch", "heads", "merged", "joined", "behind", "shared"],
  dtype: ["f32", "f64"],
  repeated: ["no", "repeat", "tile"],
  scale: ["none", "divide", "multiply", "tensor", "reciprocal", "inQueries", "inKeys", "inWeights", "split"],
  product: ["transpose", "flag", "einsum", "reversed", "reversedEinsum"],
  bias: ["none", "given", "headed", "slopes", "rows"],
  biasFirst: [false, true],
  cap: [false, true],
  softmax: [
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
  ],
  dropout: ["none", "where", "unless", "times", "over", "random"],
  wider: [false, true],
  second: ["matmul", "einsum", "reversed", "flag"],
  joinedResult: [false, true],
};

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

const oneOf = <T>(among: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...among);

/** One of the choices for each thing. */
const oneOfEach = <T extends object>(choices: Choices<T>): fc.Arbitrary<T> =>
  // One arbitrary of a choice for each key, which `Object.entries` cannot say.
  fc.record(
    Object.fromEntries(Object.entries(choices).map(([name, among]) => [name, oneOf(among as readonly unknown[])])),
  ) as fc.Arbitrary<T>;

const sizes = (): fc.Arbitrary<AttentionSpelling["sizes"]> =>
  fc.record({
    batch: between(1, 3),
    heads: between(1, 3),
    queries: between(1, 5),
    moreKeys: between(1, 4),
    features: between(1, 4),
    valueFeatures: between(1, 4),
  });

const readsInput = ({ kind }: MaskSpelling): boolean => kind === "padding" || kind === "given";

/** Leaves each query a key: a window and a mask from outside might together leave none, so it becomes one without a window. */
const opened = (spelling: AttentionSpelling): AttentionSpelling => {
  const { masks, softmax } = spelling;
  if (!masks.some(readsInput) && softmax !== "masked" && softmax !== "chosen") return spelling;
  return {
    ...spelling,
    masks: masks.map((mask) => (mask.kind === "window" ? { ...mask, kind: "causalConstant" } : mask)),
  };
};

/** A mask that multiplies scores cannot come behind one that made some of them infinite, so those become large. */
const finite = (spelling: AttentionSpelling): AttentionSpelling => {
  const [first, ...others] = spelling.masks;
  if (first?.lowest !== "infinity" || others.every(({ way }) => way !== "multiply")) return spelling;
  return { ...spelling, masks: [{ ...first, lowest: "large" }, ...others] };
};

/** The nearest spelling that leaves each query a key to look at, and every score a number. */
export const meaningful = (spelling: AttentionSpelling): AttentionSpelling => finite(opened(spelling));

/**
 * Random spellings of attention, each of which leaves every query a key to look at.
 *
 * @example
 * import fc from "fast-check";
 * const spellings = fc.sample(attentionSpellings(), { numRuns: 3, seed: 1 });
 * spellings.map(({ product }) => product); // ["flag", "einsum", "transpose"]
 */
export const attentionSpellings = (): fc.Arbitrary<AttentionSpelling> =>
  fc
    .tuple(oneOfEach(spellingChoices), fc.array(oneOfEach(maskChoices), { maxLength: 2 }), sizes())
    .map(([choices, masks, sizes]) => meaningful({ ...choices, masks, sizes }));
