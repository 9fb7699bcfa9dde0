// Shapes of attention, and of layers over sequences [..., positions, features].
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { BroadcastTo } from "./broadcasting.ts";
import type { IsUnknownRank, NeedsDType, PrintShape, PrintType, SameDType, UnknownFrom } from "./check.ts";
import type { IsUnknownDim, PrintDim, SameDim } from "./dims.ts";
import type { OnlyType } from "./indexing.ts";
import type { DivideNaturals } from "./natural.ts";

/** How many keys there are. */
type LengthOf<K extends Dims> = K extends readonly [...Dims, infer Length extends Dim, Dim] ? Length : "keys";

/** How many heads of keys there are; as many as of queries where they have no such axis. */
type HeadsOf<K extends Dims, Own extends Dim> = K extends readonly [...Dims, infer Heads extends Dim, Dim, Dim]
  ? Heads
  : Own;

/** The shape that keys must have, given queries: theirs, but for the number of heads and of positions. */
type KeysBeside<Q extends Dims, K extends Dims> = Q extends readonly [
  ...infer Batch extends Dims,
  infer Own extends Dim,
  Dim,
  infer Features extends Dim,
]
  ? [...Batch, HeadsOf<K, Own>, LengthOf<K>, Features]
  : Q extends readonly [Dim, infer Features extends Dim]
    ? [LengthOf<K>, Features]
    : never;

/** Whether heads of queries share heads of keys in equal groups. */
type IsMultiple<Own extends Dim, Shared extends Dim> =
  SameDim<Own, Shared> extends true
    ? true
    : [Own, Shared] extends [infer A extends number, infer B extends number]
      ? DivideNaturals<A, B>[1] extends 0
        ? true
        : false
      : false;

type HeadsShared<Q extends Dims, D extends DType, K extends Dims, E extends DType> = Q extends readonly [
  ...Dims,
  infer Own extends Dim,
  Dim,
  Dim,
]
  ? IsMultiple<Own, HeadsOf<K, Own>> extends true
    ? K
    : Sentence<
        "W281",
        {
          op: "attention";
          queries: PrintDim<Own>;
          keys: PrintDim<HeadsOf<K, Own>>;
          left: PrintType<Q, D>;
          right: PrintType<K, E>;
        }
      >
  : K;

/** The rule of the keys of attention: [..., heads, keys, features] beside queries [..., heads, queries, features]. */
export type KeysShape<Q extends Dims, D extends DType, K extends Dims, E extends DType> =
  IsUnknownRank<Q> extends true
    ? UnknownFrom<Q>
    : IsUnknownRank<K> extends true
      ? UnknownFrom<K>
      : NeedsDType<"attention", Q, D, readonly ["f32", "f64"]> extends infer Refused extends string
        ? Refused
        : Q extends readonly [...Dims, Dim, Dim]
          ? OnlyType<"attention", "keys", K, E, KeysBeside<Q, K>, D> extends infer Unfit extends string
            ? Unfit
            : HeadsShared<Q, D, K, E>
          : Sentence<"W280", { op: "attention"; type: PrintType<Q, D> }>;

/** The shape that values must have, given keys: theirs, but for the features. */
type ValuesBeside<K extends Dims, V extends Dims> = K extends readonly [...infer Rows extends Dims, Dim]
  ? V extends readonly [...Dims, infer Features extends Dim]
    ? [...Rows, Features]
    : [...Rows, "features"]
  : Dims;

/** The rule of the values of attention: those of the keys' positions. */
export type ValuesShape<K extends Dims, D extends DType, V extends Dims, E extends DType> =
  IsUnknownRank<K> extends true
    ? UnknownFrom<K>
    : IsUnknownRank<V> extends true
      ? UnknownFrom<V>
      : OnlyType<"attention", "values", V, E, ValuesBeside<K, V>, D>;

/** The shape of what is attended to: of each query, the features of the values. */
export type AttentionShape<Q extends Dims, V extends Dims> =
  IsUnknownRank<Q> extends true
    ? UnknownFrom<Q>
    : IsUnknownRank<V> extends true
      ? UnknownFrom<V>
      : Q extends readonly [...infer Rows extends Dims, Dim]
        ? V extends readonly [...Dims, infer Features extends Dim]
          ? [...Rows, Features]
          : Dims
        : Dims;

/** The shape of the weights: for each query, one for each key. */
export type WeightsShape<Q extends Dims, K extends Dims> =
  IsUnknownRank<Q> extends true
    ? UnknownFrom<Q>
    : IsUnknownRank<K> extends true
      ? UnknownFrom<K>
      : Q extends readonly [...infer Rows extends Dims, Dim]
        ? K extends readonly [...Dims, infer Keys extends Dim, Dim]
          ? [...Rows, Keys]
          : Dims
        : Dims;

/** The rule of an operand that is broadcast to the scores, as a mask is: the shape it has. */
export type OverScores<
  Op extends string,
  Operand extends string,
  Given,
  Scores extends Dims,
  Allowed extends readonly DType[],
> = [Given] extends [never]
  ? Dims
  : [Given] extends [Tensor<infer S, infer D>]
    ? NeedsDType<`${Op}: ${Operand}`, S, D, Allowed> extends infer Refused extends string
      ? Refused
      : BroadcastTo<S, Scores> extends string
        ? Sentence<"W282", { op: Op; operand: Operand; type: PrintType<S, D>; scores: PrintShape<Scores> }>
        : S
    : Dims;

/** The rule of what is added to the scores: the shape it has. */
export type BiasShape<Q extends Dims, D extends DType, Given, Scores extends Dims> = [Given] extends [never]
  ? Dims
  : [Given] extends [Tensor<infer S, infer E>]
    ? SameDType<"attention", Q, D, S, E, S> extends infer Refused extends string
      ? Refused
      : OverScores<"attention", "bias", Given, Scores, readonly ["f32", "f64"]>
    : Dims;

/** Whether a number is even, by its last digit. */
type IsEven<N extends number> = `${N}` extends `${string}${0 | 2 | 4 | 6 | 8}` ? true : false;

type NoPairs<Op extends string, S extends Dims, D extends DType> = Sentence<"W285", { op: Op; type: PrintType<S, D> }>;

/** The rule of features that are turned in pairs: [..., positions, features] with a known even number of them. */
export type PairedFeatures<Op extends string, S extends Dims, D extends DType> =
  NeedsDType<Op, S, D, readonly ["f32", "f64"]> extends infer Refused extends string
    ? Refused
    : IsUnknownRank<S> extends true
      ? S
      : S extends readonly [...Dims, Dim, infer Features extends Dim]
        ? IsUnknownDim<Features> extends true
          ? S
          : Features extends number
            ? IsEven<Features> extends true
              ? S
              : NoPairs<Op, S, D>
            : NoPairs<Op, S, D>
        : NoPairs<Op, S, D>;

/** The rule of a sequence that a layer takes: [..., positions, features] with the features it was made for. */
export type SequenceShape<Op extends string, S extends Dims, D extends DType, Features extends number> =
  IsUnknownRank<S> extends true
    ? UnknownFrom<S>
    : S extends readonly [...Dims, Dim, infer Last extends Dim]
      ? SameDim<Last, Features> extends true
        ? NeedsDType<Op, S, D, readonly ["f32", "f64"]>
        : Sentence<"W286", { op: Op; given: PrintDim<Last>; expected: PrintDim<Features>; type: PrintType<S, D> }>
      : Sentence<"W280", { op: Op; type: PrintType<S, D> }>;
