// Functions of two numbers.
import { binary as loopBinary } from "../loop/build.ts";
import type { BinaryFunction } from "./function.ts";
export type BinaryFn = "add" | "sub" | "mul" | "div" | "max" | "min" | "pow" | "and" | "or" | "xor";
const f = { domain: [[-2, 2], [-2, 2]], dtypes: ["f32", "f64", "i32"], ulp: 0, summary: "" } as const;
export const binary: { readonly [F in BinaryFn]: BinaryFunction } = {
  add: { ...f, evaluate: (x, y) => x + y, derivative: [(x) => x.mul(0).add(1), (x) => x.mul(0).add(1)], lower: (_, x, y) => loopBinary("add", x, y) },
  sub: { ...f, evaluate: (x, y) => x - y, derivative: [(x) => x.mul(0).add(1), (x) => x.mul(0).sub(1)], lower: (_, x, y) => loopBinary("sub", x, y) },
  mul: { ...f, evaluate: (x, y) => x * y, derivative: [(_, y) => y, (x) => x], lower: (_, x, y) => loopBinary("mul", x, y) },
  div: { ...f, evaluate: (x, y) => x / y, derivative: [(x, y) => x.mul(0).add(1).div(y), (x, y) => x.neg().div(y.mul(y))], lower: (_, x, y) => loopBinary("div", x, y) },
  max: { ...f, evaluate: (x, y) => Math.max(x, y), derivative: [(x, y) => x.greater(y).select(1, x.mul(0)), (x, y) => y.greater(x).select(1, x.mul(0))], lower: (_, x, y) => loopBinary("max", x, y) },
  min: { ...f, evaluate: (x, y) => Math.min(x, y), derivative: [(x, y) => x.less(y).select(1, x.mul(0)), (x, y) => y.less(x).select(1, x.mul(0))], lower: (_, x, y) => loopBinary("min", x, y) },
  pow: { ...f, evaluate: Math.pow, derivative: "zero", lower: (_, x, y) => loopBinary("mul", x, y) },
  and: { ...f, dtypes: ["bool", "i32"], evaluate: (x, y) => x & y, derivative: "zero", lower: (_, x, y) => loopBinary("and", x, y) },
  or: { ...f, dtypes: ["bool", "i32"], evaluate: (x, y) => x | y, derivative: "zero", lower: (_, x, y) => loopBinary("or", x, y) },
  xor: { ...f, dtypes: ["bool", "i32"], evaluate: (x, y) => x ^ y, derivative: "zero", lower: (_, x, y) => loopBinary("xor", x, y) },
};
