// The gradient of a convolution's weights as loops. For f32: tiles of a few output channels by neighbouring taps of one
// kernel row, accumulators in registers, run along the rows of the cotangent four columns at a time; the images come from
// padded planes, so that every tap reads its columns side by side. Blocks of images that fit the nearest cache go through
// all tiles one block after the other, and each tile adds its sums to the result.
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  f32,
  flatten,
  i32,
  literal,
  load,
  multiply,
  ramp,
  reduceLanes,
  select,
  splat,
} from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { sizeOf } from "../types/ndarray.ts";
import { buildColumnWeightGradient } from "./column-weight-gradient.ts";
import { type ConvolutionGeometry, geometryOf, padPlanes, type WeightGradientContext } from "./padded-planes.ts";
import { buildPlainWeightGradient } from "./plain-convolution.ts";
import { overBlocks, rowBlocks } from "./register-tile.ts";

const lanes = 4;
/** With more taps per tile there would be fewer than two output channels in it. */
const maximumTaps = 5;
/** Elements of images and cotangents that one block of images may have: 24 KiB. */
const blockElements = 6144;

/** The cotangent's rows, `rowLength` elements from row to row, zeros past the last column. */
interface Rows {
  readonly buffer: string;
  readonly rowLength: number;
}

/** Where a tile is: the images it sums over, its first output channel, input channel, row tap and first column tap. */
interface Tile {
  readonly images: { readonly from: Expr; readonly to: Expr };
  readonly group: Expr;
  readonly output: Expr;
  readonly outputs: number;
  readonly channel: Expr;
  readonly tapRow: Expr;
  readonly tapColumn: Expr;
  readonly taps: number;
}

/** The cotangent as whole vectors per row: its own buffer where rows are multiples of four, and else a padded copy. */
const wholeRows = (context: WeightGradientContext, geometry: ConvolutionGeometry): Rows => {
  const { batch, outputs, outputHeight, outputWidth } = geometry;
  if (outputWidth % lanes === 0) return { buffer: context.operandBuffer(1), rowLength: outputWidth };
  const rowLength = Math.ceil(outputWidth / lanes) * lanes;
  const buffer = context.scratch("f32", batch * outputs * outputHeight * rowLength, "rows");
  context.kernel("rows", (root) => {
    root.loop(batch, (b, images) =>
      images.loop(outputs, (o, planes) =>
        planes.loop(outputHeight, (y, body) => {
          const base = body.name(multiply(flatten([b, o, y], [batch, outputs, outputHeight]), rowLength), "base");
          const copy = (x: Expr, inner: BlockBuilder): void =>
            inner.store(buffer, add(base, x), context.operands[1](inner, [b, o, y, x]));
          body.loop(outputWidth, copy, { mode: "vector", hint: "x" });
          for (let x = outputWidth; x < rowLength; x++) body.store(buffer, add(base, x), f32(0));
        }),
      ),
    );
  });
  return { buffer, rowLength };
};

/** Where the padded planes hold the columns of a tap, from the start of a padded row. */
const tapColumn = (context: WeightGradientContext, { phaseWidth }: ConvolutionGeometry, tap: Expr): Expr => {
  const [stride, dilation] = [i32(context.attrs.stride[1]), context.attrs.dilation[1]];
  const offset = multiply(tap, dilation);
  return add(multiply(binary("rem", offset, stride), phaseWidth), binary("div", offset, stride));
};

/** How a tile reads four columns of one row, from a column on. */
interface RowReaders {
  readonly flow: (output: number, x: Expr) => Expr;
  readonly pixels: (tap: number, x: Expr) => Expr;
}

/** Four columns of a tile: every product of a cotangent and a pixel goes into its accumulator. */
const accumulate = (
  body: BlockBuilder,
  accumulators: readonly (readonly Expr[])[],
  x: Expr,
  read: RowReaders,
): void => {
  const flows = accumulators.map((_, output) => body.name(read.flow(output, x), "flow"));
  for (const tap of (accumulators[0] ?? []).keys()) {
    const pixels = body.name(read.pixels(tap, x), "px");
    for (const [output, row] of accumulators.entries()) {
      const target = row[tap];
      if (target !== undefined)
        body.assign(target, binary("add", target, binary("mul", flows[output] ?? pixels, pixels)));
    }
  }
};

/** One row of a tile. */
const accumulateRow = (
  body: BlockBuilder,
  accumulators: readonly (readonly Expr[])[],
  width: number,
  read: RowReaders,
): void => {
  const whole = Math.floor(width / lanes) * lanes;
  body.loop(whole, (x, four) => accumulate(four, accumulators, x, read), { step: lanes, hint: "x" });
  if (whole === width) return;
  // Pixels past the last column are real ones where other taps reach further, and may be infinite.
  const real = compare("lt", ramp(i32(0)), splat(i32(width - whole)));
  accumulate(body, accumulators, i32(whole), {
    flow: read.flow,
    pixels: (tap, x) => select(real, read.pixels(tap, x), literal("f32x4", 0)),
  });
};

