// The gradients of attention in blocks, as algorithm 4 of Dao et al. 2022 ("FlashAttention"), but with all keys of a block of
// queries in scratch memory at a time, which is still linear in their number: so nothing of the way there is needed, neither its
// result nor its sums, and five products are made where there would be seven. For each block of queries, three times over
// blocks of the keys that it can see:
//
//   1.  q k^T, and the largest score m of each row
//   2.  w = e^(s - m), l = sum(w);  g = c v^T, d = sum(w f g)
//   3.  P = w / l,  dS = P (f g - d / l + e),  dp = body(dS, P g);  dq += dp k,  dk += dp^T q,  dv += (P f)^T c
//
// Whatever the blocks, each sum is taken in the order of queries or keys.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, f32, flatten, i32, load, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { sizeOf } from "../types/ndarray.ts";
import { type Block, keysOfBlock, overKeys, panelProducts, visibleTo } from "./attention-block.ts";
import { addCopy, addProduct, fillZero, type Sums, sumsOf } from "./attention-gradient-sums.ts";
import { type GradientOperands, gradientOperands, lowestFinite, operandsBeforeReads } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  bodyAt,
  overBatches,
  readIndex,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
import { greater, largest, weigh } from "./attention-row.ts";
import {
  copyRows,
  packPanels,
  type Rows,
  roundUp,
  roundUpIndex,
  rowBlock,
  rowsFrom,
  tileRows,
} from "./attention-tiles.ts";
import type { AttentionGradientsAttrs } from "./attention-typing.ts";
import { panelColumns } from "./matmul-kernel.ts";
import type { ElementReader, KernelContext } from "./op.ts";

type Context = KernelContext<AttentionGradientsAttrs, "many", "many">;

interface Blocks {
  readonly parts: AttentionParts;
  readonly names: GradientOperands<string>;
  readonly rows: number;
  readonly keys: number;
  /** Widths of rows of queries and keys, and of values and cotangents, in whole tiles. */
  readonly features: number;
  readonly valueFeatures: number;
  /** Blocks of queries and cotangents; keys and values of a batch in panels. */
  readonly queries: string;
  readonly flow: string;
  readonly keyPanels: string;
  readonly valuePanels: string;
  /** Keys of a batch in rows of whole tiles; undefined where they are that already. */
  readonly keyRows: string | undefined;
  /** Products, then their cotangents; scores, then weights; cotangents of weights: [block][row][key]. */
  readonly products: string;
  readonly weights: string;
  readonly flows: string;
  /** For each row its largest score, the sum of its weights, and the sum of these times their cotangents. */
  readonly most: string;
  readonly total: string;
  readonly mean: string;
  readonly toQueries: string;
  /** Copies of a batch of dk and dv, where tiles cannot add to these. */
  readonly toKeys: string | undefined;
  readonly toValues: string | undefined;
}

const blocksOf = (context: Context): Blocks => {
  const parts = attentionParts(context);
  const rows = Math.min(rowBlock, roundUp(parts.queries, tileRows));
  const keys = keysOfBlock(parts.keys);
  const [features, valueFeatures] = [parts.features, parts.valueFeatures].map((extent) =>
    roundUp(extent, panelColumns),
  ) as [number, number]; // two were given
  const floats = (length: number, hint: string): string => context.scratch("f32", length, hint);
  const pairs = keys === 0 ? 0 : Math.ceil(parts.keys / keys) * rows * keys;
  const whole = (extent: number, width: number): boolean => extent === width && parts.keys % tileRows === 0;
  const sums = (extent: number, width: number, hint: string): string | undefined =>
    whole(extent, width) ? undefined : floats(roundUp(parts.keys, tileRows) * width, hint);
  return {
    parts,
    names: gradientOperands(context.operands.map((_, at) => context.operandBuffer(at))),
    rows,
    keys,
    features,
    valueFeatures,
    queries: floats(rows * features, "queries"),
    flow: floats(rows * valueFeatures, "flow"),
    keyPanels: floats(roundUp(parts.keys, panelColumns) * parts.features, "keys"),
    valuePanels: floats(roundUp(parts.keys, panelColumns) * parts.valueFeatures, "values"),
    keyRows: features === parts.features ? undefined : floats(parts.keys * features, "rows"),
    products: floats(pairs, "products"),
    weights: floats(pairs, "weights"),
    flows: floats(pairs, "flows"),
    most: floats(rows, "most"),
    total: floats(rows, "total"),
    mean: floats(rows, "mean"),
    toQueries: floats(rows * features, "sums"),
    toKeys: sums(parts.features, features, "sums"),
    toValues: sums(parts.valueFeatures, valueFeatures, "sums"),
  };
};

