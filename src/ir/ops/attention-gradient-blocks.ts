// The gradients of attention in blocks (Dao et al. 2022, "FlashAttention", algorithm 4), over the same blocks as the way there: for each
// block of queries beside a block of keys, tiles of q k^T and c v^T; element by element the weights, made again from the sums
// l, and what the body makes of their cotangents; then tiles of three products, which are added to dq, dk and dv.
//
//   P = e^(s - l),  dS = P (f (c v^T) - delta),  dp = body(dS, P (c v^T)),  dq += dp k,  dk += dp^T q,  dv += (P f)^T c
//
// Whatever the blocks, each sum is taken in the order of queries or keys.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, f32, flatten, i32, load, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { exponentialOfNegative } from "../scalar/programs/exponential.ts";
import { sizeOf } from "../types/ndarray.ts";
import { type Block, keysOfBlock, overKeys, panelProducts } from "./attention-block.ts";
import { addCopy, addProduct, fillZero, type Sums, sumsOf } from "./attention-gradient-sums.ts";
import { type GradientOperands, gradientOperands } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  bodyAt,
  overBatches,
  readIndex,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
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
import type { KernelContext } from "./op.ts";

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
  /** Scores, then cotangents of products; cotangents of weights, then weights: [row][key]. */
  readonly products: string;
  readonly weights: string;
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
    products: floats(rows * keys, "products"),
    weights: floats(rows * keys, "weights"),
    toQueries: floats(rows * features, "sums"),
    toKeys: sums(parts.features, features, "sums"),
    toValues: sums(parts.valueFeatures, valueFeatures, "sums"),
  };
};

/** One pair: what its loops and sums need to know. */
interface Pair {
  readonly body: BlockBuilder;
  readonly index: readonly Expr[];
}

/** A read that gets a gradient: of which operand, and into which buffer. */
interface WantedRead {
  readonly number: number;
  readonly buffer: string;
  readonly shape: readonly number[];
}

const wantedReads = (context: Context): readonly WantedRead[] =>
  context.attrs.wanted.flatMap((read, number) =>
    context.isWanted(3 + number)
      ? [{ number, buffer: context.resultBuffer(3 + number), shape: context.operandTypes[6 + read]?.shape ?? [] }]
      : [],
  );

/** Whether all keys of a row share one element of the read. */
const isOfRow = ({ shape }: WantedRead): boolean => (shape.at(-1) ?? 1) === 1;

/** Weights and cotangents of one pair, in place of the products; gives the cotangents of the wanted reads. */
const buildPair = (
  context: Context,
  { products, weights }: Blocks,
  { body, index }: Pair,
  at: Expr,
  { logSum, delta }: { readonly logSum: Expr; readonly delta: Expr },
): readonly Expr[] => {
  const { body: made, factors } = context.attrs;
  const reads = context.operands.slice(6);
  const product = body.name(load("f32", products, at), "product");
  const toWeight = body.name(load("f32", weights, at), "flow");
  const flows = (score: Expr, factor: Expr): readonly Expr[] => (factors ? [score, factor] : [score]);
  const [scoreAt, factorAt] = bodyAt(context, made, [product, ...flows(f32(0), f32(0))], reads);
  invariant(scoreAt !== undefined, "the body gives scores");
  const below = body.name(binary("sub", scoreAt(body, index), logSum), "below");
  const weight = body.name(exponentialOfNegative(body, below), "weight");
  const factor = factors && factorAt !== undefined ? body.name(factorAt(body, index), "factor") : undefined;
  const times = (x: Expr): Expr => (factor === undefined ? x : binary("mul", x, factor));
  const scoreFlow = body.name(binary("mul", weight, binary("sub", times(toWeight), delta)), "flow");
  const factorFlow = factors ? body.name(binary("mul", weight, toWeight), "flow") : f32(0);
  const given = bodyAt(context, made, [product, ...flows(scoreFlow, factorFlow)], reads).slice(factors ? 2 : 1);
  const [toProduct, ...toReads] = given;
  invariant(toProduct !== undefined, "the body gives the cotangent of the products");
  const gradients = wantedReads(context).map(({ number }) => body.name(toReads[number]?.(body, index) ?? f32(0), "g"));
  body.store(products, at, toProduct(body, index));
  body.store(weights, at, times(weight));
  return gradients;
};

