// Convolution, its transpose and pooling over any number of spatial axes as the loops that define them, with their gradients:
// what the public functions are compared with. Nothing here is shared with what it checks.
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";

/** Where windows lie: one number for each axis, and padding before and behind each. */
export interface Placement {
  readonly stride: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly dilation: readonly number[];
}

/** Zeros. */
const zeros = (shape: readonly number[]): NdArray => ({
  dtype: "f64",
  shape,
  data: new Float64Array(sizeOf(shape)),
});

const at = (values: readonly number[], position: number): number => values[position] ?? 0;

/** Every position of a box, in row-major order. */
function* positions(extents: readonly number[]): Generator<readonly number[]> {
  const [first, ...rest] = extents;
  if (first === undefined) yield [];
  else
    for (let position = 0; position < first; position++)
      for (const inner of positions(rest)) yield [position, ...inner];
}

const offset = (shape: readonly number[], index: readonly number[]): number =>
  shape.reduce((sum, extent, axis) => sum * extent + at(index, axis), 0);

/** The element under a tap of a window; undefined outside of the image. */
const under = (
  extents: readonly number[],
  window: readonly number[],
  tap: readonly number[],
  { stride, low, dilation }: Placement,
): readonly number[] | undefined => {
  const position = window.map(
    (count, axis) => count * at(stride, axis) + at(tap, axis) * at(dilation, axis) - at(low, axis),
  );
  return position.every((element, axis) => element >= 0 && element < at(extents, axis)) ? position : undefined;
};

/** Calls back for every product of a convolution: image element, weight element, result element. */
const forEachProduct = (
  images: readonly number[],
  weight: readonly number[],
  result: readonly number[],
  placement: Placement,
  groups: number,
  visit: (image: number, weight: number, result: number) => void,
): void => {
  const [batch = 0, , ...extents] = images;
  const [outputs = 0, groupInputs = 0, ...kernel] = weight;
  const [, , ...counts] = result;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < groupInputs; c++)
        for (const window of positions(counts))
          for (const tap of positions(kernel)) {
            const element = under(extents, window, tap, placement);
            if (element === undefined) continue;
            const channel = Math.floor(o / (outputs / groups)) * groupInputs + c;
            visit(
              offset(images, [n, channel, ...element]),
              offset(weight, [o, c, ...tap]),
              offset(result, [n, o, ...window]),
            );
          }
};

const addTo = ({ data }: NdArray, position: number, value: number): void => {
  data[position] = (data[position] ?? 0) + value;
};

const element = ({ data }: NdArray, position: number): number => data[position] ?? Number.NaN;

/** A result, and the gradients of its operands for a cotangent. */
export interface Derived {
  readonly result: NdArray;
  readonly gradients: (cotangent: NdArray) => readonly NdArray[];
}

/** PyTorch's conv1d, conv2d, conv3d. */
export const naiveConvolution = (images: NdArray, weight: NdArray, placement: Placement, groups: number): Derived => {
  const [batch = 0, , ...extents] = images.shape;
  const [outputs = 0, , ...kernel] = weight.shape;
  const counts = extents.map((extent, axis) => {
    const reach = at(placement.dilation, axis) * (at(kernel, axis) - 1) + 1;
    const padded = extent + at(placement.low, axis) + at(placement.high, axis);
    return Math.floor((padded - reach) / at(placement.stride, axis)) + 1;
  });
  const result = zeros([batch, outputs, ...counts]);
  forEachProduct(images.shape, weight.shape, result.shape, placement, groups, (i, w, r) =>
    addTo(result, r, element(images, i) * element(weight, w)),
  );
  const gradients = (cotangent: NdArray): readonly NdArray[] => {
    const [ofImages, ofWeight] = [zeros(images.shape), zeros(weight.shape)];
    forEachProduct(images.shape, weight.shape, result.shape, placement, groups, (i, w, r) => {
      addTo(ofImages, i, element(cotangent, r) * element(weight, w));
      addTo(ofWeight, w, element(cotangent, r) * element(images, i));
    });
    return [ofImages, ofWeight];
  };
  return { result, gradients };
};

