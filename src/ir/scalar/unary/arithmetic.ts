// Functions of one number that arithmetic and rounding make: exact, or rounded once.
import { unary as loopUnary } from "../../loop/build.ts";
import { foldUnary } from "../../loop/fold.ts";
import { floats, type UnaryFunction } from "../function.ts";
import { isAbove, isBelow, over, times, where } from "../programs/arithmetic.ts";

/** The name of a function that arithmetic or rounding makes. */
export type ArithmeticFn =
  | "neg"
  | "abs"
  | "sign"
  | "square"
  | "reciprocal"
  | "sqrt"
  | "rsqrt"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "not";

/** Negation to truncation. */
export const arithmetic: { readonly [F in ArithmeticFn]: UnaryFunction } = {
  neg: {
    summary: "the number of opposite sign",
    formula: "-x",
    evaluate: (x) => -x,
    derivative: () => -1,
    lower: (_, x) => loopUnary("neg", x),
    domain: [-3, 3],
    dtypes: ["f32", "f64", "i32"],
    ulp: 0,
  },
  abs: {
    summary: "the absolute value; the derivative at 0 is 0",
    formula: "|x|",
    evaluate: Math.abs,
    derivative: (x) => x.sign(),
    lower: (_, x) => loopUnary("abs", x),
    domain: [0.1, 3],
    dtypes: ["f32", "f64", "i32"],
    ulp: 0,
  },
  sign: {
    summary: "-1, 0 or 1 by the sign; -0 and NaN as they are",
    formula: "x / |x|",
    evaluate: Math.sign,
    derivative: "zero",
    lower: (_, x) => where(isAbove(x, 0), 1, where(isBelow(x, 0), -1, x)),
    domain: [0.1, 3],
    dtypes: ["f32", "f64", "i32"],
    ulp: 0,
  },
  square: {
    summary: "the square",
    formula: "x^2",
    evaluate: (x) => x * x,
    derivative: (x) => x.mul(2),
    lower: (_, x) => times(x, x),
    domain: [-3, 3],
    dtypes: floats,
    ulp: 0,
  },
  reciprocal: {
    summary: "the reciprocal",
    formula: "1 / x",
    evaluate: (x) => 1 / x,
    derivative: (_, y) => y.mul(y).neg(),
    lower: (_, x) => over(1, x),
    domain: [0.3, 3],
    dtypes: floats,
    ulp: 0,
  },
  sqrt: {
    summary: "the square root",
    formula: "sqrt(x)",
    evaluate: Math.sqrt,
    derivative: (x) => x.rsqrt().mul(0.5),
    lower: (_, x) => loopUnary("sqrt", x),
    domain: [0.3, 3],
    dtypes: floats,
    ulp: 0,
  },
  rsqrt: {
    summary: "the reciprocal of the square root",
    formula: "1 / sqrt(x)",
    evaluate: (x) => 1 / Math.sqrt(x),
    derivative: (_, y) => y.mul(y).mul(y).mul(-0.5),
    lower: (_, x) => over(1, loopUnary("sqrt", x)),
    domain: [0.3, 3],
    dtypes: floats,
    ulp: 1.5,
  },
  floor: {
    summary: "the greatest whole number that is at most x",
    formula: "max {n : n <= x}",
    evaluate: Math.floor,
    derivative: "zero",
    lower: (_, x) => loopUnary("floor", x),
    domain: [0.1, 0.9],
    dtypes: floats,
    ulp: 0,
  },
  ceil: {
    summary: "the least whole number that is at least x",
    formula: "min {n : n >= x}",
    evaluate: Math.ceil,
    derivative: "zero",
    lower: (_, x) => loopUnary("ceil", x),
    domain: [0.1, 0.9],
    dtypes: floats,
    ulp: 0,
  },
  round: {
    summary: "the nearest whole number, halves to even",
    formula: "the whole n that minimises |n - x|",
    evaluate: (x) => foldUnary("nearest", "f64", x),
    derivative: "zero",
    lower: (_, x) => loopUnary("nearest", x),
    domain: [-0.4, 0.4],
    dtypes: floats,
    ulp: 0,
  },
  trunc: {
    summary: "the whole part",
    formula: "sign(x) floor(|x|)",
    evaluate: Math.trunc,
    derivative: "zero",
    lower: (_, x) => loopUnary("trunc", x),
    domain: [0.1, 0.9],
    dtypes: floats,
    ulp: 0,
  },
  not: {
    summary: "whether x is false",
    formula: "1 - x",
    evaluate: (x) => (x === 0 ? 1 : 0),
    derivative: "zero",
    lower: (_, x) => loopUnary("not", x),
    domain: [0, 1],
    dtypes: ["bool"],
    ulp: 0,
  },
};
