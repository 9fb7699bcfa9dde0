// Sequences [..., positions, features] as heads [..., heads, positions, features / heads], and back.
import { reject } from "../diagnostics/diagnostic.ts";
import { requireAxis } from "../ops/typing.ts";
import { divideDims, multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { About, Check } from "../types/static/check.ts";
import type { MergeHeadsShape, SplitHeadsShape } from "../types/static/parts.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { described, tensorOf } from "./argument.ts";

/** Swaps the second and the third axis from the end. */
const swapped = (x: Tensor): Tensor => {
  const rank = x.shape.length;
  const axes = [...x.shape.keys()];
  return x.transpose([...axes.slice(0, -3), rank - 2, rank - 3, rank - 1]);
};

/** The type of `splitHeads`. */
export interface SplitHeadsFunction {
  <S extends Dims, D extends DType, const Heads extends number>(
    x: Check<NoInfer<About<SplitHeadsShape<S, Heads>, "W205">>, Tensor<S, D>>,
    heads: Check<NoInfer<SplitHeadsShape<S, Heads>>, Heads>,
  ): ResultOf<SplitHeadsShape<S, Heads>, D>;
}

/**
 * [..., L, heads * N] -> [..., heads, L, N]: consecutive slices of the features, as attention takes them.
 *
 * @throws W284 heads that do not divide the features; W205 where there is no axis of positions.
 * @see Vaswani et al. 2017, section 3.2.2.
 * @example
 * splitHeads(constant(Float32Array.of(1, 2, 3, 4), [1, 4]), 2); // Tensor<[2, 1, 2], "f32">: [[[1, 2]], [[3, 4]]]
 */
export const splitHeads: SplitHeadsFunction = (x, heads) =>
  described(() => {
    const [tensor, count] = [tensorOf("splitHeads", x), Number(heads)];
    if (tensor.shape.length < 2) requireAxis("splitHeads", tensor.shape, -2);
    const features = tensor.shape.at(-1) ?? 1;
    const each = Number.isSafeInteger(count) && count > 0 ? divideDims(features, count) : undefined;
    if (each === undefined)
      return reject("W284", { layer: "splitHeads", heads: `${count} heads`, whole: `${features} features` });
    return swapped(tensor.reshape([...tensor.shape.slice(0, -1), count, each]));
  });

/** The type of `mergeHeads`. */
export interface MergeHeadsFunction {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<MergeHeadsShape<S>>, Tensor<S, D>>,
  ): ResultOf<MergeHeadsShape<S>, D>;
}

/**
 * [..., heads, L, N] -> [..., L, heads * N]: what `splitHeads` took apart.
 *
 * @throws W205 where there is no axis of heads.
 * @see Vaswani et al. 2017, section 3.2.2.
 * @example
 * mergeHeads(constant(Float32Array.of(1, 2, 3, 4), [2, 1, 2])); // Tensor<[1, 4], "f32">: [[1, 2, 3, 4]]
 */
export const mergeHeads: MergeHeadsFunction = (x) =>
  described(() => {
    const tensor = tensorOf("mergeHeads", x);
    if (tensor.shape.length < 3) requireAxis("mergeHeads", tensor.shape, -3);
    const apart = swapped(tensor);
    const [heads = 1, features = 1] = apart.shape.slice(-2);
    return apart.reshape([...apart.shape.slice(0, -2), multiplyDims(heads, features)]);
  });
