// W240 to W269: shapes, dtypes and attributes that do not fit contractions, windows, convolutions, pooling,
// normalization and losses.
import { type CatalogueEntry, entry } from "../entry.ts";

/** The rows of this file; `ShapeRows` extends them. */
export interface NetworkShapeRows {
  readonly W240: CatalogueEntry<{ operand: string; type: string }>;
  readonly W241: CatalogueEntry<{ op: string; operand: string; axes: number; layout: string; type: string }>;
  readonly W242: CatalogueEntry<{
    op: string;
    attribute: string;
    values: string;
    length: number;
    least: number;
    layout: string;
  }>;
  readonly W243: CatalogueEntry<{
    op: string;
    axis: string;
    extent: number;
    padded: number;
    window: number;
    images: string;
  }>;
  readonly W244: CatalogueEntry<{
    op: string;
    channels: string;
    expected: string;
    groups: number;
    layout: string;
    shapes: string;
  }>;
  readonly W245: CatalogueEntry<{ op: string; groups: number; channels: string; shapes: string }>;
  readonly W246: CatalogueEntry<{ op: string; layout: string; type: string }>;
  readonly W247: CatalogueEntry<{ op: string; padding: string; axis: string; window: number }>;
  readonly W248: CatalogueEntry<{ op: string; operand: string; expected: string; actual: string }>;
  readonly W249: CatalogueEntry<{ type: string }>;
  readonly W250: CatalogueEntry<{ formula: string; why: string }>;
  readonly W251: CatalogueEntry<{ formula: string; why: string; types: string }>;
  readonly W265: CatalogueEntry<{ op: string; outputPadding: number; axis: string; stride: number; dilation: number }>;
  readonly W266: CatalogueEntry<{
    op: string;
    axis: string;
    low: number;
    high: number;
    reached: number;
    images: string;
  }>;
}

const contractions: Pick<NetworkShapeRows, "W240" | "W250" | "W251"> = {
  W240: entry({
    title: "matmul: an operand is no matrix",
    message: ({ operand, type }) => `matmul: the ${operand} operand has fewer than 2 axes (${type})`,
    help: () => "of vectors take matvec, vecmat or dot; or reshape one to [1, N] (a row) or [N, 1] (a column) first.",
    explanation:
      "A matrix product works on the last two axes of both operands, so each needs at least two. A vector is not promoted: whether it is a row or a column is said by a reshape.",
    example: "x.matmul(w)  // x: f32[784] is wrong; x.reshape([1, 784]).matmul(w) is right",
  }),
  W250: entry({
    title: "einsum: a formula that says nothing",
    message: ({ formula, why }) => `einsum: ${why} in ${formula}`,
    help: () => 'write the letters of each operand, commas between them, and those of the result: "ij,jk->ik".',
    explanation:
      "A formula has a list of letters for each operand, one letter for each axis, and behind an arrow the letters of the result, each of which some operand has. An ellipsis stands for any number of axes.",
    example: 'einsum("bhqd,bhkd->bhqk", queries, keys)',
  }),
  W251: entry({
    title: "einsum: operands that do not fit the formula",
    message: ({ formula, why }) => `einsum: ${why} in ${formula}`,
    help: ({ types }) =>
      `the operands are ${types}: give every axis a letter, and one letter only to axes of one extent.`,
    explanation: "A letter is an index, which runs over one extent wherever it stands.",
    example: 'einsum("ij,jk->ik", a, b)  // a: f32[2, 3], b: f32[4, 5] is wrong; b: f32[3, 5] is right',
  }),
};

const windows: Pick<NetworkShapeRows, "W241" | "W242" | "W243"> = {
  W241: entry({
    title: "images need a batch, channels and their spatial axes",
    message: ({ op, operand, axes, layout, type }) =>
      `${op}: the ${operand} must have ${axes} axes ${layout}, not ${type}`,
    help: ({ layout }) => `reshape to ${layout}; one alone has a batch of 1, and one channel is an axis, too.`,
    explanation:
      "Windows, convolutions and pooling slide over the last axes of what is laid out as [batch, channels, height, width]: a sequence has only a length, a volume a depth before the height.",
    example: "conv2d(x, w)  // x: f32[28, 28] is wrong; x.reshape([1, 1, 28, 28]) is right",
  }),
  W242: entry({
    title: "malformed window attribute",
    message: ({ op, attribute, values, length, least }) =>
      `${op}: ${attribute} must be ${length} whole ${length === 1 ? "number" : "numbers"} of at least ${least}, not ${values}`,
    help: ({ attribute, layout }) => `write ${attribute} as one number or as ${layout}.`,
    explanation:
      "A window has a kernel, a stride and a dilation of at least 1 along each spatial axis (length; height, width; depth, height, width), and padding of at least 0 on both sides of each.",
    example: "maxPool2d(x, 2, { stride: 0 }) is wrong; stride: 2 is right",
  }),
  W243: entry({
    title: "no window fits",
    message: ({ op, axis, extent, padded, window, images }) =>
      extent === 0
        ? `${op}: the ${axis} of the images is 0 (${images})`
        : `${op}: the window is larger than the padded ${axis}: ${window} vs ${padded} (${images})`,
    help: ({ extent, padded, window }) =>
      extent === 0
        ? "give images of at least one row and one column; only the batch may be empty."
        : `pad by at least ${window - padded} more, or use a smaller kernel or dilation.`,
    explanation:
      "A window reaches over dilation * (kernel - 1) + 1 elements. At least one must lie within the padded image, or the result would have no element.",
    example: "kernel: [5, 5] on f32[1, 1, 4, 4] is wrong without padding; padding: [1, 0, 1, 0] makes it fit once",
  }),
};

