// Convolution of f32 by 3 x 3 windows in fewer products (Winograd 1980; Lavin and Gray 2015, F(2 x 2, 3 x 3)): two by two results
// take 16 products for each channel where their sums have 36. Images and weights are transformed, multiplied as 16 matrices,
// and transformed back. Sums and differences of pixels round differently from products, so this is for relaxed numerics alone.
import { add, type BlockBuilder, binary, f32, flatten, i32, lane, load, multiply } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { loopNest } from "./loop-nest.ts";
import { type ConvolutionContext, type ConvolutionGeometry, padPlanes } from "./padded-planes.ts";
import { overBlocks, rowBlocks, storeTile, tileProduct } from "./register-tile.ts";

const lanes = 4;
/** Results of a tile along an axis, and positions that it is transformed to. */
const tileSize = 2;
const positions = 4;
/** Columns of results of four tiles side by side, which are transformed together. */
const groupColumns = tileSize * lanes;
/** With fewer channels, transforming costs more than is saved. */
const fewestChannels = 16;
/** Tiles that are transformed and multiplied at once, if one row of tiles is not more: their products fit the second cache. */
const mostTiles = 64;

/** Whether the convolution is one that these kernels are for. */
export const suitsWinograd = ({ attrs, numerics }: ConvolutionContext, geometry: ConvolutionGeometry): boolean =>
  numerics === "relaxed" &&
  [...attrs.stride, ...attrs.dilation, attrs.groups].every((one) => one === 1) &&
  geometry.kernelHeight === 3 &&
  geometry.kernelWidth === 3 &&
  Math.min(geometry.channels, geometry.outputs) >= fewestChannels &&
  geometry.outputHeight >= tileSize &&
  geometry.outputWidth > lanes;

/** How tiles lie: rows of them, each of whole groups of four. */
interface Tiling {
  readonly groups: number;
  /** Tiles in a row, those of the last group that are beyond the results included. */
  readonly perRow: number;
  /** Rows of tiles that are done at once. */
  readonly blockRows: number;
  readonly padded: string;
  /** From one row of a padded plane to the next, and from its even columns to its odd ones. */
  readonly rowLength: number;
  readonly phaseWidth: number;
  readonly paddedHeight: number;
}

type Four<T> = readonly [T, T, T, T];

const plus = (a: Expr, b: Expr): Expr => binary("add", a, b);
const minus = (a: Expr, b: Expr): Expr => binary("sub", a, b);

/** One axis of the transform of pixels, B^T. */
const transformPixels = (body: BlockBuilder, [a, b, c, d]: Four<Expr>): Four<Expr> => [
  body.name(minus(a, c), "v"),
  body.name(plus(b, c), "v"),
  body.name(minus(c, b), "v"),
  body.name(minus(b, d), "v"),
];

/** One axis of the transform of weights, G. */
const transformWeights = (body: BlockBuilder, [a, b, c]: readonly [Expr, Expr, Expr]): Four<Expr> => {
  const ends = body.name(plus(a, c), "ends");
  const half = (x: Expr): Expr => body.name(binary("mul", x, f32(0.5)), "u");
  return [a, half(plus(ends, b)), half(minus(ends, b)), c];
};

/** One axis of the transform back, A^T. */
const transformBack = (body: BlockBuilder, [a, b, c, d]: Four<Expr>): readonly [Expr, Expr] => [
  body.name(plus(plus(a, b), c), "y"),
  body.name(minus(minus(b, c), d), "y"),
];

const four = <T>(make: (at: number) => T): Four<T> => [make(0), make(1), make(2), make(3)];

/** All weights transformed: `[position][output][channel]`. */
const buildWeights = (context: ConvolutionContext, { outputs, channels }: ConvolutionGeometry): string => {
  const transformed = context.scratch("f32", positions * positions * outputs * channels, "weights");
  context.kernel("winograd weights", (root) =>
    loopNest(root, [outputs, channels], (body, index) => {
      const at = body.name(flatten(index, [outputs, channels]), "at");
      const tap = (y: number, x: number): Expr =>
        body.name(load("f32", context.operandBuffer(1), add(multiply(at, 9), y * 3 + x)), "w");
      const column = (x: number): Four<Expr> => transformWeights(body, [tap(0, x), tap(1, x), tap(2, x)]);
      const [left, middle, right] = [column(0), column(1), column(2)];
      for (const y of [0, 1, 2, 3] as const)
        for (const [x, value] of transformWeights(body, [left[y], middle[y], right[y]]).entries())
          body.store(transformed, add(at, (y * positions + x) * outputs * channels), value);
    }),
  );
  return transformed;
};

