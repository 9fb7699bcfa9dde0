// Elements for random tensors, from a seed: values are kept apart from shapes and graphs, so that a graph can shrink without
// its numbers changing under it. f32 elements are f32 numbers, so every backend is given the same.
import type { DType } from "../../ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../ir/types/ndarray.ts";

/**
 * What floats are drawn from. `normal`: moderate numbers. `whole`: small integers, of which sums and products are exact.
 * `special`: NaN, infinities, zeros of both signs, subnormals and extremes among them. `wide`: every magnitude that there
 * is, each power of two as often. `bits`: any pattern of bits. `ties`: a handful of numbers, so that many are equal.
 * `conditioned`: neither near 0 nor near whole numbers and halves, where functions have kinks.
 */
export type ValueProfile = "normal" | "whole" | "special" | "wide" | "bits" | "ties" | "conditioned";

/**
 * Every profile that elements are drawn from.
 *
 * @example
 * valueProfiles; // ["normal", "whole", "special", "wide", "bits", "ties", "conditioned"]
 */
export const valueProfiles: readonly ValueProfile[] = [
  "normal",
  "whole",
  "special",
  "wide",
  "bits",
  "ties",
  "conditioned",
];

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

const tied: readonly number[] = [0, 1, -1, 0, 2, -0];

const wholeBetween = (random: () => number, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

const oneOf = (random: () => number, numbers: readonly number[]): number =>
  numbers[wholeBetween(random, 0, numbers.length - 1)] ?? 0;

/** The exponents of a float type, from its smallest subnormal to its largest number. */
const exponents = { f32: { lowest: -149, highest: 127 }, f64: { lowest: -1074, highest: 1023 } } as const;

type FloatType = keyof typeof exponents;

/** Four bytes, or eight, seen as a number. */
const pattern = new DataView(new ArrayBuffer(8));

const anyBits = (random: () => number, dtype: FloatType): number => {
  pattern.setInt32(0, Math.floor(random() * 2 ** 32) | 0);
  pattern.setInt32(4, Math.floor(random() * 2 ** 32) | 0);
  return dtype === "f32" ? pattern.getFloat32(0) : pattern.getFloat64(0);
};

const signOf = (random: () => number): number => (random() < 0.5 ? -1 : 1);

const floats: { readonly [P in ValueProfile]: (random: () => number, dtype: FloatType) => number } = {
  normal: (random) => (random() + random() + random() - 1.5) * 2,
  whole: (random) => wholeBetween(random, -4, 4),
  special: (random) => (random() < 0.7 ? oneOf(random, specials) : (random() - 0.5) * 8),
  wide: (random, dtype) => {
    const { lowest, highest } = exponents[dtype];
    return signOf(random) * 2 ** wholeBetween(random, lowest, highest) * (1 + random() * 0.99);
  },
  bits: anyBits,
  ties: (random) => oneOf(random, tied),
  conditioned: (random) => signOf(random) * (wholeBetween(random, 0, 2) + 0.15 + 0.2 * random()),
};

const integers: { readonly [P in ValueProfile]: (random: () => number) => number } = {
  normal: (random) => wholeBetween(random, -9, 9),
  whole: (random) => wholeBetween(random, -9, 9),
  special: (random) => (random() < 0.3 ? wholeBetween(random, -2147483648, 2147483647) : wholeBetween(random, -9, 9)),
  wide: (random) => (signOf(random) * 2 ** wholeBetween(random, 0, 31)) | 0,
  bits: (random) => wholeBetween(random, -2147483648, 2147483647),
  ties: (random) => wholeBetween(random, 0, 1),
  conditioned: (random) => wholeBetween(random, -9, 9),
};

const elements: { readonly [D in DType]: (random: () => number, profile: ValueProfile) => number } = {
  f32: (random, profile) => Math.fround(floats[profile](random, "f32")),
  f64: (random, profile) => floats[profile](random, "f64"),
  i32: (random, profile) => integers[profile](random),
  u8: (random, profile) => wholeBetween(random, 0, profile === "ties" ? 2 : 255),
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
  const draw = elements[dtype];
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < data.length; at++)
    data[at] = range === undefined ? draw(random, profile) : wholeBetween(random, 0, Math.max(range - 1, 0));
  return { dtype, shape, data };
};
