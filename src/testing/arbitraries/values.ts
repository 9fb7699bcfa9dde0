// Elements for random tensors, from a seed: values are kept apart from shapes and graphs, so that a graph can shrink without
// its numbers changing under it. f32 elements are f32 numbers, so every backend is given the same.
import type { DType } from "../../ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../ir/types/ndarray.ts";

/**
 * What floats are drawn from. `normal`: moderate numbers. `whole`: small integers, of which sums and products are exact.
 * `special`: NaN, infinities, zeros of both signs, subnormals and extremes among them.
 */
export type ValueProfile = "normal" | "whole" | "special";

/** A generator of numbers from 0 up to 1: mulberry32. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const specials: readonly number[] = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Infinity,
  -Infinity,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1.1754943508222875e-38,
  1.401298464324817e-45,
  -1.401298464324817e-45,
  16777216,
  16777217,
  88.7,
  -103.9,
  0.5,
];

const wholeBetween = (random: () => number, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

const floats: { readonly [P in ValueProfile]: (random: () => number) => number } = {
  normal: (random) => (random() + random() + random() - 1.5) * 2,
  whole: (random) => wholeBetween(random, -4, 4),
  special: (random) =>
    random() < 0.7 ? (specials[wholeBetween(random, 0, specials.length - 1)] ?? 0) : (random() - 0.5) * 8,
};

const elements: { readonly [D in DType]: (random: () => number, profile: ValueProfile) => number } = {
  f32: (random, profile) => Math.fround(floats[profile](random)),
  f64: (random, profile) => floats[profile](random),
  i32: (random, profile) =>
    profile === "special" && random() < 0.3
      ? wholeBetween(random, -2147483648, 2147483647)
      : wholeBetween(random, -9, 9),
  u8: (random) => wholeBetween(random, 0, 255),
  bool: (random) => wholeBetween(random, 0, 1),
};

/** A tensor of random elements; indices lie below `range` where one is given. */
export const randomArray = (
  { dtype, shape }: KnownType,
  seed: number,
  profile: ValueProfile,
  range?: number,
): NdArray => {
  const random = randomFrom(seed);
  const element = (): number =>
    range === undefined ? elements[dtype](random, profile) : wholeBetween(random, 0, Math.max(range - 1, 0));
  return { dtype, shape, data: Float64Array.from({ length: sizeOf(shape) }, element) };
};
