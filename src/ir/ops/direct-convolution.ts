// Two-dimensional convolution of f32 for groups of few output channels, depthwise ones above all: tiles of the output channels by
// 8 output columns run over input channels and taps of the padded planes, with their accumulators in registers. Each output
// is summed in the order (channel, row tap, column tap), whatever the tile.
import { add, type BlockBuilder, binary, flatten, i32, literal, load, multiply, splat } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { type ConvolutionContext, type ConvolutionGeometry, padPlanes } from "./padded-planes.ts";
import { overBlocks, rowBlocks, storeTile, type TileRow } from "./register-tile.ts";

/** Output columns of a tile: two f32x4. */
const tileColumns = 8;

/** Where a tile is: image, first output channel, output row, first output column. */
interface Tile {
  readonly image: Expr;
  readonly group: Expr;
  readonly output: Expr;
  readonly rows: number;
  readonly y: Expr;
  readonly x: Expr;
  readonly width: number;
  readonly padded: string;
}

/** One tap of a tile: each channel's weight times the pixels under it goes into the channel's accumulators. */
const accumulateTap = (
  body: BlockBuilder,
  accumulators: readonly (readonly Expr[])[],
  read: { readonly pixels: (half: number) => Expr; readonly weight: (channel: number) => Expr },
): void => {
  const pixels = (accumulators[0] ?? []).map((_, half) => body.name(read.pixels(half), "px"));
  for (const [channel, accumulator] of accumulators.entries()) {
    const weight = body.name(splat(read.weight(channel)), "tapw");
    for (const [half, target] of accumulator.entries())
      body.assign(target, binary("add", target, binary("mul", weight, pixels[half] ?? weight)));
  }
};

/** Stores a finished tile and lets what follows the convolution have it. */
const storeSums = (
  context: ConvolutionContext,
  body: BlockBuilder,
  { batch, outputs, outputHeight, outputWidth }: ConvolutionGeometry,
  tile: Tile,
  accumulators: readonly (readonly Expr[])[],
): void => {
  const shape = [batch, outputs, outputHeight, outputWidth];
  const base = body.name(flatten([tile.image, tile.output, tile.y, tile.x], shape), "out");
  const rows: readonly TileRow[] = accumulators.map((values, row) => ({
    offset: row * outputHeight * outputWidth,
    values,
  }));
  storeTile(body, context.resultBuffer(), base, rows, tile.width);
  context.finish(body, [
    { from: tile.image, extent: 1 },
    { from: tile.output, extent: tile.rows },
    { from: tile.y, extent: 1 },
    { from: tile.x, extent: tile.width },
  ]);
};

/** One tile: `rows` output channels by `width` output columns of one output row. */
const convolveTile = (
  context: ConvolutionContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  tile: Tile,
): void => {
  const { attrs } = context;
  const { channels, groupChannels, kernelHeight, kernelWidth, paddedHeight, phaseWidth } = geometry;
  const [strideY, strideX] = attrs.stride;
  const [dilationY, dilationX] = attrs.dilation;
  const taps = kernelHeight * kernelWidth;
  const vectors = tile.width > 4 ? 2 : 1;
  const accumulators = Array.from({ length: tile.rows }, () =>
    Array.from({ length: vectors }, () => body.mutable(literal("f32x4", 0), "acc")),
  );
  const firstChannel = add(multiply(tile.image, channels), multiply(tile.group, groupChannels));
  body.loop(
    groupChannels,
    (c, overRows) => {
      const plane = multiply(add(firstChannel, c), paddedHeight);
      const weights = overRows.name(multiply(add(multiply(tile.output, groupChannels), c), taps), "w");
      overRows.loop(
        kernelHeight,
        (ky, overColumns) => {
          const line = add(plane, add(multiply(tile.y, strideY), multiply(ky, dilationY)));
          const row = overColumns.name(add(multiply(line, strideX * phaseWidth), tile.x), "row");
          const tap = overColumns.name(add(weights, multiply(ky, kernelWidth)), "tap");
          overColumns.loop(
            kernelWidth,
            (kx, inner) => {
              const offset = multiply(kx, dilationX);
              const phase = multiply(binary("rem", offset, i32(strideX)), phaseWidth);
              const start = add(row, add(phase, binary("div", offset, i32(strideX))));
              const at = add(tap, kx);
              accumulateTap(inner, accumulators, {
                pixels: (half) => load("f32x4", tile.padded, add(start, half * 4)),
                weight: (channel) => load("f32", context.operandBuffer(1), add(at, channel * groupChannels * taps)),
              });
            },
            { hint: "kx" },
          );
        },
        { hint: "ky" },
      );
    },
    { hint: "c" },
  );
  storeSums(context, body, geometry, tile, accumulators);
};

/** All tiles of one block of output channels, over the output image. */
const convolveChannels = (
  context: ConvolutionContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  block: Omit<Tile, "y" | "x" | "width">,
): void => {
  const { outputHeight, outputWidth } = geometry;
  body.loop(
    outputHeight,
    (y, inner) =>
      overBlocks(inner, outputWidth, tileColumns, "x", (tile, x, width) =>
        convolveTile(context, tile, geometry, { ...block, y, x, width }),
      ),
    { hint: "y" },
  );
};

/** The f32 convolution by padded planes and register tiles. */
export const buildDirectConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
  const padded = padPlanes(context, geometry);
  const { groups } = context.attrs;
  const { groupOutputs } = geometry;
  const { height } = rowBlocks(groupOutputs);
  context.kernel("conv2d", (root) => {
    root.loop(
      geometry.batch,
      (image, images) => {
        images.loop(
          groups,
          (group, body) =>
            overBlocks(body, groupOutputs, height, "o", (inner, o, rows) => {
              const output = inner.name(add(multiply(group, groupOutputs), o), "o");
              convolveChannels(context, inner, geometry, { image, group, output, rows, padded });
            }),
          { hint: "g" },
        );
      },
      { hint: "b" },
    );
  });
};
