// Every function of two numbers of one dtype, by name. A new one is a name and a row here.
import { binary as loopBinary } from "../loop/build.ts";
import type { LoopBinary } from "../loop/expr.ts";
import { foldBinary } from "../loop/fold.ts";
import { type DType, isFloat } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { type BinaryFunction, type Domain, floats, numbers } from "./function.ts";
import { angleOfPoint } from "./programs/inverse-tangent.ts";
import { power } from "./programs/power.ts";

/** The name of a function of two numbers. */
export type BinaryFn =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "max"
  | "min"
  | "pow"
  | "atan2"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRight";

const anywhere: readonly [Domain, Domain] = [
  [-3, 3],
  [-3, 3],
];

/** An operator of the loop IR: in double precision, or wrapping where the dtype is an integer. */
const operator = (fn: LoopBinary): Pick<BinaryFunction, "evaluate" | "lower" | "ulp"> => ({
  evaluate: (x, y, dtype) => foldBinary(fn, isFloat(dtype) ? "f64" : "i32", x, y),
  lower: (_, x, y) => loopBinary(fn, x, y),
  ulp: 0,
});

const integers: readonly DType[] = ["i32", "u8"];
const bits: readonly DType[] = ["i32", "u8", "bool"];

/** 1 where x is above y, one half where they are equal, otherwise 0: equal operands share the gradient. */
const share = (x: Tensor, y: Tensor): Tensor => x.greater(y).cast(x.dtype).add(x.equal(y).cast(x.dtype).mul(0.5));

/** x^y with the values of IEEE 754 where `Math.pow` gives NaN: 1^NaN and (+-1)^+-infinity are 1. */
const ieeePower = (x: number, y: number): number =>
  x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;

/** The functions of two numbers. */
export const binary: { readonly [F in BinaryFn]: BinaryFunction } = {
  add: {
    summary: "the sum",
    formula: "x + y",
    ...operator("add"),
    derivative: [() => 1, () => 1],
    domain: anywhere,
    dtypes: numbers,
  },
  sub: {
    summary: "the difference",
    formula: "x - y",
    ...operator("sub"),
    derivative: [() => 1, () => -1],
    domain: anywhere,
    dtypes: numbers,
  },
  mul: {
    summary: "the product",
    formula: "x y",
    ...operator("mul"),
    derivative: [(_, y) => y, (x) => x],
    domain: anywhere,
    dtypes: numbers,
  },
  div: {
    summary: "the quotient; of integers the whole part, and 0 where y is 0",
    formula: "x / y",
    ...operator("div"),
    derivative: [(_, y) => y.reciprocal(), (_, y, z) => z.div(y).neg()],
    domain: [
      [-3, 3],
      [0.3, 3],
    ],
    dtypes: numbers,
  },
  rem: {
    summary: "what is left of x when y is divided out, with the sign of x; 0 where y is 0",
    formula: "x - y trunc(x / y)",
    ...operator("rem"),
    derivative: "zero",
    domain: anywhere,
    dtypes: integers,
  },
  max: {
    summary: "the greater, NaN if either is; equal operands get half the gradient each",
    formula: "max(x, y)",
    ...operator("max"),
    derivative: [(x, y) => share(x, y), (x, y) => share(y, x)],
    domain: [
      [0.1, 3],
      [-3, 0],
    ],
    dtypes: numbers,
  },
  min: {
    summary: "the smaller, NaN if either is; equal operands get half the gradient each",
    formula: "min(x, y)",
    ...operator("min"),
    derivative: [(x, y) => share(y, x), (x, y) => share(x, y)],
    domain: [
      [0.1, 3],
      [-3, 0],
    ],
    dtypes: numbers,
  },
  pow: {
    summary: "the power of IEEE 754: x^0 and 1^y are 1 even of NaN",
    formula: "x^y",
    evaluate: ieeePower,
    derivative: [
      (x, y) => y.equal(0).select(0, y.mul(x.pow(y.sub(1)))),
      (x, y, z) => x.equal(0).logicalAnd(y.greaterEqual(0)).select(0, z.mul(x.log())),
    ],
    lower: power,
    domain: [
      [0.3, 3],
      [-3, 3],
    ],
    dtypes: floats,
    ulp: 1,
  },
  atan2: {
    summary: "the angle of the point (y, x), the first operand being the ordinate",
    formula: "arg(y + i x)",
    evaluate: (y, x) => Math.atan2(y, x),
    derivative: [(y, x) => x.div(x.mul(x).add(y.mul(y))), (y, x) => y.neg().div(x.mul(x).add(y.mul(y)))],
    lower: angleOfPoint,
    domain: [
      [-3, 3],
      [0.3, 3],
    ],
    dtypes: floats,
    ulp: 2,
  },
  and: {
    summary: "bitwise and",
    formula: "x and y",
    ...operator("and"),
    derivative: "zero",
    domain: anywhere,
    dtypes: bits,
  },
  or: {
    summary: "bitwise or",
    formula: "x or y",
    ...operator("or"),
    derivative: "zero",
    domain: anywhere,
    dtypes: bits,
  },
  xor: {
    summary: "bitwise exclusive or",
    formula: "x xor y",
    ...operator("xor"),
    derivative: "zero",
    domain: anywhere,
    dtypes: bits,
  },
  shiftLeft: {
    summary: "x shifted to the left by the low five bits of y",
    formula: "x 2^(y mod 32), modulo 2^32",
    ...operator("shl"),
    derivative: "zero",
    domain: anywhere,
    dtypes: ["i32"],
  },
  shiftRight: {
    summary: "x shifted to the right by the low five bits of y, copying the sign",
    formula: "floor(x / 2^(y mod 32))",
    ...operator("shr"),
    derivative: "zero",
    domain: anywhere,
    dtypes: ["i32"],
  },
};
