// The slopes of scalar functions as numbers, from the textbook: a second opinion on the table of derivatives, which says them as
// tensors. Written in the argument alone, so that nothing is shared with a rule that starts from the value; at kinks they are
// what the table promises.
import type { BinaryFn } from "../../ir/scalar/binary.ts";
import { binary } from "../../ir/scalar/binary.ts";
import type { UnaryFn } from "../../ir/scalar/unary.ts";
import { unary } from "../../ir/scalar/unary.ts";

const flat = (): number => 0;

/** e^x / (1 + e^x)^2, the same on both sides of 0. */
const bell = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return e / ((1 + e) * (1 + e));
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** e^(-x^2 / 2) / sqrt(2 pi) */
const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The integral of the normal density up to x. */
const normalIntegral = (x: number): number => unary.erfc.evaluate(-x / Math.SQRT2) / 2;

const inverseSineSlope = (x: number): number => 1 / Math.sqrt((1 - x) * (1 + x));

/** d/dx of tanh(softplus(x)) is sech^2(softplus(x)) sigmoid(x). */
const mishSlope = (x: number): number => {
  const softplus = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  return Math.tanh(softplus) + (x * logistic(x)) / Math.cosh(softplus) ** 2;
};

/** The argument of the tanh is u = sqrt(2 / pi) (x + 0.044715 x^3). */
const geluTanhSlope = (x: number): number => {
  const scale = Math.sqrt(2 / Math.PI);
  const u = scale * (x + 0.044715 * x ** 3);
  return (1 + Math.tanh(u)) / 2 + ((x / 2) * scale * (1 + 3 * 0.044715 * x * x)) / Math.cosh(u) ** 2;
};

/** Klambauer et al. 2017. */
const selu = { scale: 1.0507009873554805, alpha: 1.6732632423543772 } as const;

/** dy/dx at x. */
export const unarySlopes: { readonly [F in UnaryFn]: (x: number) => number } = {
  neg: () => -1,
  abs: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  sign: flat,
  square: (x) => 2 * x,
  reciprocal: (x) => -1 / (x * x),
  sqrt: (x) => 1 / (2 * Math.sqrt(x)),
  rsqrt: (x) => -1 / (2 * x * Math.sqrt(x)),
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  not: flat,
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.exp(x),
  decay: (x) => (x < 0 ? Math.exp(x) : 0),
  log: (x) => 1 / x,
  log2: (x) => 1 / (x * Math.LN2),
  log1p: (x) => 1 / (1 + x),
  sin: (x) => Math.cos(x),
  cos: (x) => -Math.sin(x),
  tan: (x) => 1 / Math.cos(x) ** 2,
  asin: inverseSineSlope,
  acos: (x) => -inverseSineSlope(x),
  atan: (x) => 1 / (1 + x * x),
  sinh: (x) => Math.cosh(x),
  cosh: (x) => Math.sinh(x),
  tanh: (x) => 1 / Math.cosh(x) ** 2,
  asinh: (x) => 1 / Math.hypot(x, 1),
  acosh: (x) => 1 / Math.sqrt((x - 1) * (x + 1)),
  atanh: (x) => 1 / ((1 - x) * (1 + x)),
  erf: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
  erfc: (x) => (-2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
  relu: (x) => (x > 0 ? 1 : 0),
  relu6: (x) => (x > 0 && x < 6 ? 1 : 0),
  leakyRelu: (x) => (x > 0 ? 1 : 0.01),
  elu: (x) => (x > 0 ? 1 : Math.exp(x)),
  selu: (x) => (x > 0 ? selu.scale : selu.scale * selu.alpha * Math.exp(x)),
  sigmoid: bell,
  hardsigmoid: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  silu: (x) => logistic(x) + x * bell(x),
  hardswish: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  gelu: (x) => normalIntegral(x) + x * normalDensity(x),
  geluTanh: geluTanhSlope,
  mish: mishSlope,
  softplus: logistic,
};

type Slopes = (x: number, y: number) => readonly [byX: number, byY: number];

const none: Slopes = () => [0, 0];

/** Equal operands share. */
const larger: Slopes = (x, y) => (x === y ? [0.5, 0.5] : x > y ? [1, 0] : [0, 1]);

const integers = { rem: none, and: none, or: none, xor: none, shiftLeft: none, shiftRight: none } as const;

/** dz/dx and dz/dy at (x, y). */
export const binarySlopes: { readonly [F in BinaryFn]: Slopes } = {
  ...integers,
  add: () => [1, 1],
  sub: () => [1, -1],
  mul: (x, y) => [y, x],
  div: (x, y) => [1 / y, -x / (y * y)],
  max: larger,
  min: (x, y) => larger(y, x),
  pow: (x, y) => [
    y === 0 ? 0 : y * binary.pow.evaluate(x, y - 1, "f64"),
    x === 0 && y >= 0 ? 0 : binary.pow.evaluate(x, y, "f64") * Math.log(x),
  ],
  atan2: (y, x) => [x / (x * x + y * y), -y / (x * x + y * y)],
};
