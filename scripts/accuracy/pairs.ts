// Pairs of f32 numbers at which functions of two are measured, since nobody can try all 2^64: random bits, ordinary numbers, and for
// powers the places where they go wrong.
import { floatOfBits } from "../../src/ir/loop/fold.ts";
import type { Kernel } from "./kernel.ts";
import type { Subject } from "./subjects.ts";
import { type Accuracy, newTally } from "./sweep.ts";

type Pair = readonly [x: number, y: number];

/** A deterministic stream of 32 random bits (xorshift). */
export const randomBits = (): (() => number) => {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
};

/** Kinds of pairs that take turns: `next` gives random bits. */
const anyPairs: readonly ((next: () => number) => Pair)[] = [
  (next) => [floatOfBits(next()), floatOfBits(next())],
  (next) => [next() / 2 ** 29, next() / 2 ** 29],
];

const positive = (next: () => number): number => {
  const x = floatOfBits(next() & 0x7fffffff);
  return x > 0 && x < Number.POSITIVE_INFINITY && x !== 1 ? x : 2;
};

/** A share of the exponent with which x is at the end of the f32 numbers. */
const exponentOf = (x: number, share: number): number => (share * 152) / Math.log2(Math.abs(x));

const powers: readonly ((next: () => number) => Pair)[] = [
  ...anyPairs,
  // Results of every magnitude, of any base and of bases near 1.
  (next) => {
    const x = positive(next);
    return [x, exponentOf(x, next() / 2 ** 31)];
  },
  (next) => {
    const x = Math.fround(1 + next() / 2 ** (32 + (next() & 15)));
    return x === 1 ? [x, 3] : [x, exponentOf(x, next() / 2 ** 31)];
  },
  // Where they overflow and underflow.
  (next) => {
    const x = positive(next);
    return [x, exponentOf(x, (next() < 0 ? 128 / 152 : -149 / 152) * (1 + next() / 2 ** 44))];
  },
  // Negative bases with whole exponents, odd and even, small and large.
  (next) => {
    const x = -positive(next);
    return [x, Math.round(exponentOf(x === -1 ? -2 : x, next() / 2 ** 31))];
  },
  (next) => [next() / 2 ** 27, next() >> 26],
];

/** Measures a function of two numbers at `count` pairs. `onPart` hears of each part that is done. */
export const measurePairs = (
  { name, row }: Subject & { readonly arity: 2 },
  { inputs: [left, right], output, run }: Kernel,
  count: number,
  onPart: () => void = () => {},
): Accuracy => {
  const kinds = name === "pow" ? powers : anyPairs;
  const next = randomBits();
  const tally = newTally();
  const [x, y] = [new Float32Array(output.length), new Float32Array(output.length)];
  for (let done = 0; done < count; done += output.length) {
    for (let k = 0; k < output.length; k++) [x[k], y[k]] = kinds[k % kinds.length]?.(next) ?? [1, 1];
    left?.set(x);
    right?.set(y);
    run();
    for (let k = 0; k < output.length; k++) {
      const [a, b, got] = [x[k] as number, y[k] as number, output[k] as number];
      const want = row.evaluate(a, b, "f32");
      if (!Object.is(got, Math.fround(want))) tally.differs(got, want, [a, b]);
    }
    onPart();
  }
  return tally.result(Math.ceil(count / output.length) * output.length);
};
