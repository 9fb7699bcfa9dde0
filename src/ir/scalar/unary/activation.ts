// Activation functions of neural networks. Their constants and their derivatives at kinks are PyTorch's. At -infinity the
// smooth ones take their limit 0, where a product of the formula's factors would be NaN.

import type { BlockBuilder } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import { normalIntegral } from "../error-function.ts";
import { floats, type UnaryFunction } from "../function.ts";
import { atLeast, atMost, isAbove, isAtMost, over, plus, times, where } from "../programs/arithmetic.ts";
import { exponentialMinusOne } from "../programs/exponential.ts";
import { gelu } from "../programs/gaussian.ts";
import { geluTanh, mish, sigmoid, silu, softplus } from "../programs/logistic.ts";

/** The name of an activation function. */
export type ActivationFn =
  | "relu"
  | "relu6"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "sigmoid"
  | "hardsigmoid"
  | "silu"
  | "hardswish"
  | "gelu"
  | "geluTanh"
  | "mish"
  | "softplus";

/** The slope of leakyRelu on the left. */
const slope = 0.01;

/** Klambauer et al. 2017, "Self-normalizing neural networks". */
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** The argument of the tanh in geluTanh, doubled, is x (linear + cubic x^2). */
const linear = 2 * Math.sqrt(2 / Math.PI);
const cubic = linear * 0.044715;

const logistic = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
};

const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** x times a weight that vanishes faster than x grows. */
const weighted = (x: number, weight: number): number => (x === Number.NEGATIVE_INFINITY ? -0 : x * weight);

/** -0 becomes 0 and NaN stays, which a maximum would cost more to do. */
const rectify = (x: Expr): Expr => where(isAtMost(x, 0), 0, x);

const clampToSix = (body: BlockBuilder, x: Expr): Expr => atMost(body.name(rectify(x)), 6);

const ramp = (body: BlockBuilder, x: Expr): Expr => clampToSix(body, body.name(plus(x, 3)));

const rampOf = (x: number): number => Math.min(Math.max(x + 3, 0), 6);

