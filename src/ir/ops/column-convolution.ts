// Two-dimensional convolution of f32 as a matrix product, for groups of several output channels: weights [O, C KH KW] as they
// lie in memory times the columns of a block of results. A result is summed in the order (channel, row tap, column tap).
import { add, type BlockBuilder, binary, flatten, i32, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import {
  type Columns,
  fillColumns,
  fillsPanels,
  overResultBlocks,
  type PlacedBlock,
  panelColumns,
  planesOf,
  resultBlock,
  tapCount,
} from "./image-columns.ts";
import type { ConvolutionContext, ConvolutionGeometry } from "./padded-planes.ts";
import { overBlocks, rowBlocks, storeTile, type TileRight, tileProduct } from "./register-tile.ts";

const lanes = 4;

/** A block of the results of one group, whose windows are in `columns`. */
interface GroupBlock {
  readonly image: Expr;
  /** The group's first output channel. */
  readonly output: Expr;
  readonly block: PlacedBlock;
  readonly columns: Columns;
}

/** Up to so many taps, two panels and some weights stay in the nearest cache. */
const mostTapsOfPairs = 384;

/** Vectors of a tile of so many output channels, and the other way round: eight accumulators, which hide the latency of addition. */
const vectorsOf = (rows: number): number => (rows > 2 ? 2 : 4);
const rowsOf = (width: number): number => (width > 2 * lanes ? 2 : 4);

/** The columns of a tile, of which every two vectors may be a panel of their own. */
const columnsFrom = ({ buffer, width, panelStride }: Columns, first: Expr): TileRight =>
  panelStride === 0
    ? { buffer, start: first, stride: width }
    : {
        buffer,
        start: multiply(binary("div", first, i32(width)), panelStride),
        stride: width,
        columnOf: (vector) => (vector >> 1) * panelStride + (vector & 1) * lanes,
      };

/** One tile: `rows` output channels from `output` on, `width` results from `first` on. */
const multiplyTile = (
  context: ConvolutionContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  { image, block, columns }: GroupBlock,
  tile: { readonly output: Expr; readonly rows: number; readonly first: Expr; readonly width: number },
): void => {
  const { batch, outputs, outputHeight, outputWidth } = geometry;
  const depth = tapCount(geometry);
  const sums = tileProduct(
    body,
    { rows: tile.rows, vectors: Math.ceil(tile.width / lanes) },
    {
      buffer: context.operandBuffer(1),
      start: multiply(tile.output, depth),
      rowStride: depth,
      depthStride: 1,
    },
    columnsFrom(columns, tile.first),
    depth,
  );
  const shape = [batch, outputs, outputHeight, outputWidth];
  const start = add(flatten([image, tile.output, block.y, block.x], shape), tile.first);
  storeTile(
    body,
    context.resultBuffer(),
    body.name(start, "out"),
    sums.map((values, row) => ({ offset: row * outputHeight * outputWidth, values })),
    tile.width,
  );
};

/**
 * All results of a block. Of few taps, two panels are multiplied by all weights, two rows at a time; of many, four rows of weights by
 * one panel after the other.
 */
const multiplyBlock = (
  context: ConvolutionContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  group: GroupBlock,
): void => {
  const { groupOutputs } = geometry;
  const count = group.block.rows * group.block.columns;
  const tile = (inner: BlockBuilder, o: Expr, rows: number, first: Expr, width: number): void => {
    const output = inner.name(add(group.output, o), "o");
    multiplyTile(context, inner, geometry, group, { output, rows, first, width });
  };
  if (tapCount(geometry) <= mostTapsOfPairs)
    overBlocks(body, count, 2 * panelColumns, "j", (strip, first, width) =>
      overBlocks(strip, groupOutputs, rowBlocks(groupOutputs, rowsOf(width)).height, "o", (inner, o, rows) =>
        tile(inner, o, rows, first, width),
      ),
    );
  else
    overBlocks(body, groupOutputs, rowBlocks(groupOutputs).height, "o", (strip, o, rows) =>
      overBlocks(strip, count, vectorsOf(rows) * lanes, "j", (inner, first, width) =>
        tile(inner, o, rows, first, width),
      ),
    );
  context.finish(body, [
    { from: group.image, extent: 1 },
    { from: group.output, extent: groupOutputs },
    { from: group.block.y, extent: group.block.rows },
    { from: group.block.x, extent: group.block.columns },
  ]);
};

/** The convolution by blocks of columns. */
export const buildColumnConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
  const planes = planesOf(context, geometry);
  const block = resultBlock(geometry);
  const taps = tapCount(geometry);
  // The last tile reads whole vectors, whose last lanes may be no columns.
  const buffer = context.scratch("f32", taps * block.rows * block.columns + lanes - 1, "columns");
  const columnsOf = (placed: PlacedBlock): Columns =>
    fillsPanels(context, geometry, planes, placed)
      ? { buffer, start: i32(0), width: panelColumns, panelStride: taps * panelColumns }
      : { buffer, start: i32(0), width: placed.rows * placed.columns, panelStride: 0 };
  const { groupChannels, groupOutputs } = geometry;
  context.kernel("conv2d", (root) =>
    root.loop(
      geometry.batch,
      (image, images) =>
        images.loop(
          context.attrs.groups,
          (group, body) =>
            overResultBlocks(body, geometry, block, (inner, placed) => {
              const firstChannel = multiply(group, groupChannels);
              const columns = columnsOf(placed);
              fillColumns(context, inner, geometry, planes, { block: placed, image, firstChannel }, columns);
              const output = inner.name(multiply(group, groupOutputs), "outputs");
              multiplyBlock(context, inner, geometry, { image, output, block: placed, columns });
            }),
          { hint: "g" },
        ),
      { hint: "b" },
    ),
  );
};
