// The input projections of multi-head attention (Vaswani et al. 2017, section 3.2.2): their parameters, in PyTorch's layout, and one
// product for each of the sequences that queries, keys and values come from.
import { linear as transform } from "../../ir/functions/contraction.ts";
import { split } from "../../ir/functions/parts.ts";
import type { MultiplyNaturals } from "../../ir/types/static/natural.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { glorotUniform, zeros } from "../../model/initializer.ts";
import { type ParamSpec, param } from "../../model/parameter.ts";

/** How many heads of keys there are where it is not as many as of queries; undefined where it is. */
export type KeyHeads = number | undefined;

/** Features of keys of all heads together: those of queries, unless heads share keys. */
type SharedFeatures<E extends number, Shared extends KeyHeads> = [Shared] extends [undefined] ? E : number;

/** Rows for queries, keys and values below each other. */
type AllRows<E extends number, Shared extends KeyHeads> = [Shared] extends [undefined]
  ? MultiplyNaturals<3, E>
  : number;

/** One matrix with the rows of queries, keys and values below each other, or three where keys or values have other features. */
export type InputWeights<E extends number, K extends number, V extends number, Shared extends KeyHeads> = [
  K,
  V,
] extends [E, E]
  ? {
      /** The rows of queries, keys and values below each other: [3 * features, features]. */
      readonly in_proj_weight: ParamSpec<[AllRows<E, Shared>, E], "f32">;
    }
  : {
      /** From queries. */
      readonly q_proj_weight: ParamSpec<[E, E], "f32">;
      /** From keys. */
      readonly k_proj_weight: ParamSpec<[SharedFeatures<E, Shared>, K], "f32">;
      /** From values. */
      readonly v_proj_weight: ParamSpec<[SharedFeatures<E, Shared>, V], "f32">;
    };

/** The biases of queries, keys and values, one behind the other, where there are some. */
export type InputBiases<E extends number, Bias extends boolean, Shared extends KeyHeads> = Bias extends false
  ? unknown
  : {
      /** Of queries, keys and values, one below the other. */
      readonly in_proj_bias: ParamSpec<[AllRows<E, Shared>], "f32">;
    };

/** What goes into the projections, and how many features come out of each. */
export interface InputSizes {
  readonly features: number;
  readonly keyFeatures: number;
  readonly valueFeatures: number;
  /** Features of the keys (and of the values) of all heads. */
  readonly shared: number;
}

/** The parameters of the projections: weights begin by Glorot's rule and biases at 0, as in PyTorch. */
export const inputProjections = (
  { features, keyFeatures, valueFeatures, shared }: InputSizes,
  bias: boolean,
): Readonly<Record<string, ParamSpec>> => {
  const matrix = (rows: number, columns: number) => param([rows, columns], glorotUniform);
  const rows = features + 2 * shared;
  const weights =
    keyFeatures === features && valueFeatures === features
      ? { in_proj_weight: matrix(rows, features) }
      : {
          q_proj_weight: matrix(features, features),
          k_proj_weight: matrix(shared, keyFeatures),
          v_proj_weight: matrix(shared, valueFeatures),
        };
  return bias ? { ...weights, in_proj_bias: param([rows], zeros) } : weights;
};

/** The parameters, bound. */
export interface GivenProjections {
  readonly in_proj_weight?: Tensor;
  readonly q_proj_weight?: Tensor;
  readonly k_proj_weight?: Tensor;
  readonly v_proj_weight?: Tensor;
  readonly in_proj_bias?: Tensor;
}

/** Queries, keys and values of all heads, side by side: one product for sequences that are the same tensor and share a matrix. */
export const projected = (
  given: GivenProjections,
  [queries, keys, values]: readonly [Tensor, Tensor, Tensor],
  { features, shared }: InputSizes,
): readonly Tensor[] => {
  const { in_proj_weight: weight, in_proj_bias: bias } = given;
  const product = (sequence: Tensor, lengths: readonly number[], matrix?: Tensor, added?: Tensor): readonly Tensor[] =>
    matrix === undefined ? [] : split(transform(sequence, matrix, added), lengths, -1);
  if (weight !== undefined && queries === keys && keys === values)
    return product(queries, [features, shared, shared], weight, bias);
  const rows = (lengths: readonly number[], x: Tensor | undefined): readonly Tensor[] =>
    x === undefined ? [] : split(x, lengths);
  if (weight !== undefined && keys === values) {
    const [ofQueries, ofOthers] = rows([features, 2 * shared], weight);
    const [biasOfQueries, biasOfOthers] = rows([features, 2 * shared], bias);
    return [
      ...product(queries, [features], ofQueries, biasOfQueries),
      ...product(keys, [shared, shared], ofOthers, biasOfOthers),
    ];
  }
  const each = [features, shared, shared];
  const weights =
    weight === undefined ? [given.q_proj_weight, given.k_proj_weight, given.v_proj_weight] : rows(each, weight);
  const biases = rows(each, bias);
  return [queries, keys, values].flatMap((sequence, part) =>
    product(sequence, each.slice(part, part + 1), weights[part], biases[part]),
  );
};
