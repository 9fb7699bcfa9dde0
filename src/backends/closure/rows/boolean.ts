// Leaf loops over booleans: bytes that are 0 or 1.

import type { LoopCompare } from "../../../ir/loop/expr.ts";
import { foldCompare } from "../../../ir/loop/fold.ts";
import type { BinaryRow, Bytes, SelectRow, UnaryRow } from "./row.ts";

export const not: UnaryRow<Bytes, Bytes> = (n, out, o, a, i, p) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + (k & p)] === 0 ? 1 : 0;
};

export const binary: { readonly [F in "and" | "or" | "xor"]: BinaryRow<Bytes, Bytes> } = {
  and: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) & (b[j + (k & q)] ?? 0);
  },
  or: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) | (b[j + (k & q)] ?? 0);
  },
  xor: (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] ?? 0) ^ (b[j + (k & q)] ?? 0);
  },
};

/** Rare enough for one loop that asks `foldCompare`. */
export const compare =
  (fn: LoopCompare): BinaryRow<Bytes, Bytes> =>
  (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = foldCompare(fn, a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0) ? 1 : 0;
  };

export const select: SelectRow<Bytes> = (n, out, o, a, i, p, b, j, q, c, h, r) => {
  for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] === 0 ? c[h + (k & r)] : b[j + (k & q)]) ?? 0;
};
