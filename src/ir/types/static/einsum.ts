// Shapes of einsum. Formulas that name every axis of operands of known rank are followed letter by letter; of all others,
// those with an ellipsis or without an arrow among them, the result's shape is not known in the editor.
import type { Dim } from "../dim.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { IsUnknownRank } from "./check.ts";
import type { PrintDim, SameDim } from "./dims.ts";

type WithoutSpaces<Text extends string> = Text extends `${infer Before} ${infer After}`
  ? WithoutSpaces<`${Before}${After}`>
  : Text;

type Terms<Text extends string> = Text extends `${infer Term},${infer Rest}` ? [Term, ...Terms<Rest>] : [Text];

type Letters<Term extends string, Result extends readonly string[] = []> = Term extends `${infer Letter}${infer Others}`
  ? Letters<Others, [...Result, Letter]>
  : Result;

/** The sentence for the first operand that has another number of axes than letters; never where there is none. */
type MissesLetters<
  Terms extends readonly string[],
  Tensors extends readonly Tensor[],
  Formula extends string,
  Passed extends readonly unknown[] = [unknown],
> = [Terms, Tensors] extends [
  readonly [infer Term extends string, ...infer OtherTerms extends readonly string[]],
  readonly [infer First extends Tensor, ...infer Others extends readonly Tensor[]],
]
  ? true extends
      | IsUnknownRank<First["shape"]>
      | (Letters<Term>["length"] extends First["shape"]["length"] ? true : false)
    ? MissesLetters<OtherTerms, Others, Formula, [...Passed, unknown]>
    : Sentence<
        "W253",
        {
          operand: Passed["length"];
          rank: First["shape"]["length"];
          letters: Letters<Term>["length"];
          formula: Formula;
        }
      >
  : never;

/** What each letter of one operand stands for, beside what is known; a sentence where that is something else. */
type BindTerm<Term extends string, S extends Dims, Known> = Term extends `${infer Letter}${infer Others}`
  ? S extends readonly [infer Extent extends Dim, ...infer Rest extends Dims]
    ? Letter extends keyof Known
      ? SameDim<Known[Letter] & Dim, Extent> extends true
        ? BindTerm<Others, Rest, Known>
        : readonly [letter: Letter, known: Known[Letter], extent: Extent]
      : BindTerm<Others, Rest, Known & Readonly<Record<Letter, Extent>>>
    : undefined
  : S extends readonly []
    ? Known
    : undefined;

type BindTerms<
  Terms extends readonly string[],
  Tensors extends readonly Tensor[],
  Known = object,
> = Terms extends readonly [infer Term extends string, ...infer OtherTerms extends readonly string[]]
  ? Tensors extends readonly [infer First extends Tensor, ...infer Others extends readonly Tensor[]]
    ? IsUnknownRank<First["shape"]> extends true
      ? undefined
      : BindTerm<Term, First["shape"], Known> extends infer Bound
        ? Bound extends readonly unknown[] | undefined
          ? Bound
          : BindTerms<OtherTerms, Others, Bound>
        : never
    : undefined
  : Tensors extends readonly []
    ? Known
    : undefined;

type Named<Letters extends string, Known, Result extends Dims = []> = Letters extends `${infer Letter}${infer Others}`
  ? Letter extends keyof Known
    ? Named<Others, Known, [...Result, Known[Letter] & Dim]>
    : Dims
  : Result;

type BoundShape<Bound, Result extends string, Formula extends string> = Bound extends readonly [
  infer Letter extends string,
  infer Known extends Dim,
  infer Extent extends Dim,
]
  ? Sentence<"W251", { index: Letter; first: PrintDim<Known>; second: PrintDim<Extent>; formula: Formula }>
  : Bound extends undefined
    ? Dims
    : Named<Result, Bound>;

type TermsShape<
  Parts extends readonly string[],
  Tensors extends readonly Tensor[],
  Result extends string,
  Formula extends string,
> = Parts["length"] extends Tensors["length"]
  ? MissesLetters<Parts, Tensors, Formula> extends infer Mistake
    ? [Mistake] extends [never]
      ? BoundShape<BindTerms<Parts, Tensors>, Result, Formula>
      : Mistake
    : never
  : Dims;

/** The rule of `einsum(formula, ...tensors)`; what it does not follow is left to the run time. */
export type EinsumShape<Formula extends string, Tensors extends readonly Tensor[]> = string extends Formula
  ? Dims
  : WithoutSpaces<Formula> extends `${infer Operands}->${infer Result}`
    ? Operands extends `${string}...${string}`
      ? Dims
      : TermsShape<Terms<Operands>, Tensors, Result, Formula>
    : Dims;
