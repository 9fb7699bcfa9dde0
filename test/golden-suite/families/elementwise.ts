// Elementwise functions by PyTorch's names, beside the activations.
import {
  abs,
  atan,
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  reciprocal,
  rsqrt,
  sin,
  sinh,
  sqrt,
  type Tensor,
} from "../../../src/index.ts";
import { rowOf } from "../config.ts";

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  abs: (x) => abs(x),
  atan: (x) => atan(x),
  cos: (x) => cos(x),
  erf: (x) => erf(x),
  exp: (x) => exp(x),
  expm1: (x) => expm1(x),
  log: (x) => log(x),
  log1p: (x) => log1p(x),
  recip: (x) => reciprocal(x),
  rsqrt: (x) => rsqrt(x),
  sin: (x) => sin(x),
  sinh: (x) => sinh(x),
  sqrt: (x) => sqrt(x),
};

/** The function of that name. */
export const elementwiseNamed = (name: string): ((x: Tensor) => Tensor) => rowOf(functions, name, "function");
