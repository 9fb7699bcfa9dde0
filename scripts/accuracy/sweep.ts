// How far a function of f32 numbers is from its meaning, in units in the last place, over all bit patterns or every nth.
import { floatOfBits } from "../../src/ir/loop/fold.ts";
import type { UnaryFunction } from "../../src/ir/scalar/function.ts";
import type { Kernel } from "./kernel.ts";

/** What was found. */
export interface Accuracy {
  readonly count: number;
  /** The largest error; 0.5 stands for correctly rounded throughout. */
  readonly worst: number;
  /** Where it is. */
  readonly at: readonly number[];
  /** How many results are further away than these. */
  readonly above: { readonly half: number; readonly one: number; readonly two: number };
}

/** The distance between the two f32 numbers around a finite number; below the smallest normal it stays the same. */
export const lastPlace = (x: number): number => {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -125) return 2 ** -149;
  // The sign and exponent bits of x rounded towards 0 to a few bits are those of x, whatever rounding to f32 would carry.
  const exponent = Math.min(127, Math.floor(Math.log2(magnitude)));
  const power = 2 ** exponent;
  return (power > magnitude ? power / 2 : 2 * power <= magnitude && exponent < 127 ? 2 * power : power) * 2 ** -23;
};

const overflow = 2 ** 128;

/**
 * How far f32 `got` is from `want` in units in the last place of `want`; infinite where one alone is NaN, or the sign of a
 * zero is wrong. Infinity counts as 2^128, the next number of the format if it had one.
 */
export const errorInUlp = (got: number, want: number): number => {
  if (Number.isNaN(got) || Number.isNaN(want)) return Number.isNaN(got) === Number.isNaN(want) ? 0 : Infinity;
  if (Object.is(got, want)) return 0;
  if (Math.abs(want) === Infinity)
    return Math.abs(got) === Infinity || Math.sign(got) !== Math.sign(want) ? Infinity : 1;
  if (got === 0 && Object.is(got, -0) !== (want < 0 || Object.is(want, -0))) return Infinity;
  const finite = Math.abs(got) === Infinity ? Math.sign(got) * overflow : got;
  return Math.abs(finite - want) / lastPlace(want);
};

/** Collects errors: first each result is compared in bits with the rounded meaning, which is all for most. */
export const accumulate = () => {
  const found = { count: 0, worst: 0.5, at: [] as readonly number[], half: 0, one: 0, two: 0 };
  return {
    add: (got: number, want: number, at: () => readonly number[]): void => {
      found.count++;
      if (Object.is(got, Math.fround(want))) return;
      const error = errorInUlp(got, want);
      if (error > 0.5) found.half++;
      if (error > 1) found.one++;
      if (error > 2) found.two++;
      if (error > found.worst) {
        found.worst = error;
        found.at = at();
      }
    },
    result: ({ count, worst, at, half, one, two } = found): Accuracy => ({
      count,
      worst,
      at,
      above: { half, one, two },
    }),
  };
};

/** The numbers 0 to 2^32 whose bits are swept, in parts. */
export const patterns = 2 ** 32;

/** Applies a compiled function to every `stride`th bit pattern and compares. `onPart` hears of each part when it is done. */
export const sweep = (
  { evaluate }: UnaryFunction,
  { inputs: [input], output, run }: Kernel,
  stride: number,
  onPart: () => void = () => {},
): Accuracy => {
  const errors = accumulate();
  const length = output.length;
  const bits = input === undefined ? new Int32Array(0) : new Int32Array(input.buffer, input.byteOffset, length);
  for (let start = 0; start < patterns; start += stride * length) {
    for (let k = 0; k < length; k++) bits[k] = (start + k * stride) | 0;
    const count = Math.min(length, Math.ceil((patterns - start) / stride));
    run();
    for (let k = 0; k < count; k++) {
      const x = floatOfBits((start + k * stride) | 0);
      errors.add(output[k] ?? Number.NaN, evaluate(x), () => [x]);
    }
    onPart();
  }
  return errors.result();
};
