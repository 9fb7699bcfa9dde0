// Functions of the printed module that stand for operators JavaScript does not have. A module contains those it uses.

/** The text of each helper, in the order of printing. */
export const helpers = {
  scratch: `const scratch = new DataView(new ArrayBuffer(4));`,
  bitsOfFloat: `/** The bits of an f32 as an i32. */
const bitsOfFloat = (x) => {
  scratch.setFloat32(0, x);
  return scratch.getInt32(0);
};`,
  floatOfBits: `/** The bits of an i32 as an f32. */
const floatOfBits = (bits) => {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
};`,
  nearest: `/** Rounds an f32 to a whole number, ties to even; the last term only gives a sum of 0 the sign of x. */
const nearest = (x) =>
  x !== 0 && Math.abs(x) < 2251799813685248
    ? fround(x + 6755399441055744 - 6755399441055744 + x * 6.223015277861142e-61)
    : x;`,
  nearestDouble: `/** Rounds an f64 to a whole number, ties to even; x * 0 is a zero with the sign of x. */
const nearestDouble = (x) => {
  if (!(Math.abs(x) < 4503599627370496)) return x;
  const whole = x < 0 ? x - 4503599627370496 + 4503599627370496 : x + 4503599627370496 - 4503599627370496;
  return whole === 0 ? x * 0 : whole;
};`,
  truncate: `/** Truncates to 32 bits and saturates; NaN gives 0. */
const truncate = (x) => (x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : x | 0);`,
  divide: `/** Division of whole numbers; by 0 it gives 0. */
const divide = (x, y) => (y === 0 ? 0 : (x / y) | 0);`,
  remainder: `/** Remainder of whole numbers; by 0 it gives 0. */
const remainder = (x, y) => (y === 0 ? 0 : (x % y) | 0);`,
  decode: `/** The bytes that a base64 text stands for. */
const decode = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));`,
} as const;

/** The name of a helper. */
export type Helper = keyof typeof helpers;

/** The text of the helpers that are used. */
export const printHelpers = (used: ReadonlySet<Helper>): string => {
  const names = new Set<string>(used);
  if (names.has("bitsOfFloat") || names.has("floatOfBits")) names.add("scratch");
  return Object.entries(helpers)
    .filter(([name]) => names.has(name))
    .map(([, text]) => `${text}\n`)
    .join("\n");
};