/** A read that gets a gradient: of which operand, and into which buffer. */
interface WantedRead {
  readonly number: number;
  readonly buffer: string;
  readonly shape: readonly number[];
}

const wantedReads = (context: Context): readonly WantedRead[] =>
  context.attrs.wanted.flatMap((read, number) =>
    context.isWanted(3 + number)
      ? [
          {
            number,
            buffer: context.resultBuffer(3 + number),
            shape: context.operandTypes[operandsBeforeReads + read]?.shape ?? [],
          },
        ]
      : [],
  );

/** Whether all keys of a row share one element of the read. */
const isOfRow = ({ shape }: WantedRead): boolean => (shape.at(-1) ?? 1) === 1;

/** Cotangents that a body takes, as many as there are. */
const flowsOf = ({ attrs: { factors } }: Context, score: Expr, factor: Expr): readonly Expr[] =>
  factors ? [score, factor] : [score];

/** Where the pairs of a row of a block begin, in all buffers of pairs. */
const rowOf = ({ rows, keys }: Blocks, { ordinal }: Block, row: Expr): Expr =>
  multiply(add(multiply(ordinal, rows), row), keys);

/** The block of a buffer of pairs. */
const pairsOf = ({ rows, keys }: Blocks, buffer: string, { ordinal }: Block): Rows => ({
  buffer,
  start: multiply(ordinal, rows * keys),
  stride: keys,
});

/** Runs for the pairs of a row, four at a time where it can be. */
const overPairs = (
  body: BlockBuilder,
  block: Block,
  row: Expr,
  start: Expr,
  fill: (body: BlockBuilder, at: Expr, index: readonly Expr[]) => void,
): void =>
  body.loop(
    block.width,
    (column, inner) =>
      fill(inner, inner.name(add(start, column), "at"), [
        ...block.batch,
        add(block.query, row),
        add(block.key, column),
      ]),
    { mode: "vector", hint: "j" },
  );

/** Score and factor of a pair, from its product. */
const scored = (
  context: Context,
  { products }: Blocks,
  body: BlockBuilder,
  at: Expr,
  index: readonly Expr[],
): { readonly product: Expr; readonly score: ElementReader; readonly factor: Expr | undefined } => {
  const product = body.name(load("f32", products, at), "product");
  const given = [product, ...flowsOf(context, f32(0), f32(0))];
  const [score, factor] = bodyAt(context, context.attrs.body, given, context.operands.slice(operandsBeforeReads));
  invariant(score !== undefined && factor !== undefined, "the body gives scores and more");
  return { product, score, factor: context.attrs.factors ? body.name(factor(body, index), "factor") : undefined };
};

