// The numbers on which the meanings of operators part: zeros of both signs, halves, subnormals, extremes, infinities, NaN.
import type { ScalarType } from "../../../src/ir/loop/expr.ts";

const floats = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.7, -3.2, 1e10, -1e10, 2147483648, -2147483904];
const beyond = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

/** Special values of each scalar type; their number is divisible by four. */
export const special: { readonly [T in ScalarType]: readonly number[] } = {
  f32: [...floats, ...beyond, 0.1, 1e-45, -1e-45, 1.1754942e-38, 3.4028234663852886e38, -3.4028234663852886e38].map(
    Math.fround,
  ),
  f64: [...floats, ...beyond, 0.1, 5e-324, -5e-324, 4503599627370495.5, 1.7976931348623157e308, 2147483647.5],
  i32: [0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 100, 255, 65536, 2147483647, -2147483648],
  bool: [0, 1, 1, 0],
};

/** All pairs of special values, as two columns. */
export const pairs = (type: ScalarType): readonly [readonly number[], readonly number[]] => {
  const values = special[type];
  return [values.flatMap((x) => values.map(() => x)), values.flatMap(() => values)];
};
