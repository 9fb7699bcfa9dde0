// Attention in blocks (Dao et al. 2022, "FlashAttention", algorithm 1): for each block of queries, over blocks of the keys that it can
// see, tiles of scores, their largest element so far, weights beside it, and values weighed by them; when a largest element
// grows, what was summed before is scaled down. Beside the operands and results there is a block of scores, a block of results
// and the keys of one head in panels.
//
//   m' = max(m, max(s)),  a = e^(m - m'),  p = e^(s - m'),  l' = a l + sum(p),  o' = a o + (p f) v,  y = o / l
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, f32, i32, load, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { exponentialOfNegative } from "../scalar/programs/exponential.ts";
import { type Block, keysOfBlock, overKeys, panelProducts, rowProducts, visibleTo } from "./attention-block.ts";
import { lowestFinite } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  bodyAt,
  logarithmOf,
  overBatches,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
import { greater, largest, weigh } from "./attention-row.ts";
import {
  copyRows,
  fillRow,
  packColumns,
  packPanels,
  roundUp,
  roundUpIndex,
  rowBlock,
  rowsFrom,
  storeRows,
  tileRows,
  tileShape,
  vectorAt,
} from "./attention-tiles.ts";
import type { AttentionAttrs } from "./attention-typing.ts";
import { panelColumns } from "./matmul-packing.ts";
import type { KernelContext } from "./op.ts";
import { type Rows, tileProduct } from "./register-tile.ts";

/** Values that are gone through at a time: so many rows, however far apart, stay in the nearest cache with their weights. */
const valueBlock = 64;

type Context = KernelContext<AttentionAttrs, "many", "many">;

/** The buffers that the blocks live in. */
interface Scratch {
  /** Queries of a block, [row][features]. */
  readonly queries: string;
  /** Keys of a head, [panel][features][8]; undefined where there are so few queries that keys are read where they lie. */
  readonly keys: string | undefined;
  /** Values of a head in panels, [panel][key][8]; undefined where they are read in place. */
  readonly values: string | undefined;
  /** Scores, then weights, [row][key]. */
  readonly scores: string;
  /** Factors of the weights, [row][key], if there are factors. */
  readonly factors: string | undefined;
  /** Sums of weighed values, [row][padded features]. */
  readonly sums: string;
  /** For each row its largest score and the sum of its weights. */
  readonly most: string;
  readonly total: string;
}

interface Blocks {
  readonly parts: AttentionParts;
  readonly scratch: Scratch;
  /** Rows of a tile. */
  readonly height: number;
  /** Rows of a block, a whole number of tiles; keys of a block, a whole number of panels. */
  readonly rows: number;
  readonly keys: number;
  /** Columns of the sums, a whole number of tiles. */
  readonly width: number;
}

/** So many elements of values are packed, no fewer and no more: reading others in place is as fast, or takes less memory. */
const packed = { least: 2 ** 14, most: 2 ** 17 } as const;

/** Whether values are packed: where a row is no whole panels, and where they are read often. */
const packsValues = ({ keys, valueFeatures }: AttentionParts, height: number, width: number): boolean =>
  width !== valueFeatures || (height === tileRows && keys * width >= packed.least && keys * width <= packed.most);

const blocksOf = (context: Context): Blocks => {
  const parts = attentionParts(context);
  const height = Math.max(1, Math.min(tileRows, parts.queries));
  const rows = Math.min(rowBlock, roundUp(parts.queries, height));
  const inPlace = height < tileRows && parts.features % 4 === 0;
  const keys = keysOfBlock(parts.keys);
  const width = roundUp(parts.valueFeatures, panelColumns);
  const floats = (length: number, hint: string): string => context.scratch("f32", length, hint);
  return {
    parts,
    height,
    rows,
    keys,
    width,
    scratch: {
      queries: floats(rows * parts.features, "queries"),
      keys: inPlace ? undefined : floats(roundUp(parts.keys, panelColumns) * parts.features, "packed"),
      values: packsValues(parts, height, width) ? floats(parts.keys * width, "values") : undefined,
      scores: floats(rows * keys, "scores"),
      factors: context.attrs.body.outputs.length > 1 ? floats(rows * keys, "factors") : undefined,
      sums: floats(rows * width, "sums"),
      most: floats(rows, "most"),
      total: floats(rows, "total"),
    },
  };
};