/** The pairs of a block, row by row; gradients of reads are added where they belong. */
const buildPairs = (context: Context, blocks: Blocks, body: BlockBuilder, block: Block, first: Expr): void => {
  const { names, keys, products, weights } = blocks;
  const reads = wantedReads(context);
  const whole = body.name(roundUpIndex(block.width, panelColumns), "whole");
  body.loop(
    block.rows,
    (row, inner) => {
      const start = inner.name(multiply(row, keys), "start");
      const position = inner.name(add(first, row), "row");
      const known = {
        logSum: inner.name(load("f32", names.logSums, position), "l"),
        delta: inner.name(load("f32", names.delta, position), "delta"),
      };
      const indexOf = (key: Expr): readonly Expr[] => [...block.batch, add(block.query, row), key];
      const placeOf = ({ shape }: WantedRead, key: Expr): Expr => flatten(readIndex(indexOf(key), shape), shape);
      const sums = reads.map((read) => (isOfRow(read) ? inner.mutable(f32(0), "sum") : undefined));
      inner.loop(
        block.width,
        (column, innermost) => {
          const key = add(block.key, column);
          const at = innermost.name(add(start, column), "at");
          const gradients = buildPair(context, blocks, { body: innermost, index: indexOf(key) }, at, known);
          for (const [position, read] of reads.entries()) {
            const [sum, gradient] = [sums[position], gradients[position]];
            if (gradient === undefined) continue;
            if (sum !== undefined) innermost.assign(sum, binary("add", sum, gradient));
            else {
              const place = innermost.name(placeOf(read, key), "place");
              innermost.store(read.buffer, place, binary("add", load("f32", read.buffer, place), gradient));
            }
          }
        },
        { mode: "vector", hint: "j" },
      );
      for (const buffer of [products, weights])
        inner.loop(whole, (column, innermost) => innermost.store(buffer, add(start, column), f32(0)), {
          from: block.width,
          hint: "j",
        });
      for (const [position, read] of reads.entries()) {
        const sum = sums[position];
        if (sum === undefined) continue;
        const place = inner.name(placeOf(read, i32(0)), "place");
        inner.store(read.buffer, place, binary("add", load("f32", read.buffer, place), sum));
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

/** One block of queries beside one of keys. */
const buildBlock = (
  context: Context,
  blocks: Blocks,
  rows: BatchRows,
  body: BlockBuilder,
  block: Block,
  first: Expr,
): void => {
  const { parts, keys, products, weights } = blocks;
  const keyPanels = { buffer: blocks.keyPanels, depth: parts.features };
  const valuePanels = { buffer: blocks.valuePanels, depth: parts.valueFeatures };
  panelProducts(body, rows.queries, keyPanels, block, { buffer: products, stride: keys });
  panelProducts(body, rows.flow, valuePanels, block, { buffer: weights, stride: keys });
  buildPairs(context, blocks, body, block, first);
  const rowwise = { buffer: products, between: keys, rowStride: keys, depthStride: 1 };
  const keywise = (buffer: string) => ({ buffer, between: 1, rowStride: 1, depthStride: keys });
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
  const zeros = context.attrs.factors ? [f32(0), f32(0)] : [f32(0)];
  const [score] = bodyAt(context, context.attrs.body, [f32(1), ...zeros], context.operands.slice(6));
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
      overKeys(parts, score, body, { batch, query, rows: count }, (inner, block) =>
        buildBlock(context, blocks, rows, inner, block, first),
      );
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
