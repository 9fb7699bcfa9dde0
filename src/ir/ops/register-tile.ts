// What the register-tiled kernels (matmul, convolution, attention) share: how rows are cut into blocks, the product that a tile
// sums in vector accumulators, and how these are stored when the last columns are not all real.
import { add, type BlockBuilder, binary, type Index, lane, literal, load, multiply, splat } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Numerics } from "../loop/kernel.ts";

/** Rows that a tile may have: with 2 vectors per row, 4 rows are the most that every version of V8 keeps in its 15 vector registers. */
export const maximumRows = 4;

/** The same by what a product and a sum are: as one instruction they need no register between them, and 6 rows fit. */
export const maximumRowsOf: { readonly [N in Numerics]: number } = { exact: maximumRows, relaxed: 6 };

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

/** Runs for each block along an extent: those of a full height in a loop, then the rest in one of its own. A loop of nothing is none. */
export const overBlocks = (
  body: BlockBuilder,
  extent: number,
  height: number,
  hint: string,
  fill: (body: BlockBuilder, from: Expr, height: number) => void,
): void => {
  const whole = Math.floor(extent / height) * height;
  const rest = extent - whole;
  body.loop(whole, (at, inner) => fill(inner, at, height), { step: height, hint });
  body.loop(extent, (at, inner) => fill(inner, at, rest), { from: whole, step: rest, hint });
};

/** Rows in a buffer: where the first begins, and how far apart they are. */
export interface Rows {
  readonly buffer: string;
  readonly start: Expr;
  readonly stride: number;
}

/** A tile: `rows` by four times `vectors` columns. */
export interface TileShape {
  readonly rows: number;
  readonly vectors: number;
}

/** The left operand of a tile: element (row, depth) is at start + row * rowStride + depth * depthStride. */
export interface TileLeft {
  readonly buffer: string;
  readonly start: Expr;
  readonly rowStride: number;
  readonly depthStride: number;
}

/** The right operand of a tile: rows of which a tile takes vectors, one after the other unless `columnOf` says where each begins. */
export interface TileRight extends Rows {
  readonly columnOf?: (vector: number) => number;
}

/**
 * left * right, summed over the depth in order, in registers: `right` has a row for each step of the depth. Accumulators begin
 * at `initial`, or at 0.
 */
export const tileProduct = (
  body: BlockBuilder,
  { rows, vectors }: TileShape,
  left: TileLeft,
  right: TileRight,
  depth: Index,
  initial: (row: number, vector: number) => Expr = () => literal("f32x4", 0),
): readonly (readonly Expr[])[] => {
  const [leftStart, rightStart] = [body.name(left.start, "a"), body.name(right.start, "b")];
  const sums = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: vectors }, (__, vector) => body.mutable(initial(row, vector), "acc")),
  );
  body.loop(
    depth,
    (k, inner) => {
      const at = add(rightStart, multiply(k, right.stride));
      const column = (vector: number): Expr =>
        load("f32x4", right.buffer, add(at, right.columnOf?.(vector) ?? vector * 4));
      // A column that only one row reads is loaded where it is multiplied: so many would not stay in registers.
      const columns = Array.from({ length: vectors }, (_, vector) =>
        rows === 1 ? column(vector) : inner.name(column(vector), "col"),
      );
      for (const [row, own] of sums.entries()) {
        const place = add(add(leftStart, multiply(k, left.depthStride)), row * left.rowStride);
        const element = inner.name(splat(load("f32", left.buffer, place)), "row");
        for (const [vector, sum] of own.entries())
          inner.assign(sum, binary("add", sum, binary("mul", element, columns[vector] ?? element)));
      }
    },
    { hint: "k" },
  );
  return sums;
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
