// Arithmetic and scalar functions, element by element. Operands broadcast by NumPy's rule; where a tensor is expected as
// the second operand, a number will do.
import { applyBinary, applyUnary, emitOne, traceOf } from "../graph/traced-tensor.ts";
import type { BinaryFn } from "../scalar/binary.ts";
import type { UnaryFn } from "../scalar/unary.ts";
import type { DType } from "../types/dtype.ts";
import type { Operand, Tensor } from "../types/tensor.ts";

/** A function of one tensor, element by element: the shape and dtype stay. */
export type Elementwise = (x: Tensor) => Tensor;

/** A function of two tensors, element by element, broadcasting. */
export type Pairwise = (x: Tensor, y: Operand) => Tensor;

const elementwise =
  (fn: UnaryFn): Elementwise =>
  (x) =>
    applyUnary(fn, x);

const pairwise =
  (fn: BinaryFn): Pairwise =>
  (x, y) =>
    applyBinary(fn, x, y);

export const add: Pairwise = pairwise("add");
export const sub: Pairwise = pairwise("sub");
export const mul: Pairwise = pairwise("mul");
export const div: Pairwise = pairwise("div");
export const pow: Pairwise = pairwise("pow");
export const maximum: Pairwise = pairwise("max");
export const minimum: Pairwise = pairwise("min");

export const neg: Elementwise = elementwise("neg");
export const abs: Elementwise = elementwise("abs");
export const sign: Elementwise = elementwise("sign");
export const exp: Elementwise = elementwise("exp");
export const expm1: Elementwise = elementwise("expm1");
export const log: Elementwise = elementwise("log");
export const sqrt: Elementwise = elementwise("sqrt");
export const rsqrt: Elementwise = elementwise("rsqrt");
export const sin: Elementwise = elementwise("sin");
export const cos: Elementwise = elementwise("cos");
export const tanh: Elementwise = elementwise("tanh");
export const sigmoid: Elementwise = elementwise("sigmoid");
export const relu: Elementwise = elementwise("relu");

/** The same numbers in another dtype: floats are truncated and saturated to integers. */
export const cast = (x: Tensor, dtype: DType): Tensor => x.cast(dtype);

/** Every element moved into [low, high]. */
export const clamp = (x: Tensor, low: number, high: number): Tensor =>
  emitOne(traceOf(x, "clamp"), "clamp", [x], { low, high });
