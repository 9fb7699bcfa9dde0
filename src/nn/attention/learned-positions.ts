// Positions as learned vectors (Gehring et al. 2017; GPT, BERT).
import type { DType } from "../../ir/types/dtype.ts";
import type { SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { normal } from "../../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../../model/parameter.ts";
import { requireFeatures } from "./heads.ts";

/** The parameters of `learnedPositions`: a vector for each position. */
export type LearnedPositionsParams<Length extends number, E extends number> = {
  readonly weight: ParamSpec<[Length, E], "f32">;
};

/** Adds the vectors of the first positions: [..., positions, features] keeps its shape. */
export interface LearnedPositionsFunction<E extends number> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<SequenceShape<"learnedPositions", S, D, E>>, Tensor<S, D>>,
  ): Tensor<S, D>;
}

/** x [..., L, features] plus the first L of `length` learned vectors, which begin as normal numbers of deviation 0.02 (GPT-2). */
export const learnedPositions = <const Length extends number, const E extends number>(
  length: Length,
  features: E,
): Layer<LearnedPositionsParams<Length, E>, LearnedPositionsFunction<E>> => {
  const params: LearnedPositionsParams<Length, E> = { weight: param([length, features], normal(0.02)) };
  const bind = (given: { readonly weight: Tensor }) => (x: Tensor) => {
    requireFeatures("learnedPositions", x, features);
    const rows = { start: 0, end: x.shape.at(-2) ?? 1, step: 1 };
    return x.add(given.weight.slice([rows, { start: 0, end: features, step: 1 }]));
  };
  // The shapes that fit are said by the signature.
  return layer(params, bind) as Layer<LearnedPositionsParams<Length, E>, LearnedPositionsFunction<E>>;
};
