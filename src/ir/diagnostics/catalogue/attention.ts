// W280 to W288: queries, keys, masks, heads and positions that do not fit each other.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";

/** The rows of this file. */
export interface AttentionRows {
  readonly W280: CatalogueEntry<{ op: string; type: string }>;
  readonly W281: CatalogueEntry<{ op: string; queries: string; keys: string; left: string; right: string }>;
  readonly W282: CatalogueEntry<{ op: string; operand: string; type: string; scores: string }>;
  readonly W283: CatalogueEntry<{ op: string; attribute: string; expected: string; given: number }>;
  readonly W284: CatalogueEntry<{ layer: string; heads: string; whole: string }>;
  readonly W285: CatalogueEntry<{ op: string; type: string }>;
  readonly W286: CatalogueEntry<{ op: string; given: string; expected: string; type: string }>;
  readonly W287: CatalogueEntry<{ op: string; what: string; actual: string; expected: string }>;
  readonly W288: CatalogueEntry<{ op: string; inner: string }>;
}

const operands: Pick<AttentionRows, "W280" | "W281" | "W282" | "W283"> = {
  W280: entry({
    title: "attention: queries without an axis of positions",
    message: (details) => sentence("W280", details),
    help: () => "lay queries out as [..., heads, positions, features]; the axes in front of positions may be left out.",
    explanation:
      "Attention compares each query with each key, so queries, keys and values have an axis of positions and, behind it, one of features.",
    example: "attention(q, k, v)  // q: f32[64] is wrong; q.reshape([1, 64]) is one query",
  }),
  W281: entry({
    title: "attention: heads of queries do not share heads of keys evenly",
    message: (details) => sentence("W281", details),
    help: () => "give queries a whole number of heads for each head of keys and values.",
    explanation:
      "In grouped-query attention every head of keys and values serves as many heads of queries: head h of the queries uses head floor(h / (query heads / key heads)). The third axis from the end is that of heads.",
    example: "q: f32[B, 6, T, 64] with k: f32[B, 4, T, 64] is wrong; k: f32[B, 3, T, 64] serves two heads each",
  }),
  W282: entry({
    title: "attention: a mask or bias that does not fit the scores",
    message: (details) => sentence("W282", details),
    help: ({ operand, scores }) =>
      `give the ${operand} the shape ${scores}, with extents of 1 where it repeats; axes in front may be left out.`,
    explanation:
      "Scores are [..., heads, queries, keys]. A mask says of each whether attending is allowed, a bias is added to each; both repeat by NumPy's rule, but never make the scores larger.",
    example: "mask: bool[B, T] is wrong for scores [B, H, T, T]; mask.reshape([B, 1, 1, T]) masks keys of each batch",
  }),
  W283: entry({
    title: "attention: an option out of range",
    message: ({ op, attribute, expected, given }) => `${op}: ${attribute} must be ${expected}, not ${given}`,
    help: ({ attribute }) =>
      attribute === "scale" ? "leave scale out for 1 / sqrt(features)." : `leave ${attribute} out for none.`,
    explanation:
      "A scale is a number. A window of w lets a query see keys less than w positions away, so it is a whole number of at least 1; a prefix counts keys. A softcap c bounds scores to c tanh(score / c), so it is above 0. A past counts keys.",
    example: "attention(q, k, v, { window: 0 }) sees nothing and is wrong; window: 1 sees the query's own position",
  }),
};

const layers: Pick<AttentionRows, "W284" | "W285" | "W286"> = {
  W284: entry({
    title: "heads do not divide the features",
    message: (details) => sentence("W284", details),
    help: ({ whole }) => `choose a number of at least 1 that divides ${whole} evenly.`,
    explanation:
      "Heads are equal slices of the features, so their number (at least 1) divides the number of features. Heads of queries share heads of keys in equal groups, so the number of these divides that of those.",
    example: "multiHeadAttention(512, 6) is wrong; multiHeadAttention(512, 8) has heads of 64 features",
  }),
  W285: entry({
    title: "rotary: features that make no pairs",
    message: (details) => sentence("W285", details),
    help: () => "give an even number of features, written as a number, behind an axis of positions.",
    explanation:
      "Rotary positions turn features in pairs by angles that depend on the position, so features come in pairs, behind an axis of positions.",
    example: "rotary(x)  // x: f32[B, H, T, 63] is wrong; f32[B, H, T, 64] is right",
  }),
  W286: entry({
    title: "a layer of other features",
    message: (details) => sentence("W286", details),
    help: ({ expected }) => `give the layer [..., positions, ${expected}].`,
    explanation:
      "Layers of a transformer work on sequences whose last axis is that of the features they were made for.",
    example: "transformerEncoderLayer(512, 8)  // of f32[B, T, 256] is wrong; of f32[B, T, 512] is right",
  }),
};

const bodies: Pick<AttentionRows, "W287" | "W288"> = {
  W287: entry({
    title: "attention: scores of another type than those taken",
    message: ({ op, what, actual, expected }) => `${op}: ${what} is ${actual}, not ${expected}`,
    help: ({ expected }) => `give back scores of the type taken, ${expected}.`,
    explanation:
      "What turns products of queries and keys into scores takes one number for each pair and gives one for each pair, in the same element type and shape.",
    example: "score: (score) => score.sum({ axes: [-1] })  // is wrong: it gives one number for each query",
  }),
  W288: entry({
    title: "attention: a score that looks at other scores",
    message: ({ op, inner }) => `${op}: the score of a pair may not depend on other scores, as it does by ${inner}`,
    help: () => "compute such a value outside of score and use the tensor in it, or write attention out in other ops.",
    explanation:
      "Scores are made, used and forgotten block by block, so each is a function of its own product, its position, and any tensors from outside: elementwise functions, comparisons, choices, and moving of those tensors.",
    example: "score: (score) => score.sub(score.max({ axes: [-1] }))  // is wrong; softmax does not need it",
  }),
};

export const attention: AttentionRows = { ...operands, ...layers, ...bodies };
