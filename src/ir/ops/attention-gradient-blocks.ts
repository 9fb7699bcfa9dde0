// The gradients of attention in blocks, as algorithm 4 of Dao et al. 2022 ("FlashAttention"), but with all keys of a block of
// queries in scratch memory at a time, which is still linear in their number: so nothing of the way there is needed, neither its
// result nor its sums, and five products are made where there would be seven. For each block of queries, three times over
// blocks of the keys that it can see (attention-gradient-passes.ts):
//
//   1.  q k^T, and the largest score m of each row
//   2.  w = e^(s - m), l = sum(w);  g = c v^T, d = sum(w f g)
//   3.  P = w / l,  dS = P (f g - d / l + e),  dp = body(dS, P g);  dq += dp k,  dk += dp^T q,  dv += (P f)^T c
//
// Whatever the blocks, each sum is taken in the order of queries or keys.
import { invariant } from "../diagnostics/invariant.ts";
import { add, type BlockBuilder, binary, f32, i32, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { sizeOf } from "../types/ndarray.ts";
import { type Block, keysOfBlock, overKeys, visibleTo } from "./attention-block.ts";
import {
  type BatchRows,
  buildPairs,
  findLargest,
  flowsOf,
  type GradientBlocks,
  pairsOf,
  sumWeights,
} from "./attention-gradient-passes.ts";
import { addCopy, addProduct, fillZero, sumsOf } from "./attention-gradient-sums.ts";
import { lowestFinite, operandsBeforeReads } from "./attention-meaning.ts";
import {
  type AttentionParts,
  attentionParts,
  type BatchLoop,
  bodyAt,
  copyFlow,
  gradientBuffers,
  overBatches,
  rowStart,
  sharedBatchAt,
} from "./attention-parts.ts";
import { copyRows, gradientRowBlock, packColumns, packPanels, roundUp, rowsFrom, tileRows } from "./attention-tiles.ts";
import type { AttentionGradientsAttrs } from "./attention-typing.ts";
import { panelColumns } from "./matmul-packing.ts";
import type { KernelContext } from "./op.ts";
import { type Rows } from "./register-tile.ts";

type Context = KernelContext<AttentionGradientsAttrs, "many", "many">;

/** Columns of pairs are read too: rows a power of two apart would meet in few places of a cache. */
const pitchOf = (keys: number): number => (keys % 64 === 0 ? keys + 16 : keys);

const blocksOf = (context: Context): GradientBlocks => {
  const parts = attentionParts(context);
  const rows = Math.min(gradientRowBlock, roundUp(parts.queries, tileRows));
  const keys = keysOfBlock(parts.keys);
  const [features, valueFeatures] = [parts.features, parts.valueFeatures].map((extent) =>
    roundUp(extent, panelColumns),
  ) as [number, number]; // two were given
  const floats = (length: number, hint: string): string => context.scratch("f32", length, hint);
  const pitch = pitchOf(keys);
  const pairs = keys === 0 ? 0 : Math.ceil(parts.keys / keys) * rows * pitch;
  const whole = (extent: number, width: number): boolean => extent === width && parts.keys % tileRows === 0;
  const sums = (extent: number, width: number, hint: string): string | undefined =>
    whole(extent, width) ? undefined : floats(roundUp(parts.keys, tileRows) * width, hint);
  return {
    parts,
    names: gradientBuffers(context),
    rows,
    pitch,
    features,
    valueFeatures,
    queries: floats(rows * features, "queries"),
    flow: floats(rows * valueFeatures, "flow"),
    keyPanels: floats(roundUp(parts.keys, panelColumns) * parts.features, "keys"),
    valuePanels: floats(roundUp(parts.keys, panelColumns) * parts.valueFeatures, "values"),
    keyColumns: floats(parts.keys * features, "columns"),
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

/** Packs the values of a batch, and clears what its tiles add to. */
const beginBatch = (
  context: Context,
  blocks: GradientBlocks,
  body: BlockBuilder,
  batch: readonly Expr[],
): BatchRows => {
  const { parts, names, features, valueFeatures } = blocks;
  const { keys: length, types } = parts;
  const keyBatch = body.name(sharedBatchAt(batch, parts, types.keys), "batch");
  const valueBatch = body.name(sharedBatchAt(batch, parts, types.values), "batch");
  const valueStart = body.name(rowStart(valueBatch, length, 0, parts.valueFeatures), "values");
  const values: Rows = { buffer: names.values, start: valueStart, stride: parts.valueFeatures };
  packPanels(body, values, blocks.valuePanels, length, parts.valueFeatures);
  const scratch = (buffer: string, stride: number): Rows => ({ buffer, start: i32(0), stride });
  const toKeys = sumsOf(context, 1, blocks.toKeys, keyBatch, length, parts.features);
  const toValues = sumsOf(context, 2, blocks.toValues, valueBatch, length, parts.valueFeatures);
  for (const sums of [toKeys, toValues])
    if (sums?.into !== undefined) fillZero(body, sums.rows.buffer, roundUp(length, tileRows) * sums.rows.stride);
  return {
    queries: scratch(blocks.queries, features),
    flow: scratch(blocks.flow, valueFeatures),
    toQueries: scratch(blocks.toQueries, features),
    toKeys,
    toValues,
  };
};

/** The products that a block adds to dq, dk and dv. */
const addProducts = (
  context: Context,
  blocks: GradientBlocks,
  rows: BatchRows,
  body: BlockBuilder,
  block: Block,
): void => {
  const { pitch, products, weights } = blocks;
  const { start } = pairsOf(blocks, products, block);
  const rowwise = { buffer: products, start, between: pitch, rowStride: pitch, depthStride: 1 };
  const keysAt = (column: Expr): Rows => ({
    buffer: blocks.keyColumns,
    start: add(multiply(column, blocks.parts.keys), multiply(block.key, panelColumns)),
    stride: panelColumns,
  });
  const keywise = (buffer: string) => ({ buffer, start, between: 1, rowStride: 1, depthStride: pitch });
  if (context.isWanted(0)) addProduct(body, block.rows, rowwise, keysAt, block.width, rows.toQueries);
  for (const [sums, buffer, right] of [
    [rows.toKeys, products, rows.queries],
    [rows.toValues, weights, rows.flow],
  ] as const)
    if (sums !== undefined)
      addProduct(
        body,
        block.width,
        keywise(buffer),
        (column) => ({ ...right, start: add(right.start, column) }),
        block.rows,
        rowsFrom(sums.rows, block.key),
      );
};

/** All blocks of one batch of queries. */
const buildBatch = (
  context: Context,
  blocks: GradientBlocks,
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
      copyFlow(context, body, { batch, query }, rows.flow, count, parts.valueFeatures);
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

/** Whether iterations of a loop over batches add to different elements of all gradients. */
const addsApart = (
  context: Context,
  { batch, types: { values } }: AttentionParts,
  { axis, extent, isShared }: BatchLoop,
): boolean => {
  const reads = context.attrs.wanted.filter((_, number) => context.isWanted(3 + number));
  const readsAll = reads.every((read) => {
    const { shape } = context.operandTypes[operandsBeforeReads + read] ?? { shape: [] };
    return shape[shape.length - 2 - batch.length + axis] === batch[axis];
  });
  return isShared && readsAll && (values.shape[axis] ?? 1) % extent === 0;
};

/** Builds `attentionGradients` of f32. */
export const buildGradientBlocks = (context: Context): void => {
  const blocks = blocksOf(context);
  const { parts, names } = blocks;
  const { keys, features, types } = parts;
  context.kernel("attentionGradients", (root) => {
    for (const [at, { shape }] of context.resultTypes.entries())
      if (at > 0 && context.isWanted(at)) fillZero(root, context.resultBuffer(at), sizeOf(shape));
    overBatches(root, parts, types.keys, {
      prepare: (body, shared) => {
        const start = body.name(multiply(shared, keys * features), "keys");
        const own: Rows = { buffer: names.keys, start, stride: features };
        packPanels(body, own, blocks.keyPanels, keys, features);
        if (context.isWanted(0)) packColumns(body, own, blocks.keyColumns, keys, features);
      },
      fill: (body, batch, position) => buildBatch(context, blocks, body, batch, position),
      isParallel: (loop) => addsApart(context, parts, loop),
    });
  });
};
