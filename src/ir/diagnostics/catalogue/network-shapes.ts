// W240 to W269: shapes, dtypes and attributes that do not fit contractions, windows, convolutions, pooling,
// normalization and losses.
import { sentence } from "../../types/sentences.ts";
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
  readonly W251: CatalogueEntry<{ formula: string; index: string; first: string; second: string; types: string }>;
  readonly W252: CatalogueEntry<{ op: string; axis: string; images: string }>;
  readonly W253: CatalogueEntry<{ formula: string; operand: number; rank: number; letters: number; type: string }>;
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

const contractions: Pick<NetworkShapeRows, "W240" | "W250" | "W251" | "W253"> = {
  W240: entry({
    title: "matmul: an operand is no matrix",
    message: (details) => sentence("W240", details),
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
    example: 'einsum("bhqd,bhkd->bhqk", queries, keys)  // not "bhqd,bhkd->bhqx"',
  }),
  W251: entry({
    title: "einsum: operands that do not fit the formula",
    message: (details) => sentence("W251", details),
    help: ({ types }) => `the operands are ${types}: give one letter only to axes of one extent.`,
    explanation: "A letter is an index, which runs over one extent wherever it stands.",
    example: 'einsum("ij,jk->ik", a, b)  // a: f32[2, 3], b: f32[4, 5] is wrong; b: f32[3, 5] is right',
  }),
  W253: entry({
    title: "einsum: an operand of another number of axes",
    message: (details) => sentence("W253", details),
    help: ({ type }) => `the operand is ${type}: give every axis a letter, or write ... for those that need no name.`,
    explanation: "A formula names each axis of each operand by a letter; an ellipsis stands for any number of them.",
    example: 'einsum("ijk->i", x)  // x: f32[2, 3] is wrong; "ij->i" is right',
  }),
};

const windows: Pick<NetworkShapeRows, "W241" | "W242" | "W243" | "W252"> = {
  W241: entry({
    title: "images need a batch, channels and their spatial axes",
    message: (details) => sentence("W241", details),
    help: ({ layout }) => `reshape to ${layout}; one alone has a batch of 1, and one channel is an axis, too.`,
    explanation:
      "Windows, convolutions and pooling slide over the last axes of what is laid out as [batch, channels, height, width]: a sequence has only a length, a volume a depth before the height.",
    example: "conv2d(x, w)  // x: f32[28, 28] is wrong; x.reshape([1, 1, 28, 28]) is right",
  }),
  W242: entry({
    title: "malformed window attribute",
    message: ({ length, ...details }) =>
      sentence("W242", { ...details, numbers: `${length} whole ${length === 1 ? "number" : "numbers"}` }),
    help: ({ attribute, layout }) => `write ${attribute} as one number or as ${layout}.`,
    explanation:
      "A window has a kernel, a stride and a dilation of at least 1 along each spatial axis (length; height, width; depth, height, width), and padding of at least 0 on both sides of each.",
    example: "maxPool2d(x, 2, { stride: 0 }) is wrong; stride: 2 is right",
  }),
  W243: entry({
    title: "no window fits",
    message: (details) => sentence("W243", details),
    help: ({ padded, window }) => `pad by at least ${window - padded} more, or use a smaller kernel or dilation.`,
    explanation:
      "A window reaches over dilation * (kernel - 1) + 1 elements. At least one must lie within the padded image, or the result would have no element.",
    example: "kernel: [5, 5] on f32[1, 1, 4, 4] is wrong without padding; padding: [1, 0, 1, 0] makes it fit once",
  }),
  W252: entry({
    title: "images of nothing",
    message: (details) => sentence("W252", details),
    help: () => "give images of at least one element along each spatial axis; only the batch may be empty.",
    explanation:
      "A window lies over elements of the image. Padding alone is no image: where there is no element there is no window.",
    example: "maxPool2d(x, 2)  // x: f32[8, 3, 0, 28] is wrong; f32[0, 3, 28, 28] is right",
  }),
};