const operands: Pick<NetworkShapeRows, "W248" | "W249"> = {
  W248: entry({
    title: "operand of another type than the op needs",
    message: ({ op, operand, expected, actual }) => `${op}: the ${operand} must be ${expected}, not ${actual}`,
    help: ({ operand, expected }) => `give ${operand} as ${expected}.`,
    explanation: "The types of the other operands and the attributes leave only one type for this operand.",
    example: "layerNorm(x, scale, shift)  // x: f32[8, 64], scale: f32[8] is wrong; scale: f32[64] is right",
  }),
  W249: entry({
    title: "crossEntropy: logits are no rows",
    message: ({ type }) => `crossEntropy: logits must have 2 axes [rows, classes], not ${type}`,
    help: () => "reshape [..., classes] to [rows, classes], with the labels as [rows].",
    explanation:
      "The op takes one label for each row of logits. The function crossEntropy also takes a label for each place, such as a pixel: logits [rows, classes, ...places] and labels [rows, ...places], the classes on axis 1. Where the classes are the last axis, leading axes are merged into rows beforehand.",
    example: "logits: f32[B, T, C] is wrong; logits.reshape([B*T, C]) with labels.reshape([B*T]) is right",
  }),
};

const convolutions: Pick<NetworkShapeRows, "W244" | "W245" | "W246" | "W247"> = {
  W244: entry({
    title: "convolution: channels differ",
    message: ({ op, channels, expected, groups, shapes }) =>
      `${op}: the images have ${channels} channels, the weights expect ${expected}${groups === 1 ? "" : ` in ${groups} groups`} (${shapes})`,
    help: ({ expected, layout }) => `weights are ${layout}: give images of ${expected} channels, or other weights.`,
    explanation:
      "The second axis of the weights, times the number of groups, is the number of channels of the images. Weights of a transposed convolution have the channels of the images as their first axis.",
    example: "x: f32[1, 3, 32, 32], weight: f32[16, 1, 3, 3] is wrong; weight: f32[16, 3, 3, 3] is right",
  }),
  W245: entry({
    title: "convolution: groups do not divide",
    message: ({ op, groups, channels, shapes }) =>
      `${op}: ${groups} groups do not divide ${channels} channels (${shapes})`,
    help: ({ channels }) => `choose a number of groups that divides ${channels}.`,
    explanation:
      "Groups are equal parts of the input channels and of the output channels, so their number (at least 1) divides both.",
    example: "groups: 2 with weight: f32[5, 2, 3, 3] is wrong; weight: f32[6, 2, 3, 3] is right",
  }),
  W246: entry({
    title: "convolution: weights of an unknown window",
    message: ({ op, layout, type }) => `${op}: weights must be ${layout} with a known window, not ${type}`,
    help: () => "write the extents of the window as numbers.",
    explanation:
      "Batch and image extents may be symbols, but the window must be known: its loops are laid out when the graph is built.",
    example: 'weight: f32[16, 3, "K", "K"] is wrong; f32[16, 3, 3, 3] is right',
  }),
  W247: entry({
    title: "pooling: a window of nothing but padding",
    message: ({ op, padding, axis, window }) =>
      `${op}: padding ${padding} along the ${axis} reaches as far as the window, ${window}: a window would hold no element`,
    help: ({ window }) => `pad by at most ${window - 1} on each side.`,
    explanation:
      "A maximum or a mean needs at least one element, so padding on each side must be smaller than the extent of the window, dilation * (kernel - 1) + 1.",
    example: "kernel: [2, 2], padding: [2, 2, 2, 2] is wrong; padding: [1, 1, 1, 1] is right",
  }),
};

const transposedConvolutions: Pick<NetworkShapeRows, "W265" | "W266"> = {
  W265: entry({
    title: "transposed convolution: too much output padding",
    message: ({ op, outputPadding, axis, stride, dilation }) =>
      `${op}: outputPadding ${outputPadding} along the ${axis} is below neither the stride, ${stride}, nor the dilation, ${dilation}`,
    help: ({ stride, dilation }) => `give at most ${Math.max(stride, dilation) - 1}.`,
    explanation:
      "A stride of s takes s extents of an image to the same extent of a convolution. Output padding chooses among them, so it is below s (or, as in PyTorch, below the dilation); anything more would be rows of zeros.",
    example: "convTranspose2d(x, w, { stride: 2, outputPadding: 2 }) is wrong; outputPadding: 1 is right",
  }),
  W266: entry({
    title: "transposed convolution: nothing remains",
    message: ({ op, axis, low, high, reached, images }) =>
      `${op}: padding ${low} and ${high} leaves nothing of ${reached} along the ${axis} (${images})`,
    help: ({ reached }) => `pad by less than ${reached} in all: padding takes elements off the result.`,
    explanation:
      "The windows of a transposed convolution reach over (n - 1) * stride + dilation * (kernel - 1) + 1 elements, and padding is taken off at both ends, as the convolution it transposes had added it.",
    example: "convTranspose1d(x, w, { padding: 2 })  // x: f32[1, 1, 1], w: f32[1, 1, 3] is wrong; padding: 1 is right",
  }),
};

export const networkShapes: NetworkShapeRows = {
  ...contractions,
  ...windows,
  ...convolutions,
  ...transposedConvolutions,
  ...operands,
};
