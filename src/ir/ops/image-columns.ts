// Images as columns: for a block of neighbouring results of a convolution, everything that their windows hold, a row for each
// (channel, row tap, column tap) and a column for each result. A convolution is then a matrix product of the weights as
// they lie in memory with these columns, and its weights' gradient one with them transposed. A block is as large as the
// nearer caches hold, so that the columns of a whole image, which are many times the image, are never in memory.
import { add, type BlockBuilder, binary, i32, load, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import {
  type ConvolutionContext,
  type ConvolutionGeometry,
  padPlanes,
  type WeightGradientContext,
} from "./padded-planes.ts";
import { rowBlocks } from "./register-tile.ts";

const lanes = 4;
/** Columns that a block may have, and elements: 384 KiB, less than half of a core's second cache. */
const mostColumns = 128;
const mostElements = 98_304;

type Context = ConvolutionContext | WeightGradientContext;

/** Planes that the columns are read from: the images themselves, or padded copies of them. */
export interface Planes {
  readonly buffer: string;
  readonly planeLength: number;
  /** From one row of an image to the next. */
  readonly rowLength: number;
  /** Columns of one stride phase. */
  readonly phaseWidth: number;
  /** Whether a few elements beyond the last column of a row may be read. */
  readonly padded: boolean;
}

/** The planes of a convolution's images; copies are made where windows reach out of them, or columns have a stride. */
export const planesOf = (context: Context, geometry: ConvolutionGeometry): Planes => {
  const { padding, stride } = context.attrs;
  const { height, width, paddedHeight, phaseWidth } = geometry;
  if (stride[1] === 1 && padding.every((side) => side === 0))
    return {
      buffer: context.operandBuffer(0),
      planeLength: height * width,
      rowLength: width,
      phaseWidth: width,
      padded: false,
    };
  const rowLength = stride[1] * phaseWidth;
  const buffer = padPlanes(context, geometry);
  return { buffer, planeLength: paddedHeight * rowLength, rowLength, phaseWidth, padded: true };
};

/** A block of results: `rows` rows of one image by `columns` columns. Only blocks of one row are narrower than the image. */
export interface ResultBlock {
  readonly rows: number;
  readonly columns: number;
}

/** Taps of the windows of one group: the rows that columns have. */
export const tapCount = ({ groupChannels, kernelHeight, kernelWidth }: ConvolutionGeometry): number =>
  groupChannels * kernelHeight * kernelWidth;

/** The largest block that should be in cache at once. Rows are cut so that blocks have equal heights where that can be. */
export const resultBlock = (geometry: ConvolutionGeometry): ResultBlock => {
  const { outputHeight, outputWidth } = geometry;
  const most = Math.max(8, Math.min(mostColumns, Math.floor(mostElements / Math.max(1, tapCount(geometry)))));
  if (outputWidth > most) return { rows: 1, columns: Math.floor(most / 8) * 8 };
  const mostRows = Math.max(1, Math.floor(most / Math.max(1, outputWidth)));
  return { rows: rowBlocks(outputHeight, mostRows).height, columns: outputWidth };
};

/** A block and where it stands. */
export interface PlacedBlock extends ResultBlock {
  readonly y: Expr;
  readonly x: Expr;
}

/** Runs `fill` for all blocks of an image in order: whole ones in loops, then what is left at the ends. */
export const overResultBlocks = (
  body: BlockBuilder,
  { outputHeight, outputWidth }: ConvolutionGeometry,
  { rows, columns }: ResultBlock,
  fill: (body: BlockBuilder, block: PlacedBlock) => void,
): void => {
  const inPieces = (
    outer: BlockBuilder,
    extent: number,
    size: number,
    hint: string,
    piece: (body: BlockBuilder, from: Expr, size: number) => void,
  ): void => {
    const whole = Math.floor(extent / size) * size;
    if (whole > 0) outer.loop(whole, (from, inner) => piece(inner, from, size), { step: size, hint });
    if (whole < extent)
      outer.loop(extent, (from, inner) => piece(inner, from, extent - whole), {
        from: whole,
        step: extent - whole,
        hint,
      });
  };
  inPieces(body, outputHeight, rows, "y", (overColumns, y, height) =>
    inPieces(overColumns, outputWidth, columns, "x", (inner, x, width) =>
      fill(inner, { rows: height, columns: width, y, x }),
    ),
  );
};

/** Elements of so many columns; the last copy may write a few beyond them. */
export const columnsLength = (geometry: ConvolutionGeometry, count: number): number =>
  tapCount(geometry) * count + lanes - 1;

/** Where columns go: `stride` of them in a row, those of a block from `start` on. */
export interface Columns {
  readonly buffer: string;
  readonly stride: number;
  readonly start: Expr;
}

/** Copies `count` elements; where both sides have room behind their end, by whole vectors. */
const copyRun = (
  body: BlockBuilder,
  from: { readonly buffer: string; readonly start: Expr },
  to: { readonly buffer: string; readonly start: Expr },
  count: number,
  room: boolean,
): void => {
  const copy = (x: Expr, inner: BlockBuilder): void =>
    inner.store(to.buffer, add(to.start, x), load("f32", from.buffer, add(from.start, x)));
  if (!room) body.loop(count, copy, { mode: "vector", hint: "x" });
  else
    body.loop(
      count,
      (x, inner) => inner.store(to.buffer, add(to.start, x), load("f32x4", from.buffer, add(from.start, x))),
      { step: lanes, hint: "x" },
    );
};

/** Copies what the windows of a block hold into columns: [channel of the group][row tap][column tap][result]. */
export const fillColumns = (
  context: Context,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  planes: Planes,
  { block, image, firstChannel }: { readonly block: PlacedBlock; readonly image: Expr; readonly firstChannel: Expr },
  target: Columns,
): void => {
  const { stride, dilation } = context.attrs;
  const { channels, groupChannels, kernelHeight, kernelWidth } = geometry;
  const { rows, columns } = block;
  const { buffer, planeLength, rowLength, phaseWidth, padded } = planes;
  const rowStep = stride[0] * rowLength;
  const plane = body.name(multiply(add(multiply(image, channels), firstChannel), planeLength), "plane");
  const first = body.name(add(add(plane, multiply(multiply(block.y, stride[0]), rowLength)), block.x), "first");
  // Rows that follow one another in both places are one.
  const runs = rowStep === columns ? { count: 1, length: rows * columns } : { count: rows, length: columns };
  const fillTap = (inner: BlockBuilder, source: Expr, row: Expr): void => {
    const start = inner.name(add(target.start, multiply(row, target.stride)), "to");
    const run = (r: Expr, copying: BlockBuilder): void =>
      copyRun(
        copying,
        { buffer, start: copying.name(add(source, multiply(r, rowStep)), "from") },
        { buffer: target.buffer, start: copying.name(add(start, multiply(r, columns)), "to") },
        runs.length,
        padded,
      );
    if (runs.count === 1) run(i32(0), inner);
    else inner.loop(runs.count, run, { hint: "r" });
  };
  body.loop(
    groupChannels,
    (c, overRows) =>
      overRows.loop(
        kernelHeight,
        (ky, overColumns) =>
          overColumns.loop(
            kernelWidth,
            (kx, inner) => {
              const offset = multiply(kx, dilation[1]);
              const phase = multiply(binary("rem", offset, i32(stride[1])), phaseWidth);
              const column = add(phase, binary("div", offset, i32(stride[1])));
              const line = add(multiply(c, planeLength), multiply(multiply(ky, dilation[0]), rowLength));
              const source = inner.name(add(add(first, line), column), "from");
              fillTap(inner, source, add(multiply(add(multiply(c, kernelHeight), ky), kernelWidth), kx));
            },
            { hint: "kx" },
          ),
        { hint: "ky" },
      ),
    { hint: "c" },
  );
};
