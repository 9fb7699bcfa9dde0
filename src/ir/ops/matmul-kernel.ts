// The matrix product as loops. For f32: the right operand is packed into column panels of 8 (which also undoes a
// transposition and computes whatever was fused into it), then tiles run over the shared axis with their accumulators in
// registers: 2 rows by two panels, or 4 rows by the last panel, if it is alone. 8 accumulators, 4 columns of B, 1 splat and 1 product
// are 14 of the 15 vector registers that V8 leaves us; where numerics are relaxed, a product needs none of its own, and 6 rows by one panel
// fit. Each element of the result is summed in the order of the shared axis, whatever the tile, so the tile shape never shows in the bits.
import { add, type BlockBuilder, binary, flatten, i32, literal, loadType, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Numerics } from "../loop/kernel.ts";
import { loopNest, repeatedIndex } from "./loop-nest.ts";
import {
  type Extents,
  extentsOf,
  type LeftOperand,
  leftOperand,
  type MatmulContext,
  packColumns,
  panelColumns,
  type RowRegion,
} from "./matmul-packing.ts";
import {
  maximumRows,
  maximumRowsOf,
  overBlocks,
  rowBlocks,
  storeTile,
  type TileRow,
  tileProduct,
} from "./register-tile.ts";

const zero = i32(0);

/** How many panels a strip of tiles spans: of one row four, lest adders wait for their own results; three rows stay together. */
const panelsPerStrip = (rows: number, numerics: Numerics): number => {
  if (rows === 1) return 4;
  return rows === 2 || (numerics === "exact" && rows !== 3) ? 2 : 1;
};

/** How many rows a tile has at most. */
const rowsPerTile = (panels: number, numerics: Numerics): number => {
  if (panels === 1) return maximumRowsOf[numerics];
  return panels === 2 ? 2 : 1;
};

/** Panels side by side, and the rows that they are multiplied by. */
interface Strip {
  readonly batch: readonly Expr[];
  /** The first row; regions of the left operand count from it. */
  readonly row: Expr;
  readonly panel: Expr;
  /** How many of the panels' columns are real. */
  readonly width: number;
  readonly packed: string;
  readonly left: LeftOperand;
}

/** One tile: `rows` rows of A from row `i` on, times one strip. */
const multiplyTile = (
  context: MatmulContext,
  body: BlockBuilder,
  { depth, columns }: Extents,
  tile: Strip & { readonly i: Expr; readonly rows: number; readonly region: RowRegion },
): void => {
  const { left, region } = tile;
  const bBatch = context.operandTypes[1].shape.slice(0, -2);
  const panels = Math.ceil(columns / panelColumns);
  const aBase = body.name(left.start(tile.batch, tile.i, region), "a");
  const bStart = add(multiply(flatten(repeatedIndex(tile.batch, bBatch), bBatch), panels), tile.panel);
  const bBase = body.name(multiply(bStart, depth * panelColumns), "b");
  const columnOf = (vector: number): number => (vector >> 1) * depth * panelColumns + (vector & 1) * 4;
  const accumulators = tileProduct(
    body,
    { rows: tile.rows, vectors: Math.ceil(tile.width / 4) },
    { buffer: left.buffer, start: aBase, rowStride: left.rowStride, depthStride: region.depthStride },
    { buffer: tile.packed, start: bBase, stride: panelColumns, columnOf },
    depth,
  );
  const first = multiply(tile.panel, panelColumns);
  const cBase = body.name(flatten([...tile.batch, tile.i, first], context.resultTypes[0].shape), "c");
  const rows: readonly TileRow[] = accumulators.map((values, row) => ({ offset: row * columns, values }));
  storeTile(body, context.resultBuffer(), cBase, rows, tile.width);
  context.finish(body, [
    ...tile.batch.map((from) => ({ from, extent: 1 })),
    { from: tile.i, extent: tile.rows },
    { from: first, extent: tile.width },
  ]);
};

