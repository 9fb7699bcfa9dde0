// Distances in units in the last place, and the arguments at which they are measured.
/** A binary floating-point format: fraction bits and the exponents of its least normal and of what overflows. */
export interface Format {
  readonly fraction: number;
  readonly leastExponent: number;
  readonly overflowExponent: number;
  readonly round: (x: number) => number;
}

/** f32. */
export const single: Format = { fraction: 23, leastExponent: -126, overflowExponent: 128, round: Math.fround };
/** f64. */
export const double: Format = { fraction: 52, leastExponent: -1022, overflowExponent: 1024, round: (x) => x };

/** The distance between two representable numbers around x, which is finite. */
const unitAt = (x: number, { fraction, leastExponent }: Format): number => {
  const magnitude = Math.abs(x);
  let exponent = Math.max(Math.floor(Math.log2(magnitude)), leastExponent);
  if (exponent > leastExponent && 2 ** exponent > magnitude) exponent -= 1;
  if (2 ** (exponent + 1) <= magnitude) exponent += 1;
  return 2 ** (Math.max(exponent, leastExponent) - fraction);
};

/** How far `got` is from `want` in units in the last place of `want`; infinite where class or sign of zero differ. */
export const distance = (got: number, want: number, format: Format): number => {
  if (Number.isNaN(want) || Number.isNaN(got)) return Number.isNaN(want) === Number.isNaN(got) ? 0 : Infinity;
  if (Object.is(got, format.round(want))) return Number.isFinite(got) ? Math.abs(got - want) / unitAt(want, format) : 0;
  if (!Number.isFinite(want)) return Infinity;
  if (got === 0 && Object.is(got, -0) !== (want < 0 || Object.is(want, -0))) return Infinity;
  if (Number.isFinite(got)) return Math.abs(got - want) / unitAt(want, format);
  const limit = 2 ** (format.overflowExponent - 1);
  return Math.abs(Math.sign(got) * 2 - want / limit) * 2 ** format.fraction;
};

/** Evenly spaced f32 numbers. */
export function* between(low: number, high: number, count: number): Generator<number> {
  for (let k = 0; k <= count; k += 1) yield Math.fround(low + ((high - low) * k) / count);
}

/** Where functions have their corners. */
export const specialValues: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  -(2 ** -126),
  2 ** -30,
  2 ** 60,
  -(2 ** 60),
  (2 - 2 ** -23) * 2 ** 127,
  -(2 - 2 ** -23) * 2 ** 127,
];

/** The cases that are not right, no more than a report can hold. */
export const offenders = <Case>(cases: Iterable<Case>, isRight: (one: Case) => boolean): readonly Case[] => {
  const found: Case[] = [];
  for (const one of cases) if (!isRight(one) && found.length < 5) found.push(one);
  return found;
};
