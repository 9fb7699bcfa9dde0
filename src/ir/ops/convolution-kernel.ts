// Two-dimensional convolution as loops. For f32: the images are copied once into padded planes, with the columns of each
// stride phase side by side so that eight neighbouring outputs always read eight neighbouring inputs; then tiles of up to
// 5 output channels by 8 output columns run over input channels and taps with their accumulators in registers. Each
// output is summed in the order (channel, row tap, column tap), whatever the tile.
import { add, type BlockBuilder, binary, compare, f32, flatten, i32, literal, load, loadType, multiply, select, splat, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { Conv2dAttrs } from "./convolution-attributes.ts";
import type { KernelContext } from "./op.ts";
import { rowBlocks, storeTile, type TileRow } from "./register-tile.ts";

type Context = KernelContext<Conv2dAttrs, 2, 1>;

/** Output columns of a tile: two f32x4. */
const tileColumns = 8;

/** Every extent of the convolution, and of the padded planes. */
interface Geometry {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly groupChannels: number;
  readonly groupOutputs: number;
  readonly paddedHeight: number;
  /** Columns of one stride phase of a padded row. */
  readonly phaseWidth: number;
}

const geometryOf = ({ attrs, operandTypes, resultTypes }: Context): Geometry => {
  const [batch = 0, channels = 0, height = 0, width = 0] = operandTypes[0].shape;
  const [outputs = 0, groupChannels = 0, kernelHeight = 0, kernelWidth = 0] = operandTypes[1].shape;
  const [, , outputHeight = 0, outputWidth = 0] = resultTypes[0].shape;
  const [top, bottom, left, right] = attrs.padding;
  const lastColumn = Math.ceil(outputWidth / 4) * 4 + 4;
  const reach = Math.floor(((kernelWidth - 1) * attrs.dilation[1]) / attrs.stride[1]);
  return {
    batch,
    channels,
    height,
    width,
    outputs,
    outputHeight,
    outputWidth,
    kernelHeight,
    kernelWidth,
    groupChannels,
    groupOutputs: outputs / attrs.groups,
    paddedHeight: height + top + bottom,
    phaseWidth: Math.max(Math.ceil((left + width + right) / attrs.stride[1]), lastColumn + reach),
  };
};

/** Copies the images into padded planes `[batch][channel][row][phase][column]`. */
const padPlanes = (context: Context, geometry: Geometry): string => {
  const { attrs, operands } = context;
  const { batch, channels, height, width, paddedHeight, phaseWidth } = geometry;
  const [top, , left] = attrs.padding;
  const stride = attrs.stride[1];
  const rowLength = stride * phaseWidth;
  const padded = context.scratch("f32", batch * channels * paddedHeight * rowLength, "padded");
  const zero = (body: BlockBuilder, base: Expr, from: number, to: number): void => {
    if (from < to) body.loop(to, (x, inner) => inner.store(padded, add(base, x), f32(0)), { from, mode: "vector", hint: "x" });
  };
  const copyPhase = (body: BlockBuilder, row: Expr, source: readonly Expr[], phase: number): void => {
    const base = body.name(add(row, phase * phaseWidth), "base");
    const first = Math.max(0, Math.ceil((left - phase) / stride));
    const end = Math.max(first, Math.floor((width - 1 + left - phase) / stride) + 1);
    zero(body, base, 0, first);
    body.loop(
      end - first,
      (x, inner) => {
        const column = add(multiply(x, stride), first * stride + phase - left);
        inner.store(padded, add(add(base, x), first), operands[0](inner, [...source, column]));
      },
      { mode: "vector", hint: "x" },
    );
    zero(body, base, end, phaseWidth);
  };
  context.kernel("pad", (root) => {
    root.loop(batch, (b, images) => {
      images.loop(channels, (c, body) => {
        const plane = body.name(multiply(add(multiply(b, channels), c), paddedHeight * rowLength), "plane");
        const rowOf = (y: Expr): Expr => add(plane, multiply(y, rowLength));
        const blank = (from: number, to: number): void => {
          if (from < to) body.loop(to, (y, inner) => zero(inner, inner.name(rowOf(y), "row"), 0, rowLength), { from, hint: "y" });
        };
        blank(0, top);
        body.loop(height, (y, inner) => {
          const row = inner.name(rowOf(add(y, top)), "row");
          for (let phase = 0; phase < stride; phase++) copyPhase(inner, row, [b, c, y], phase);
        }, { hint: "y" });
        blank(top + height, paddedHeight);
      }, { hint: "c" });
    }, { hint: "b" });
  });
  return padded;
};

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

/** One tile: `rows` output channels by `width` output columns of one output row. */
const convolveTile = (context: Context, body: BlockBuilder, geometry: Geometry, tile: Tile): void => {
  const { attrs } = context;
  const { channels, groupChannels, kernelHeight, kernelWidth, paddedHeight, phaseWidth, outputs, outputHeight, outputWidth } = geometry;
  const [strideY, strideX] = attrs.stride;
  const [dilationY, dilationX] = attrs.dilation;
  const taps = kernelHeight * kernelWidth;
  const vectors = tile.width > 4 ? 2 : 1;
  const accumulators = Array.from({ length: tile.rows }, () =>
    Array.from({ length: vectors }, () => body.mutable(literal("f32x4", 0), "acc")),
  );
  const firstChannel = add(multiply(tile.image, channels), multiply(tile.group, groupChannels));
  body.loop(groupChannels, (c, overRows) => {
    const plane = multiply(add(firstChannel, c), paddedHeight);
    const weights = overRows.name(multiply(add(multiply(tile.output, groupChannels), c), taps), "w");
    overRows.loop(kernelHeight, (ky, overColumns) => {
      const line = add(plane, add(multiply(tile.y, strideY), multiply(ky, dilationY)));
      const row = overColumns.name(add(multiply(line, strideX * phaseWidth), tile.x), "row");
      const tap = overColumns.name(add(weights, multiply(ky, kernelWidth)), "tap");
      overColumns.loop(kernelWidth, (kx, inner) => {
        const offset = multiply(kx, dilationX);
        const column = add(multiply(binary("rem", offset, i32(strideX)), phaseWidth), binary("div", offset, i32(strideX)));
        const start = add(row, column);
        const pixels = Array.from({ length: vectors }, (_, half) => inner.name(load("f32x4", tile.padded, add(start, half * 4)), "px"));
        for (const [channel, accumulator] of accumulators.entries()) {
          const at = add(add(tap, kx), channel * groupChannels * taps);
          const weight = inner.name(splat(load("f32", context.operandBuffer(1), at)), "tapw");
          for (const [half, target] of accumulator.entries())
            inner.assign(target, binary("add", target, binary("mul", weight, pixels[half] ?? weight)));
        }
      }, { hint: "kx" });
    }, { hint: "ky" });
  }, { hint: "c" });
  const shape = [geometry.batch, outputs, outputHeight, outputWidth];
  const base = body.name(flatten([tile.image, tile.output, tile.y, tile.x], shape), "out");
  const rows: readonly TileRow[] = accumulators.map((values, row) => ({ offset: row * outputHeight * outputWidth, values }));
  storeTile(body, context.resultBuffer(), base, rows, tile.width);
  context.finish(body, [
    { from: tile.image, extent: 1 },
    { from: tile.output, extent: tile.rows },
    { from: tile.y, extent: 1 },
    { from: tile.x, extent: tile.width },
  ]);
};

/** All tiles of one block of output channels, over the output image. */
const convolveChannels = (context: Context, body: BlockBuilder, geometry: Geometry, block: Omit<Tile, "y" | "x" | "width">): void => {
  const { outputHeight, outputWidth } = geometry;
  const full = Math.floor(outputWidth / tileColumns) * tileColumns;
  const rest = outputWidth - full;
  body.loop(outputHeight, (y, inner) => {
    if (full > 0)
      inner.loop(full, (x, tile) => convolveTile(context, tile, geometry, { ...block, y, x, width: tileColumns }), { step: tileColumns, hint: "x" });
    if (rest > 0)
      inner.loop(outputWidth, (x, tile) => convolveTile(context, tile, geometry, { ...block, y, x, width: rest }), { from: full, step: rest, hint: "x" });
  }, { hint: "y" });
};

/** The f32 convolution by padded planes and register tiles. */
const buildTiled = (context: Context, geometry: Geometry): void => {
  const padded = padPlanes(context, geometry);
  const { groups } = context.attrs;
  const { groupOutputs } = geometry;
  const { height, full, rest } = rowBlocks(groupOutputs);
  context.kernel("conv2d", (root) => {
    root.loop(geometry.batch, (image, images) => {
      images.loop(groups, (group, body) => {
        const block = (inner: BlockBuilder, o: Expr, rows: number): void => {
          const output = inner.name(add(multiply(group, groupOutputs), o), "o");
          convolveChannels(context, inner, geometry, { image, group, output, rows, padded });
        };
        if (full > 0) body.loop(full * height, (o, inner) => block(inner, o, height), { step: height, hint: "o" });
        if (rest > 0) body.loop(groupOutputs, (o, inner) => block(inner, o, rest), { from: full * height, step: rest, hint: "o" });
      }, { hint: "g" });
    }, { hint: "b" });
  });
};

/** Any dtype, one output at a time; taps outside the image count as 0. */
const buildPlain = (context: Context, geometry: Geometry): void => {
  const { attrs, operands, resultTypes } = context;
  const { dtype, shape } = resultTypes[0];
  const [top, , left] = attrs.padding;
  const zero = literal(loadType(dtype), 0);
  const { height, width, groupChannels, groupOutputs, kernelHeight, kernelWidth } = geometry;
  const inside = (at: Expr, extent: number): Expr =>
    binary("and", compare("ge", at, i32(0)), compare("lt", at, i32(extent)));
  const clamped = (at: Expr, extent: number): Expr => binary("min", binary("max", at, i32(0)), i32(extent - 1));
  const [batch, outputs, outputHeight, outputWidth] = shape;
  context.kernel("conv2d", (root) => {
    root.loop(batch ?? 0, (b, l0) => l0.loop(outputs ?? 0, (o, l1) => l1.loop(outputHeight ?? 0, (y, l2) => l2.loop(outputWidth ?? 0, (x, body) => {
      const sum = body.mutable(zero, "acc");
      const group = binary("div", o, i32(Math.max(1, groupOutputs)));
      body.loop(groupChannels, (c, l3) => l3.loop(kernelHeight, (ky, l4) => l4.loop(kernelWidth, (kx, inner) => {
        const row = inner.name(subtract(add(multiply(y, attrs.stride[0]), multiply(ky, attrs.dilation[0])), top), "row");
        const column = inner.name(subtract(add(multiply(x, attrs.stride[1]), multiply(kx, attrs.dilation[1])), left), "column");
        const channel = add(multiply(group, groupChannels), c);
        const pixel = operands[0](inner, [b, channel, clamped(row, height), clamped(column, width)]);
        const valid = binary("and", inside(row, height), inside(column, width));
        const weight = operands[1](inner, [o, c, ky, kx]);
        inner.assign(sum, binary("add", sum, binary("mul", weight, select(valid, pixel, zero))));
      }, { hint: "kx" }), { hint: "ky" }), { hint: "c" });
      body.store(context.resultBuffer(), flatten([b, o, y, x], shape), sum);
      context.finish(body, [b, o, y, x].map((from) => ({ from, extent: 1 })));
    }, { hint: "x" }), { hint: "y" }), { hint: "o" }), { hint: "b" });
  });
};

/** Builds the kernels of `conv2d`: [N, C, H, W] by [O, C/groups, KH, KW]. */
export const buildConvolution = (context: Context): void => {
  const geometry = geometryOf(context);
  if (context.resultTypes[0].dtype === "f32") buildTiled(context, geometry);
  else buildPlain(context, geometry);
};