/** One tile over its block of images. */
const sumTile = (
  context: WeightGradientContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  tile: Tile,
  { rows, padded }: { readonly rows: Rows; readonly padded: string },
): void => {
  const { stride, dilation } = context.attrs;
  const { channels, groupChannels, outputs, outputHeight, outputWidth, paddedHeight, phaseWidth } = geometry;
  const accumulators = Array.from({ length: tile.outputs }, () =>
    Array.from({ length: tile.taps }, () => body.mutable(literal("f32x4", 0), "acc")),
  );
  const columns = Array.from({ length: tile.taps }, (_, tap) =>
    body.name(tapColumn(context, geometry, add(tile.tapColumn, tap)), "column"),
  );
  const channel = add(multiply(tile.group, groupChannels), tile.channel);
  const planeLength = outputHeight * rows.rowLength;
  body.loop(
    tile.images.to,
    (image, planes) => {
      const plane = planes.name(multiply(add(multiply(image, channels), channel), paddedHeight), "plane");
      const flowPlane = planes.name(multiply(add(multiply(image, outputs), tile.output), planeLength), "flows");
      planes.loop(
        outputHeight,
        (y, inner) => {
          const line = add(plane, add(multiply(y, stride[0]), multiply(tile.tapRow, dilation[0])));
          const row = inner.name(multiply(line, stride[1] * phaseWidth), "row");
          const flowRow = inner.name(add(flowPlane, multiply(y, rows.rowLength)), "flow");
          accumulateRow(inner, accumulators, outputWidth, {
            flow: (output, x) => load("f32x4", rows.buffer, add(add(flowRow, x), output * planeLength)),
            pixels: (tap, x) => load("f32x4", padded, add(add(row, columns[tap] ?? i32(0)), x)),
          });
        },
        { hint: "y" },
      );
    },
    { from: tile.images.from, hint: "b" },
  );
  addSums(context, body, tile, accumulators);
};

/** Adds the lanes of a tile's accumulators to the result. */
const addSums = (
  context: WeightGradientContext,
  body: BlockBuilder,
  tile: Tile,
  accumulators: readonly (readonly Expr[])[],
): void => {
  const { shape } = context.resultTypes[0];
  const result = context.resultBuffer();
  const first = body.name(flatten([tile.output, tile.channel, tile.tapRow, tile.tapColumn], shape), "out");
  const elementsPerOutput = sizeOf(shape.slice(1));
  for (const [output, row] of accumulators.entries())
    for (const [tap, sum] of row.entries()) {
      const at = add(first, output * elementsPerOutput + tap);
      body.store(result, at, add(load("f32", result, at), reduceLanes("add", sum)));
    }
};

/** The f32 gradient by padded planes and register tiles. */
const buildTiled = (context: WeightGradientContext, geometry: ConvolutionGeometry): void => {
  const { batch, channels, outputs, groupOutputs, groupChannels, kernelHeight, kernelWidth } = geometry;
  const padded = padPlanes(context, geometry);
  const rows = wholeRows(context, geometry);
  const tapBlocks = rowBlocks(kernelWidth, maximumTaps);
  const outputBlocks = rowBlocks(groupOutputs, Math.max(2, Math.min(4, Math.floor(10 / tapBlocks.height))));
  const planes = channels * geometry.paddedHeight * context.attrs.stride[1] * geometry.phaseWidth;
  const elements = planes / Math.max(1, channels) + outputs * geometry.outputHeight * rows.rowLength;
  const blockImages = Math.max(1, Math.min(batch, Math.floor(blockElements / Math.max(1, elements))));
  const { shape } = context.resultTypes[0];
  context.kernel("conv2dWeightGradient", (root) => {
    root.loop(sizeOf(shape), (at, body) => body.store(context.resultBuffer(), at, f32(0)), { mode: "vector" });
    root.loop(
      batch,
      (from, block) => {
        const to = block.name(binary("min", add(from, blockImages), i32(batch)), "to");
        block.loop(context.attrs.groups, (group, body) =>
          overBlocks(body, groupOutputs, outputBlocks.height, "o", (inGroup, o, height) => {
            const output = inGroup.name(add(multiply(group, groupOutputs), o), "o");
            inGroup.loop(
              groupChannels,
              (channel, overRows) =>
                overRows.loop(
                  kernelHeight,
                  (tapRow, overColumns) =>
                    overBlocks(overColumns, kernelWidth, tapBlocks.height, "kx", (inner, column, taps) => {
                      const where = { group, output, outputs: height, channel, tapRow, tapColumn: column, taps };
                      sumTile(context, inner, geometry, { images: { from, to }, ...where }, { rows, padded });
                    }),
                  { hint: "ky" },
                ),
              { hint: "c" },
            );
          }),
        );
      },
      { step: blockImages, hint: "b" },
    );
    context.finish(
      root,
      shape.map((extent) => ({ from: i32(0), extent })),
    );
  });
};

/** From so many output channels per group on, copying what windows hold costs less than it gains. */
const severalOutputs = 8;

/** Builds the kernels of `conv2dWeightGradient`: [N, C, H, W] and [N, O, OH, OW] to [O, C/groups, KH, KW]. */
export const buildWeightGradient = (context: WeightGradientContext): void => {
  const { attrs, operandTypes, resultTypes } = context;
  const geometry = geometryOf(attrs, operandTypes[0], resultTypes[0], operandTypes[1]);
  if (resultTypes[0].dtype !== "f32") buildPlainWeightGradient(context, geometry);
  else if (geometry.groupOutputs >= severalOutputs) buildColumnWeightGradient(context, geometry);
  else buildTiled(context, geometry);
};
