// Sliding windows over images as ops of their own: convolution gradients and pooling are said in them. `windows` copies each
// window out (and is always computed where it is used, so no copy is made), `foldWindows` is its transpose: it sums
// windows back to where they came from.
import type * as FastCheck from "fast-check";
import type { Dim } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import { generate, type KnownType, type NdArray, positionOf, sizeOf } from "../types/ndarray.ts";
import { knownShape } from "../types/shape.ts";
import { type TensorType, tensorType } from "../types/tensor-type.ts";
import type { FastCheckModule } from "./arbitrary.ts";
import { literalNumber } from "./elements.ts";
import { defineOp, type OpDefinition, type OpInstance } from "./op.ts";
import { requireOperand } from "./operand-types.ts";
import { arbitraryImages, arbitraryPlacement } from "./window-arbitraries.ts";
import { requireGeometry, requireImages, type WindowGeometry, windowAxes, windowCounts } from "./window-geometry.ts";
import { foldedElement, windowElement } from "./window-lowering.ts";

/** The windows, and what stands where they reach out of the image. */
export interface WindowsAttrs extends WindowGeometry {
  readonly value: number;
}

/** The windows, and the extents of the images they are summed into. */
export interface FoldWindowsAttrs extends WindowGeometry {
  readonly height: Dim;
  readonly width: Dim;
}

const inferWindows = (op: string, images: TensorType, geometry: WindowGeometry): TensorType => {
  requireGeometry(op, geometry);
  requireImages(op, "images", images);
  const [batch = 0, channels = 0] = images.shape;
  return tensorType(images.dtype, [batch, channels, ...windowCounts(op, images, geometry), ...geometry.kernel]);
};

const inferFoldWindows = (windows: TensorType, { height, width, ...geometry }: FoldWindowsAttrs): TensorType => {
  const [batch = 0, channels = 0] = windows.shape;
  const images = tensorType(windows.dtype, [batch, channels, height, width]);
  const expected = inferWindows("foldWindows", images, geometry);
  requireOperand("foldWindows", "windows", windows, expected);
  return images;
};

/** Calls back for each element of each window that lies inside the images. */
const forEachInside = (
  images: KnownType,
  windows: KnownType,
  geometry: WindowGeometry,
  visit: (image: number, window: number) => void,
): void => {
  const [rows, columns] = windowAxes(geometry);
  const [, , height = 0, width = 0] = images.shape;
  generate(windows.dtype, windows.shape, ([b = 0, c = 0, oh = 0, ow = 0, kh = 0, kw = 0], position) => {
    const row = oh * rows.stride + kh * rows.dilation - rows.low;
    const column = ow * columns.stride + kw * columns.dilation - columns.low;
    if (row >= 0 && row < height && column >= 0 && column < width)
      visit(positionOf(images.shape, [b, c, row, column]), position);
    return 0;
  });
};

const evaluateWindows = (images: NdArray, { value, ...geometry }: WindowsAttrs): NdArray => {
  const shape = knownShape(inferWindows("windows", images, geometry).shape);
  const data = new Float64Array(sizeOf(shape)).fill(literalNumber(images.dtype, value));
  const result: NdArray = { dtype: images.dtype, shape, data };
  forEachInside(images, result, geometry, (image, window) => {
    data[window] = images.data[image] ?? 0;
  });
  return result;
};

const evaluateFoldWindows = (windows: NdArray, attrs: FoldWindowsAttrs): NdArray => {
  const shape = knownShape(inferFoldWindows(windows, attrs).shape);
  const data = new Float64Array(sizeOf(shape));
  const result: NdArray = { dtype: windows.dtype, shape, data };
  forEachInside(result, windows, attrs, (image, window) => {
    data[image] = (data[image] ?? 0) + (windows.data[window] ?? 0);
  });
  return result;
};

const geometryOnly = ({ kernel, stride, padding, dilation }: WindowGeometry): WindowGeometry => ({
  kernel,
  stride,
  padding,
  dilation,
});

