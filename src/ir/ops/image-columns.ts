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
import { overBlocks, rowBlocks } from "./register-tile.ts";

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
    };
  const rowLength = stride[1] * phaseWidth;
  const buffer = padPlanes(context, geometry);
  return { buffer, planeLength: paddedHeight * rowLength, rowLength, phaseWidth };
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
): void =>
  overBlocks(body, outputHeight, rows, "y", (overColumns, y, height) =>
    overBlocks(overColumns, outputWidth, columns, "x", (inner, x, width) =>
      fill(inner, { rows: height, columns: width, y, x }),
    ),
  );

/** Columns side by side in a panel. */
export const panelColumns = 8;

/** Where the columns of a block go: column j of row k is at start + (j / width) * panelStride + k * width + j % width. */
export interface Columns {
  readonly buffer: string;
  readonly start: Expr;
  /** Columns of a panel: eight, or all there are. */
  readonly width: number;
  readonly panelStride: number;
}

/** Results whose windows lie side by side, row after row or all in one. */
const runsOf = (
  { stride }: Context["attrs"],
  planes: Planes,
  { rows, columns }: ResultBlock,
): { readonly count: number; readonly length: number } =>
  stride[0] * planes.rowLength === columns ? { count: 1, length: rows * columns } : { count: rows, length: columns };

/** With fewer rows all columns of a block are in the nearest cache, and panels only make copying slower. */
const fewestPanelRows = 128;

/** Whether columns should go in panels, and can: of eight in a longer row, half of what a cache line holds is not their own. */
export const fillsPanels = (
  context: Context,
  geometry: ConvolutionGeometry,
  planes: Planes,
  block: ResultBlock,
): boolean => tapCount(geometry) >= fewestPanelRows && runsOf(context.attrs, planes, block).length % panelColumns === 0;

/** Copies neighbours to where the columns from `first` on are; `to` is where a row has its first column. */
const copyRun = (
  body: BlockBuilder,
  from: { readonly buffer: string; readonly start: Expr },
  to: Expr,
  first: Expr,
  count: number,
  { buffer, width, panelStride }: Columns,
): void => {
  const copyPart = (inner: BlockBuilder, source: Expr, target: Expr, length: number): void =>
    inner.loop(length, (x, each) => each.store(buffer, add(target, x), load("f32", from.buffer, add(source, x))), {
      mode: "vector",
      hint: "x",
    });
  if (panelStride === 0) copyPart(body, from.start, body.name(add(to, first), "to"), count);
  else
    body.loop(
      count / width,
      (panel, inner) => {
        const target = add(to, multiply(add(binary("div", first, i32(width)), panel), panelStride));
        copyPart(inner, add(from.start, multiply(panel, width)), inner.name(target, "to"), width);
      },
      { hint: "p" },
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
  const { columns } = block;
  const { buffer, planeLength, rowLength, phaseWidth } = planes;
  const rowStep = stride[0] * rowLength;
  const plane = body.name(multiply(add(multiply(image, channels), firstChannel), planeLength), "plane");
  const first = body.name(add(add(plane, multiply(multiply(block.y, stride[0]), rowLength)), block.x), "first");
  const runs = runsOf(context.attrs, planes, block);
  const fillTap = (inner: BlockBuilder, source: Expr, row: Expr): void => {
    const start = inner.name(add(target.start, multiply(row, target.width)), "to");
    const run = (r: Expr, copying: BlockBuilder): void => {
      const from = { buffer, start: copying.name(add(source, multiply(r, rowStep)), "from") };
      copyRun(copying, from, start, multiply(r, columns), runs.length, target);
    };
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
