// Networks of one layer: products by constant weights, convolutions, rows, elementwise work, recurrences.
import { networkBuilder } from "../builder.ts";
import type { Activation, CellName, Network, Shape } from "../network.ts";

/** [rows, inner] by a weight [inner, columns], or by the transpose of one. */
export const weightProduct = (rows: number, inner: number, columns: number, transposed = false): Network => {
  const { input, matmul, finish } = networkBuilder();
  return finish(matmul(input("x", [rows, inner]), columns, transposed));
};

/** One convolution of images. */
export const convolution = (
  image: Shape,
  out: number,
  window: number,
  options: { readonly stride?: number; readonly padding?: number; readonly groups?: number } = {},
): Network => {
  const { input, conv2d, finish } = networkBuilder();
  return finish(conv2d(input("x", image), out, window, options));
};

/** The softmax of each row. */
export const softmaxRows = (rows: number, columns: number): Network => {
  const { input, softmax, finish } = networkBuilder();
  return finish(softmax(input("x", [rows, columns])));
};

/** Each row standardized, with a gain and a bias. */
export const normalizedRows = (rows: number, columns: number): Network => {
  const { input, layerNorm, finish } = networkBuilder();
  return finish(layerNorm(input("x", [rows, columns])));
};

/** One function of each element. */
export const elementwise = (by: Activation, shape: Shape): Network => {
  const { input, activate, finish } = networkBuilder();
  return finish(activate(input("x", shape), by));
};

/** Ten cheap functions of each element, one after the other: three times scale, shift and relu, then a scale. */
export const chainOfTen = (shape: Shape): Network => {
  const { input, scale, shift, activate, finish } = networkBuilder();
  let x = input("x", shape);
  for (const factor of [1.25, -0.75, 1.5]) x = activate(shift(scale(x, factor), 0.25), "relu");
  return finish(scale(x, 0.5));
};

/** How long and wide a recurrence is. */
export interface RecurrenceSizes {
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
}

/** One recurrent layer over sequences. */
export const recurrence = (
  cell: CellName,
  { steps, batch, features, hidden }: RecurrenceSizes,
  bidirectional = false,
): Network => {
  const { input, recurrent, finish } = networkBuilder();
  return finish(recurrent(input("x", [steps, batch, features]), hidden, cell, bidirectional));
};
