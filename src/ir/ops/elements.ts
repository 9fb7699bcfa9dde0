// How numbers stand in elements of each type, once for the meaning in doubles and once for loop programs. In the meaning
// f32 results keep double precision, so it can judge rounding; what is written down as f32 (constants, padding) is f32.
import { binary, cast, constant, literal, loadType } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { truncateSaturating } from "../loop/fold.ts";
import type { DType } from "../types/dtype.ts";

/** The number that a literal of this element type stands for; whole numbers have one zero. */
export const literalNumber = (dtype: DType, value: number): number => {
  if (dtype === "f32") return Math.fround(value);
  return dtype === "f64" ? value : value + 0;
};

/** The same literal in a loop program. */
export const literalElement = (dtype: DType, value: number): Expr =>
  literal(loadType(dtype), literalNumber(dtype, value));

/** What an integer result becomes when it is kept in an element: i32 and u8 wrap, bool is 0 or 1, floats stay. */
export const wrapNumber = (dtype: DType, value: number): number => {
  switch (dtype) {
    case "f32":
    case "f64":
      return value;
    case "i32":
      return value | 0;
    case "u8":
      return value & 255;
    case "bool":
      return value === 0 ? 0 : 1;
  }
};

/** The same in a loop program, where all but u8 wrap by themselves. */
export const wrapElement = (dtype: DType, value: Expr): Expr =>
  dtype === "u8" ? binary("and", value, constant("i32", 255)) : value;

/** Converts the number to another element type: integers truncate and saturate, NaN gives 0, bool is "not 0". */
export const castNumber = (to: DType, value: number): number => {
  switch (to) {
    case "f32":
    case "f64":
      return value;
    case "i32":
      return truncateSaturating(value);
    case "u8":
      return Math.min(Math.max(truncateSaturating(value), 0), 255);
    case "bool":
      return value === 0 ? 0 : 1;
  }
};

/** The same in a loop program. */
export const castElement = (to: DType, value: Expr): Expr => {
  const converted = cast(loadType(to), value);
  return to === "u8" ? binary("min", binary("max", converted, constant("i32", 0)), constant("i32", 255)) : converted;
};
