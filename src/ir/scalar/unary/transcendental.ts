// Exponentials, logarithms, trigonometric and hyperbolic functions, the error function. The loop programs are ours
// (programs/), so that every backend gives the same bits.
import { erf, erfc } from "../error-function.ts";
import { floats, type UnaryFunction } from "../function.ts";
import { decay, exponential, exponentialMinusOne } from "../programs/exponential.ts";
import { complementaryErrorFunction, errorFunction } from "../programs/gaussian.ts";
import { hyperbolicCosine, hyperbolicSine, hyperbolicTangent } from "../programs/hyperbolic.ts";
import {
  inverseHyperbolicCosine,
  inverseHyperbolicSine,
  inverseHyperbolicTangent,
} from "../programs/inverse-hyperbolic.ts";
import { inverseCosine, inverseSine } from "../programs/inverse-sine.ts";
import { inverseTangent } from "../programs/inverse-tangent.ts";
import { binaryLogarithm, logarithm, logarithmOfOnePlus } from "../programs/logarithm.ts";
import { cosine, sine, tangent } from "../programs/trigonometric.ts";

/** The name of a transcendental function. */
export type TranscendentalFn =
  | "exp"
  | "expm1"
  | "decay"
  | "log"
  | "log2"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "erfc";

/** The derivative of erf is this times e^(-x^2). */
const gaussianScale = 2 / Math.sqrt(Math.PI);

