// Shapes of einsum: the letters of a formula are followed from the operands to the result. `...` stands for axes that broadcast,
// named `...1`, `...2` and so on from the last. What is wrong with a formula itself is left to the run time.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { BroadcastDim } from "./broadcasting.ts";
import type { IsUnknownRank, NeedsDType, SameDType } from "./check.ts";
import type { CanonicalDim, IsUnknownDim, PrintDim, SameDim } from "./dims.ts";

type Names = readonly string[];

type WithoutSpaces<Text extends string> = Text extends `${infer Before} ${infer After}`
  ? WithoutSpaces<`${Before}${After}`>
  : Text;

type Terms<Text extends string> = Text extends `${infer Term},${infer Rest}` ? [Term, ...Terms<Rest>] : [Text];

type Letters<Term extends string, Result extends Names = []> = Term extends `${infer Letter}${infer Others}`
  ? Letters<Others, [...Result, Letter]>
  : Result;

/** The axes that letters leave over; never where there are more letters than axes. */
type LeftOver<S extends Dims, Taken extends Names> = Taken extends readonly [string, ...infer Others extends Names]
  ? S extends readonly [Dim, ...infer Rest extends Dims]
    ? LeftOver<Rest, Others>
    : never
  : S;

type OpenNames<S extends Dims> = S extends readonly [Dim, ...infer Rest extends Dims]
  ? [`...${S["length"]}`, ...OpenNames<Rest>]
  : [];

/** The names that an ellipsis stands for in one operand. */
type OpenOf<Term extends string, S extends Dims> = Term extends `${infer Before}...${infer After}`
  ? OpenNames<LeftOver<S, Letters<`${Before}${After}`>>>
  : [];

type NamesOf<Term extends string, S extends Dims> = Term extends `${infer Before}...${infer After}`
  ? [...Letters<Before>, ...OpenOf<Term, S>, ...Letters<After>]
  : Letters<Term>;

/** The letters of a term, where there are other than so many axes; never where it fits. */
type UnfitLetters<Term extends string, S extends Dims> = Term extends `${infer Before}...${infer After}`
  ? [LeftOver<S, Letters<`${Before}${After}`>>] extends [never]
    ? Letters<`${Before}${After}`>
    : never
  : Letters<Term>["length"] extends S["length"]
    ? never
    : Letters<Term>;

/** The sentence for the first operand that has another number of axes than letters; never where there is none. */
type MissesLetters<
  Parts extends Names,
  Tensors extends readonly Tensor[],
  Formula extends string,
  Passed extends readonly unknown[] = [unknown],
> = [Parts, Tensors] extends [
  readonly [infer Term extends string, ...infer OtherTerms extends Names],
  readonly [infer First extends Tensor, ...infer Others extends readonly Tensor[]],
]
  ? IsUnknownRank<First["shape"]> extends true
    ? MissesLetters<OtherTerms, Others, Formula, [...Passed, unknown]>
    : [UnfitLetters<Term, First["shape"]>] extends [never]
      ? MissesLetters<OtherTerms, Others, Formula, [...Passed, unknown]>
      : Sentence<
          "W253",
          {
            operand: Passed["length"];
            rank: First["shape"]["length"];
            letters: UnfitLetters<Term, First["shape"]>["length"];
            formula: Formula;
          }
        >
  : never;

/** The sentence for an operand of an element type that does not go, or of another one than the first; never where all go. */
type UnfitDType<Tensors extends readonly Tensor[], First extends Tensor = Tensors[0]> = Tensors extends readonly [
  Tensor<infer S, infer D>,
  ...infer Others extends readonly Tensor[],
]
  ? NeedsDType<"einsum", S, D, readonly ["f32", "f64", "i32"]> extends infer Refused extends string
    ? Refused
    : SameDType<"einsum", First["shape"], First["dtype"], S, D, "same"> extends infer Verdict
      ? Verdict extends "same"
        ? UnfitDType<Others, First>
        : Verdict
      : never
  : never;

/** What is known of a name, replaced. */
type Replaced<Known, Name extends string, Extent> = {
  readonly [K in keyof Known | Name]: K extends Name ? Extent : K extends keyof Known ? Known[K] : never;
};

type MoreKnown<A extends Dim, B extends Dim> = IsUnknownDim<A> extends true ? B : A;

/** What each name of one operand stands for, beside what is known; a mistake where that is something else. */
type BindNames<Axes extends Names, S extends Dims, Known> = [Axes, S] extends [
  readonly [infer Name extends string, ...infer Others extends Names],
  readonly [infer Extent extends Dim, ...infer Rest extends Dims],
]
  ? Name extends keyof Known
    ? Joined<Name, Known[Name] & Dim, Extent> extends infer Both
      ? [Both] extends [never]
        ? readonly [name: Name, known: Known[Name], extent: Extent]
        : BindNames<Others, Rest, Replaced<Known, Name, Both>>
      : never
    : BindNames<Others, Rest, Replaced<Known, Name, Extent>>
  : Known;