/** The first time over the keys: products, scores, and the largest of each row. */
const findLargest = (context: Context, blocks: Blocks, rows: BatchRows, body: BlockBuilder, block: Block): void => {
  const { parts, products, weights, most } = blocks;
  const panels = { buffer: blocks.keyPanels, depth: parts.features };
  panelProducts(body, rows.queries, panels, block, pairsOf(blocks, products, block));
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(rowOf(blocks, block, row), "start");
      overPairs(inner, block, row, start, (innermost, at, index) => {
        const { score } = scored(context, blocks, innermost, at, index);
        innermost.store(weights, at, score(innermost, index));
      });
      inner.loop(whole, (column, innermost) => innermost.store(weights, add(start, column), f32(-Infinity)), {
        from: block.width,
        hint: "j",
      });
      const before = load("f32", most, row);
      inner.store(most, row, greater(inner.name(before, "before"), largest(inner, weights, start, whole)));
    },
    { hint: "r" },
  );
};

/** The second time: weights and their cotangents, and the sums of each row. */
const sumWeights = (context: Context, blocks: Blocks, rows: BatchRows, body: BlockBuilder, block: Block): void => {
  const { parts, weights, flows, most, total, mean } = blocks;
  const panels = { buffer: blocks.valuePanels, depth: parts.valueFeatures };
  panelProducts(body, rows.flow, panels, block, pairsOf(blocks, flows, block));
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(rowOf(blocks, block, row), "start");
      const sum = weigh(inner, weights, start, whole, inner.name(load("f32", most, row), "most"));
      inner.store(total, row, binary("add", load("f32", total, row), sum));
      const weighed = inner.mutable(f32(0), "mean");
      overPairs(inner, block, row, start, (innermost, at, index) => {
        const factor = context.attrs.factors ? scored(context, blocks, innermost, at, index).factor : undefined;
        const flow = binary("mul", load("f32", weights, at), load("f32", flows, at));
        innermost.assign(weighed, binary("add", weighed, factor === undefined ? flow : binary("mul", flow, factor)));
      });
      inner.store(mean, row, binary("add", load("f32", mean, row), weighed));
    },
    { hint: "r" },
  );
};

/** What all pairs of a row have in common in their cotangents. */
interface RowFacts {
  /** One over the sum of weights. */
  readonly inverse: Expr;
  /** sum(P f g) - e. */
  readonly delta: Expr;
}

/** Cotangents of one pair, in place of its product and weight; gives those of the wanted reads. */
const buildPair = (
  context: Context,
  blocks: Blocks,
  body: BlockBuilder,
  at: Expr,
  index: readonly Expr[],
  { inverse, delta }: RowFacts,
): readonly Expr[] => {
  const { body: made, factors } = context.attrs;
  const { products, weights, flows } = blocks;
  const { product, factor } = scored(context, blocks, body, at, index);
  const weight = body.name(binary("mul", load("f32", weights, at), inverse), "weight");
  const toWeight = body.name(load("f32", flows, at), "flow");
  const times = (x: Expr): Expr => (factor === undefined ? x : binary("mul", x, factor));
  const scoreFlow = body.name(binary("mul", weight, binary("sub", times(toWeight), delta)), "flow");
  const factorFlow = factors ? body.name(binary("mul", weight, toWeight), "flow") : f32(0);
  const given = [product, ...flowsOf(context, scoreFlow, factorFlow)];
  const outputs = bodyAt(context, made, given, context.operands.slice(operandsBeforeReads));
  const [toProduct, ...toReads] = outputs.slice(factors ? 2 : 1);
  invariant(toProduct !== undefined, "the body gives the cotangent of the products");
  const gradients = wantedReads(context).map(({ number }) => body.name(toReads[number]?.(body, index) ?? f32(0), "g"));
  body.store(products, at, toProduct(body, index));
  body.store(weights, at, times(weight));
  return gradients;
};

