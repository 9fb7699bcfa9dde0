// Leaf loops of the casts that do more than a typed array's store does by itself: to i32 (truncate, saturate, NaN to 0)
// and to bool (not equal 0).
import { truncateSaturating } from "../../../ir/loop/fold.ts";
import type { DataArray } from "../../../ir/types/dtype.ts";
import type { Bytes, Floats, Integers, UnaryRow } from "./row.ts";

export const truncateFloats: UnaryRow<Integers, Floats> = (n, out, o, a, i, p) => {
  for (let k = 0; k < n; k++) out[o + k] = truncateSaturating(a[i + (k & p)] ?? 0);
};

export const truncateAny: UnaryRow<Integers, DataArray> = (n, out, o, a, i, p) => {
  for (let k = 0; k < n; k++) out[o + k] = truncateSaturating(a[i + (k & p)] ?? 0);
};

export const notEqualZero: UnaryRow<Bytes, DataArray> = (n, out, o, a, i, p) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + (k & p)] === 0 ? 0 : 1;
};
