// Leaf loops that move values between places: loads, stores, and casts to types that every value fits into or that round
// or wrap when stored. f32 has loops of its own; the other pairs of types, which no hot loop moves, share one.
import type { DataArray } from "../../../ir/types/dtype.ts";
import type { CopyRow, Floats, IndexedRow } from "./row.ts";

const copyFloats: CopyRow<Floats, Floats> = (n, shift, out, o, outStep, outMask, a, i, step, mask) => {
  for (let k = 0; k < n; k++) {
    const iteration = k >> shift;
    out[o + Math.imul(iteration, outStep) + (k & outMask)] = a[i + Math.imul(iteration, step) + (k & mask)] ?? 0;
  }
};

const copyAny: CopyRow<DataArray, DataArray> = (n, shift, out, o, outStep, outMask, a, i, step, mask) => {
  for (let k = 0; k < n; k++) {
    const iteration = k >> shift;
    out[o + Math.imul(iteration, outStep) + (k & outMask)] = a[i + Math.imul(iteration, step) + (k & mask)] ?? 0;
  }
};

const gatherFloats: IndexedRow<Floats, Floats> = (n, shift, out, o, a, i, at, x, p) => {
  const lanes = (1 << shift) - 1;
  for (let k = 0; k < n; k++) out[o + k] = a[i + (at[x + ((k >> shift) & p)] ?? 0) + (k & lanes)] ?? 0;
};

const gatherAny: IndexedRow<DataArray, DataArray> = (n, shift, out, o, a, i, at, x, p) => {
  const lanes = (1 << shift) - 1;
  for (let k = 0; k < n; k++) out[o + k] = a[i + (at[x + ((k >> shift) & p)] ?? 0) + (k & lanes)] ?? 0;
};

const bothFloats = (out: DataArray, a: DataArray): boolean =>
  out instanceof Float32Array && a instanceof Float32Array;

// The rows are chosen by the arrays they will be given, which the type of the result cannot say.
export const copyRow = (out: DataArray, a: DataArray): CopyRow<DataArray, DataArray> =>
  bothFloats(out, a) ? (copyFloats as CopyRow<DataArray, DataArray>) : copyAny;

/** Reads `a` where `at` says; values lie one after the other in `out`. */
export const gatherRow = (out: DataArray, a: DataArray): IndexedRow<DataArray, DataArray> =>
  bothFloats(out, a) ? (gatherFloats as IndexedRow<DataArray, DataArray>) : gatherAny;

/** Writes to `out` where `at` says; value k of `a` is at `a[i + (k & mask)]`. */
export const scatter = (
  n: number,
  shift: number,
  out: DataArray,
  a: DataArray,
  i: number,
  mask: number,
  at: DataArray,
  x: number,
  p: number,
): void => {
  const lanes = (1 << shift) - 1;
  for (let k = 0; k < n; k++) out[(at[x + ((k >> shift) & p)] ?? 0) + (k & lanes)] = a[i + (k & mask)] ?? 0;
};