/** exp to erfc. */
export const transcendental: { readonly [F in TranscendentalFn]: UnaryFunction } = {
  exp: {
    summary: "the exponential",
    formula: "e^x",
    evaluate: Math.exp,
    derivative: (_, y) => y,
    lower: exponential,
    domain: [-5, 5],
    dtypes: floats,
    ulp: 1,
  },
  expm1: {
    summary: "the exponential less 1, accurate near 0",
    formula: "e^x - 1",
    evaluate: Math.expm1,
    derivative: (_, y) => y.add(1),
    lower: exponentialMinusOne,
    domain: [-5, 5],
    dtypes: floats,
    ulp: 2,
  },
  decay: {
    summary: "the exponential of what is not above 0, at three quarters of its price: the weights of a softmax",
    formula: "e^min(x, 0)",
    evaluate: (x) => Math.exp(Math.min(x, 0)),
    derivative: (x, y) => x.less(0).select(y, 0),
    lower: decay,
    domain: [-5, -0.1],
    dtypes: floats,
    ulp: 1,
  },
  log: {
    summary: "the natural logarithm",
    formula: "ln(x)",
    evaluate: Math.log,
    derivative: (x) => x.reciprocal(),
    lower: logarithm,
    domain: [0.3, 5],
    dtypes: floats,
    ulp: 1,
  },
  log2: {
    summary: "the logarithm to base 2",
    formula: "ln(x) / ln(2)",
    evaluate: Math.log2,
    derivative: (x) => x.reciprocal().mul(Math.LOG2E),
    lower: binaryLogarithm,
    domain: [0.3, 5],
    dtypes: floats,
    ulp: 2,
  },
  log1p: {
    summary: "the logarithm of 1 more, accurate near 0",
    formula: "ln(1 + x)",
    evaluate: Math.log1p,
    derivative: (x) => x.add(1).reciprocal(),
    lower: logarithmOfOnePlus,
    domain: [-0.7, 5],
    dtypes: floats,
    ulp: 1.5,
  },
  sin: {
    summary: "the sine; the f64 program gives sin 0 where |x| > 2^20",
    formula: "sin(x)",
    evaluate: Math.sin,
    derivative: (x) => x.cos(),
    lower: sine,
    domain: [-10, 10],
    dtypes: floats,
    ulp: 1.5,
  },
  cos: {
    summary: "the cosine; the f64 program gives cos 0 where |x| > 2^20",
    formula: "cos(x)",
    evaluate: Math.cos,
    derivative: (x) => x.sin().neg(),
    lower: cosine,
    domain: [-10, 10],
    dtypes: floats,
    ulp: 1.5,
  },
  tan: {
    summary: "the tangent; the f64 program gives tan 0 where |x| > 2^20",
    formula: "sin(x) / cos(x)",
    evaluate: Math.tan,
    derivative: (_, y) => y.mul(y).add(1),
    lower: tangent,
    domain: [-1.3, 1.3],
    dtypes: floats,
    ulp: 2.25,
  },
  asin: {
    summary: "the angle whose sine is x; NaN beyond 1",
    formula: "arcsin(x)",
    evaluate: Math.asin,
    derivative: (x) => x.mul(x).neg().add(1).rsqrt(),
    lower: inverseSine,
    domain: [-0.9, 0.9],
    dtypes: floats,
    ulp: 2.25,
  },
  acos: {
    summary: "the angle whose cosine is x; NaN beyond 1",
    formula: "arccos(x)",
    evaluate: Math.acos,
    derivative: (x) => x.mul(x).neg().add(1).rsqrt().neg(),
    lower: inverseCosine,
    domain: [-0.9, 0.9],
    dtypes: floats,
    ulp: 1.5,
  },
  atan: {
    summary: "the angle whose tangent is x",
    formula: "arctan(x)",
    evaluate: Math.atan,
    derivative: (x) => x.mul(x).add(1).reciprocal(),
    lower: inverseTangent,
    domain: [-5, 5],
    dtypes: floats,
    ulp: 2,
  },
  sinh: {
    summary: "the hyperbolic sine",
    formula: "(e^x - e^-x) / 2",
    evaluate: Math.sinh,
    derivative: (x) => x.exp().add(x.neg().exp()).mul(0.5),
    lower: hyperbolicSine,
    domain: [-3, 3],
    dtypes: floats,
    ulp: 1.5,
  },
  cosh: {
    summary: "the hyperbolic cosine",
    formula: "(e^x + e^-x) / 2",
    evaluate: Math.cosh,
    derivative: (x) => x.exp().sub(x.neg().exp()).mul(0.5),
    lower: hyperbolicCosine,
    domain: [-3, 3],
    dtypes: floats,
    ulp: 1.5,
  },
  tanh: {
    summary: "the hyperbolic tangent",
    formula: "(e^x - e^-x) / (e^x + e^-x)",
    evaluate: Math.tanh,
    derivative: (_, y) => y.mul(y).neg().add(1),
    lower: hyperbolicTangent,
    domain: [-3, 3],
    dtypes: floats,
    ulp: 1.5,
  },
  asinh: {
    summary: "the number whose sinh is x",
    formula: "ln(x + sqrt(x^2 + 1))",
    evaluate: Math.asinh,
    derivative: (x) => x.mul(x).add(1).rsqrt(),
    lower: inverseHyperbolicSine,
    domain: [-3, 3],
    dtypes: floats,
    ulp: 2,
  },
  acosh: {
    summary: "the positive number whose cosh is x; NaN below 1",
    formula: "ln(x + sqrt(x^2 - 1))",
    evaluate: Math.acosh,
    derivative: (x) => x.sub(1).mul(x.add(1)).rsqrt(),
    lower: inverseHyperbolicCosine,
    domain: [1.2, 5],
    dtypes: floats,
    ulp: 2.25,
  },
  atanh: {
    summary: "the number whose tanh is x; infinite at -1 and 1 and NaN beyond",
    formula: "ln((1 + x) / (1 - x)) / 2",
    evaluate: Math.atanh,
    derivative: (x) => x.mul(x).neg().add(1).reciprocal(),
    lower: inverseHyperbolicTangent,
    domain: [-0.9, 0.9],
    dtypes: floats,
    ulp: 2,
  },
  erf: {
    summary: "the error function",
    formula: "2 / sqrt(pi) times the integral of e^(-t^2) over t from 0 to x",
    evaluate: erf,
    derivative: (x) => x.mul(x).neg().exp().mul(gaussianScale),
    lower: errorFunction,
    domain: [-3, 3],
    dtypes: floats,
    ulp: 1.5,
  },
  erfc: {
    summary: "the complement of the error function, accurate in the tail",
    formula: "1 - erf(x)",
    evaluate: erfc,
    derivative: (x) => x.mul(x).neg().exp().mul(-gaussianScale),
    lower: complementaryErrorFunction,
    domain: [-3, 3],
    dtypes: floats,
    ulp: 2.5,
  },
};
