// Positions as learned vectors (Gehring et al. 2017; GPT, BERT).
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { dynamicSlice } from "../../ir/functions/dynamic-slicing.ts";
import type { Dim } from "../../ir/types/dim.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { SequenceShape } from "../../ir/types/static/attention.ts";
import type { Check } from "../../ir/types/static/check.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";
import { normal } from "../../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../../model/parameter.ts";
import { currentPast } from "../../model/past.ts";
import { requireSizes } from "../sizes.ts";
import { requireFeatures } from "./heads.ts";

/** The parameters of `learnedPositions`: a vector for each position. */
export type LearnedPositionsParams<Length extends number, E extends number> = {
  /** [length, features]. */
  readonly weight: ParamSpec<[Length, E], "f32">;
};

/** Adds the vectors of the first positions: [..., positions, features] keeps its shape. */
export interface LearnedPositionsFunction<E extends number> {
  <S extends Dims, D extends DType>(
    x: Check<NoInfer<SequenceShape<"learnedPositions", S, D, E>>, Tensor<S, D>>,
  ): Tensor<S, D>;
}

/** As many vectors as there are positions at hand: the first, or while a sequence is read in pieces those from where it stands. */
const vectors = (weight: Tensor, [length, features]: readonly [number, number], count: Dim): Tensor => {
  const past = currentPast();
  if (past === undefined) {
    const rows = { start: 0, end: count, step: 1 };
    return weight.slice([rows, { start: 0, end: features, step: 1 }]);
  }
  const { capacity, position } = past;
  if (capacity > length) reject("W521", { what: "the learned positions", capacity, given: length });
  return dynamicSlice(weight, position, count);
};

/**
 * x [..., L, features] plus the first L of `length` learned vectors, which begin as normal numbers of deviation 0.02.
 * While decoding, the vectors from the position at hand on.
 *
 * @throws W286 other features; W214 more positions than there are vectors; W521 a capacity beyond them.
 * @see Radford et al. 2019 (GPT-2).
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { x: spec("f32", ["B", 16, 768]) },
 *   params: { positions: learnedPositions(1024, 768) },
 *   forward: ({ positions }, { x }) => {
 *     const y = positions(x); // Tensor<["B", 16, 768], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 1
 */
export const learnedPositions = <const Length extends number, const E extends number>(
  length: Length,
  features: E,
): Layer<LearnedPositionsParams<Length, E>, LearnedPositionsFunction<E>> => {
  requireSizes("learnedPositions", { length, features });
  const params: LearnedPositionsParams<Length, E> = { weight: param([length, features], normal(0.02)) };
  const bind = (given: { readonly weight: Tensor }) => (x: Tensor) => {
    requireFeatures("learnedPositions", x, features);
    return x.add(vectors(given.weight, [length, features], x.shape.at(-2) ?? 1));
  };
  // The shapes that fit are said by the signature.
  return layer(params, bind) as Layer<LearnedPositionsParams<Length, E>, LearnedPositionsFunction<E>>;
};
