// The numbers at which functions have their corners, and how they are written in tables.
const largest = (2 - 2 ** -23) * 2 ** 127;
const leastNormal = 2 ** -126;
const least = 2 ** -149;

/** From NaN upwards: infinities, the largest numbers, the least normal and subnormal ones, both zeros, and ones. */
export const edges: readonly number[] = [
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  -largest,
  -1,
  -leastNormal,
  -least,
  -0,
  0,
  least,
  leastNormal,
  1,
  largest,
  Number.POSITIVE_INFINITY,
];

/** Those of them that tables of two operands show; all pairs are tried. */
export const shownEdges: readonly number[] = [
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  -1,
  -0,
  0,
  least,
  1,
  largest,
  Number.POSITIVE_INFINITY,
];

/** Whole numbers around the ends of i32, and the shifts by more than there are bits. */
export const wholeEdges: readonly number[] = [-(2 ** 31), -7, -1, 0, 1, 7, 33, 2 ** 31 - 1];

/** Whole numbers of u8. */
export const byteEdges: readonly number[] = [0, 1, 7, 200, 255];

/** What truncates, saturates or is no whole number. */
export const castEdges: readonly number[] = [
  ...edges,
  0.9,
  -0.9,
  255.9,
  256,
  2147483520,
  2 ** 31,
  -(2 ** 31),
  -2147483904,
];

const names: ReadonlyMap<number, string> = new Map([
  [largest, "max"],
  [-largest, "-max"],
  [leastNormal, "2^-126"],
  [-leastNormal, "-2^-126"],
  [least, "2^-149"],
  [-least, "-2^-149"],
  [Number.POSITIVE_INFINITY, "∞"],
  [Number.NEGATIVE_INFINITY, "-∞"],
]);

/** A number as tables show it: four digits at most of what has no name. */
export const shown = (value: number): string => {
  if (Object.is(value, -0)) return "-0";
  return (
    names.get(value) ??
    (Number.isInteger(value) && Math.abs(value) < 2 ** 32 ? `${value}` : `${Number(value.toPrecision(4))}`)
  );
};
