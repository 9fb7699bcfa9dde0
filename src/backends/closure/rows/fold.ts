// Leaf loops of reductions: `acc = fn(acc, value)` for each iteration in order, rounded each time, so the bits are those
// of the loop they replace. A vector accumulator is four chains that never meet; they run side by side, because each of
// them waits for its own last result.
import type { LoopBinary, LoopType } from "../../../ir/loop/expr.ts";
import { foldBinary } from "../../../ir/loop/fold.ts";
import type { DataArray } from "../../../ir/types/dtype.ts";
import type { Floats, FoldRow, MultiplyAddRow } from "./row.ts";

/** The reductions of f32 that have loops of their own. */
export type FloatReducer = "add" | "mul" | "min" | "max";

export const isFloatReducer = (fn: LoopBinary): fn is FloatReducer => Object.hasOwn(scalar, fn);

const round = Math.fround;

export const scalar: { readonly [F in FloatReducer]: FoldRow<Floats> } = {
  add: (count, acc, at, a, i, step) => {
    let value = acc[at] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) value = round(value + (a[x] ?? 0));
    acc[at] = value;
  },
  mul: (count, acc, at, a, i, step) => {
    let value = acc[at] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) value = round(value * (a[x] ?? 0));
    acc[at] = value;
  },
  min: (count, acc, at, a, i, step) => {
    let value = acc[at] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) value = Math.min(value, a[x] ?? 0);
    acc[at] = value;
  },
  max: (count, acc, at, a, i, step) => {
    let value = acc[at] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) value = Math.max(value, a[x] ?? 0);
    acc[at] = value;
  },
};

export const vector: { readonly [F in FloatReducer]: FoldRow<Floats> } = {
  add: (count, acc, at, a, i, step, lane) => {
    let v0 = acc[at] ?? 0;
    let v1 = acc[at + 1] ?? 0;
    let v2 = acc[at + 2] ?? 0;
    let v3 = acc[at + 3] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) {
      v0 = round(v0 + (a[x] ?? 0));
      v1 = round(v1 + (a[x + lane] ?? 0));
      v2 = round(v2 + (a[x + lane * 2] ?? 0));
      v3 = round(v3 + (a[x + lane * 3] ?? 0));
    }
    acc[at] = v0;
    acc[at + 1] = v1;
    acc[at + 2] = v2;
    acc[at + 3] = v3;
  },
  mul: (count, acc, at, a, i, step, lane) => {
    let v0 = acc[at] ?? 0;
    let v1 = acc[at + 1] ?? 0;
    let v2 = acc[at + 2] ?? 0;
    let v3 = acc[at + 3] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) {
      v0 = round(v0 * (a[x] ?? 0));
      v1 = round(v1 * (a[x + lane] ?? 0));
      v2 = round(v2 * (a[x + lane * 2] ?? 0));
      v3 = round(v3 * (a[x + lane * 3] ?? 0));
    }
    acc[at] = v0;
    acc[at + 1] = v1;
    acc[at + 2] = v2;
    acc[at + 3] = v3;
  },
  min: (count, acc, at, a, i, step, lane) => {
    let v0 = acc[at] ?? 0;
    let v1 = acc[at + 1] ?? 0;
    let v2 = acc[at + 2] ?? 0;
    let v3 = acc[at + 3] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) {
      v0 = Math.min(v0, a[x] ?? 0);
      v1 = Math.min(v1, a[x + lane] ?? 0);
      v2 = Math.min(v2, a[x + lane * 2] ?? 0);
      v3 = Math.min(v3, a[x + lane * 3] ?? 0);
    }
    acc[at] = v0;
    acc[at + 1] = v1;
    acc[at + 2] = v2;
    acc[at + 3] = v3;
  },
  max: (count, acc, at, a, i, step, lane) => {
    let v0 = acc[at] ?? 0;
    let v1 = acc[at + 1] ?? 0;
    let v2 = acc[at + 2] ?? 0;
    let v3 = acc[at + 3] ?? 0;
    for (let k = 0, x = i; k < count; k++, x += step) {
      v0 = Math.max(v0, a[x] ?? 0);
      v1 = Math.max(v1, a[x + lane] ?? 0);
      v2 = Math.max(v2, a[x + lane * 2] ?? 0);
      v3 = Math.max(v3, a[x + lane * 3] ?? 0);
    }
    acc[at] = v0;
    acc[at + 1] = v1;
    acc[at + 2] = v2;
    acc[at + 3] = v3;
  },
};

/** The heart of matrix products: no register holds the product. */
export const multiplyAdd: { readonly scalar: MultiplyAddRow; readonly vector: MultiplyAddRow } = {
  scalar: (count, acc, at, a, i, step, _lane, b, j, bStep) => {
    let value = acc[at] ?? 0;
    for (let k = 0, x = i, y = j; k < count; k++, x += step, y += bStep)
      value = round(value + round((a[x] ?? 0) * (b[y] ?? 0)));
    acc[at] = value;
  },
  vector: (count, acc, at, a, i, step, lane, b, j, bStep, bLane) => {
    let v0 = acc[at] ?? 0;
    let v1 = acc[at + 1] ?? 0;
    let v2 = acc[at + 2] ?? 0;
    let v3 = acc[at + 3] ?? 0;
    for (let k = 0, x = i, y = j; k < count; k++, x += step, y += bStep) {
      v0 = round(v0 + round((a[x] ?? 0) * (b[y] ?? 0)));
      v1 = round(v1 + round((a[x + lane] ?? 0) * (b[y + bLane] ?? 0)));
      v2 = round(v2 + round((a[x + lane * 2] ?? 0) * (b[y + bLane * 2] ?? 0)));
      v3 = round(v3 + round((a[x + lane * 3] ?? 0) * (b[y + bLane * 3] ?? 0)));
    }
    acc[at] = v0;
    acc[at + 1] = v1;
    acc[at + 2] = v2;
    acc[at + 3] = v3;
  },
};

/** A chain of any other type or operator, one of `lanes` after the other. */
export const anyFold =
  (fn: LoopBinary, type: LoopType, lanes: number): FoldRow<DataArray> =>
  (count, acc, at, a, i, step, lane) => {
    for (let l = 0; l < lanes; l++) {
      let value = acc[at + l] ?? 0;
      for (let k = 0; k < count; k++) value = foldBinary(fn, type, value, a[i + k * step + l * lane] ?? 0);
      acc[at + l] = value;
    }
  };
