// What the register-tiled kernels (matmul, convolution) share: how rows are cut into blocks, and how a tile of vector
// accumulators is stored when its last columns are not all real.
import { add, type BlockBuilder, lane } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";

/** Rows that a tile may have: with 2 vectors per row, 4 rows are the most that every version of V8 keeps in its 15 vector registers. */
export const maximumRows = 4;

/** `full` blocks of `height` rows, then one block of `rest` rows. */
export interface RowBlocks {
  readonly height: number;
  readonly full: number;
  readonly rest: number;
}

/** Cuts rows into the fewest blocks, of heights as equal as can be: 6 rows are 3 + 3, not 5 + 1. */
export const rowBlocks = (rows: number, maximum: number = maximumRows): RowBlocks => {
  if (rows === 0) return { height: 1, full: 0, rest: 0 };
  const height = Math.ceil(rows / Math.ceil(rows / maximum));
  return { height, full: Math.floor(rows / height), rest: rows % height };
};

/** One row of a tile: its f32x4 accumulators, and where it starts relative to the tile. */
export interface TileRow {
  readonly offset: number;
  readonly values: readonly Expr[];
}

/** Stores the first `width` columns of each row: whole vectors, then single lanes. */
export const storeTile = (
  body: BlockBuilder,
  buffer: string,
  base: Expr,
  rows: readonly TileRow[],
  width: number,
): void => {
  for (const { offset, values } of rows)
    for (const [part, value] of values.entries()) {
      const start = offset + part * 4;
      const count = Math.min(4, width - part * 4);
      if (count === 4) body.store(buffer, add(base, start), value);
      else
        for (const at of ([0, 1, 2, 3] as const).slice(0, Math.max(0, count)))
          body.store(buffer, add(base, start + at), lane(value, at));
    }
};