/** The extent that two under one name have in common; never where there is none. */
type Joined<Name extends string, A extends Dim, B extends Dim> = Name extends `...${string}`
  ? BroadcastDim<A, B>
  : SameDim<A, B> extends true
    ? MoreKnown<A, B>
    : never;

type BindTerms<Parts extends Names, Tensors extends readonly Tensor[], Known = object> = [Parts, Tensors] extends [
  readonly [infer Term extends string, ...infer OtherTerms extends Names],
  readonly [infer First extends Tensor, ...infer Others extends readonly Tensor[]],
]
  ? IsUnknownRank<First["shape"]> extends true
    ? undefined
    : BindNames<NamesOf<Term, First["shape"]>, First["shape"], Known> extends infer Bound
      ? Bound extends readonly unknown[]
        ? Bound
        : BindTerms<OtherTerms, Others, Bound>
      : never
  : Known;

/** The names of the longest ellipsis. */
type LongestOpen<Parts extends Names, Tensors extends readonly Tensor[], Longest extends Names = []> = [
  Parts,
  Tensors,
] extends [
  readonly [infer Term extends string, ...infer OtherTerms extends Names],
  readonly [infer First extends Tensor, ...infer Others extends readonly Tensor[]],
]
  ? OpenOf<Term, First["shape"]> extends infer Own extends Names
    ? Longest["length"] extends 0
      ? LongestOpen<OtherTerms, Others, Own>
      : Longest[0] extends Own[number]
        ? LongestOpen<OtherTerms, Others, Own>
        : LongestOpen<OtherTerms, Others, Longest>
    : never
  : Longest;

type Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The letters that occur once, in the order of the alphabet. */
type Once<
  Text extends string,
  Order extends string = Alphabet,
  Result extends Names = [],
> = Order extends `${infer Letter}${infer Rest}`
  ? Text extends `${string}${Letter}${infer Behind}`
    ? Once<Text, Rest, Behind extends `${string}${Letter}${string}` ? Result : [...Result, Letter]>
    : Once<Text, Rest, Result>
  : Result;

/** The extents of the names of the result; unknown where there is a name that no operand has. */
type Named<Axes extends Names, Known, Result extends Dims = []> = Axes extends readonly [
  infer Name extends string,
  ...infer Others extends Names,
]
  ? Name extends keyof Known
    ? Named<Others, Known, [...Result, CanonicalDim<Known[Name] & Dim>]>
    : Dims
  : Result;

type ResultNames<Result extends string, Open extends Names> = Result extends `${infer Before}...${infer After}`
  ? [...Letters<Before>, ...Open, ...Letters<After>]
  : Letters<Result>;

type BoundShape<Bound, Axes extends Names, Formula extends string> = Bound extends readonly [
  infer Name extends string,
  infer Known extends Dim,
  infer Extent extends Dim,
]
  ? Sentence<
      "W251",
      {
        index: Name extends `...${string}` ? "..." : Name;
        first: PrintDim<Known>;
        second: PrintDim<Extent>;
        formula: Formula;
      }
    >
  : Bound extends undefined
    ? Dims
    : Named<Axes, Bound>;

type AllOf<Parts extends Names> = Parts extends readonly [infer First extends string, ...infer Rest extends Names]
  ? `${First}${AllOf<Rest>}`
  : "";

type TermsShape<
  Parts extends Names,
  Tensors extends readonly Tensor[],
  Result extends string | undefined,
  Formula extends string,
> = Parts["length"] extends Tensors["length"]
  ? UnfitDType<Tensors> | MissesLetters<Parts, Tensors, Formula> extends infer Mistake
    ? [Mistake] extends [never]
      ? BoundShape<
          BindTerms<Parts, Tensors>,
          Result extends string
            ? ResultNames<Result, LongestOpen<Parts, Tensors>>
            : [...LongestOpen<Parts, Tensors>, ...Once<AllOf<Parts>>],
          Formula
        >
      : [UnfitDType<Tensors>] extends [never]
        ? Mistake
        : UnfitDType<Tensors>
    : never
  : Dims;

/** The rule of `einsum(formula, ...tensors)`. */
export type EinsumShape<Formula extends string, Tensors extends readonly Tensor[]> = string extends Formula
  ? Dims
  : number extends Tensors["length"]
    ? Dims
    : WithoutSpaces<Formula> extends `${infer Operands}->${infer Result}`
      ? TermsShape<Terms<Operands>, Tensors, Result, Formula>
      : TermsShape<Terms<WithoutSpaces<Formula>>, Tensors, undefined, Formula>;

/** The element type of the result. */
export type EinsumDType<Tensors extends readonly Tensor[]> = Tensors[0] extends Tensor<Dims, infer D> ? D : DType;
