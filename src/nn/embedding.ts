// A table of learned vectors, looked up by index.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { optionNames, requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { described } from "../ir/functions/argument.ts";
import { iota } from "../ir/functions/creation.ts";
import { stopGradient } from "../ir/functions/gradient.ts";
import { embedding as lookUp } from "../ir/functions/indexing.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Check } from "../ir/types/static/check.ts";
import type { GatherShape } from "../ir/types/static/indexing.ts";
import type { Dims, ResultOf, Tensor } from "../ir/types/tensor.ts";
import { type Initializer, normal } from "../model/initializer.ts";
import { type Layer, layer, type ParamSpec, param } from "../model/parameter.ts";
import { requireSizes } from "./sizes.ts";

/** The parameters of `embedding`, under PyTorch's name. */
export type EmbeddingParams<Entries extends number, Features extends number> = {
  /** [entries, features]. */
  readonly weight: ParamSpec<[Entries, Features], "f32">;
};

/** What an embedding does: i32 indices of any shape give [...indices, features]. */
export interface EmbeddingFunction<Entries extends number, Features extends number> {
  <Indices extends Dims, E extends DType>(
    indices: Check<NoInfer<GatherShape<[Entries, Features], Indices, E, 0>>, Tensor<Indices, E>>,
  ): ResultOf<GatherShape<[Entries, Features], Indices, E, 0>, "f32">;
}

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** An entry that stands for nothing: it begins at zero and has no gradient, so that no training changes it. */
  readonly paddingIndex?: number;
}

const known = optionNames<EmbeddingOptions>({ paddingIndex: true });

/** Standard normal vectors, but for one that is zero. */
const normalBut = (paddingIndex: number | undefined): Initializer => {
  if (paddingIndex === undefined) return normal(1);
  const { name, fill } = normal(1);
  return {
    name: `${name}, but zero at ${paddingIndex}`,
    fill: (shape, random) => {
      const features = shape[1] ?? 0;
      return fill(shape, random).fill(0, paddingIndex * features, (paddingIndex + 1) * features);
    },
  };
};

/** The table, one row of which gradients do not reach. */
const withFixedRow = (weight: Tensor, row: number): Tensor => {
  const [entries = 0] = weight.shape;
  const isFixed = iota([entries, 1], 0).equal(row);
  return isFixed.select(stopGradient(weight), weight);
};

/**
 * The vectors of a table [entries, features] for i32 indices below `entries`: [...indices, features]. They begin as
 * standard normal numbers, as in PyTorch.
 *
 * @throws W140 a padding index that is no entry; W204 indices that are no i32; when running, W306 an index out of
 * range.
 * @see `torch.nn.Embedding`.
 * @example
 * const model = defineModel({
 *   name: "example",
 *   inputs: { tokens: spec("i32", ["B", "T"]) },
 *   params: { table: embedding(50257, 768) },
 *   forward: ({ table }, { tokens }) => {
 *     const y = table(tokens); // Tensor<["B", "T", 768], "f32">
 *     return { y };
 *   },
 * });
 * modelGraph(model).parameters.length; // 1
 */
export const embedding = <const Entries extends number, const Features extends number>(
  entries: Entries,
  features: Features,
  options: EmbeddingOptions = {},
): Layer<EmbeddingParams<Entries, Features>, EmbeddingFunction<Entries, Features>> => {
  requireKnownOptions("embedding", options, known);
  const { paddingIndex } = options;
  requireSizes("embedding", { entries, features });
  if (paddingIndex !== undefined && !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < entries)) {
    const expected = `an index from 0 to ${entries - 1}`;
    const details = {
      what: "embedding: paddingIndex",
      expected,
      given: inWords(paddingIndex),
      write: "paddingIndex: 0",
    };
    reject("W140", details);
  }
  const params: EmbeddingParams<Entries, Features> = { weight: param([entries, features], normalBut(paddingIndex)) };
  const bind = (given: { readonly weight: Tensor }) => (indices: Tensor) =>
    described(() =>
      lookUp(paddingIndex === undefined ? given.weight : withFixedRow(given.weight, paddingIndex), indices),
    );
  // The shapes that fit are said by the signature.
  return layer(params, bind) as Layer<EmbeddingParams<Entries, Features>, EmbeddingFunction<Entries, Features>>;
};
