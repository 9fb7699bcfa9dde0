// Two-dimensional convolution of any dtype, one output at a time: slow, for the dtypes that have no vectors.
import { add, binary, compare, flatten, i32, literal, loadType, multiply, select, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import type { ConvolutionContext, ConvolutionGeometry } from "./padded-planes.ts";

/** Any dtype, one output at a time; taps outside the image count as 0. */
export const buildPlainConvolution = (context: ConvolutionContext, geometry: ConvolutionGeometry): void => {
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
    root.loop(
      batch ?? 0,
      (b, l0) =>
        l0.loop(
          outputs ?? 0,
          (o, l1) =>
            l1.loop(
              outputHeight ?? 0,
              (y, l2) =>
                l2.loop(
                  outputWidth ?? 0,
                  (x, body) => {
                    const sum = body.mutable(zero, "acc");
                    const group = binary("div", o, i32(Math.max(1, groupOutputs)));
                    body.loop(
                      groupChannels,
                      (c, l3) =>
                        l3.loop(
                          kernelHeight,
                          (ky, l4) =>
                            l4.loop(
                              kernelWidth,
                              (kx, inner) => {
                                const row = inner.name(
                                  subtract(add(multiply(y, attrs.stride[0]), multiply(ky, attrs.dilation[0])), top),
                                  "row",
                                );
                                const column = inner.name(
                                  subtract(add(multiply(x, attrs.stride[1]), multiply(kx, attrs.dilation[1])), left),
                                  "column",
                                );
                                const channel = add(multiply(group, groupChannels), c);
                                const pixel = operands[0](inner, [
                                  b,
                                  channel,
                                  clamped(row, height),
                                  clamped(column, width),
                                ]);
                                const valid = binary("and", inside(row, height), inside(column, width));
                                const weight = operands[1](inner, [o, c, ky, kx]);
                                inner.assign(
                                  sum,
                                  binary("add", sum, binary("mul", weight, select(valid, pixel, zero))),
                                );
                              },
                              { hint: "kx" },
                            ),
                          { hint: "ky" },
                        ),
                      { hint: "c" },
                    );
                    body.store(context.resultBuffer(), flatten([b, o, y, x], shape), sum);
                    context.finish(
                      body,
                      [b, o, y, x].map((from) => ({ from, extent: 1 })),
                    );
                  },
                  { hint: "x" },
                ),
              { hint: "y" },
            ),
          { hint: "o" },
        ),
      { hint: "b" },
    );
  });
};
