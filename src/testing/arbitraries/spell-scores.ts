// Writes the scores of attention as a spelling says (attention-spellings.ts): queries and keys, their product, scale, cap, bias
// and masks.

import { einsum } from "../../ir/functions/einsum.ts";
import { tile } from "../../ir/functions/movement.ts";
import type { Trace } from "../../ir/graph/trace.ts";
import { emitOne } from "../../ir/graph/traced-tensor.ts";
import { type DType, dtypes } from "../../ir/types/dtype.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import type { AttentionSpelling, MaskSpelling } from "./attention-spellings.ts";

/** Everything that writing a part of attention needs. */
export interface Writing {
  readonly spelling: AttentionSpelling;
  readonly trace: Trace;
  /** Makes the tensor that comes from outside under a name; inputs of the graph unless it is a part of a larger one. */
  readonly leaf: Trace["input"];
  /** Extents in front of queries and keys, apart and as the scores have them. */
  readonly apart: readonly number[];
  readonly lead: readonly number[];
  readonly queries: number;
  readonly keys: number;
}

/** The last two axes swapped. */
export const swapped = (x: Tensor): Tensor => {
  const axes = x.shape.map((_, axis) => axis);
  return x.transpose([...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
};

/** The letters of the axes in front, for einsum. */
export const lettersOf = (lead: Dims): string => "bhx".slice(0, lead.length);

/** What comes from outside. */
export const input = (
  { leaf, spelling }: Writing,
  name: string,
  shape: readonly number[],
  dtype: DType = spelling.dtype,
): Tensor => leaf(name, { dtype, shape });

/** Rows of one of queries, keys or values, in the layout of the spelling: mostly [lead..., length, features]. */
export const rowsOf = (writing: Writing, name: string, length: number, features: number, shared: boolean): Tensor => {
  const { spelling, apart, lead } = writing;
  const { layout, repeated } = spelling;
  const [batch, heads] = apart;
  if (batch === undefined || heads === undefined) return input(writing, name, [...apart, length, features]);
  if (layout === "behind") return input(writing, name, [batch, length, heads, features]);
  if (layout === "shared")
    return input(writing, name, shared ? [batch, length, features] : [batch, heads, length, features]);
  const groups = shared && repeated !== "no" ? 2 : 1;
  const own = heads / groups;
  const source =
    layout === "joined"
      ? input(writing, name, [batch, length, own * features])
          .reshape([batch, length, own, features])
          .transpose([0, 2, 1, 3])
      : input(writing, name, [batch, own, length, features]);
  const whole =
    groups === 1
      ? source
      : repeated === "tile"
        ? tile(source, [1, groups, 1, 1])
        : source
            .reshape([batch, own, 1, length, features])
            .broadcastTo([batch, own, groups, length, features])
            .reshape([batch, heads, length, features]);
  return whole.reshape([...lead, length, features]);
};

const scaleFactor = ({ spelling }: Writing): number => 1 / Math.sqrt(spelling.sizes.features + 1);

/** Queries and keys with what the spelling folds into them. */
const scaledOperands = (writing: Writing): readonly [Tensor, Tensor] => {
  const { spelling, queries, keys } = writing;
  const { features } = spelling.sizes;
  const q = rowsOf(writing, "q", queries, features, false);
  const k = rowsOf(writing, "k", keys, features, true);
  const factor = scaleFactor(writing);
  switch (spelling.scale) {
    case "inQueries":
      return [q.mul(factor), k];
    case "inKeys":
      return [q, k.div(1 / factor)];
    case "inWeights":
      return [q.matmul(input(writing, "w", [features, features]).mul(factor)), k];
    case "split":
      return [q.mul(Math.sqrt(factor)), k.mul(Math.sqrt(factor))];
    default:
      return [q, k];
  }
};

/** The axes of queries and of keys, or values, by letters; the last one is `features`. */
export const termsOf = ({ spelling, lead }: Writing, features: string): readonly [string, string] => {
  const front = lettersOf(lead);
  const terms = {
    behind: [`bqh${features}`, `bkh${features}`],
    shared: [`bhq${features}`, `bk${features}`],
    other: [`${front}q${features}`, `${front}k${features}`],
  } as const;
  const { layout } = spelling;
  return terms[layout === "behind" || layout === "shared" ? layout : "other"];
};

const productOf = (writing: Writing, q: Tensor, k: Tensor): Tensor => {
  const { spelling, lead, queries, keys } = writing;
  const [asked, answering] = termsOf(writing, "d");
  const result = `${lettersOf(lead)}qk`;
  const isReversed = spelling.product === "reversed" || spelling.product === "reversedEinsum";
  if (spelling.layout === "behind" || spelling.product.endsWith("insum"))
    return isReversed
      ? einsum(`${answering},${asked}->${result}`, k, q)
      : einsum(`${asked},${answering}->${result}`, q, k);
  if (spelling.layout === "shared") {
    // All heads of queries are rows of one product.
    const [batch = 1, heads = 1] = lead;
    const rows = q.reshape([batch, heads * queries, q.shape.at(-1) ?? 1]);
    return rows.matmul(k, { transposeB: true }).reshape([batch, heads, queries, keys]);
  }
  if (spelling.product === "transpose") return q.matmul(swapped(k));
  return isReversed ? swapped(k.matmul(q, { transposeB: true })) : q.matmul(k, { transposeB: true });
};

const scaled = (writing: Writing, scores: Tensor): Tensor => {
  const factor = scaleFactor(writing);
  switch (writing.spelling.scale) {
    case "divide":
      return scores.div(1 / factor);
    case "multiply":
      return scores.mul(factor);
    case "tensor":
      return scores.mul(writing.trace.constant(factor, scores.dtype).broadcastTo(scores.shape));
    case "reciprocal":
      return scores.mul(writing.trace.constant(1 / factor, scores.dtype).reciprocal());
    default:
      return scores;
  }
};

/** Does something to scores with batch and heads as axes of their own. */
const onHeads = (
  { apart, lead, queries, keys }: Writing,
  scores: Tensor,
  change: (scores: Tensor) => Tensor,
): Tensor =>
  apart.length === lead.length
    ? change(scores)
    : change(scores.reshape([...apart, queries, keys])).reshape([...lead, queries, keys]);

const positionsOf = ({ trace }: Writing, shape: readonly number[], axis: number, dtype: DType): Tensor => {
  return emitOne(trace, "iota", [], { axis, dtype, shape });
};

/** Whether each query may see each key, by comparing positions: the last query stands at the last key. */
const causal = (writing: Writing, { positions }: MaskSpelling): Tensor => {
  const { queries, keys } = writing;
  const offset = keys - queries;
  const shape = [queries, keys];
  const [query, key] = [positionsOf(writing, shape, 0, "i32"), positionsOf(writing, shape, 1, "i32")];
  switch (positions) {
    case "keyAtMost":
      return key.lessEqual(query.add(offset));
    case "queryAtLeast":
      return query.add(offset).greaterEqual(key);
    case "keyBelow":
      return key.less(query.add(offset + 1));
    case "notAbove":
      return key.greater(query.add(offset)).logicalNot();
    case "difference":
      return key.sub(query).lessEqual(offset);
    case "columns":
      return positionsOf(writing, [keys], 0, "i32").lessEqual(
        positionsOf(writing, [queries], 0, "i32").add(offset).reshape([queries, 1]),
      );
    case "flipped":
      return key.flip([1]).greaterEqual(query.flip([0]));
    case "floats":
      return positionsOf(writing, shape, 1, "f32").less(positionsOf(writing, shape, 0, "f32").add(offset + 0.5));
  }
};

/** A constant with 1 where |key - query| (seen from the ends) is such, perhaps cut out of a larger one. */
const constantMask = (
  { trace, queries, keys }: Writing,
  { dtype, cut }: MaskSpelling,
  isAllowed: (distance: number) => boolean,
): Tensor => {
  const more = cut ? 2 : 0;
  const [rows, columns] = [queries + more, keys + more];
  const data = dtypes[dtype].allocate(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data[row * columns + column] = isAllowed(column - row - (keys - queries)) ? 1 : 0;
  const whole = trace.data(dtype, [rows, columns], data);
  if (!cut) return whole;
  return whole.slice([
    { start: 1, end: queries + 1, step: 1 },
    { start: 1, end: keys + 1, step: 1 },
  ]);
};

/** 1 where a query may see a key, in the element type of the mask. */
const allowedOf = (writing: Writing, mask: MaskSpelling, at: number): Tensor => {
  const { apart, queries, keys } = writing;
  switch (mask.kind) {
    case "causalPositions":
      return causal(writing, mask).cast(mask.dtype);
    case "causalConstant":
      return constantMask(writing, mask, (distance) => distance <= 0);
    case "window":
      return constantMask(writing, mask, (distance) => Math.abs(distance) < 2);
    case "padding":
      return input(writing, `mask${at}`, [...apart.slice(0, 1), ...apart.slice(1).map(() => 1), 1, keys], mask.dtype);
    case "given":
      return input(writing, `mask${at}`, [queries, keys], mask.dtype);
  }
};

const lowestOf = ({ lowest }: MaskSpelling, dtype: DType): number =>
  ({ infinity: -Infinity, large: -1e9, finite: dtype === "f64" ? -1e300 : -3.4028234663852886e38 })[lowest];

const masked = (scores: Tensor, allowed: Tensor, mask: MaskSpelling): Tensor => {
  const { dtype } = scores;
  const lowest = lowestOf(mask, dtype);
  const shape = scores.shape.slice(-2);
  switch (mask.way) {
    case "select":
      return allowed.cast("bool").select(scores, lowest);
    case "exclude":
      return allowed.cast("bool").logicalNot().select(lowest, scores);
    case "compare":
      return allowed.cast(dtype).equal(0).select(lowest, scores);
    case "add":
      return scores.add(allowed.cast("bool").select(allowed.cast(dtype).mul(0), lowest));
    case "addMade":
      return scores.add(
        allowed
          .cast(dtype)
          .neg()
          .add(1)
          .mul(lowest === -Infinity ? -1e9 : lowest),
      );
    case "multiply": {
      const kept = allowed.cast(dtype);
      return scores.mul(kept).add(
        kept
          .broadcastTo([...kept.shape.slice(0, -2), ...shape])
          .neg()
          .add(1)
          .mul(-1e9),
      );
    }
  }
};

/** What is added to scores. */
const biased = (writing: Writing, scores: Tensor): Tensor => {
  const { spelling, apart, queries, keys } = writing;
  const headed = apart.slice(-1);
  switch (spelling.bias) {
    case "none":
      return scores;
    case "given":
      return scores.add(input(writing, "bias", [queries, keys]));
    case "headed":
      return scores.add(input(writing, "bias", [...headed, queries, keys]));
    case "rows":
      return scores.add(input(writing, "bias", [queries, 1]));
    case "slopes": {
      const distance = positionsOf(writing, [queries, keys], 1, "i32").sub(
        positionsOf(writing, [queries, keys], 0, "i32"),
      );
      const slopes = input(writing, "slopes", [...headed, 1, 1]);
      return scores.sub(slopes.mul(distance.abs().cast(spelling.dtype)));
    }
  }
};

/** The scores, of which the softmax is taken. */
export const scoresOf = (writing: Writing): Tensor => {
  const { spelling } = writing;
  const products = productOf(writing, ...scaledOperands(writing));
  const early = spelling.biasFirst ? onHeads(writing, products, (scores) => biased(writing, scores)) : products;
  const sized = scaled(writing, early);
  const capped = spelling.cap ? sized.div(5).tanh().mul(5) : sized;
  const late = spelling.biasFirst ? capped : onHeads(writing, capped, (scores) => biased(writing, scores));
  return spelling.masks.reduce(
    (scores, mask, at) => onHeads(writing, scores, (apart) => masked(apart, allowedOf(writing, mask, at), mask)),
    late,
  );
};
