// Convolution of f32 where every output channel has an input channel to itself, and a small window: one plane is padded at a
// time, and stays in the nearest cache while four of its output rows go through four columns after the other. An input row
// is read once for all output rows over it; weights and sums are in registers. Each output is summed in the order (row
// tap, column tap).
import { add, type BlockBuilder, binary, flatten, i32, literal, load, multiply, splat } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { type ConvolutionContext, type ConvolutionGeometry, padPlane, planeLength } from "./padded-planes.ts";

const lanes = 4;
/** Output rows of a tile. */
const tileRows = 4;
/** With more weights they would not stay in registers beside the sums. */
const mostTaps = 9;

/** Whether the convolution is one that these kernels are for. */
export const isDepthwise = ({
  groupChannels,
  groupOutputs,
  kernelHeight,
  kernelWidth,
  outputHeight,
  outputWidth,
}: ConvolutionGeometry): boolean =>
  groupChannels === 1 &&
  groupOutputs === 1 &&
  kernelHeight * kernelWidth <= mostTaps &&
  outputHeight > 0 &&
  outputWidth >= lanes;

/** A use of an input row: the output row of the tile that sees it, by which row tap. */
interface RowUse {
  readonly row: number;
  readonly tap: number;
}

/** Which output rows of a tile see which of its input rows, from the first input row to the last. */
const rowUses = (
  { stride, dilation }: ConvolutionContext["attrs"],
  { kernelHeight }: ConvolutionGeometry,
  rows: number,
): readonly (readonly [line: number, uses: readonly RowUse[]])[] => {
  const uses = new Map<number, RowUse[]>();
  for (let row = 0; row < rows; row++)
    for (let tap = 0; tap < kernelHeight; tap++) {
      const line = row * stride[0] + tap * dilation[0];
      uses.set(line, [...(uses.get(line) ?? []), { row, tap }]);
    }
  return [...uses].toSorted(([a], [b]) => a - b);
};

/** One tile: `rows` output rows by four columns, of a padded plane that begins the buffer. */
const sumTile = (
  { attrs }: ConvolutionContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  { padded, weights, rows }: { readonly padded: string; readonly weights: readonly Expr[]; readonly rows: number },
  [y, x]: readonly [Expr, Expr],
): readonly Expr[] => {
  const { kernelWidth, phaseWidth } = geometry;
  const [, strideX] = attrs.stride;
  const rowLength = strideX * phaseWidth;
  const start = body.name(add(multiply(y, attrs.stride[0] * rowLength), x), "from");
  const sums = Array.from({ length: rows }, () => body.mutable(literal("f32x4", 0), "acc"));
  for (const [line, uses] of rowUses(attrs, geometry, rows))
    for (let kx = 0; kx < kernelWidth; kx++) {
      const offset = kx * attrs.dilation[1];
      const column = (offset % strideX) * phaseWidth + Math.floor(offset / strideX);
      const pixels = body.name(load("f32x4", padded, add(start, line * rowLength + column)), "px");
      for (const { row, tap } of uses) {
        const [sum, weight] = [sums[row], weights[tap * kernelWidth + kx]];
        if (sum !== undefined && weight !== undefined)
          body.assign(sum, binary("add", sum, binary("mul", weight, pixels)));
      }
    }
  return sums;
};

/** The result's planes one after the other. The last rows and columns are computed with those before, once more where need be. */
export const buildDepthwiseConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
  const { batch, channels, outputHeight, outputWidth, kernelHeight, kernelWidth } = geometry;
  const padded = context.scratch("f32", planeLength(context.attrs, geometry), "padded");
  const rows = Math.min(tileRows, outputHeight);
  const taps = kernelHeight * kernelWidth;
  const shape = [batch, channels, outputHeight, outputWidth];
  const plane = (body: BlockBuilder, image: Expr, channel: Expr): void => {
    padPlane(context, body, geometry, [image, channel], { buffer: padded, start: i32(0) });
    const weights = Array.from({ length: taps }, (_, tap) =>
      body.name(splat(load("f32", context.operandBuffer(1), add(multiply(channel, taps), tap))), "w"),
    );
    body.loop(
      outputHeight,
      (row, overColumns) => {
        const y = overColumns.name(binary("min", row, i32(outputHeight - rows)), "y");
        overColumns.loop(
          outputWidth,
          (column, tile) => {
            const x = tile.name(binary("min", column, i32(outputWidth - lanes)), "x");
            const sums = sumTile(context, tile, geometry, { padded, weights, rows }, [y, x]);
            const out = tile.name(flatten([image, channel, y, x], shape), "out");
            for (const [at, sum] of sums.entries()) tile.store(context.resultBuffer(), add(out, at * outputWidth), sum);
          },
          { step: lanes, hint: "x" },
        );
      },
      { step: rows, hint: "y" },
    );
    context.finish(body, [
      { from: image, extent: 1 },
      { from: channel, extent: 1 },
      { from: i32(0), extent: outputHeight },
      { from: i32(0), extent: outputWidth },
    ]);
  };
  context.kernel("conv2d", (root) =>
    root.loop(
      batch,
      (image, images) => images.loop(channels, (channel, body) => plane(body, image, channel), { hint: "c" }),
      { hint: "b" },
    ),
  );
};