/** The third time: cotangents of products and reads; the latter are added where they belong. */
const buildPairs = (context: Context, blocks: Blocks, body: BlockBuilder, block: Block, first: Expr): void => {
  const { names, products, total, mean } = blocks;
  const reads = wantedReads(context);
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(rowOf(blocks, block, row), "start");
      const inverse = inner.name(binary("div", f32(1), binary("max", load("f32", total, row), f32(1))), "inverse");
      const own = binary("mul", load("f32", mean, row), inverse);
      const delta = inner.name(binary("sub", own, load("f32", names.sums, add(first, row))), "delta");
      const placeOf = ({ shape }: WantedRead, index: readonly Expr[]): Expr => flatten(readIndex(index, shape), shape);
      const sums = reads.map((read) => (isOfRow(read) ? inner.mutable(f32(0), "sum") : undefined));
      const addAt = (at: BlockBuilder, { buffer }: WantedRead, position: Expr, value: Expr): void => {
        const place = at.name(position, "place");
        at.store(buffer, place, binary("add", load("f32", buffer, place), value));
      };
      overPairs(inner, block, row, start, (innermost, at, index) => {
        const gradients = buildPair(context, blocks, innermost, at, index, { inverse, delta });
        for (const [position, read] of reads.entries()) {
          const [sum, gradient] = [sums[position], gradients[position]];
          if (gradient === undefined) continue;
          if (sum !== undefined) innermost.assign(sum, binary("add", sum, gradient));
          else addAt(innermost, read, placeOf(read, index), gradient);
        }
      });
      inner.loop(whole, (column, innermost) => innermost.store(products, add(start, column), f32(0)), {
        from: block.width,
        hint: "j",
      });
      for (const [position, read] of reads.entries()) {
        const sum = sums[position];
        if (sum !== undefined) addAt(inner, read, placeOf(read, [...block.batch, add(block.query, row), i32(0)]), sum);
      }
    },
    { hint: "r" },
  );
};

/** What tiles of one batch read and add to, in rows of whole tiles. */
interface BatchRows {
  readonly keys: Rows;
  readonly queries: Rows;
  readonly flow: Rows;
  readonly toQueries: Rows;
  readonly toKeys: Sums | undefined;
  readonly toValues: Sums | undefined;
}

/** Packs the values of a batch, and clears what its tiles add to. */
const beginBatch = (context: Context, blocks: Blocks, body: BlockBuilder, batch: readonly Expr[]): BatchRows => {
  const { parts, names, features, valueFeatures } = blocks;
  const { keys: length, types } = parts;
  const keyBatch = body.name(sharedBatchAt(batch, parts, types.keys), "batch");
  const valueBatch = body.name(sharedBatchAt(batch, parts, types.values), "batch");
  const valueStart = body.name(rowStart(valueBatch, length, 0, parts.valueFeatures), "values");
  const values: Rows = { buffer: names.values, start: valueStart, stride: parts.valueFeatures };
  packPanels(body, values, blocks.valuePanels, length, parts.valueFeatures);
  const keyStart = body.name(rowStart(keyBatch, length, 0, parts.features), "keys");
  const scratch = (buffer: string, stride: number): Rows => ({ buffer, start: i32(0), stride });
  const toKeys = sumsOf(context, 1, blocks.toKeys, keyBatch, length, parts.features);
  const toValues = sumsOf(context, 2, blocks.toValues, valueBatch, length, parts.valueFeatures);
  for (const sums of [toKeys, toValues])
    if (sums?.into !== undefined) fillZero(body, sums.rows.buffer, roundUp(length, tileRows) * sums.rows.stride);
  return {
    keys:
      blocks.keyRows === undefined
        ? { buffer: names.keys, start: keyStart, stride: parts.features }
        : scratch(blocks.keyRows, features),
    queries: scratch(blocks.queries, features),
    flow: scratch(blocks.flow, valueFeatures),
    toQueries: scratch(blocks.toQueries, features),
    toKeys,
    toValues,
  };
};