/** PyTorch's conv_transpose1d, 2d, 3d: each element of the images puts the weights, times itself, onto the result. */
export const naiveTransposed = (
  images: NdArray,
  weight: NdArray,
  placement: Placement & { readonly outputPadding: readonly number[] },
  groups: number,
): Derived => {
  const [batch = 0, , ...extents] = images.shape;
  const [, groupOutputs = 0, ...kernel] = weight.shape;
  const reached = extents.map(
    (extent, axis) =>
      (extent - 1) * at(placement.stride, axis) -
      at(placement.low, axis) -
      at(placement.high, axis) +
      at(placement.dilation, axis) * (at(kernel, axis) - 1) +
      at(placement.outputPadding, axis) +
      1,
  );
  const result = zeros([batch, groupOutputs * groups, ...reached]);
  forEachProduct(result.shape, weight.shape, images.shape, placement, groups, (r, w, i) =>
    addTo(result, r, element(images, i) * element(weight, w)),
  );
  const gradients = (cotangent: NdArray): readonly NdArray[] => {
    const [ofImages, ofWeight] = [zeros(images.shape), zeros(weight.shape)];
    forEachProduct(result.shape, weight.shape, images.shape, placement, groups, (r, w, i) => {
      addTo(ofImages, i, element(cotangent, r) * element(weight, w));
      addTo(ofWeight, w, element(cotangent, r) * element(images, i));
    });
    return [ofImages, ofWeight];
  };
  return { result, gradients };
};

/** PyTorch's pooling_output_shape: rounded up, the last window must start inside the image or the padding before it. */
const pooledExtents = (
  extents: readonly number[],
  kernel: readonly number[],
  { stride, low, high, dilation }: Placement,
  ceil: boolean,
): readonly number[] =>
  extents.map((extent, axis) => {
    const reach = at(dilation, axis) * (at(kernel, axis) - 1) + 1;
    const room = extent + at(low, axis) + at(high, axis) - reach;
    const count = Math.floor((room + (ceil ? at(stride, axis) - 1 : 0)) / at(stride, axis)) + 1;
    return ceil && (count - 1) * at(stride, axis) >= extent + at(low, axis) ? count - 1 : count;
  });

/** The windows of a pooling: for each result its position, and the elements of the image under it in order. */
const forEachWindow = (
  images: readonly number[],
  result: readonly number[],
  kernel: readonly number[],
  placement: Placement,
  visit: (result: number, elements: readonly number[], window: readonly number[]) => void,
): void => {
  const [, , ...extents] = images;
  for (const [n = 0, c = 0, ...window] of positions(result)) {
    const elements = [...positions(kernel)].flatMap((tap) => {
      const found = under(extents, window, tap, placement);
      return found === undefined ? [] : [offset(images, [n, c, ...found])];
    });
    visit(offset(result, [n, c, ...window]), elements, window);
  }
};

/** PyTorch's max_pool1d, 2d, 3d: the first maximum of each window gets its gradient. */
export const naiveMaxPool = (
  images: NdArray,
  kernel: readonly number[],
  placement: Placement,
  ceil: boolean,
): Derived => {
  const [batch = 0, channels = 0, ...extents] = images.shape;
  const result = zeros([batch, channels, ...pooledExtents(extents, kernel, placement, ceil)]);
  const chosen = new Map<number, number>();
  forEachWindow(images.shape, result.shape, kernel, placement, (r, elements) => {
    result.data[r] = Number.NEGATIVE_INFINITY;
    for (const position of elements) {
      const value = element(images, position);
      if (value <= element(result, r)) continue;
      result.data[r] = value;
      chosen.set(r, position);
    }
  });
  const gradients = (cotangent: NdArray): readonly NdArray[] => {
    const ofImages = zeros(images.shape);
    for (const [r, position] of chosen) addTo(ofImages, position, element(cotangent, r));
    return [ofImages];
  };
  return { result, gradients };
};

/** PyTorch's avg_pool1d, 2d, 3d: padding counts unless said otherwise, what lies behind it never. */
export const naiveAveragePool = (
  images: NdArray,
  kernel: readonly number[],
  placement: Placement,
  { ceil, countPadding }: { readonly ceil: boolean; readonly countPadding: boolean },
): Derived => {
  const [batch = 0, channels = 0, ...extents] = images.shape;
  const result = zeros([batch, channels, ...pooledExtents(extents, kernel, placement, ceil)]);
  const countOf = (elements: readonly number[], window: readonly number[]): number =>
    countPadding
      ? window.reduce((product, count, axis) => {
          const start = count * at(placement.stride, axis) - at(placement.low, axis);
          const end = Math.min(start + at(kernel, axis), at(extents, axis) + at(placement.high, axis));
          return product * (end - start);
        }, 1)
      : elements.length;
  forEachWindow(images.shape, result.shape, kernel, placement, (r, elements, window) => {
    for (const position of elements) addTo(result, r, element(images, position) / countOf(elements, window));
  });
  const gradients = (cotangent: NdArray): readonly NdArray[] => {
    const ofImages = zeros(images.shape);
    forEachWindow(images.shape, result.shape, kernel, placement, (r, elements, window) => {
      for (const position of elements) addTo(ofImages, position, element(cotangent, r) / countOf(elements, window));
    });
    return [ofImages];
  };
  return { result, gradients };
};
