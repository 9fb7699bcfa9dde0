// Sequences of tokens that are to be continued.
import type { Tensor } from "../../../src/index.ts";

/** Rows of ids without their last or without their first: what is read, and what is to come next. */
export const shifted = (ids: Tensor): { readonly before: Tensor; readonly next: Tensor } => {
  const [rows = 0, length = 0] = ids.shape;
  const cut = (start: number, end: number): Tensor =>
    ids.slice([
      { start: 0, end: rows, step: 1 },
      { start, end, step: 1 },
    ]);
  return { before: cut(0, Number(length) - 1), next: cut(1, Number(length)) };
};