/** All tiles of one strip: in each region blocks of equal height, and one block of what is left. */
const multiplyStrip = (context: MatmulContext, body: BlockBuilder, extents: Extents, strip: Strip): void => {
  const most = rowsPerTile(Math.ceil(strip.width / panelColumns), context.numerics);
  for (const region of strip.left.regions) {
    const { from, to, block = most } = region;
    const { height } = rowBlocks(to - from, Math.min(most, block));
    overBlocks(body, to - from, height, "i", (inner, i, rows) =>
      multiplyTile(context, inner, extents, { ...strip, i: add(add(strip.row, from), i), rows, region }),
    );
  }
};

/** Elements of A that all panels are multiplied by before those of the next rows: half of a core's second cache. */
const mostElements = 2 ** 17;

/** How many rows to go through at a time: all of them, or parts of equal size that hold whole blocks. */
const rowsAtOnce = ({ rows, depth }: Extents, regions: readonly RowRegion[]): number => {
  const unit = regions[0]?.block ?? maximumRows;
  const most = Math.floor(mostElements / depth / unit) * unit;
  if (rows <= most || regions.length > 1) return rows;
  for (let count = most; 2 * count > most; count -= unit) if (rows % count === 0) return count;
  return rows;
};

/** The f32 product by packed panels and register tiles. */
const buildTiled = (context: MatmulContext, extents: Extents): void => {
  const packed = packColumns(context, extents);
  const { columns, rows } = extents;
  const given = leftOperand(context, extents);
  const count = rowsAtOnce(extents, given.regions);
  const left =
    count === rows ? given : { ...given, regions: given.regions.map((region) => ({ ...region, to: count })) };
  const panels = panelsPerStrip(rows, context.numerics);
  const stripColumns = panels * panelColumns;
  const full = Math.floor(columns / stripColumns);
  const rest = columns % stripColumns;
  const strips = (body: BlockBuilder, batch: readonly Expr[], row: Expr): void => {
    const strip = (block: BlockBuilder, which: Expr | number, width: number): void => {
      const panel = multiply(i32(which), panels);
      multiplyStrip(context, block, extents, { batch, row, panel, width, packed, left });
    };
    body.loop(full, (which, inner) => strip(inner, which, stripColumns), { hint: "p" });
    if (rest > 0) strip(body, full, rest);
  };
  context.kernel("matmul", (root) => {
    loopNest(
      root,
      extents.batch,
      (body, batch) => {
        if (count === rows) strips(body, batch, zero);
        else body.loop(rows, (row, inner) => strips(inner, batch, row), { step: count, hint: "rows" });
      },
      { hint: "b" },
    );
  });
};

/** Any dtype, one element at a time. */
const buildPlain = (context: MatmulContext, extents: Extents): void => {
  const { attrs, operands, operandTypes, resultTypes } = context;
  const [a, b] = operandTypes;
  const { dtype, shape } = resultTypes[0];
  context.kernel("matmul", (root) => {
    loopNest(
      root,
      shape,
      (body, index) => {
        const batch = index.slice(0, -2);
        const [i = zero, j = zero] = index.slice(-2);
        const sum = body.mutable(literal(loadType(dtype), 0), "acc");
        body.loop(
          extents.depth,
          (k, inner) => {
            const left = operands[0](inner, [
              ...repeatedIndex(batch, a.shape.slice(0, -2)),
              ...(attrs.transposeA ? [k, i] : [i, k]),
            ]);
            const right = operands[1](inner, [
              ...repeatedIndex(batch, b.shape.slice(0, -2)),
              ...(attrs.transposeB ? [j, k] : [k, j]),
            ]);
            inner.assign(sum, binary("add", sum, binary("mul", left, right)));
          },
          { hint: "k" },
        );
        body.store(context.resultBuffer(), flatten(index, shape), sum);
        context.finish(
          body,
          index.map((from) => ({ from, extent: 1 })),
        );
      },
      { hint: "b" },
    );
  });
};

/** Builds the kernels of `matmul`: [..., M, K] x [..., K, N] with broadcast batch axes. */
export const buildMatmul = (context: MatmulContext): void => {
  const extents = extentsOf(context);
  if (context.resultTypes[0].dtype === "f32") buildTiled(context, extents);
  else buildPlain(context, extents);
};
