// A table of learned vectors, looked up by index.
import { embedding as lookUp } from "../ir/functions/indexing.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check, Resolved } from "../ir/types/static/check.ts";
import type { GatherShape } from "../ir/types/static/indexing.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { normal } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";

/** The parameters of `embedding`, under PyTorch's name. */
export type EmbeddingParams<Entries extends number, Features extends number> = {
  readonly weight: ParamSpec<[Entries, Features], "f32">;
};

/** What an embedding does: i32 indices of any shape give [...indices, features]. */
export interface EmbeddingFunction<Entries extends number, Features extends number> {
  <Indices extends Dims, E extends DType>(
    indices: Check<NoInfer<GatherShape<[Entries, Features], Indices, E, 0>>, Tensor<Indices, E>>,
  ): Tensor<Resolved<GatherShape<[Entries, Features], Indices, E, 0>>, "f32">;
}

/** The vectors of a table for indices below `entries`; they begin as standard normal numbers, as in PyTorch. */
export const embedding = <const Entries extends number, const Features extends number>(
  entries: Entries,
  features: Features,
): Layer<EmbeddingParams<Entries, Features>, EmbeddingFunction<Entries, Features>> => {
  const params: EmbeddingParams<Entries, Features> = { weight: param([entries, features], normal(1)) };
  const bind = (given: { readonly weight: Tensor }) => (indices: Tensor) => lookUp(given.weight, indices);
  // The shapes that fit are said by the signature.
  return layer(params, bind) as Layer<EmbeddingParams<Entries, Features>, EmbeddingFunction<Entries, Features>>;
};
