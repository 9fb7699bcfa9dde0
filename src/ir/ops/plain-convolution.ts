// Two-dimensional convolution and its weights' gradient of any dtype, one result at a time: slow, for the dtypes that have
// no vectors.
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  flatten,
  i32,
  literal,
  loadType,
  multiply,
  select,
  subtract,
} from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { loopNest } from "./loop-nest.ts";
import type { ConvolutionContext, ConvolutionGeometry, WeightGradientContext } from "./padded-planes.ts";

const inside = (at: Expr, extent: number): Expr =>
  binary("and", compare("ge", at, i32(0)), compare("lt", at, i32(extent)));

const clamped = (at: Expr, extent: number): Expr => binary("min", binary("max", at, i32(0)), i32(extent - 1));

/** The channel of the images that an output's `channel` of its group is. */
const inputChannel = ({ groupChannels, groupOutputs }: ConvolutionGeometry, output: Expr, channel: Expr): Expr =>
  add(multiply(binary("div", output, i32(Math.max(1, groupOutputs))), groupChannels), channel);

/** The pixel under a tap of the window at (y, x), 0 where the tap lies outside the image. */
const pixelUnder = (
  { attrs, operands, operandTypes: [images] }: ConvolutionContext | WeightGradientContext,
  { height, width }: ConvolutionGeometry,
  body: BlockBuilder,
  plane: readonly [image: Expr, channel: Expr],
  { window: [y, x], tap: [ky, kx] }: { readonly window: readonly [Expr, Expr]; readonly tap: readonly [Expr, Expr] },
): Expr => {
  const [top, , left] = attrs.padding;
  const row = body.name(subtract(add(multiply(y, attrs.stride[0]), multiply(ky, attrs.dilation[0])), top), "row");
  const column = body.name(
    subtract(add(multiply(x, attrs.stride[1]), multiply(kx, attrs.dilation[1])), left),
    "column",
  );
  const pixel = operands[0](body, [...plane, clamped(row, height), clamped(column, width)]);
  const valid = binary("and", inside(row, height), inside(column, width));
  return select(valid, pixel, literal(loadType(images.dtype), 0));
};

const zero = i32(0);

/** Any dtype, one output at a time; taps outside the image count as 0. */
export const buildPlainConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
  const { dtype, shape } = context.resultTypes[0];
  const { groupChannels, kernelHeight, kernelWidth } = geometry;
  context.kernel("conv2d", (root) =>
    loopNest(root, shape, (body, output) => {
      const [b = zero, o = zero, y = zero, x = zero] = output;
      const sum = body.mutable(literal(loadType(dtype), 0), "acc");
      loopNest(body, [groupChannels, kernelHeight, kernelWidth], (inner, [c = zero, ky = zero, kx = zero]) => {
        const plane = [b, inputChannel(geometry, o, c)] as const;
        const pixel = pixelUnder(context, geometry, inner, plane, { window: [y, x], tap: [ky, kx] });
        const weight = context.operands[1](inner, [o, c, ky, kx]);
        inner.assign(sum, binary("add", sum, binary("mul", weight, pixel)));
      });
      body.store(context.resultBuffer(), flatten(output, shape), sum);
      context.finish(
        body,
        output.map((from) => ({ from, extent: 1 })),
      );
    }),
  );
};

/** The gradient of the weights of any dtype, one weight at a time. */
export const buildPlainWeightGradient = (context: WeightGradientContext, geometry: ConvolutionGeometry): void => {
  const { dtype, shape } = context.resultTypes[0];
  const { batch, outputHeight, outputWidth } = geometry;
  context.kernel("conv2dWeightGradient", (root) =>
    loopNest(root, shape, (body, index) => {
      const [o = zero, c = zero, ky = zero, kx = zero] = index;
      const sum = body.mutable(literal(loadType(dtype), 0), "acc");
      const channel = body.name(inputChannel(geometry, o, c), "channel");
      loopNest(body, [batch, outputHeight, outputWidth], (inner, [b = zero, y = zero, x = zero]) => {
        const pixel = pixelUnder(context, geometry, inner, [b, channel], { window: [y, x], tap: [ky, kx] });
        const flow = context.operands[1](inner, [b, o, y, x]);
        inner.assign(sum, binary("add", sum, binary("mul", flow, pixel)));
      });
      body.store(context.resultBuffer(), flatten(index, shape), sum);
      context.finish(
        body,
        index.map((from) => ({ from, extent: 1 })),
      );
    }),
  );
};
