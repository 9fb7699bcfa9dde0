// What stands side by side in one tensor, apart again: the gates of a recurrent cell, or the queries, keys and values that one
// product computes.
import { split } from "../ir/functions/index.ts";
import type { Tensor } from "../ir/types/tensor.ts";

type Parts<Count extends number, Found extends readonly Tensor[] = []> = number extends Count
  ? readonly Tensor[]
  : Found["length"] extends Count
    ? Found
    : Parts<Count, readonly [...Found, Tensor]>;

/** [..., count * n, ...] as `count` tensors [..., n, ...], in order: PyTorch's `chunk`, for an extent that is a multiple. */
export const equalParts = <const Count extends number>(x: Tensor, count: Count, axis: number): Parts<Count> => {
  const length = Number(x.shape.at(axis)) / count;
  const lengths = Array.from({ length: count }, () => length);
  const parts: readonly Tensor[] = split(x, lengths, axis);
  // There are as many as lengths.
  return parts as Parts<Count>;
};
