// What the blocked kernels of attention and of its gradients are made of, beside tiles of products: how large blocks are, matrices in rows
// of a padded width, and operands packed in panels of eight columns.
import { add, type BlockBuilder, binary, f32, type Index, i32, load, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { panelColumns } from "./matmul-packing.ts";
import { maximumRows, type Rows, type TileShape } from "./register-tile.ts";

/** Rows of a tile. */
export const tileRows: number = maximumRows;

/** Rows of queries (fewer for gradients, which hold all keys of them, three times), and keys, that are worked on at a time. */
export const rowBlock = 48;
export const gradientRowBlock = 32;
export const keyBlock = 256;

/** The next multiple. */
export const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** The next multiple of a number known when running; the multiple is a power of two. */
export const roundUpIndex = (value: Expr, multiple: number): Expr =>
  binary("and", add(value, multiple - 1), i32(-multiple));

/** The rows from some row on. */
export const rowsFrom = ({ buffer, start, stride }: Rows, row: Index): Rows => ({
  buffer,
  start: add(start, multiply(i32(row), stride)),
  stride,
});

/** Four elements of a row, from a column on. */
export const vectorAt = ({ buffer, start, stride }: Rows, row: Index, column: Index): Expr =>
  load("f32x4", buffer, add(add(start, multiply(i32(row), stride)), column));

/** Vectors in a row of a tile of few rows: as many as registers hold beside one row of the left operand. */
const vectorsOfFew = [0, 8, 4, 2] as const;

/** The shape of tiles over rows of some width, a whole number of panels: wide ones where there are few rows. */
export const tileShape = (rows: number, width: number): TileShape => {
  const vectors = vectorsOfFew[Math.min(rows, 3)] ?? 2;
  const fits = rows < tileRows && width % (4 * vectors) === 0;
  return { rows: Math.min(rows, tileRows), vectors: fits ? vectors : 2 };
};

/** Stores a tile: rows at `stride` from one another. */
export const storeRows = (
  body: BlockBuilder,
  { buffer, start, stride }: Rows,
  values: readonly (readonly Expr[])[],
): void => {
  const at = body.name(start, "to");
  for (const [row, own] of values.entries())
    for (const [vector, value] of own.entries()) body.store(buffer, add(at, row * stride + vector * 4), value);
};

/** Sets the elements of a row from one place up to another. */
export const fillRow = (body: BlockBuilder, buffer: string, start: Expr, from: Index, to: Index, value: number): void =>
  body.loop(to, (column, inner) => inner.store(buffer, add(start, column), f32(value)), { from, hint: "c" });

/** Writes rows of a padded width, whose elements are said row by row; what is beyond the columns becomes 0. */
export const copyElements = (
  body: BlockBuilder,
  elementsOf: (body: BlockBuilder, row: Expr) => (body: BlockBuilder, column: Expr) => Expr,
  to: Rows,
  count: Index,
  columns: number,
): void =>
  body.loop(
    count,
    (row, outer) => {
      const target = outer.name(rowsFrom(to, row).start, "to");
      const element = elementsOf(outer, row);
      outer.loop(columns, (column, inner) => inner.store(to.buffer, add(target, column), element(inner, column)), {
        mode: "vector",
        hint: "c",
      });
      if (columns < to.stride) fillRow(outer, to.buffer, target, columns, to.stride, 0);
    },
    { hint: "r" },
  );

/** Copies rows into rows of a padded width; what is beyond the columns becomes 0. */
export const copyRows = (body: BlockBuilder, from: Rows, to: Rows, count: Index, columns: number): void => {
  const elementsOf = (outer: BlockBuilder, row: Expr) => {
    const source = outer.name(rowsFrom(from, row).start, "from");
    return (_: BlockBuilder, column: Expr): Expr => load("f32", from.buffer, add(source, column));
  };
  copyElements(body, elementsOf, to, count, columns);
};

/** Packs the transpose of `rows` rows in panels, [panel][column][8], so that tiles read it row by row; 0 beyond the last row. */
export const packPanels = (body: BlockBuilder, from: Rows, to: string, rows: number, columns: number): void => {
  const pack = (block: BlockBuilder, panel: Index, width: number): void =>
    block.loop(
      columns,
      (column, inner) => {
        const target = inner.name(multiply(add(multiply(i32(panel), columns), column), panelColumns), "to");
        const source = inner.name(
          add(add(from.start, multiply(i32(panel), panelColumns * from.stride)), column),
          "from",
        );
        for (let at = 0; at < panelColumns; at++)
          inner.store(
            to,
            add(target, at),
            at < width ? load("f32", from.buffer, add(source, at * from.stride)) : f32(0),
          );
      },
      { hint: "d" },
    );
  const full = Math.floor(rows / panelColumns);
  body.loop(full, (panel, inner) => pack(inner, panel, panelColumns), { hint: "p" });
  if (rows % panelColumns > 0) pack(body, full, rows % panelColumns);
};

/** Packs rows in panels of their columns, [panel][row][8], so that tiles read what lies side by side; 0 beyond the last column. */
export const packColumns = (body: BlockBuilder, from: Rows, to: string, rows: number, columns: number): void => {
  const pack = (block: BlockBuilder, panel: Index, width: number): void =>
    block.loop(
      rows,
      (row, inner) => {
        const target = inner.name(multiply(add(multiply(i32(panel), rows), row), panelColumns), "to");
        const source = inner.name(add(rowsFrom(from, row).start, multiply(i32(panel), panelColumns)), "from");
        for (let at = 0; at < panelColumns; at += 4)
          if (at + 4 <= width) inner.store(to, add(target, at), load("f32x4", from.buffer, add(source, at)));
          else
            for (let lane = at; lane < at + 4; lane++)
              inner.store(to, add(target, lane), lane < width ? load("f32", from.buffer, add(source, lane)) : f32(0));
      },
      { hint: "r" },
    );
  const full = Math.floor(columns / panelColumns);
  body.loop(full, (panel, inner) => pack(inner, panel, panelColumns), { hint: "p" });
  if (columns % panelColumns > 0) pack(body, full, columns % panelColumns);
};
