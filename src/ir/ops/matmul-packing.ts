// How the operands of a matrix product are put where its tiles read them: the right one in panels of eight columns, the left one
// by blocks of rows where it is transposed.
import { add, type BlockBuilder, binary, f32, flatten, i32, load, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Numerics } from "../loop/kernel.ts";
import { sizeOf } from "../types/ndarray.ts";
import { loopNest, repeatedIndex } from "./loop-nest.ts";
import type { MatmulAttrs } from "./matmul-attributes.ts";
import type { KernelContext } from "./op.ts";
import { maximumRows, maximumRowsOf, type RowBlocks, rowBlocks } from "./register-tile.ts";

/** The kernel context of `matmul`. */
export type MatmulContext = KernelContext<MatmulAttrs, 2, 1>;

/** Columns of a packed panel: two f32x4. */
export const panelColumns = 8;

/** The extents of a product. */
export interface Extents {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export const extentsOf = ({ attrs, operandTypes, resultTypes }: MatmulContext): Extents => {
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
export const packColumns = (context: MatmulContext, { columns, depth }: Extents): string => {
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

/** Rows of the left operand that tiles go through together. */
export interface RowRegion {
  readonly from: number;
  readonly to: number;
  /** A tile lies within one of the blocks of so many rows that the region consists of, if there are any. */
  readonly block?: number;
  readonly depthStride: number;
}

/** The left operand where a kernel reads it: element (row, k) of a tile from row i on is at start(i) + row * rowStride + k * depthStride. */
export interface LeftOperand {
  readonly buffer: string;
  readonly start: (batch: readonly Expr[], i: Expr, region: RowRegion) => Expr;
  readonly rowStride: number;
  readonly regions: readonly RowRegion[];
}

const batchStart = ({ operandTypes }: MatmulContext, { rows, depth }: Extents, batch: readonly Expr[]): Expr => {
  const own = operandTypes[0].shape.slice(0, -2);
  return multiply(flatten(repeatedIndex(batch, own), own), rows * depth);
};

/** How rows are cut into blocks when they are packed: where numerics are exact, blocks hold tiles of four rows and of two. */
const packedBlocks = (rows: number, numerics: Numerics): RowBlocks =>
  numerics === "relaxed"
    ? rowBlocks(rows, maximumRowsOf.relaxed)
    : { height: maximumRows, full: Math.floor(rows / maximumRows), rest: rows % maximumRows };

/** Blocks of rows that are packed together: four rows of each are a cache line. */
const blocksTogether = 4;

/** Packs a transposed left operand by blocks of rows, `[batch][block][depth][row]`. */
const packRows = (context: MatmulContext, { rows, depth }: Extents): string => {
  const batch = context.operandTypes[0].shape.slice(0, -2);
  const packed = context.scratch("f32", sizeOf(batch) * rows * depth, "packed");
  const { height, full, rest } = packedBlocks(rows, context.numerics);
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
export const leftOperand = (context: MatmulContext, extents: Extents): LeftOperand => {
  const { rows, depth, columns } = extents;
  const start = (batch: readonly Expr[]): Expr => batchStart(context, extents, batch);
  const buffer = context.operandBuffer(0);
  const whole = { from: 0, to: rows };
  if (!context.attrs.transposeA)
    return {
      buffer,
      start: (batch, i) => add(start(batch), multiply(i, depth)),
      rowStride: depth,
      regions: [{ ...whole, depthStride: 1 }],
    };
  if (rows === 1 || columns < fewestPackedFor)
    return {
      buffer,
      start: (batch, i) => add(start(batch), i),
      rowStride: 1,
      regions: [{ ...whole, depthStride: rows }],
    };
  const { height, full, rest } = packedBlocks(rows, context.numerics);
  const middle = full * height;
  const blocks: readonly RowRegion[] = [
    { from: 0, to: middle, block: height, depthStride: height },
    { from: middle, to: rows, block: rest, depthStride: rest },
  ];
  return {
    buffer: packRows(context, extents),
    start: (batch, i, { from, block = 1 }) => {
      const within = binary("rem", subtract(i, from), i32(block));
      return add(add(start(batch), multiply(subtract(i, within), depth)), within);
    },
    rowStride: 1,
    regions: blocks.filter((region) => region.from < region.to),
  };
};
