// Two-dimensional convolution of any dtype, one output at a time: slow, for the dtypes that have no vectors.
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
import type { ConvolutionContext, ConvolutionGeometry } from "./padded-planes.ts";

const inside = (at: Expr, extent: number): Expr =>
  binary("and", compare("ge", at, i32(0)), compare("lt", at, i32(extent)));

const clamped = (at: Expr, extent: number): Expr => binary("min", binary("max", at, i32(0)), i32(extent - 1));

/** What one tap gives to one output: weight times pixel, 0 where the tap lies outside the image. */
const tapProduct = (
  { attrs, operands, resultTypes }: ConvolutionContext,
  { height, width, groupChannels, groupOutputs }: ConvolutionGeometry,
  body: BlockBuilder,
  output: readonly Expr[],
  tap: readonly Expr[],
): Expr => {
  const [b, o, y, x] = output.map((at) => i32(at));
  const [c, ky, kx] = tap.map((at) => i32(at));
  if (b === undefined || o === undefined || y === undefined || x === undefined) return i32(0);
  if (c === undefined || ky === undefined || kx === undefined) return i32(0);
  const [top, , left] = attrs.padding;
  const row = body.name(subtract(add(multiply(y, attrs.stride[0]), multiply(ky, attrs.dilation[0])), top), "row");
  const column = body.name(
    subtract(add(multiply(x, attrs.stride[1]), multiply(kx, attrs.dilation[1])), left),
    "column",
  );
  const group = binary("div", o, i32(Math.max(1, groupOutputs)));
  const channel = add(multiply(group, groupChannels), c);
  const pixel = operands[0](body, [b, channel, clamped(row, height), clamped(column, width)]);
  const valid = binary("and", inside(row, height), inside(column, width));
  const weight = operands[1](body, [o, c, ky, kx]);
  return binary("mul", weight, select(valid, pixel, literal(loadType(resultTypes[0].dtype), 0)));
};

/** Any dtype, one output at a time; taps outside the image count as 0. */
export const buildPlainConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
  const { dtype, shape } = context.resultTypes[0];
  const { groupChannels, kernelHeight, kernelWidth } = geometry;
  context.kernel("conv2d", (root) =>
    loopNest(root, shape, (body, output) => {
      const sum = body.mutable(literal(loadType(dtype), 0), "acc");
      loopNest(body, [groupChannels, kernelHeight, kernelWidth], (inner, tap) =>
        inner.assign(sum, binary("add", sum, tapProduct(context, geometry, inner, output, tap))),
      );
      body.store(context.resultBuffer(), flatten(output, shape), sum);
      context.finish(
        body,
        output.map((from) => ({ from, extent: 1 })),
      );
    }),
  );
};
