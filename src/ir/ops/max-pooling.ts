// Maximum pooling and its gradient. The gradient of a window goes whole to the first of its maxima, as in PyTorch; as the
// maximum is piecewise linear, that choice is a constant for the second derivative.
import type * as FastCheck from "fast-check";
import type { DType } from "../types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf } from "../types/ndarray.ts";
import { knownShape } from "../types/shape.ts";
import type { Tensor } from "../types/tensor.ts";
import type { TensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { buildMaxPoolGradient, largestOfWindow } from "./max-pooling-kernel.ts";
import { defineOp, type Emitter, type OpDefinition, type OpInstance } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { arbitraryPooling, pooledType } from "./pooling-windows.ts";
import { arbitraryImages } from "./window-arbitraries.ts";
import { type WindowGeometry, windowAxes } from "./window-geometry.ts";
import { windows } from "./windows.ts";

/** The windows that are pooled. Padding never wins: it counts as minus infinity. */
export type MaxPool2dAttrs = WindowGeometry;

const floats: readonly DType[] = ["f32", "f64"];

/** Images as [B, C, OH, OW, KH * KW], one row per window. */
const windowRows = (images: Tensor, geometry: WindowGeometry, value: number, emitter: Emitter): Tensor => {
  const [taken] = emitter.emit(windows, [images], { ...geometry, value });
  return taken.reshape([...taken.shape.slice(0, 4), geometry.kernel[0] * geometry.kernel[1]]);
};

/** True at the first maximum of each window: bool [B, C, OH, OW, KH * KW]. */
const firstMaxima = (images: Tensor, geometry: WindowGeometry, emitter: Emitter): Tensor =>
  windowRows(images, geometry, Number.NEGATIVE_INFINITY, emitter)
    .argmax(4)
    .oneHot(geometry.kernel[0] * geometry.kernel[1], "bool");

/** Calls back for every window of the images with its position and those of its elements; undefined is outside. */
export const forEachWindow = (
  images: NdArray,
  geometry: WindowGeometry,
  visit: (window: number, elements: readonly (number | undefined)[]) => void,
): readonly number[] => {
  const shape = knownShape(pooledType("maxPool2d", images, geometry).shape);
  const [rows, columns] = windowAxes(geometry);
  const [, , height = 0, width = 0] = images.shape;
  const inside = (at: number, extent: number): boolean => at >= 0 && at < extent;
  const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
  generate(images.dtype, shape, ([b = 0, c = 0, oh = 0, ow = 0], window) => {
    const elements = range(rows.kernel).flatMap((kh) =>
      range(columns.kernel).map((kw) => {
        const row = oh * rows.stride + kh * rows.dilation - rows.low;
        const column = ow * columns.stride + kw * columns.dilation - columns.low;
        return inside(row, height) && inside(column, width) ? positionOf(images.shape, [b, c, row, column]) : undefined;
      }),
    );
    visit(window, elements);
    return 0;
  });
  return shape;
};

const elementAt = ({ data }: NdArray, position: number | undefined): number =>
  position === undefined ? Number.NEGATIVE_INFINITY : (data[position] ?? 0);

/** NaN if there is one, or else the first of the largest, to which zeros are equal. */
const largestOf = (values: readonly number[]): number =>
  values.reduce(
    (largest, value) => (value > largest || Number.isNaN(value) ? value : largest),
    Number.NEGATIVE_INFINITY,
  );

const evaluateMaxPool = (images: NdArray, geometry: WindowGeometry): NdArray => {
  const largest: number[] = [];
  const shape = forEachWindow(images, geometry, (_, elements) => {
    largest.push(largestOf(elements.map((position) => elementAt(images, position))));
  });
  return { dtype: images.dtype, shape, data: Float64Array.from(largest) };
};

const evaluateGradient = (images: NdArray, cotangent: NdArray, geometry: WindowGeometry): NdArray => {
  const data = new Float64Array(images.data.length);
  forEachWindow(images, geometry, (window, elements) => {
    const values = elements.map((position) => elementAt(images, position));
    const firstNaN = values.findIndex(Number.isNaN);
    const first = elements[firstNaN >= 0 ? firstNaN : values.indexOf(Math.max(...values))];
    if (first !== undefined) data[first] = (data[first] ?? 0) + (cotangent.data[window] ?? 0);
  });
  return { dtype: images.dtype, shape: images.shape, data };
};

const inferGradient = (images: TensorType, cotangent: TensorType, attrs: MaxPool2dAttrs): TensorType => {
  const pooled = pooledType("maxPool2dGradient", images, attrs);
  requireOperand("maxPool2dGradient", "cotangent", cotangent, pooled);
  return images;
};

const arbitraryMaxPool = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<MaxPool2dAttrs, 1>> =>
  fc
    .tuple(arbitraryPooling(fc), fc.constantFrom(...floats))
    .chain(([attrs, dtype]) =>
      arbitraryImages(fc, attrs).map((shape) => ({ operands: [{ dtype, shape }] as const, attrs })),
    );

const arbitraryGradient = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<MaxPool2dAttrs, 2>> =>
  arbitraryMaxPool(fc).map(({ operands: [images], attrs }) => {
    const pooled: KnownType = { ...images, shape: knownShape(pooledType("maxPool2d", images, attrs).shape) };
    return { operands: [images, pooled], attrs };
  });

/** Images [B, C, H, W], cotangent [B, C, OH, OW] -> [B, C, H, W]. */
export const maxPool2dGradient: OpDefinition<MaxPool2dAttrs, 2> = defineOp({
  kind: "maxPool2dGradient",
  summary: "The gradient of maxPool2d: each window's cotangent goes to the first of its maxima.",
  formula: "y = d/dimages of sum(cotangent maxPool2d(images))",
  shapes: "images [B, C, H, W], cotangent [B, C, OH, OW] -> [B, C, H, W]",
  gradient: "dcotangent = c at the first maximum of each window; none for images, whose maxima count as fixed",
  arity: 2,
  resultArity: 1,
  attributes: { kernel: "integers", stride: "integers", padding: "integers", dilation: "integers" },
  infer: ([images, cotangent], attrs) => [inferGradient(images, cotangent, attrs)],
  vjp: (context) => {
    const { operands, cotangents, attrs } = context;
    const flow = windowRows(cotangents[0], attrs, 0, context);
    return [
      null,
      firstMaxima(operands[0], attrs, context)
        .select(flow, 0)
        .sum({ axes: [4] }),
    ];
  },
  evaluate: ([images, cotangent], attrs) => [evaluateGradient(images, cotangent, attrs)],
  lower: { by: "kernel", buffers: [0], build: buildMaxPoolGradient },
  arbitrary: arbitraryGradient,
});

/** Images [B, C, H, W] -> [B, C, OH, OW]: the largest element of each window. */
export const maxPool2d: OpDefinition<MaxPool2dAttrs, 1> = defineOp({
  kind: "maxPool2d",
  summary: "The largest element of each window of images [B, C, H, W].",
  formula: "y[oh, ow] = max of the elements of images in the window at (oh, ow)",
  shapes:
    "images [B, C, H, W] -> [B, C, OH, OW]; OH = floor((H + padding - dilation (KH - 1) - 1) / stride) + 1, OW likewise",
  gradient: "dimages = maxPool2dGradient(images, c)",
  arity: 1,
  resultArity: 1,
  attributes: { kernel: "integers", stride: "integers", padding: "integers", dilation: "integers" },
  infer: ([images], attrs) => [pooledType("maxPool2d", images, attrs)],
  vjp: (context) => context.emit(maxPool2dGradient, [context.operands[0], context.cotangents[0]], context.attrs),
  evaluate: ([images], attrs) => [evaluateMaxPool(images, attrs)],
  lower: { by: "element", work: "loop", element: largestOfWindow },
  arbitrary: arbitraryMaxPool,
});
