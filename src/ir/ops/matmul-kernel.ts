// The matrix product as loops. For f32: the right operand is packed into column panels of 8 (which also undoes a
// transposition and computes whatever was fused into it), then tiles of up to 4 rows (6 where numerics are relaxed) by 8 columns run over the shared
// axis with their accumulators in registers: 8 accumulators, 2 columns of B, 1 splat and 1 product are 12 of the 15 vector
// registers that V8 leaves us. One row or two take several panels at a time, so that as many sums are under way. Each element of the result is summed in the order of the shared axis, whatever the tile,
// so the tile shape never shows in the bits.
import { add, type BlockBuilder, binary, f32, flatten, i32, literal, load, loadType, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { sizeOf, stridesOf } from "../types/ndarray.ts";
import { loopNest, repeatedIndex } from "./loop-nest.ts";
import type { MatmulAttrs } from "./matmul-attributes.ts";
import type { KernelContext } from "./op.ts";
import { maximumRowsOf, overBlocks, rowBlocks, storeTile, type TileRow, tileProduct } from "./register-tile.ts";

type Context = KernelContext<MatmulAttrs, 2, 1>;

/** Columns of a packed panel: two f32x4. */
export const panelColumns = 8;

interface Extents {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

const extentsOf = ({ attrs, operandTypes, resultTypes }: Context): Extents => {
  const [a] = operandTypes;
  const { shape } = resultTypes[0];
  return {
    batch: shape.slice(0, -2),
    rows: shape.at(-2) ?? 1,
    columns: shape.at(-1) ?? 1,
    depth: a.shape.at(attrs.transposeA ? -2 : -1) ?? 1,
  };
};

/** Packs the right operand: `[batch][panel][depth][8]`, zeros past the last column. */
const packColumns = (context: Context, { columns, depth }: Extents): string => {
  const { attrs, operands, operandTypes } = context;
  const batch = operandTypes[1].shape.slice(0, -2);
  const panels = Math.ceil(columns / panelColumns);
  const packed = context.scratch("f32", sizeOf(batch) * panels * depth * panelColumns, "packed");
  const rest = columns % panelColumns;
  context.kernel("pack", (root) => {
    loopNest(
      root,
      batch,
      (body, at) => {
        const panel = (block: BlockBuilder, which: Expr | number, width: number): void => {
          block.loop(
            depth,
            (k, inner) => {
              const start = add(multiply(add(multiply(flatten(at, batch), panels), which), depth), k);
              const base = inner.name(multiply(start, panelColumns), "base");
              inner.loop(
                width,
                (column, innermost) => {
                  const j = add(multiply(i32(which), panelColumns), column);
                  const index = attrs.transposeB ? [...at, j, k] : [...at, k, j];
                  innermost.store(packed, add(base, column), operands[1](innermost, index));
                },
                { mode: "vector", hint: "j" },
              );
              inner.loop(panelColumns, (column, innermost) => innermost.store(packed, add(base, column), f32(0)), {
                from: width,
                hint: "j",
              });
            },
            { hint: "k" },
          );
        };
        const full = Math.floor(columns / panelColumns);
        body.loop(full, (which, inner) => panel(inner, which, panelColumns), { hint: "p" });
        if (rest > 0) panel(body, full, rest);
      },
      { hint: "b" },
    );
  });
  return packed;
};

/** The left operand where a kernel reads it: element (row, k) of a tile from row i on is at start(i) + row * rowStride + k * depthStride. */
interface LeftOperand {
  readonly buffer: string;
  readonly start: (batch: readonly Expr[], i: Expr) => Expr;
  readonly rowStride: number;
  readonly depthStride: (rows: number) => number;
}

const batchStart = ({ operandTypes }: Context, { rows, depth }: Extents, batch: readonly Expr[]): Expr => {
  const own = operandTypes[0].shape.slice(0, -2);
  return multiply(flatten(repeatedIndex(batch, own), own), rows * depth);
};

/** Blocks of rows that are packed together: four rows of each are a cache line. */
const blocksTogether = 4;

/** Packs a transposed left operand by blocks of rows, `[batch][block][depth][row]`. */
const packRows = (context: Context, { rows, depth }: Extents): string => {
  const batch = context.operandTypes[0].shape.slice(0, -2);
  const packed = context.scratch("f32", sizeOf(batch) * rows * depth, "packed");
  const { height, full, rest } = rowBlocks(rows, maximumRowsOf[context.numerics]);
  context.kernel("pack", (root) => {
    loopNest(
      root,
      batch,
      (body, at) => {
        const start = body.name(multiply(flatten(at, batch), rows * depth), "start");
        // Several blocks at a time read whole cache lines.
        const blocks = (inner: BlockBuilder, i: Expr, width: number, count: number): void =>
          inner.loop(
            depth,
            (k, innermost) => {
              const from = innermost.name(add(add(start, multiply(k, rows)), i), "from");
              const to = innermost.name(add(add(start, multiply(i, depth)), multiply(k, width)), "to");
              for (let at = 0; at < count; at++)
                innermost.loop(
                  width,
                  (row, each) => {
                    const element = load("f32", context.operandBuffer(0), add(add(from, at * width), row));
                    each.store(packed, add(add(to, at * width * depth), row), element);
                  },
                  { mode: "vector", hint: "r" },
                );
            },
            { hint: "k" },
          );
        const groups = Math.floor(full / blocksTogether);
        const step = height * blocksTogether;
        body.loop(groups * step, (i, inner) => blocks(inner, i, height, blocksTogether), { step, hint: "i" });
        if (full % blocksTogether > 0) blocks(body, i32(groups * step), height, full % blocksTogether);
        if (rest > 0) blocks(body, i32(full * height), rest, 1);
      },
      { hint: "b" },
    );
  });
  return packed;
};

/** With fewer columns, a left operand is not read often enough to be packed. */
const fewestPackedFor = 4 * panelColumns;

/**
 * Where rows are read from. A transposed operand has the next element of a row a whole row of memory away, and rows of a
 * power of two fall on the same few lines of a cache, so it is packed.
 */
const leftOperand = (context: Context, extents: Extents): LeftOperand => {
  const { rows, depth, columns } = extents;
  const start = (batch: readonly Expr[]): Expr => batchStart(context, extents, batch);
  if (!context.attrs.transposeA)
    return {
      buffer: context.operandBuffer(0),
      start: (batch, i) => add(start(batch), multiply(i, depth)),
      rowStride: depth,
      depthStride: () => 1,
    };
  if (rows === 1 || columns < fewestPackedFor)
    return {
      buffer: context.operandBuffer(0),
      start: (batch, i) => add(start(batch), i),
      rowStride: 1,
      depthStride: () => rows,
    };
  return {
    buffer: packRows(context, extents),
    start: (batch, i) => add(start(batch), multiply(i, depth)),
    rowStride: 1,
    depthStride: (height) => height,
  };
};

/** How many panels a tile spans: fewer than three rows would leave the adders waiting for their own results. */
const panelsPerTile = (rows: number): number => (rows === 1 ? 4 : rows === 2 ? 2 : 1);

/** Panels side by side: their first, and how many of their columns are real. */
interface Strip {
  readonly batch: readonly Expr[];
  readonly panel: Expr;
  readonly width: number;
  readonly packed: string;
  readonly left: LeftOperand;
}

/** One tile: `rows` rows of A from row `i` on, times one strip. */
const multiplyTile = (
  context: Context,
  body: BlockBuilder,
  extents: Extents,
  tile: Strip & { readonly i: Expr; readonly rows: number },
): void => {
  const { operandTypes, resultTypes } = context;
  const { depth, columns } = extents;
  const { left } = tile;
  const bBatch = operandTypes[1].shape.slice(0, -2);
  const panels = Math.ceil(columns / panelColumns);
  const aBase = body.name(left.start(tile.batch, tile.i), "a");
  const bStart = add(multiply(flatten(repeatedIndex(tile.batch, bBatch), bBatch), panels), tile.panel);
  const bBase = body.name(multiply(bStart, depth * panelColumns), "b");
  const columnOf = (vector: number): number => (vector >> 1) * depth * panelColumns + (vector & 1) * 4;
  const accumulators = tileProduct(
    body,
    { rows: tile.rows, vectors: Math.ceil(tile.width / 4) },
    { buffer: left.buffer, start: aBase, rowStride: left.rowStride, depthStride: left.depthStride(tile.rows) },
    { buffer: tile.packed, start: bBase, stride: panelColumns, columnOf },
    depth,
  );
  const shape = resultTypes[0].shape;
  const first = multiply(tile.panel, panelColumns);
  const strides = stridesOf(shape);
  const cBase = body.name(flatten([...tile.batch, tile.i, first], shape), "c");
  const rows: readonly TileRow[] = accumulators.map((values, row) => ({ offset: row * (strides.at(-2) ?? 1), values }));
  storeTile(body, context.resultBuffer(), cBase, rows, tile.width);
  context.finish(body, [
    ...tile.batch.map((from) => ({ from, extent: 1 })),
    { from: tile.i, extent: tile.rows },
    { from: first, extent: tile.width },
  ]);
};

/** All tiles of one strip: blocks of equal height, and one block of what is left. */
const multiplyStrip = (context: Context, body: BlockBuilder, extents: Extents, strip: Strip): void => {
  const { height } = rowBlocks(extents.rows, maximumRowsOf[context.numerics]);
  overBlocks(body, extents.rows, height, "i", (inner, i, rows) =>
    multiplyTile(context, inner, extents, { ...strip, i, rows }),
  );
};

/** The f32 product by packed panels and register tiles. */
const buildTiled = (context: Context, extents: Extents): void => {
  const packed = packColumns(context, extents);
  const left = leftOperand(context, extents);
  const { columns } = extents;
  const panels = panelsPerTile(extents.rows);
  const stripColumns = panels * panelColumns;
  const full = Math.floor(columns / stripColumns);
  const rest = columns % stripColumns;
  context.kernel("matmul", (root) => {
    loopNest(
      root,
      extents.batch,
      (body, batch) => {
        const strip = (block: BlockBuilder, which: Expr | number, width: number): void =>
          multiplyStrip(context, block, extents, { batch, panel: multiply(i32(which), panels), width, packed, left });
        body.loop(full, (which, inner) => strip(inner, which, stripColumns), { hint: "p" });
        if (rest > 0) strip(body, full, rest);
      },
      { hint: "b" },
    );
  });
};

const zero = i32(0);

/** Any dtype, one element at a time. */
const buildPlain = (context: Context, extents: Extents): void => {
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
export const buildMatmul = (context: Context): void => {
  const extents = extentsOf(context);
  if (context.resultTypes[0].dtype === "f32") buildTiled(context, extents);
  else buildPlain(context, extents);
};
