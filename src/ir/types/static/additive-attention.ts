// Rules of additive attention, step by step as it is computed: products with W and U, their sums for each pair, v, the context.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims } from "../tensor.ts";
import type { BroadcastShapes } from "./broadcasting.ts";
import type { After, IsUnknownRank, PrintType, Resolved, SameDType } from "./check.ts";
import type { MatmulShape } from "./contraction.ts";

type Sequence<S extends Dims, D extends DType> =
  IsUnknownRank<S> extends true
    ? S
    : S["length"] extends 0 | 1
      ? Sentence<"W280", { op: "additiveAttention"; type: PrintType<S, D> }>
      : S;

/** An axis of 1 before the last one: queries, beside which keys go. */
type AsRows<S extends Dims> = S extends readonly [...infer Front extends Dims, infer Last extends Dim]
  ? [...Front, 1, Last]
  : Dims;

/** An axis of 1 before the last two: keys, beside which queries go. */
type AsColumns<S extends Dims> = S extends readonly [
  ...infer Front extends Dims,
  infer Keys extends Dim,
  infer Last extends Dim,
]
  ? [...Front, 1, Keys, Last]
  : Dims;

type WithoutLast<S> = S extends readonly [...infer Front extends Dims, Dim] ? [...Front] : Dims;

/** Products of queries or keys with their matrix, laid out for pairs. */
interface Laid<Asked, Held> {
  readonly queries: AsRows<Resolved<Asked>>;
  readonly keys: AsColumns<Resolved<Held>>;
}

/** The types of all operands: queries, keys, and the parameters W, U and v. */
export interface AdditiveTypes {
  readonly queries: readonly [Dims, DType];
  readonly keys: readonly [Dims, DType];
  readonly W: readonly [Dims, DType];
  readonly U: readonly [Dims, DType];
  readonly v: readonly [Dims, DType];
}

type Asked<T extends AdditiveTypes> = MatmulShape<T["queries"][0], T["queries"][1], T["W"][0], T["W"][1]>;
type Held<T extends AdditiveTypes> = MatmulShape<T["keys"][0], T["keys"][1], T["U"][0], T["U"][1]>;
type Paired<T extends AdditiveTypes> = Laid<Asked<T>, Held<T>>;
type Pairs<T extends AdditiveTypes> = SameDType<
  "add",
  Paired<T>["queries"],
  T["queries"][1],
  Paired<T>["keys"],
  T["keys"][1],
  BroadcastShapes<"add", Paired<T>["queries"], Paired<T>["keys"]>
>;
type Scored<T extends AdditiveTypes> = BroadcastShapes<"mul", Resolved<Pairs<T>>, T["v"][0]>;
type Before<T extends AdditiveTypes> =
  | Sequence<T["queries"][0], T["queries"][1]>
  | Sequence<T["keys"][0], T["keys"][1]>;

/** The weights, one for each query and key. */
export type AdditiveWeights<T extends AdditiveTypes> = WithoutLast<Resolved<Scored<T>>>;

type Summed<T extends AdditiveTypes> = MatmulShape<AdditiveWeights<T>, T["queries"][1], T["keys"][0], T["keys"][1]>;

/** The context: for each query, the keys by weight. */
export type AdditiveContext<T extends AdditiveTypes> = Resolved<Summed<T>>;

/** The rules of the operands, in the order in which they are looked at. */
export interface AdditiveRules<T extends AdditiveTypes> {
  readonly queries: Sequence<T["queries"][0], T["queries"][1]>;
  readonly keys: After<Sequence<T["queries"][0], T["queries"][1]>, KeysRule<T>>;
  readonly W: After<Before<T>, Asked<T>>;
  readonly U: After<Before<T> | Asked<T>, Held<T>>;
  readonly v: After<
    Before<T> | Asked<T> | Held<T> | Pairs<T>,
    SameDType<"mul", Resolved<Pairs<T>>, T["queries"][1], T["v"][0], T["v"][1], Scored<T>>
  >;
}

/** Keys have positions, beside the queries they make pairs, and they can be summed by weight. */
type KeysRule<T extends AdditiveTypes> =
  Sequence<T["keys"][0], T["keys"][1]> extends infer Unfit extends string
    ? Unfit
    : After<Asked<T> | Held<T>, Pairs<T> extends infer NoPairs extends string ? NoPairs : After<Scored<T>, Summed<T>>>;
