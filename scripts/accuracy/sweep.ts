// How far a function of f32 numbers is from its meaning, in units in the last place, over all bit patterns or every nth.
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

/** Collects errors. */
export interface Tally {
  /** Notes one result that is not the rounded meaning. */
  readonly differs: (got: number, want: number, at: readonly number[]) => void;
  /** What was found among `count` results. */
  readonly result: (count: number) => Accuracy;
}

/** A tally in which nothing is noted yet. */
export const newTally = (): Tally => {
  let [worst, half, one, two] = [0.5, 0, 0, 0];
  let place: readonly number[] = [];
  return {
    differs: (got, want, at) => {
      const error = errorInUlp(got, want);
      if (error > 0.5) half++;
      if (error > 1) one++;
      if (error > 2) two++;
      if (error <= worst) return;
      worst = error;
      place = at;
    },
    result: (count) => ({ count, worst, at: place, above: { half, one, two } }),
  };
};

/** How many bit patterns there are. */
export const patterns = 2 ** 32;

/** Applies a compiled function to every `stride`th bit pattern and compares. `onPart` hears of each part that is done. */
export const sweep = (
  { evaluate }: UnaryFunction,
  { inputs: [input], output, run }: Kernel,
  stride: number,
  onPart: () => void = () => {},
): Accuracy => {
  const { length } = output;
  const tally = newTally();
  // Arrays of the sweep's own: a kernel may leave its results where its inputs were.
  const [x, rounded] = [new Float32Array(length), new Float32Array(length)];
  const [bits, roundedBits] = [new Int32Array(x.buffer), new Int32Array(rounded.buffer)];
  const gotBits = new Int32Array(output.buffer, output.byteOffset, length);
  for (let start = 0; start < patterns; start += stride * length) {
    for (let k = 0; k < length; k++) bits[k] = (start + k * stride) | 0;
    input?.set(x);
    run();
    const count = Math.min(length, Math.ceil((patterns - start) / stride));
    for (let k = 0; k < count; k++) {
      const at = x[k] as number;
      const want = evaluate(at);
      rounded[k] = want;
      // Most results have the bits of the rounded meaning, which is all that has to be seen of them.
      if (roundedBits[k] !== gotBits[k]) tally.differs(output[k] as number, want, [at]);
    }
    onPart();
  }
  return tally.result(Math.ceil(patterns / stride));
};
