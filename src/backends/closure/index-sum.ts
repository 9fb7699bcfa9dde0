// Index expressions at run time: a constant plus multiples of i32 registers, summed by one closure. All arithmetic wraps.

import type { Expr } from "../../ir/loop/expr.ts";
import type { Linear } from "../../ir/loop/linear.ts";
import type { DataArray } from "../../ir/types/dtype.ts";

/** Where a fixed i32 register is. */
export interface Place {
  readonly array: DataArray;
  readonly position: number;
}

interface Multiple extends Place {
  readonly factor: number;
}

const sumOf = (constant: number, multiples: readonly Multiple[]): (() => number) => {
  const [first, second, third, ...others] = multiples;
  if (first === undefined) return () => constant;
  const { array: a, position: i, factor: f } = first;
  if (second === undefined) return () => (constant + Math.imul(f, a[i] ?? 0)) | 0;
  const { array: b, position: j, factor: g } = second;
  if (third === undefined) return () => (constant + Math.imul(f, a[i] ?? 0) + Math.imul(g, b[j] ?? 0)) | 0;
  const { array: c, position: k, factor: h } = third;
  const three = (): number =>
    (constant + Math.imul(f, a[i] ?? 0) + Math.imul(g, b[j] ?? 0) + Math.imul(h, c[k] ?? 0)) | 0;
  if (others.length === 0) return three;
  const rest = sumOf(0, others);
  return () => (three() + rest()) | 0;
};

/** A function that gives the present value of a linear form, whose atoms are found by `placeOf`. */
export const indexSum = (form: Linear, placeOf: (atom: Expr) => Place): (() => number) =>
  sumOf(
    form.constant,
    [...form.terms.values()].map(({ atom, coefficient }) => ({ ...placeOf(atom), factor: coefficient })),
  );
