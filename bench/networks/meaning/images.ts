// Convolutions and pooling of images [batch, channels, height, width].
import type { NodeOf, Shape } from "../network.ts";

type Four = readonly [number, number, number, number];

const four = ([a = 1, b = 1, c = 1, d = 1]: Shape): Four => [a, b, c, d];

/** Where a window's element lies in the plane of an image; nothing where that is in the padding. */
const under = (
  [, , height, width]: Four,
  [y, x]: readonly [number, number],
  [dy, dx]: readonly [number, number],
  { stride, padding }: { readonly stride: number; readonly padding: number },
): number | undefined => {
  const [row, column] = [y * stride + dy - padding, x * stride + dx - padding];
  return row < 0 || column < 0 || row >= height || column >= width ? undefined : row * width + column;
};

/** Each element of a result [batch, channels, height, width], from its indices. */
const elements = (
  shape: Shape,
  element: (image: number, channel: number, place: readonly [number, number]) => number,
): Float64Array => {
  const [images, channels, height, width] = four(shape);
  const result = new Float64Array(images * channels * height * width);
  let at = 0;
  for (let image = 0; image < images; image++)
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) result[at++] = element(image, channel, [y, x]);
  return result;
};

export const conv2d = (
  x: Float64Array,
  filters: Float64Array,
  bias: Float64Array,
  node: NodeOf<"conv2d">,
): Float64Array => {
  const shape = four(node.operands[0].shape);
  const [out, inputs, height, width] = four(node.operands[1].shape);
  const plane = shape[2] * shape[3];
  return elements(node.result.shape, (image, channel, place) => {
    const first = image * shape[1] + Math.floor(channel / (out / node.groups)) * inputs;
    let sum = bias[channel] ?? 0;
    for (let dy = 0; dy < height; dy++)
      for (let dx = 0; dx < width; dx++) {
        const at = under(shape, place, [dy, dx], node);
        if (at === undefined) continue;
        for (let input = 0; input < inputs; input++) {
          const filter = ((channel * inputs + input) * height + dy) * width + dx;
          sum += (x[(first + input) * plane + at] ?? 0) * (filters[filter] ?? 0);
        }
      }
    return sum;
  });
};

export const maxPool = (x: Float64Array, node: NodeOf<"maxPool">): Float64Array => {
  const shape = four(node.operands[0].shape);
  const plane = shape[2] * shape[3];
  return elements(node.result.shape, (image, channel, place) => {
    let most = -Infinity;
    for (let dy = 0; dy < node.window; dy++)
      for (let dx = 0; dx < node.window; dx++) {
        const at = under(shape, place, [dy, dx], node);
        if (at !== undefined) most = Math.max(most, x[(image * shape[1] + channel) * plane + at] ?? 0);
      }
    return most;
  });
};

export const averagePool = (
  x: Float64Array,
  { operands: [{ shape }], result }: NodeOf<"averagePool">,
): Float64Array => {
  const [, , height, width] = four(shape);
  const plane = height * width;
  return elements([...result.shape, 1, 1], (image, channel) => {
    const first = (image * (result.shape[1] ?? 1) + channel) * plane;
    return x.subarray(first, first + plane).reduce((a, b) => a + b, 0) / plane;
  });
};
