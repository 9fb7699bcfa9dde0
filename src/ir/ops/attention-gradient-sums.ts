// Sums that the gradients of attention add tiles to, block after block: the result itself where its rows are whole tiles, and
// otherwise a copy of one batch in rows that are, which is added to the result when the batch is done.
import { add, type BlockBuilder, binary, f32, i32, load, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { rowStart } from "./attention-parts.ts";
import { roundUp, rowsFrom, storeRows, tileRows, vectorAt } from "./attention-tiles.ts";
import type { AttentionGradientsAttrs } from "./attention-typing.ts";
import { panelColumns } from "./matmul-packing.ts";
import type { KernelContext } from "./op.ts";
import { type Rows, tileProduct } from "./register-tile.ts";

type Context = KernelContext<AttentionGradientsAttrs, "many", "many">;

/** Rows of keys or values that tiles add to: the result itself where it has whole tiles, and otherwise a copy of one batch. */
export interface Sums {
  readonly rows: Rows;
  /** Where the copy is added when the batch is done; undefined where the rows are the result. */
  readonly into: Rows | undefined;
}

/** Adds a product of tiles to rows: `height` rows of it; rows of the left operand begin `between` elements from one another. */
export const addProduct = (
  body: BlockBuilder,
  height: Expr,
  left: {
    readonly buffer: string;
    readonly start: Expr;
    readonly between: number;
    readonly rowStride: number;
    readonly depthStride: number;
  },
  rightAt: (column: Expr) => Rows,
  depth: Expr,
  to: Rows,
): void =>
  body.loop(
    to.stride,
    (column, outer) =>
      outer.loop(
        height,
        (row, inner) => {
          const target: Rows = { ...to, start: add(add(to.start, multiply(row, to.stride)), column) };
          const tile = tileProduct(
            inner,
            { rows: tileRows, vectors: 2 },
            { ...left, start: add(left.start, multiply(row, left.between)) },
            rightAt(column),
            depth,
            (at, vector) => vectorAt(target, at, vector * 4),
          );
          storeRows(inner, target, tile);
        },
        { step: tileRows, hint: "i" },
      ),
    { step: panelColumns, hint: "c" },
  );

/** Where tiles add gradients of keys or values of a batch. */
export const sumsOf = (
  context: Context,
  result: 1 | 2,
  copy: string | undefined,
  batch: Expr,
  keys: number,
  columns: number,
): Sums | undefined => {
  if (!context.isWanted(result)) return undefined;
  const own: Rows = {
    buffer: context.resultBuffer(result),
    start: rowStart(batch, keys, 0, columns),
    stride: columns,
  };
  const width = roundUp(columns, panelColumns);
  return copy === undefined
    ? { rows: own, into: undefined }
    : { rows: { buffer: copy, start: i32(0), stride: width }, into: own };
};

/** Sets elements to 0. */
export const fillZero = (body: BlockBuilder, buffer: string, length: number): void =>
  body.loop(length, (at, inner) => inner.store(buffer, at, f32(0)), { mode: "vector" });

/** Adds the copy of a batch to the result. */
export const addCopy = (body: BlockBuilder, sums: Sums | undefined, keys: number): void => {
  const into = sums?.into;
  if (sums === undefined || into === undefined) return;
  body.loop(
    keys,
    (row, outer) => {
      const [from, to] = [
        outer.name(rowsFrom(sums.rows, row).start, "from"),
        outer.name(rowsFrom(into, row).start, "to"),
      ];
      outer.loop(
        into.stride,
        (column, inner) => {
          const at = inner.name(add(to, column), "at");
          const sum = binary("add", load("f32", into.buffer, at), load("f32", sums.rows.buffer, add(from, column)));
          inner.store(into.buffer, at, sum);
        },
        { mode: "vector", hint: "c" },
      );
    },
    { hint: "r" },
  );
};