const operands: Pick<NetworkShapeRows, "W248" | "W249"> = {
  W248: entry({
    title: "operand of another type than the op needs",
    message: (details) => sentence("W248", details),
    help: ({ operand, expected }) => `give ${operand} as ${expected}.`,
    explanation: "The types of the other operands and the attributes leave only one type for this operand.",
    example: "layerNorm(x, scale, shift)  // x: f32[8, 64], scale: f32[8] is wrong; scale: f32[64] is right",
  }),
  W249: entry({
    title: "crossEntropy: logits are no rows",
    message: (details) => sentence("W249", details),
    help: () => "reshape [..., classes] to [rows, classes], with the labels as [rows].",
    explanation:
      "The op takes one label for each row of logits. The function crossEntropy also takes a label for each place, such as a pixel: logits [rows, classes, ...places] and labels [rows, ...places], the classes on axis 1. Where the classes are the last axis, leading axes are merged into rows beforehand.",
    example: "logits: f32[B, T, C] is wrong; logits.reshape([B*T, C]) with labels.reshape([B*T]) is right",
  }),
};

const convolutions: Pick<NetworkShapeRows, "W244" | "W245" | "W246" | "W247"> = {
  W244: entry({
    title: "convolution: channels differ",
    message: ({ groups, ...details }) =>
      sentence("W244", { ...details, among: groups === 1 ? "" : ` in ${groups} groups` }),
    help: ({ expected, layout }) => `weights are ${layout}: give images of ${expected} channels, or other weights.`,
    explanation:
      "The second axis of the weights, times the number of groups, is the number of channels of the images. Weights of a transposed convolution have the channels of the images as their first axis.",
    example: "x: f32[1, 3, 32, 32], weight: f32[16, 1, 3, 3] is wrong; weight: f32[16, 3, 3, 3] is right",
  }),
  W245: entry({
    title: "convolution: groups do not divide",
    message: (details) => sentence("W245", details),
    help: ({ channels }) => `choose a number of groups that divides ${channels}.`,
    explanation:
      "Groups are equal parts of the input channels and of the output channels, so their number (at least 1) divides both.",
    example: "groups: 2 with weight: f32[5, 2, 3, 3] is wrong; weight: f32[6, 2, 3, 3] is right",
  }),
  W246: entry({
    title: "convolution: weights of an unknown window",
    message: (details) => sentence("W246", details),
    help: () => "write the extents of the window as numbers.",
    explanation:
      "Batch and image extents may be symbols, but the window must be known: its loops are laid out when the graph is built.",
    example: 'weight: f32[16, 3, "K", "K"] is wrong; f32[16, 3, 3, 3] is right',
  }),
  W247: entry({
    title: "pooling: a window of nothing but padding",
    message: (details) => sentence("W247", details),
    help: ({ window }) => `pad by at most ${window - 1} on each side.`,
    explanation:
      "A maximum or a mean needs at least one element, so padding on each side must be smaller than the extent of the window, dilation * (kernel - 1) + 1.",
    example: "kernel: [2, 2], padding: [2, 2, 2, 2] is wrong; padding: [1, 1, 1, 1] is right",
  }),
};

const transposedConvolutions: Pick<NetworkShapeRows, "W265" | "W266"> = {
  W265: entry({
    title: "transposed convolution: too much output padding",
    message: (details) => sentence("W265", details),
    help: ({ stride, dilation }) => `give at most ${Math.max(stride, dilation) - 1}.`,
    explanation:
      "A stride of s takes s extents of an image to the same extent of a convolution. Output padding chooses among them, so it is below s (or, as in PyTorch, below the dilation); anything more would be rows of zeros.",
    example: "convTranspose2d(x, w, { stride: 2, outputPadding: 2 }) is wrong; outputPadding: 1 is right",
  }),
  W266: entry({
    title: "transposed convolution: nothing remains",
    message: (details) => sentence("W266", details),
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
