// Attention in all spellings, and what looks like attention and is something else: a matcher must take the one and leave the
// other, so sizes are often all equal, lest a wrong axis show in the types.
import { softmax } from "../../../ir/functions/normalization.ts";
import { type DType, dtypes } from "../../../ir/types/dtype.ts";
import type { Dims, Tensor } from "../../../ir/types/tensor.ts";
import {
  type AttentionSpelling,
  type MaskSpelling,
  maskChoices,
  meaningful,
  spellingChoices,
} from "../attention-spellings.ts";
import { spellAttention } from "../spell-attention.ts";
import { swapped } from "../spell-scores.ts";
import type { Motif, MotifSite, Motifs } from "./motif.ts";

const chosen = <T extends object>({ choose }: MotifSite, choices: { readonly [K in keyof T]: readonly T[K][] }): T =>
  // One of the choices for each key, which `Object.entries` cannot say.
  Object.fromEntries(
    Object.entries(choices).map(([name, among]) => [name, choose(...(among as readonly unknown[]))]),
  ) as T;

const sizesOf = ({ chance, extent, nat, longest }: MotifSite): AttentionSpelling["sizes"] => {
  const few = (): number => 1 + nat(Math.min(3, Math.ceil(longest / 2)));
  const [batch, heads] = [few(), few()];
  const length = (): number => Math.min(extent(), 5);
  if (chance(0.35)) {
    const all = length();
    return { batch, heads, queries: all, moreKeys: all > 1 ? 1 : 0, features: all, valueFeatures: all };
  }
  return {
    batch,
    heads,
    queries: length(),
    moreKeys: 1 + nat(Math.min(4, longest)),
    features: Math.min(extent(), 4),
    valueFeatures: Math.min(extent(), 4),
  };
};

const spellingAt = (site: MotifSite): AttentionSpelling => {
  const masks = Array.from({ length: site.choose(0, 0, 0, 1, 1, 2) }, () => chosen<MaskSpelling>(site, maskChoices));
  const spelling = { ...chosen(site, spellingChoices), dtype: site.dtype, masks, sizes: sizesOf(site) };
  // What every second author writes.
  const plain = { bias: "none", cap: false, dropout: "none", wider: false } as const;
  return meaningful(site.chance(0.5) ? { ...spelling, ...plain } : spelling);
};

/**
 * softmax(scores of q k^T) v in one of its many spellings, its operands from the graph around it. Where random bits drop weights the
 * operands are small numbers: of a row that has a NaN and keeps nothing, one op makes NaN, and by hand it is 0 (docs/numerics.md).
 */
const attention: Motif = (site) => {
  const spelling = spellingAt(site);
  return spellAttention(spelling, site.trace, (name, { dtype, shape }) => {
    const extents = shape.map(Number);
    const open = (): boolean => site.chance(0.6);
    if (name.startsWith("mask") || name === "kept") return site.leaf(dtype, extents, () => (open() ? 1 : 0));
    if (name === "dropped") return site.leaf(dtype, extents, () => (open() ? 0 : 1));
    return spelling.dropout === "random"
      ? site.leaf(dtype, extents, () => site.nat(9) - 4)
      : site.value(extents, dtype);
  });
};

const overKeys = { axes: [-1], keepDims: true } as const;
const overQueries = { axes: [-2], keepDims: true } as const;

/** What stands where attention has the weights, and is not the softmax over keys. */
const lookalikes: readonly ((scores: Tensor, site: MotifSite) => Tensor)[] = [
  // The other axis.
  (scores) => softmax<Dims, DType, number>(scores, -2),
  (scores) => scores.exp().div(scores.exp().sum(overQueries)),
  (scores) => {
    const lower = scores.sub(scores.max(overQueries)).exp();
    return lower.div(lower.sum(overKeys));
  },
  (scores) => (scores.shape.at(-1) === scores.shape.at(-2) ? swapped(softmax(scores)) : softmax(scores)),
  // Another divisor.
  (scores) => scores.exp().div(scores.exp().max(overKeys)),
  (scores) => scores.exp().div(scores.mul(0.5).exp().sum(overKeys)),
  (scores) => scores.exp().div(scores.exp().sum()),
  // Other exponentials, or none.
  (scores) => scores.exp().div(scores.exp().sum(overKeys).add(1)),
  (scores) => scores.sigmoid(),
  (scores) => softmax(softmax(scores)),
  // Something between the weights and the values.
  (scores, { value }) => softmax(scores).mul(value([Number(scores.shape.at(-1))])),
  (scores, { value }) => softmax(scores).mul(value(scores.shape.slice(-2).map(Number), "bool").cast(scores.dtype)),
];

/** Exponentials that are weighed first, and divided by another sum than their own. */
const dividedElsewhere = (scores: Tensor, v: Tensor, { choose }: MotifSite): Tensor =>
  scores
    .exp()
    .matmul(v)
    .div(
      choose(
        () => scores.mul(0.5).exp().sum(overKeys),
        () => scores.exp().max(overKeys),
        () => scores.mul(scores).sum(overKeys).add(1),
      )(),
    );

/** Attention with one thing wrong, or with a part of it read elsewhere. */
const nearlyAttention: Motif = (site) => {
  const { choose, value, extent, chance, nat, longest } = site;
  const few = (): number => Math.min(longest, 2 + nat(3));
  const lead = choose([], [few()], [Math.min(extent(), 2), Math.min(extent(), 3)]);
  const queries = few();
  const [keys, features] = chance(0.6) ? [queries, queries] : [few(), extent()];
  const [q, k, v] = [
    value([...lead, queries, features]),
    value([...lead, keys, features]),
    value([...lead, keys, features]),
  ];
  const products = chance(0.5) ? q.matmul(k, { transposeB: true }) : q.matmul(swapped(k));
  const scores = chance(0.7) ? products.mul(1 / Math.sqrt(features)) : products;
  if (chance(0.15)) return dividedElsewhere(scores, v, site);
  const weights = choose(...lookalikes)(scores, site);
  const result = weights.matmul(v);
  return choose([result], [result, weights], [result, scores], [result, scores.sum({ axes: [-1] })]);
};

/** Positions of which the later are out of reach, by comparing iotas, as a bias of 0 and -infinity. */
const causalBias: Motif = ({ trace, dtype, extent, choose, value }) => {
  const length = extent();
  const data = dtypes[dtype].allocate(length * length);
  for (let row = 0; row < length; row++)
    for (let column = row + 1; column < length; column++) data[row * length + column] = -Infinity;
  const bias = trace.data(dtype, [length, length], data);
  const scores = value([...choose([], [2]), length, length]);
  return softmax(scores.add(bias));
};

export const attentionMotifs: Motifs = { attention, nearlyAttention, causalBias };
