// Leaf loops over f32 values (vectors are four values each). Storing to a Float32Array rounds, so each loop rounds once
// per operation, as the loop IR means it.
import type { LoopCompare } from "../../../ir/loop/expr.ts";
import type { BinaryRow, Bytes, Floats, SelectRow, TernaryRow, UnaryRow } from "./row.ts";

/** Added to a double below 2^51, it leaves no room for a fraction: the sum is rounded to a whole number, ties to even. */
const shiftOut = 1.5 * 2 ** 52;

/** From here on every f32 is a whole number (and long before). */
const fractional = 2 ** 51;

/** A multiple of x that no f32 sum notices, unless that sum is 0: then it gives the sign of x. */
const trace = 2 ** -200;

/** The unary operators of floats. */
export type FloatUnary = "neg" | "abs" | "sqrt" | "floor" | "ceil" | "trunc" | "nearest";

export const unary: { readonly [F in FloatUnary]: UnaryRow<Floats, Floats> } = {
  neg: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = -(a[i + (k & p)] ?? 0);
  },
  abs: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.abs(a[i + (k & p)] ?? 0);
  },
  sqrt: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.sqrt(a[i + (k & p)] ?? 0);
  },
  floor: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.floor(a[i + (k & p)] ?? 0);
  },
  ceil: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.ceil(a[i + (k & p)] ?? 0);
  },
  trunc: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.trunc(a[i + (k & p)] ?? 0);
  },
  nearest: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) {
      const x = a[i + (k & p)] ?? 0;
      out[o + k] = x !== 0 && Math.abs(x) < fractional ? x + shiftOut - shiftOut + x * trace : x;
    }
  },
};

/** The binary operators of floats. */
export type FloatBinary = "add" | "sub" | "mul" | "div" | "min" | "max";

export const binary: { readonly [F in FloatBinary]: BinaryRow<Floats, Floats> } = {
  add: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) + (b[j + (k & q)] ?? 0);
  },
  sub: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) - (b[j + (k & q)] ?? 0);
  },
  mul: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) * (b[j + (k & q)] ?? 0);
  },
  div: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) / (b[j + (k & q)] ?? 0);
  },
  min: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.min(a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);
  },
  max: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.max(a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);
  },
};

/** `a * b + c`, the product rounded as well: the step of a polynomial, without a register for the product. */
export const multiplyAdd: TernaryRow<Floats> = (n, out, o, a, i, p, b, j, q, c, h, r) => {
  for (let k = 0; k < n; k++)
    out[o + k] = Math.fround((a[i + (k & p)] ?? 0) * (b[j + (k & q)] ?? 0)) + (c[h + (k & r)] ?? 0);
};

export const compare: { readonly [F in LoopCompare]: BinaryRow<Bytes, Floats> } = {
  eq: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) === (b[j + (k & q)] ?? 0) ? 1 : 0;
  },
  ne: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) !== (b[j + (k & q)] ?? 0) ? 1 : 0;
  },
  lt: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) < (b[j + (k & q)] ?? 0) ? 1 : 0;
  },
  le: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) <= (b[j + (k & q)] ?? 0) ? 1 : 0;
  },
  gt: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) > (b[j + (k & q)] ?? 0) ? 1 : 0;
  },
  ge: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) >= (b[j + (k & q)] ?? 0) ? 1 : 0;
  },
};

export const select: SelectRow<Floats> = (n, out, o, a, i, p, b, j, q, c, h, r) => {
  for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] === 0 ? c[h + (k & r)] : b[j + (k & q)]) ?? 0;
};