/** Multiplies the elements of a row. */
const scaleRow = (body: BlockBuilder, buffer: string, start: Expr, columns: number, by: Expr): void => {
  const from = body.name(start, "from");
  body.loop(
    columns,
    (column, inner) => {
      const at = inner.name(add(from, column), "at");
      inner.store(buffer, at, binary("mul", load("f32", buffer, at), by));
    },
    { mode: "vector", hint: "c" },
  );
};

/** Scores of each row by the body, then its weights. */
const softmaxRows = (
  context: Context,
  { scratch, keys, width: columns }: Blocks,
  body: BlockBuilder,
  block: Block,
): void => {
  const { body: made } = context.attrs;
  const captured = context.operands.slice(3);
  const { width, rows } = block;
  const whole = body.name(roundUpIndex(width, panelColumns), "whole");
  body.loop(
    rows,
    (row, inner) => {
      const start = inner.name(multiply(row, keys), "start");
      const place = (column: Expr): readonly Expr[] => [...block.batch, add(block.query, row), add(block.key, column)];
      inner.loop(
        width,
        (column, innermost) => {
          const at = innermost.name(add(start, column), "at");
          const product = innermost.name(load("f32", scratch.scores, at), "product");
          const index = place(column);
          const [score, factor] = bodyAt(context, made, [product], captured);
          invariant(score !== undefined, "the body gives scores");
          innermost.store(scratch.scores, at, score(innermost, index));
          if (scratch.factors !== undefined && factor !== undefined)
            innermost.store(scratch.factors, at, factor(innermost, index));
        },
        { mode: "vector", hint: "j" },
      );
      fillRow(inner, scratch.scores, start, width, whole, -Infinity);
      const before = inner.name(load("f32", scratch.most, row), "before");
      const most = inner.name(greater(before, largest(inner, scratch.scores, start, whole)), "most");
      const shrink = inner.name(exponentialOfNegative(inner, inner.name(binary("sub", before, most))), "shrink");
      const sum = weigh(inner, scratch.scores, start, whole, most);
      inner.store(scratch.most, row, most);
      scaleRow(inner, scratch.sums, multiply(row, columns), columns, shrink);
      const total = inner.name(load("f32", scratch.total, row), "total");
      inner.store(scratch.total, row, binary("add", binary("mul", total, shrink), sum));
      const { factors } = scratch;
      if (factors === undefined) return;
      inner.loop(
        width,
        (column, innermost) => {
          const at = innermost.name(add(start, column), "at");
          const used = binary("mul", load("f32", scratch.scores, at), load("f32", factors, at));
          innermost.store(scratch.scores, at, used);
        },
        { mode: "vector", hint: "j" },
      );
    },
    { hint: "r" },
  );
};

/** Products of a block of queries with a block of keys. */
const multiplyKeys = (
  context: Context,
  { parts, scratch, height, keys }: Blocks,
  body: BlockBuilder,
  block: Block,
  keyStart: Expr,
): void => {
  const { features } = parts;
  const left = { buffer: scratch.queries, stride: features };
  const to = { buffer: scratch.scores, stride: keys };
  if (scratch.keys !== undefined)
    return panelProducts(
      body,
      left,
      { buffer: scratch.keys, depth: features },
      block,
      { ...to, start: i32(0) },
      height,
    );
  const own: Rows = { buffer: context.operandBuffer(1), start: keyStart, stride: features };
  rowProducts(body, left, rowsFrom(own, block.key), features, block, to, height);
};

/** Adds the values of a block of keys, weighed, to the sums of a block of queries. */
const addValues = (
  { scratch, height, keys, width: columns }: Blocks,
  body: BlockBuilder,
  { rows, key: first, width }: Block,
  valuesAt: (key: Expr, column: Expr) => Rows,
): void => {
  const shape = scratch.values === undefined ? tileShape(height, columns) : { rows: height, vectors: 2 };
  const columnsOf = (block: BlockBuilder, from: Expr, depth: Expr): void =>
    block.loop(
      columns,
      (column, outer) =>
        outer.loop(
          rows,
          (row, inner) => {
            const sums: Rows = { buffer: scratch.sums, start: add(multiply(row, columns), column), stride: columns };
            const start = add(multiply(row, keys), from);
            const left = { buffer: scratch.scores, start, rowStride: keys, depthStride: 1 };
            const tile = tileProduct(inner, shape, left, valuesAt(add(first, from), column), depth, (at, vector) =>
              vectorAt(sums, at, vector * 4),
            );
            storeRows(inner, sums, tile);
          },
          { step: height, hint: "i" },
        ),
      { step: 4 * shape.vectors, hint: "c" },
    );
  body.loop(
    width,
    (from, inner) => columnsOf(inner, from, inner.name(binary("min", i32(valueBlock), subtract(width, from)), "depth")),
    { step: valueBlock, hint: "j" },
  );
};