const floats: readonly DType[] = ["f32", "f64"];

const arbitraryWindows = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<WindowsAttrs, 1>> =>
  fc
    .tuple(arbitraryPlacement(fc), fc.constantFrom(0, 1, Number.NEGATIVE_INFINITY), fc.constantFrom(...floats))
    .chain(([geometry, value, dtype]) =>
      arbitraryImages(fc, geometry).map((shape) => ({
        operands: [{ dtype, shape }] as const,
        attrs: { ...geometry, value },
      })),
    );

const arbitraryFoldWindows = (fc: FastCheckModule): FastCheck.Arbitrary<OpInstance<FoldWindowsAttrs, 1>> =>
  arbitraryWindows(fc).map(({ operands: [images], attrs }) => {
    const geometry = geometryOnly(attrs);
    const [, , height = 1, width = 1] = images.shape;
    const shape = knownShape(inferWindows("foldWindows", images, geometry).shape);
    return { operands: [{ dtype: images.dtype, shape }] as const, attrs: { ...geometry, height, width } };
  });

/** [B, C, H, W] -> [B, C, OH, OW, KH, KW]: every window, with `value` where it reaches out of the image. */
export const windows: OpDefinition<WindowsAttrs, 1> = defineOp({
  kind: "windows",
  summary: "Every window of images [B, C, H, W], as [B, C, OH, OW, KH, KW]; a value stands for what lies outside.",
  formula:
    "y[oh, ow, kh, kw] = images[oh stride + kh dilation - padding, ow stride + kw dilation - padding], `value` outside",
  shapes:
    "images [B, C, H, W] -> [B, C, OH, OW, KH, KW]; OH = floor((H + padding - dilation (KH - 1) - 1) / stride) + 1, OW likewise",
  gradient: "dimages = foldWindows(c)",
  arity: 1,
  resultArity: 1,
  attributes: { kernel: "integers", stride: "integers", padding: "integers", dilation: "integers", value: "number" },
  infer: ([images], attrs) => [inferWindows("windows", images, attrs)],
  evaluate: ([images], attrs) => [evaluateWindows(images, attrs)],
  vjp: (context) => {
    const [, , height = 1, width = 1] = context.operands[0].shape;
    return context.emit(foldWindows, context.cotangents, { ...geometryOnly(context.attrs), height, width });
  },
  lower: { by: "element", work: "index", element: windowElement },
  arbitrary: arbitraryWindows,
});

/** [B, C, OH, OW, KH, KW] -> [B, C, H, W]: each element is the sum of all windows at it; what lies outside is dropped. */
export const foldWindows: OpDefinition<FoldWindowsAttrs, 1> = defineOp({
  kind: "foldWindows",
  summary: "Sums windows [B, C, OH, OW, KH, KW] back into images [B, C, H, W]: the transpose of windows.",
  formula:
    "y[h, w] = sum of windows[oh, ow, kh, kw] over all h = oh stride + kh dilation - padding, w = ow stride + kw dilation - padding",
  shapes: "windows [B, C, OH, OW, KH, KW] -> [B, C, height, width]",
  gradient: "dwindows = windows(c), 0 outside",
  arity: 1,
  resultArity: 1,
  attributes: {
    kernel: "integers",
    stride: "integers",
    padding: "integers",
    dilation: "integers",
    height: "dim",
    width: "dim",
  },
  infer: ([operand], attrs) => [inferFoldWindows(operand, attrs)],
  evaluate: ([operand], attrs) => [evaluateFoldWindows(operand, attrs)],
  vjp: (context) => context.emit(windows, context.cotangents, { ...geometryOnly(context.attrs), value: 0 }),
  lower: { by: "element", work: "loop", element: foldedElement },
  arbitrary: arbitraryFoldWindows,
});

/** Ops that take images apart into windows and sum them back. */
export const windowing: { readonly windows: typeof windows; readonly foldWindows: typeof foldWindows } = {
  windows,
  foldWindows,
};
