// Leaf loops over f64 values. Double precision serves to check gradients, not to be fast, so one loop per number of
// operands asks the operator of ir/loop/fold.ts for each value.
import type { LoopBinary, LoopCompare, LoopUnary } from "../../../ir/loop/expr.ts";
import { foldBinary, foldCompare, foldUnary } from "../../../ir/loop/fold.ts";
import type { BinaryRow, Bytes, Doubles, SelectRow, UnaryRow } from "./row.ts";

export const unary =
  (fn: LoopUnary): UnaryRow<Doubles, Doubles> =>
  (n, out, o, a, i, p) => {
    for (let k = 0; k < n; k++) out[o + k] = foldUnary(fn, "f64", a[i + (k & p)] ?? 0);
  };

export const binary =
  (fn: LoopBinary): BinaryRow<Doubles, Doubles> =>
  (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = foldBinary(fn, "f64", a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);
  };

export const compare =
  (fn: LoopCompare): BinaryRow<Bytes, Doubles> =>
  (n, out, o, a, i, p, b, j, q) => {
    for (let k = 0; k < n; k++) out[o + k] = foldCompare(fn, a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0) ? 1 : 0;
  };

export const select: SelectRow<Doubles> = (n, out, o, a, i, p, b, j, q, c, h, r) => {
  for (let k = 0; k < n; k++) out[o + k] = (a[i + (k & p)] === 0 ? c[h + (k & r)] : b[j + (k & q)]) ?? 0;
};
