// Leaf loops over i32 values. Storing to an Int32Array wraps; products go through Math.imul to stay exact.
import type { LoopBinary, LoopCompare } from "../../../ir/loop/expr.ts";
import type { BinaryRow, Bytes, Integers, SelectRow, UnaryRow } from "./row.ts";

export const unary: { readonly [F in "neg" | "abs"]: UnaryRow<Integers, Integers> } = {
  neg: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = -(a[i + (k & p)] ?? 0);
  },
  abs: (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.abs(a[i + (k & p)] ?? 0);
  },
};

export const binary: { readonly [F in LoopBinary]: BinaryRow<Integers, Integers> } = {
  add: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) + (b[j + (k & q)] ?? 0);
  },
  sub: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) - (b[j + (k & q)] ?? 0);
  },
  mul: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.imul(a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);
  },
  div: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) {
      const divisor = b[j + (k & q)] ?? 0;
      out[o + k] = divisor === 0 ? 0 : (a[i + (k & p)] ?? 0) / divisor;
    }
  },
  rem: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) {
      const divisor = b[j + (k & q)] ?? 0;
      out[o + k] = divisor === 0 ? 0 : (a[i + (k & p)] ?? 0) % divisor;
    }
  },
  min: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.min(a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);
  },
  max: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.max(a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);
  },
  and: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) & (b[j + (k & q)] ?? 0);
  },
  or: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) | (b[j + (k & q)] ?? 0);
  },
  xor: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) ^ (b[j + (k & q)] ?? 0);
  },
  shl: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) << (b[j + (k & q)] ?? 0);
  },
  shr: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) >> (b[j + (k & q)] ?? 0);
  },
  shrUnsigned: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) >>> (b[j + (k & q)] ?? 0);
  },
};

export const compare: { readonly [F in LoopCompare]: BinaryRow<Bytes, Integers> } = {
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

export const select: SelectRow<Integers> = (n, out, o, a, i, p, b, j, q, c, h, r) => {
  for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] === 0 ? c[h + (k & r)] : b[j + (k & q)]) ?? 0;
};

/** Four lanes counting up from each value: `out[o + 4k + l] = a[i + (k & p)] + l` for k below n. */
export const ramp: UnaryRow<Integers, Integers> = (n, out, o, a, i, p) => {
  for (let k = 0; k < n; k++) {
    const first = a[i + (k & p)] ?? 0;
    const at = o + 4 * k;
    out[at] = first;
    out[at + 1] = first + 1;
    out[at + 2] = first + 2;
    out[at + 3] = first + 3;
  }
};

/** `out[o + k] = first + k * step` for k below n: the values of a loop's index. */
export const count = (n: number, out: Integers, o: number, first: number, step: number): void => {
  for (let k = 0; k < n; k++) out[o + k] = first + k * step;
};