/** A block of tiles of one image, and where its transforms are: `[position][channel][tile]`. */
interface Block {
  readonly image: Expr;
  /** The first row of tiles. */
  readonly row: Expr;
  readonly rows: number;
  /** Rows of results in each row of tiles: two, or one in the last of an odd image. */
  readonly resultRows: number;
}

interface Buffers {
  readonly weights: string;
  readonly pixels: string;
  readonly products: string;
}

const tilesOf = ({ perRow }: Tiling, { rows }: Block): number => rows * perRow;

/** From one position to the next: a cache line more than its elements, since 16 streams at powers of two share few sets of a cache. */
const positionStride = (channels: number, tiles: number): number => channels * tiles + 16;

/** Transforms the pixels under a block, four tiles at a time. */
const fillPixels = (
  body: BlockBuilder,
  { channels }: ConvolutionGeometry,
  tiling: Tiling,
  block: Block,
  { pixels }: Buffers,
): void => {
  const { groups, perRow, padded, rowLength, phaseWidth, paddedHeight } = tiling;
  const tiles = tilesOf(tiling, block);
  loopNest(body, [channels, block.rows, groups], (inner, [c = i32(0), row = i32(0), group = i32(0)]) => {
    const plane = multiply(add(multiply(block.image, channels), c), paddedHeight * rowLength);
    const line = multiply(add(block.row, row), tileSize * rowLength);
    const from = inner.name(add(add(plane, line), multiply(group, lanes)), "from");
    // Columns 0 and 2 of a tile are even ones, one apart; 1 and 3 are odd.
    const pixel = (y: number, x: number): Expr =>
      inner.name(load("f32x4", padded, add(from, y * rowLength + (x % tileSize) * phaseWidth + (x >> 1))), "px");
    const columns = four((x) =>
      transformPixels(
        inner,
        four((y) => pixel(y, x)),
      ),
    );
    const to = inner.name(add(add(multiply(c, tiles), multiply(row, perRow)), multiply(group, lanes)), "to");
    for (const y of [0, 1, 2, 3] as const)
      for (const [x, value] of transformPixels(
        inner,
        four((column) => columns[column as 0][y]),
      ).entries())
        inner.store(pixels, add(to, (y * positions + x) * positionStride(channels, tiles)), value);
  });
};

/** The 16 products of weights and pixels, `[position][output][tile]`. Tiles of six rows, as matrix products have here, are a third slower. */
const multiplyBlock = (
  body: BlockBuilder,
  { channels, outputs }: ConvolutionGeometry,
  tiling: Tiling,
  block: Block,
  { weights, pixels, products }: Buffers,
): void => {
  const tiles = tilesOf(tiling, block);
  const { height } = rowBlocks(outputs);
  const tile = (inner: BlockBuilder, position: Expr, o: Expr, rows: number, first: Expr, width: number): void => {
    const output = inner.name(add(multiply(position, outputs), o), "o");
    const sums = tileProduct(
      inner,
      { rows, vectors: width / lanes },
      { buffer: weights, start: multiply(output, channels), rowStride: channels, depthStride: 1 },
      { buffer: pixels, start: add(multiply(position, positionStride(channels, tiles)), first), stride: tiles },
      channels,
    );
    const row = add(multiply(position, positionStride(outputs, tiles)), multiply(o, tiles));
    const start = inner.name(add(row, first), "out");
    storeTile(
      inner,
      products,
      start,
      sums.map((values, row) => ({ offset: row * tiles, values })),
      width,
    );
  };
  const width = 2 * lanes;
  const whole = Math.floor(tiles / width) * width;
  const strip = (inner: BlockBuilder, position: Expr, first: Expr, columns: number): void =>
    overBlocks(inner, outputs, height, "o", (each, o, rows) => tile(each, position, o, rows, first, columns));
  body.loop(
    positions * positions,
    (position, inner) => {
      inner.loop(whole, (first, each) => strip(each, position, first, width), { step: width, hint: "t" });
      if (whole < tiles) strip(inner, position, i32(whole), tiles - whole);
    },
    { hint: "p" },
  );
};