/** The products that a block adds to dq, dk and dv. */
const addProducts = (context: Context, blocks: Blocks, rows: BatchRows, body: BlockBuilder, block: Block): void => {
  const { keys, products, weights } = blocks;
  const { start } = pairsOf(blocks, products, block);
  const rowwise = { buffer: products, start, between: keys, rowStride: keys, depthStride: 1 };
  const keywise = (buffer: string) => ({ buffer, start, between: 1, rowStride: 1, depthStride: keys });
  if (context.isWanted(0))
    addProduct(body, block.rows, rowwise, rowsFrom(rows.keys, block.key), block.width, rows.toQueries);
  for (const [sums, buffer, right] of [
    [rows.toKeys, products, rows.queries],
    [rows.toValues, weights, rows.flow],
  ] as const)
    if (sums !== undefined)
      addProduct(body, block.width, keywise(buffer), right, block.rows, rowsFrom(sums.rows, block.key));
};

/** All blocks of one batch of queries. */
const buildBatch = (
  context: Context,
  blocks: Blocks,
  root: BlockBuilder,
  batch: readonly Expr[],
  position: Expr,
): void => {
  const { parts, names, features } = blocks;
  const { queries } = parts;
  const rows = beginBatch(context, blocks, root, batch);
  const zeros = flowsOf(context, f32(0), f32(0));
  const reads = context.operands.slice(operandsBeforeReads);
  const [score] = bodyAt(context, context.attrs.body, [f32(1), ...zeros], reads);
  invariant(score !== undefined, "the body gives scores");
  root.loop(
    queries,
    (query, body) => {
      const count = body.name(binary("min", i32(blocks.rows), subtract(i32(queries), query)), "rows");
      const first = body.name(add(multiply(position, queries), query), "first");
      const from = (buffer: string, stride: number): Rows => ({ buffer, start: multiply(first, stride), stride });
      copyRows(body, from(names.queries, parts.features), rows.queries, count, parts.features);
      copyRows(body, from(names.flow, parts.valueFeatures), rows.flow, count, parts.valueFeatures);
      if (context.isWanted(0)) fillZero(body, blocks.toQueries, blocks.rows * features);
      for (const [buffer, value] of [
        [blocks.most, lowestFinite.f32],
        [blocks.total, 0],
        [blocks.mean, 0],
      ] as const)
        body.loop(blocks.rows, (at, inner) => inner.store(buffer, at, f32(value)), { mode: "vector" });
      const own = { batch, query, rows: count };
      const visible = visibleTo(parts, score, body, own);
      overKeys(body, own, visible, (inner, block) => findLargest(context, blocks, rows, inner, block));
      overKeys(body, own, visible, (inner, block) => sumWeights(context, blocks, rows, inner, block));
      overKeys(body, own, visible, (inner, block) => {
        buildPairs(context, blocks, inner, block, first);
        addProducts(context, blocks, rows, inner, block);
      });
      if (context.isWanted(0))
        copyRows(body, rows.toQueries, from(context.resultBuffer(0), parts.features), count, parts.features);
    },
    { step: blocks.rows, hint: "i" },
  );
  for (const sums of [rows.toKeys, rows.toValues]) addCopy(root, sums, parts.keys);
};

/** Builds `attentionGradients` of f32. */
export const buildGradientBlocks = (context: Context): void => {
  const blocks = blocksOf(context);
  const { parts, names } = blocks;
  const { keys, features, types } = parts;
  context.kernel("attentionGradients", (root) => {
    for (const [at, { shape }] of context.resultTypes.entries())
      if (at > 0 && context.isWanted(at)) fillZero(root, context.resultBuffer(at), sizeOf(shape));
    overBatches(
      root,
      parts,
      types.keys,
      (body, shared) => {
        const start = body.name(multiply(shared, keys * features), "keys");
        const own: Rows = { buffer: names.keys, start, stride: features };
        packPanels(body, own, blocks.keyPanels, keys, features);
        if (blocks.keyRows !== undefined)
          copyRows(body, own, { buffer: blocks.keyRows, start: i32(0), stride: blocks.features }, keys, features);
      },
      (body, batch, position) => buildBatch(context, blocks, body, batch, position),
    );
  });
};
