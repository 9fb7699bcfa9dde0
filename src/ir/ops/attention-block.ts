// A block of queries beside a block of keys: which blocks there are, and products of each of its rows with each of its keys.
import {
  add,
  type BlockBuilder,
  binary,
  type Index,
  i32,
  literal,
  load,
  multiply,
  reduceLanes,
  subtract,
} from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { visibleKeys } from "./attention-band.ts";
import type { AttentionExtents } from "./attention-meaning.ts";
import { keyBlock, roundUp, storeRows, tileRows } from "./attention-tiles.ts";
import { panelColumns } from "./matmul-packing.ts";
import type { ElementReader } from "./op.ts";
import { type Rows, tileProduct } from "./register-tile.ts";

/** One block of queries of a batch. */
export interface QueryBlock {
  readonly batch: readonly Expr[];
  /** The first query, and how many there are. */
  readonly query: Expr;
  readonly rows: Expr;
}

/** One block of queries beside one block of keys. */
export interface Block extends QueryBlock {
  /** The first key, a whole number of panels, and how many there are. */
  readonly key: Expr;
  readonly width: Expr;
  /** How many blocks of keys came before. */
  readonly ordinal: Expr;
}

/** Keys of a block, a whole number of panels. */
export const keysOfBlock = (keys: number): number => Math.min(keyBlock, roundUp(keys, panelColumns));

/** The keys that a block of queries can see, from a whole number of panels on, as far as the scores say. */
export interface Visible {
  readonly from: Index;
  readonly to: Index;
  readonly step: number;
}

/** Works out which keys a block of queries can see. */
export const visibleTo = (
  extents: AttentionExtents,
  score: ElementReader,
  body: BlockBuilder,
  { batch, query, rows }: QueryBlock,
): Visible => {
  const last = body.name(add(query, subtract(rows, 1)), "last");
  const seen = visibleKeys(score, batch, { first: query, last }, extents);
  const bounded = (limit: Expr): Expr => binary("max", binary("min", limit, i32(extents.keys)), i32(0));
  return {
    from: seen.from === undefined ? 0 : body.name(binary("and", bounded(seen.from), i32(-panelColumns)), "from"),
    to: seen.to === undefined ? extents.keys : body.name(bounded(seen.to), "to"),
    step: keysOfBlock(extents.keys),
  };
};

/** Runs for each block of visible keys. */
export const overKeys = (
  body: BlockBuilder,
  queries: QueryBlock,
  { from, to, step }: Visible,
  fill: (body: BlockBuilder, block: Block) => void,
): void =>
  body.loop(
    to,
    (key, inner) => {
      const width = inner.name(binary("min", i32(step), subtract(i32(to), key)), "width");
      const ordinal = inner.name(binary("div", subtract(key, from), i32(step)), "block");
      fill(inner, { ...queries, key, width, ordinal });
    },
    { from, step, hint: "j" },
  );

/** Rows in a scratch buffer, from its beginning on. */
export interface ScratchRows {
  readonly buffer: string;
  readonly stride: number;
}

/** Products of the rows of a block with rows that are packed in panels [panel][depth][8]: tiles of some rows by eight. */
export const panelProducts = (
  body: BlockBuilder,
  left: ScratchRows,
  panels: { readonly buffer: string; readonly depth: number },
  { rows, key, width }: Block,
  to: Rows,
  height: number = tileRows,
): void => {
  const count = body.name(binary("div", add(width, panelColumns - 1), i32(panelColumns)), "panels");
  const first = body.name(binary("div", key, i32(panelColumns)), "panel");
  const { depth } = panels;
  body.loop(
    count,
    (panel, outer) => {
      const from = outer.name(multiply(add(first, panel), depth * panelColumns), "panel");
      outer.loop(
        rows,
        (row, inner) => {
          const tile = tileProduct(
            inner,
            { rows: height, vectors: 2 },
            { buffer: left.buffer, start: multiply(row, left.stride), rowStride: left.stride, depthStride: 1 },
            { buffer: panels.buffer, start: from, stride: panelColumns },
            depth,
          );
          const start = add(add(to.start, multiply(row, to.stride)), multiply(panel, panelColumns));
          storeRows(inner, { ...to, start }, tile);
        },
        { step: height, hint: "i" },
      );
    },
    { hint: "p" },
  );
};

/** Keys whose products with one row are summed side by side. */
const keysAtOnce = 4;

/**
 * Products of `height` rows with keys where they lie, without packing them first, which for few rows would be most of the work:
 * sums over the features run in lanes.
 */
export const rowProducts = (
  body: BlockBuilder,
  left: ScratchRows,
  keys: Rows,
  features: number,
  { width }: Block,
  to: ScratchRows,
  height: number,
): void => {
  const products = (block: BlockBuilder, key: Expr, count: number): void => {
    const start = block.name(add(keys.start, multiply(key, keys.stride)), "keys");
    for (let row = 0; row < height; row++) {
      const sums = Array.from({ length: count }, () => block.mutable(literal("f32x4", 0), "sum"));
      block.loop(
        features,
        (at, inner) => {
          const query = inner.name(load("f32x4", left.buffer, add(at, row * left.stride)), "q");
          for (const [each, sum] of sums.entries()) {
            const element = load("f32x4", keys.buffer, add(add(start, at), each * keys.stride));
            inner.assign(sum, binary("add", sum, binary("mul", query, element)));
          }
        },
        { step: 4, hint: "d" },
      );
      for (const [each, sum] of sums.entries())
        block.store(to.buffer, add(key, row * to.stride + each), reduceLanes("add", sum));
    }
  };
  const whole = body.name(binary("and", width, i32(-keysAtOnce)), "whole");
  body.loop(whole, (key, inner) => products(inner, key, keysAtOnce), { step: keysAtOnce, hint: "j" });
  body.loop(width, (key, inner) => products(inner, key, 1), { from: whole, hint: "j" });
};