/** Transforms products back to results: two rows of two results for each tile, of which the last may be beyond the image. */
const storeResults = (
  context: ConvolutionContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  tiling: Tiling,
  block: Block,
  { products }: Buffers,
): void => {
  const { batch, outputs, outputHeight, outputWidth } = geometry;
  const { groups, perRow } = tiling;
  const tiles = tilesOf(tiling, block);
  const group = (inner: BlockBuilder, o: Expr, row: Expr, at: Expr, columns: number): void => {
    const from = inner.name(add(add(multiply(o, tiles), multiply(row, perRow)), multiply(at, lanes)), "from");
    const product = (y: number, x: number): Expr =>
      inner.name(load("f32x4", products, add(from, (y * positions + x) * positionStride(outputs, tiles))), "m");
    const halves = four((x) =>
      transformBack(
        inner,
        four((y) => product(y, x)),
      ),
    );
    const y = multiply(add(block.row, row), tileSize);
    const shape = [batch, outputs, outputHeight, outputWidth];
    const out = inner.name(flatten([block.image, o, y, multiply(at, groupColumns)], shape), "out");
    for (const line of ([0, 1] as const).slice(0, block.resultRows)) {
      const both = transformBack(
        inner,
        four((x) => halves[x as 0][line]),
      );
      for (let column = 0; column < columns; column++) {
        // A group has four tiles, so half of a column's number is a lane.
        const of = Math.floor(column / tileSize) as 0 | 1 | 2 | 3;
        const value = lane(both[column % tileSize === 0 ? 0 : 1], of);
        inner.store(context.resultBuffer(), add(out, line * outputWidth + column), value);
      }
    }
  };
  const whole = Math.floor(outputWidth / groupColumns);
  loopNest(body, [outputs, block.rows], (inner, [o = i32(0), row = i32(0)]) => {
    inner.loop(whole, (at, each) => group(each, o, row, at, groupColumns), { hint: "x" });
    if (whole < groups) group(inner, o, row, i32(whole), outputWidth - whole * groupColumns);
  });
  context.finish(body, [
    { from: block.image, extent: 1 },
    { from: i32(0), extent: outputs },
    { from: body.name(multiply(block.row, tileSize), "y"), extent: (block.rows - 1) * tileSize + block.resultRows },
    { from: i32(0), extent: outputWidth },
  ]);
};

/** Planes with whole tiles, their even columns before their odd ones, so that neighbouring tiles are neighbours. */
const tilingOf = (context: ConvolutionContext, geometry: ConvolutionGeometry): Tiling => {
  const { outputHeight, outputWidth } = geometry;
  const groups = Math.ceil(outputWidth / groupColumns);
  const perRow = groups * lanes;
  const blockRows = rowBlocks(Math.floor(outputHeight / tileSize), Math.max(1, Math.floor(mostTiles / perRow))).height;
  // A window reaches two pixels further than its result, so whole tiles need all of a padded plane, and what they have beyond it.
  const phaseWidth = perRow + 1;
  const paddedHeight = Math.ceil(outputHeight / tileSize) * tileSize + tileSize;
  const phased = { ...context, attrs: { ...context.attrs, stride: [1, tileSize] as const } };
  const padded = padPlanes(phased, { ...geometry, phaseWidth, paddedHeight });
  return { groups, perRow, blockRows, padded, rowLength: tileSize * phaseWidth, phaseWidth, paddedHeight };
};

/** The convolution by blocks of tiles. */
export const buildWinogradConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
  const { batch, channels, outputs, outputHeight } = geometry;
  const tiling = tilingOf(context, geometry);
  const weights = buildWeights(context, geometry);
  const most = tiling.blockRows * tiling.perRow;
  const scratch = (rows: number, hint: string): string =>
    context.scratch("f32", positions * positions * positionStride(rows, most), hint);
  const [pixels, products] = [scratch(channels, "pixels"), scratch(outputs, "products")];
  const buffers = { weights, pixels, products };
  const fill = (body: BlockBuilder, block: Block): void => {
    fillPixels(body, geometry, tiling, block, buffers);
    multiplyBlock(body, geometry, tiling, block, buffers);
    storeResults(context, body, geometry, tiling, block, buffers);
  };
  const whole = Math.floor(outputHeight / tileSize);
  const { height, full, rest } = rowBlocks(whole, tiling.blockRows);
  const rows = (image: Expr, row: Expr, count: number, resultRows = tileSize): Block => ({
    image,
    row,
    rows: count,
    resultRows,
  });
  context.kernel("conv2d", (root) =>
    root.loop(
      batch,
      (image, body) => {
        body.loop(full * height, (row, inner) => fill(inner, rows(image, row, height)), { step: height, hint: "y" });
        if (rest > 0) fill(body, rows(image, i32(full * height), rest));
        if (whole * tileSize < outputHeight) fill(body, rows(image, i32(whole), 1, outputHeight - whole * tileSize));
      },
      { hint: "b" },
    ),
  );
};
