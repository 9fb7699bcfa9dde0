// Functions of one number.
import { compare, literal, select, unary as loopUnary, binary as loopBinary } from "../loop/build.ts";
import type { UnaryFunction } from "./function.ts";
import { exponential } from "./programs/exponential.ts";
import { hyperbolicTangent } from "./programs/hyperbolic.ts";
import { logarithm } from "./programs/logarithm.ts";
import { sigmoid as sigmoidProgram } from "./programs/logistic.ts";
import { cosine, sine } from "./programs/trigonometric.ts";
export type UnaryFn = "neg" | "abs" | "sign" | "exp" | "log" | "sqrt" | "rsqrt" | "sin" | "cos" | "tanh" | "sigmoid" | "relu" | "not" | "expm1";
const f = { domain: [-2, 2], dtypes: ["f32", "f64"], ulp: 2, summary: "" } as const;
export const unary: { readonly [F in UnaryFn]: UnaryFunction } = {
  neg: { ...f, evaluate: (x) => -x, derivative: (x) => x.mul(0).sub(1), lower: (_, x) => loopUnary("neg", x) },
  abs: { ...f, evaluate: Math.abs, derivative: (x) => x.sign(), lower: (_, x) => loopUnary("abs", x) },
  sign: { ...f, evaluate: Math.sign, derivative: "zero", lower: (_, x) => select(compare("gt", x, literal(x.type, 0)), literal(x.type, 1), select(compare("lt", x, literal(x.type, 0)), literal(x.type, -1), x)) },
  exp: { ...f, evaluate: Math.exp, derivative: (_, y) => y, lower: exponential },
  expm1: { ...f, evaluate: Math.expm1, derivative: (_, y) => y, lower: exponential },
  log: { ...f, evaluate: Math.log, derivative: (x) => x.pow(-1), lower: logarithm },
  sqrt: { ...f, evaluate: Math.sqrt, derivative: (_, y) => y.mul(2).pow(-1), lower: (_, x) => loopUnary("sqrt", x) },
  rsqrt: { ...f, evaluate: (x) => 1 / Math.sqrt(x), derivative: (_, y) => y.mul(y).mul(y).mul(-0.5), lower: (_, x) => loopBinary("div", literal(x.type, 1), loopUnary("sqrt", x)) },
  sin: { ...f, evaluate: Math.sin, derivative: (x) => x.cos(), lower: sine },
  cos: { ...f, evaluate: Math.cos, derivative: (x) => x.sin().neg(), lower: cosine },
  tanh: { ...f, evaluate: Math.tanh, derivative: (_, y) => y.mul(y).neg().add(1), lower: hyperbolicTangent },
  sigmoid: { ...f, evaluate: (x) => 1 / (1 + Math.exp(-x)), derivative: (_, y) => y.mul(y.neg().add(1)), lower: sigmoidProgram },
  relu: { ...f, evaluate: (x) => (x > 0 ? x : Number.isNaN(x) ? x : 0), derivative: (x) => x.greater(0).select(1, x.mul(0)), lower: (_, x) => loopBinary("max", x, literal(x.type, 0)) },
  not: { ...f, dtypes: ["bool"], evaluate: (x) => (x === 0 ? 1 : 0), derivative: "zero", lower: (_, x) => loopUnary("not", x) },
};
