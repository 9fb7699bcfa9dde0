// A block of queries beside a block of keys: which blocks there are, and products of each of its rows with each of its keys.
import { add, type BlockBuilder, binary, type Index, i32, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { visibleKeys } from "./attention-band.ts";
import type { AttentionExtents } from "./attention-meaning.ts";
import { keyBlock, roundUp, storeRows, tileProduct, tileRows } from "./attention-tiles.ts";
import { panelColumns } from "./matmul-kernel.ts";
import type { ElementReader } from "./op.ts";

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
}

/** Keys of a block, a whole number of panels. */
export const keysOfBlock = (keys: number): number => Math.min(keyBlock, roundUp(keys, panelColumns));

/** Runs for each block of the keys that a block of queries can see, as far as the scores say. */
export const overKeys = (
  extents: AttentionExtents,
  score: ElementReader,
  body: BlockBuilder,
  queries: QueryBlock,
  fill: (body: BlockBuilder, block: Block) => void,
): void => {
  const { batch, query, rows } = queries;
  const last = body.name(add(query, subtract(rows, 1)), "last");
  const seen = visibleKeys(score, batch, { first: query, last }, extents);
  const bounded = (limit: Expr): Expr => binary("max", binary("min", limit, i32(extents.keys)), i32(0));
  const to: Index = seen.to === undefined ? extents.keys : body.name(bounded(seen.to), "to");
  const from: Index =
    seen.from === undefined ? 0 : body.name(binary("and", bounded(seen.from), i32(-panelColumns)), "from");
  const step = keysOfBlock(extents.keys);
  body.loop(
    to,
    (key, inner) => {
      const width = inner.name(binary("min", i32(step), subtract(i32(to), key)), "width");
      fill(inner, { ...queries, key, width });
    },
    { from, step, hint: "j" },
  );
};

/** Products of the rows of a block with rows that are packed in panels [panel][depth][8]: tiles of four by eight. */
export const panelProducts = (
  body: BlockBuilder,
  left: { readonly buffer: string; readonly stride: number },
  panels: { readonly buffer: string; readonly depth: number },
  { rows, key, width }: Block,
  to: { readonly buffer: string; readonly stride: number },
): void => {
  const count = body.name(binary("div", add(width, panelColumns - 1), i32(panelColumns)), "panels");
  const first = body.name(binary("div", key, i32(panelColumns)), "panel");
  const { depth } = panels;
  body.loop(
    count,
    (panel, outer) => {
      const start = outer.name(multiply(add(first, panel), depth * panelColumns), "panel");
      outer.loop(
        rows,
        (row, inner) => {
          const tile = tileProduct(
            inner,
            { rows: tileRows, vectors: 2 },
            { buffer: left.buffer, start: multiply(row, left.stride), rowStride: left.stride, depthStride: 1 },
            { buffer: panels.buffer, start, stride: panelColumns },
            depth,
          );
          storeRows(inner, { ...to, start: add(multiply(row, to.stride), multiply(panel, panelColumns)) }, tile);
        },
        { step: tileRows, hint: "i" },
      );
    },
    { hint: "p" },
  );
};