/** Sets what a block of queries has summed to nothing. */
const clear = ({ scratch, rows, width }: Blocks, body: BlockBuilder): void => {
  const fill = (buffer: string, length: number, value: number): void =>
    body.loop(length, (at, inner) => inner.store(buffer, at, f32(value)), { mode: "vector" });
  fill(scratch.most, rows, lowestFinite.f32);
  fill(scratch.total, rows, 0);
  fill(scratch.sums, rows * width, 0);
};

/** The results of a block of queries: sums divided by totals, and the logarithms. */
const finish = (
  context: Context,
  { scratch, width, parts: { valueFeatures } }: Blocks,
  body: BlockBuilder,
  rows: Expr,
  first: Expr,
): void =>
  body.loop(
    rows,
    (row, inner) => {
      const total = inner.name(binary("max", load("f32", scratch.total, row), f32(1)), "total");
      const at = inner.name(add(first, row), "row");
      if (context.isWanted(1)) {
        const sum = binary("add", load("f32", scratch.most, row), logarithmOf(inner, total));
        inner.store(context.resultBuffer(1), at, sum);
      }
      if (!context.isWanted(0)) return;
      const [from, to] = [inner.name(multiply(row, width), "from"), inner.name(multiply(at, valueFeatures), "to")];
      inner.loop(
        valueFeatures,
        (column, innermost) => {
          const sum = load("f32", scratch.sums, add(from, column));
          innermost.store(context.resultBuffer(0), add(to, column), binary("div", sum, total));
        },
        { mode: "vector", hint: "c" },
      );
    },
    { hint: "r" },
  );

/** All blocks of queries of one batch. */
const attend = (context: Context, blocks: Blocks, root: BlockBuilder, batch: readonly Expr[], rowBatch: Expr): void => {
  const { parts, scratch, rows: most } = blocks;
  const { queries, keys, features, valueFeatures, types } = parts;
  const keyStart = root.name(rowStart(root.name(sharedBatchAt(batch, parts, types.keys)), keys, 0, features), "keys");
  const valueBatch = root.name(sharedBatchAt(batch, parts, types.values), "batch");
  const given: Rows = {
    buffer: context.operandBuffer(2),
    start: root.name(rowStart(valueBatch, keys, 0, valueFeatures), "values"),
    stride: valueFeatures,
  };
  const panels = scratch.values;
  if (panels !== undefined) packColumns(root, given, panels, keys, valueFeatures);
  const valuesAt = (key: Expr, column: Expr): Rows =>
    panels === undefined
      ? { ...given, start: add(add(given.start, multiply(key, valueFeatures)), column) }
      : { buffer: panels, start: add(multiply(column, keys), multiply(key, panelColumns)), stride: panelColumns };
  root.loop(
    queries,
    (query, body) => {
      const rows = body.name(binary("min", i32(most), subtract(i32(queries), query)), "rows");
      const first = body.name(add(multiply(rowBatch, queries), query), "first");
      clear(blocks, body);
      const from: Rows = { buffer: context.operandBuffer(0), start: multiply(first, features), stride: features };
      copyRows(body, from, { buffer: scratch.queries, start: i32(0), stride: features }, rows, features);
      const [score] = bodyAt(context, context.attrs.body, [f32(1)], context.operands.slice(3));
      invariant(score !== undefined, "the body gives scores");
      const own = { batch, query, rows };
      overKeys(body, own, visibleTo(parts, score, body, own), (inner, block) => {
        multiplyKeys(context, blocks, inner, block, keyStart);
        softmaxRows(context, blocks, inner, block);
        if (context.isWanted(0)) addValues(blocks, inner, block, valuesAt);
      });
      finish(context, blocks, body, rows, first);
    },
    { step: most, mode: "parallel", hint: "i" },
  );
};

/** Builds `attention` of f32. */
export const buildBlocks = (context: Context): void => {
  const blocks = blocksOf(context);
  const { parts, scratch } = blocks;
  const { keys, features, types } = parts;
  context.kernel("attention", (root) =>
    overBatches(root, parts, types.keys, {
      prepare: (body, shared) => {
        if (scratch.keys === undefined) return;
        const start = body.name(multiply(shared, keys * features), "keys");
        packPanels(body, { buffer: context.operandBuffer(1), start, stride: features }, scratch.keys, keys, features);
      },
      fill: (body, batch, position) => attend(context, blocks, body, batch, position),
      isParallel: () => true,
    }),
  );
};
