// Average pooling and its gradient: linear maps that are each other's transpose.
import type * as FastCheck from "fast-check";
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { KnownType } from "../types/ndarray.ts";
import { knownShape } from "../types/shape.ts";
import type { Tensor } from "../types/tensor.ts";
import { type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { defineOp, type Emitter, type OpDefinition, type OpInstance } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { arbitraryPooling, pooledType } from "./pooling-windows.ts";
import { arbitraryImages } from "./window-arbitraries.ts";
import type { Padding, Spatial, WindowGeometry } from "./window-geometry.ts";
import { foldWindows, windows } from "./windows.ts";

/** The windows that are pooled, and whether their means count the zeros of the padding. */
export interface AveragePool2dAttrs {
  readonly kernel: Spatial;
  readonly stride: Spatial;
  readonly padding: Padding;
  readonly countPadding: boolean;
}

/** The pooling whose gradient is meant, and the extents of its images. */
export interface AveragePool2dGradientAttrs extends AveragePool2dAttrs {
  readonly height: Dim;
  readonly width: Dim;
}

const floats: readonly DType[] = ["f32", "f64"];

const geometryOf = ({ kernel, stride, padding }: AveragePool2dAttrs): WindowGeometry => ({
  kernel,
  stride,
  padding,
  dilation: [1, 1],
});

const windowSums = (images: Tensor, geometry: WindowGeometry, emitter: Emitter): Tensor =>
  emitter.emit(windows, [images], { ...geometry, value: 0 })[0].sum({ axes: [4, 5] });

/** How many elements each mean is taken over: one number, or [1, 1, OH, OW] where windows at the border hold fewer. */
const countsOf = (
  attrs: AveragePool2dAttrs,
  { dtype, height, width }: { readonly dtype: DType; readonly height: Dim; readonly width: Dim },
  emitter: Emitter,
): Tensor | number =>
  attrs.countPadding || attrs.padding.every((side) => side === 0)
    ? attrs.kernel[0] * attrs.kernel[1]
    : windowSums(emitter.constant(1, dtype, [1, 1, height, width]), geometryOf(attrs), emitter);

const inferGradient = (cotangent: TensorType, attrs: AveragePool2dGradientAttrs): TensorType => {
  const [batch = 0, channels = 0] = cotangent.shape;
  const images = tensorType(cotangent.dtype, [batch, channels, attrs.height, attrs.width]);
  const op = "averagePool2dGradient";
  requireOperand(op, "cotangent", cotangent, pooledType(op, images, geometryOf(attrs)));
  return images;
};

const gradientByWindows = (
  cotangent: Tensor,
  attrs: AveragePool2dGradientAttrs,
  emitter: Emitter,
): readonly [Tensor] => {
  const { height, width, kernel } = attrs;
  const share = cotangent.div(countsOf(attrs, { dtype: cotangent.dtype, height, width }, emitter));
  const spread = share.reshape([...share.shape, 1, 1]).broadcastTo([...share.shape, ...kernel]);
  return emitter.emit(foldWindows, [spread], { ...geometryOf(attrs), height, width });
};

const arbitraryAverage = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<AveragePool2dAttrs, 1>> =>
  fc
    .tuple(arbitraryPooling(fc, [1, 1]), fc.boolean(), fc.constantFrom(...floats))
    .chain(([geometry, countPadding, dtype]) =>
      arbitraryImages(fc, geometry).map((shape) => {
        const { kernel, stride, padding } = geometry;
        return { operands: [{ dtype, shape }] as const, attrs: { kernel, stride, padding, countPadding } };
      }),
    );

const arbitraryGradient = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<AveragePool2dGradientAttrs, 1>> =>
  arbitraryAverage(fc).map(({ operands: [images], attrs }) => {
    const [, , height = 1, width = 1] = images.shape;
    const pooled: KnownType = {
      ...images,
      shape: knownShape(pooledType("averagePool2d", images, geometryOf(attrs)).shape),
    };
    return { operands: [pooled] as const, attrs: { ...attrs, height, width } };
  });

/** Cotangent [B, C, OH, OW] -> [B, C, H, W]. */
export const averagePool2dGradient: OpDefinition<AveragePool2dGradientAttrs, 1> = defineOp({
  kind: "averagePool2dGradient",
  summary: "The gradient of averagePool2d: each window's cotangent in equal shares.",
  formula: "y = d/dimages of sum(cotangent averagePool2d(images))",
  shapes: "cotangent [B, C, OH, OW] -> [B, C, height, width]",
  gradient: "dcotangent = averagePool2d(c)",
  arity: 1,
  resultArity: 1,
  attributes: {
    kernel: "integers",
    stride: "integers",
    padding: "integers",
    countPadding: "boolean",
    height: "dim",
    width: "dim",
  },
  infer: ([cotangent], attrs) => [inferGradient(cotangent, attrs)],
  vjp: (context) => {
    const { kernel, stride, padding, countPadding } = context.attrs;
    return context.emit(averagePool2d, context.cotangents, { kernel, stride, padding, countPadding });
  },
  lower: { by: "ops", decompose: ([cotangent], attrs, emitter) => gradientByWindows(cotangent, attrs, emitter) },
  arbitrary: arbitraryGradient,
});

/** Images [B, C, H, W] -> [B, C, OH, OW]: the mean of each window. */
export const averagePool2d: OpDefinition<AveragePool2dAttrs, 1> = defineOp({
  kind: "averagePool2d",
  summary: "The mean of each window of images [B, C, H, W], with or without the zeros of the padding in the count.",
  formula: "y[oh, ow] = mean of the elements of images in the window at (oh, ow)",
  shapes: "images [B, C, H, W] -> [B, C, OH, OW]; OH = floor((H + padding - KH) / stride) + 1, OW likewise",
  gradient: "dimages = averagePool2dGradient(c)",
  arity: 1,
  resultArity: 1,
  attributes: { kernel: "integers", stride: "integers", padding: "integers", countPadding: "boolean" },
  infer: ([images], attrs) => [pooledType("averagePool2d", images, geometryOf(attrs))],
  vjp: (context) => {
    const [, , height = 1, width = 1] = context.operands[0].shape;
    return context.emit(averagePool2dGradient, context.cotangents, { ...context.attrs, height, width });
  },
  lower: {
    by: "ops",
    decompose: ([images], attrs, emitter) => {
      const [, , height = 1, width = 1] = images.shape;
      const counts = countsOf(attrs, { dtype: images.dtype, height, width }, emitter);
      return [windowSums(images, geometryOf(attrs), emitter).div(counts)];
    },
  },
  arbitrary: arbitraryAverage,
});