/** relu to softplus. */
export const activation: { readonly [F in ActivationFn]: UnaryFunction } = {
  relu: {
    summary: "the rectifier; the derivative at 0 is 0",
    formula: "max(x, 0)",
    evaluate: (x) => Math.max(x, 0),
    derivative: (x) => x.greater(0).cast(x.dtype),
    lower: (_, x) => rectify(x),
    domain: [0.1, 3],
    dtypes: ["f32", "f64", "i32"],
    ulp: 0,
  },
  relu6: {
    summary: "the rectifier up to 6; the derivative at 0 and at 6 is 0",
    formula: "min(max(x, 0), 6)",
    evaluate: (x) => Math.min(Math.max(x, 0), 6),
    derivative: (x) => x.greater(0).logicalAnd(x.less(6)).cast(x.dtype),
    lower: clampToSix,
    domain: [0.1, 5.9],
    dtypes: ["f32", "f64", "i32"],
    ulp: 0,
  },
  leakyRelu: {
    summary: "the rectifier with a slope of 0.01 on the left, which is the derivative at 0",
    formula: "x where x > 0, 0.01 x elsewhere",
    evaluate: (x) => (x > 0 ? x : slope * x),
    derivative: (x) =>
      x
        .greater(0)
        .cast(x.dtype)
        .mul(1 - slope)
        .add(slope),
    lower: (_, x) => where(isAbove(x, 0), x, times(slope, x)),
    domain: [-3, -0.1],
    dtypes: floats,
    ulp: 1,
  },
  elu: {
    summary: "the exponential linear unit",
    formula: "x where x > 0, e^x - 1 elsewhere",
    evaluate: (x) => (x > 0 ? x : Math.expm1(x)),
    derivative: (x, y) => x.greater(0).select(1, y.add(1)),
    lower: (body, x) => where(isAbove(x, 0), x, exponentialMinusOne(body, x)),
    domain: [-3, -0.1],
    dtypes: floats,
    ulp: 2,
  },
  selu: {
    summary: "the scaled exponential linear unit",
    formula: "1.0507 x where x > 0, 1.7581 (e^x - 1) elsewhere",
    evaluate: (x) => seluScale * (x > 0 ? x : seluAlpha * Math.expm1(x)),
    derivative: (x, y) => x.greater(0).select(seluScale, y.add(seluScale * seluAlpha)),
    lower: (body, x) =>
      where(isAbove(x, 0), times(seluScale, x), times(seluScale * seluAlpha, exponentialMinusOne(body, x))),
    domain: [-3, -0.1],
    dtypes: floats,
    ulp: 2,
  },
  sigmoid: {
    summary: "the logistic function",
    formula: "1 / (1 + e^-x)",
    evaluate: logistic,
    derivative: (_, y) => y.mul(y.neg().add(1)),
    lower: sigmoid,
    domain: [-5, 5],
    dtypes: floats,
    ulp: 2,
  },
  hardsigmoid: {
    summary: "the logistic function in three straight pieces; the derivative at -3 and at 3 is 0",
    formula: "min(max(x + 3, 0), 6) / 6",
    evaluate: (x) => rampOf(x) / 6,
    derivative: (x) =>
      x
        .greater(-3)
        .logicalAnd(x.less(3))
        .cast(x.dtype)
        .mul(1 / 6),
    lower: (body, x) => over(ramp(body, x), 6),
    domain: [-2.9, 2.9],
    dtypes: floats,
    ulp: 2,
  },
  silu: {
    summary: "the sigmoid linear unit, also known as swish",
    formula: "x / (1 + e^-x)",
    evaluate: (x) => weighted(x, logistic(x)),
    derivative: (x, y) => x.sigmoid().add(y.mul(x.neg().sigmoid())),
    lower: silu,
    domain: [-5, 5],
    dtypes: floats,
    ulp: 2,
  },
  hardswish: {
    summary: "swish in three pieces; the derivative at -3 is 0 and at 3 is 1",
    formula: "x min(max(x + 3, 0), 6) / 6",
    evaluate: (x) => (x <= -3 ? -0 : x * (rampOf(x) / 6)),
    derivative: (x) => {
      const middle = x.mul(1 / 3).add(0.5);
      return x.less(3).select(x.greater(-3).select(middle, 0), 1);
    },
    lower: (body, x) => times(atLeast(x, -3), over(ramp(body, x), 6)),
    domain: [-2.9, 2.9],
    dtypes: floats,
    ulp: 2,
  },
  gelu: {
    summary: "the Gaussian error linear unit",
    formula: "x (1 + erf(x / sqrt(2))) / 2",
    evaluate: (x) => weighted(x, normalIntegral(x)),
    derivative: (x, y) => {
      const below = x.abs().less(1e-30).select(0.5, y.div(x));
      const density = x
        .mul(x)
        .mul(-0.5)
        .exp()
        .mul(1 / Math.sqrt(2 * Math.PI));
      return below.add(x.mul(density));
    },
    lower: gelu,
    domain: [-4, 4],
    dtypes: floats,
    ulp: 2,
  },
  geluTanh: {
    summary: "the Gaussian error linear unit, approximated by tanh",
    formula: "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2",
    evaluate: (x) => weighted(x, logistic(x * (linear + cubic * x * x))),
    derivative: (x, y) => {
      const square = x.mul(x);
      const argument = x.mul(square.mul(cubic).add(linear));
      const steepness = square.mul(3 * cubic).add(linear);
      return argument.sigmoid().add(y.mul(argument.neg().sigmoid()).mul(steepness));
    },
    lower: geluTanh,
    domain: [-4, 4],
    dtypes: floats,
    ulp: 2,
  },
  mish: {
    summary: "mish, a smooth rectifier",
    formula: "x tanh(ln(1 + e^x))",
    evaluate: (x) => weighted(x, Math.tanh(softplusOf(x))),
    derivative: (x, y) => {
      const t = x.abs().less(1e-30).select(0.6, y.div(x));
      // 1 - t^2 = (2 u / (1 + u^2))^2 with u = 1 / (1 + e^x).
      const u = x.neg().sigmoid();
      const root = u.mul(2).div(u.mul(u).add(1));
      return t.add(x.mul(root.mul(root)).mul(x.sigmoid()));
    },
    lower: mish,
    domain: [-4, 4],
    dtypes: floats,
    ulp: 5,
  },
  softplus: {
    summary: "the smooth rectifier",
    formula: "ln(1 + e^x)",
    evaluate: softplusOf,
    derivative: (x) => x.sigmoid(),
    lower: softplus,
    domain: [-5, 5],
    dtypes: floats,
    ulp: 2,
  },
};
