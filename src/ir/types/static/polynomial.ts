// Symbolic dimensions as polynomials in the type system: the same canonical text that ir/types/dim.ts computes at run time,
// so that a shape reads alike in the editor and in a message. Terms stand as they print: higher degrees first, then by
// text; the atoms of a term are sorted; floored quotients are atoms.
import type {
  AddIntegers,
  ExactDivideInteger,
  FloorDivideInteger,
  IsNegative,
  MultiplyIntegers,
  NegateInteger,
} from "./integer.ts";
import type { JoinText, Precedes, SplitTop } from "./text.ts";

/** A product of atoms, and how often it counts; the constant term has no atoms. */
export type Term = readonly [atoms: readonly string[], coefficient: number];

/** A sum of terms in canonical order; zero has none. */
export type Polynomial = readonly Term[];

/** The polynomial 1. */
export type One = readonly [readonly [readonly [], 1]];

/** Which of two products stands first, or that they are the same. */
type Placement<A extends readonly string[], B extends readonly string[]> = A["length"] extends B["length"]
  ? JoinText<A, "*"> extends JoinText<B, "*">
    ? "same"
    : Precedes<JoinText<A, "*">, JoinText<B, "*">> extends true
      ? "before"
      : "after"
  : A extends readonly [...{ readonly [Position in keyof B]: string }, ...string[]]
    ? "before"
    : "after";

/** Puts a term in its place, or adds it to the one that is there. */
export type AddTerm<P extends Polynomial, New extends Term, Passed extends Polynomial = readonly []> = New[1] extends 0
  ? readonly [...Passed, ...P]
  : P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
    ? Placement<First[0], New[0]> extends infer Where
      ? Where extends "before"
        ? AddTerm<Rest, New, readonly [...Passed, First]>
        : Where extends "after"
          ? readonly [...Passed, New, ...P]
          : AddIntegers<First[1], New[1]> extends infer Sum extends number
            ? Sum extends 0
              ? readonly [...Passed, ...Rest]
              : readonly [...Passed, readonly [First[0], Sum], ...Rest]
            : never
      : never
    : readonly [...Passed, New];

/** P + Q */
export type AddPolynomials<P extends Polynomial, Q extends Polynomial> = Q extends readonly [
  infer First extends Term,
  ...infer Rest extends Polynomial,
]
  ? AddPolynomials<AddTerm<P, First>, Rest>
  : P;

/** P times a number. */
export type ScalePolynomial<P extends Polynomial, By extends number> = By extends 1
  ? P
  : By extends 0
    ? readonly []
    : { readonly [Position in keyof P]: readonly [P[Position][0], MultiplyIntegers<P[Position][1], By>] };

/** P - Q */
export type SubtractPolynomials<P extends Polynomial, Q extends Polynomial> = AddPolynomials<
  P,
  { readonly [Position in keyof Q]: readonly [Q[Position][0], NegateInteger<Q[Position][1]>] }
>;

type InsertAtom<
  Atoms extends readonly string[],
  New extends string,
  Passed extends readonly string[] = readonly [],
> = Atoms extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
  ? Precedes<New, First> extends true
    ? readonly [...Passed, New, ...Atoms]
    : InsertAtom<Rest, New, readonly [...Passed, First]>
  : readonly [...Passed, New];

/** Both products together, sorted. */
type MergeAtoms<A extends readonly string[], B extends readonly string[]> = B extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? MergeAtoms<InsertAtom<A, First>, Rest>
  : A;

type MultiplyByTerm<
  P extends Polynomial,
  By extends Term,
  Result extends Polynomial = readonly [],
> = P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
  ? MultiplyByTerm<Rest, By, AddTerm<Result, readonly [MergeAtoms<First[0], By[0]>, MultiplyIntegers<First[1], By[1]>]>>
  : Result;

/** P * Q */
export type MultiplyPolynomials<
  P extends Polynomial,
  Q extends Polynomial,
  Result extends Polynomial = readonly [],
> = P extends One
  ? Q
  : Q extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
    ? MultiplyPolynomials<P, Rest, AddPolynomials<Result, MultiplyByTerm<P, First>>>
    : Result;

/** The number that a polynomial without symbols is; never for one with symbols. */
export type ConstantOf<P extends Polynomial> = P extends readonly []
  ? 0
  : P extends readonly [readonly [readonly [], infer Value extends number]]
    ? Value
    : never;

/** The coefficients divided, where all of them are multiples; never otherwise. */
type DivideCoefficients<
  P extends Polynomial,
  By extends number,
  Result extends Polynomial = readonly [],
> = P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
  ? [ExactDivideInteger<First[1], By>] extends [never]
    ? never
    : DivideCoefficients<Rest, By, readonly [...Result, readonly [First[0], ExactDivideInteger<First[1], By>]]>
  : Result;

/** The parts of one floored quotient plus a constant, the constant drawn inside; never for anything else. */
type FloorParts<P extends Polynomial> = P extends readonly [readonly [readonly [`floor(${infer Inside})`], 1]]
  ? QuotientParts<Inside>
  : P extends readonly [
        readonly [readonly [`floor(${infer Inside})`], 1],
        readonly [readonly [], infer Outside extends number],
      ]
    ? QuotientParts<Inside> extends readonly [infer Inner extends Polynomial, infer Divisor extends number]
      ? readonly [AddTerm<Inner, readonly [readonly [], MultiplyIntegers<Outside, Divisor>]>, Divisor]
      : never
    : never;

/** Reads `inner/divisor`. */
export type QuotientParts<Inside extends string> =
  SplitTop<Inside, "/"> extends readonly [
    readonly [string, infer Inner extends string],
    readonly ["/", `${infer Divisor extends number}`],
  ]
    ? readonly [inner: ParsePolynomial<Inner>, divisor: Divisor]
    : never;

/** floor(P / divisor): floors of floors are one floor, and what divides evenly needs none. */
export type FloorDividePolynomial<P extends Polynomial, Divisor extends number> = Divisor extends 1
  ? P
  : [ConstantOf<P>] extends [never]
    ? [DivideCoefficients<P, Divisor>] extends [never]
      ? [FloorParts<P>] extends [never]
        ? readonly [readonly [readonly [FloorText<PrintTerms<P>, Divisor>], 1]]
        : FloorParts<P> extends readonly [infer Inner extends Polynomial, infer By extends number]
          ? FloorDividePolynomial<Inner, MultiplyIntegers<By, Divisor>>
          : never
      : DivideCoefficients<P, Divisor>
    : AddTerm<readonly [], readonly [readonly [], FloorDivideInteger<ConstantOf<P>, Divisor>]>;

type FloorText<Inner extends string, Divisor extends number> = Inner extends
  | `${string}+${string}`
  | `${string}-${string}`
  ? `floor((${Inner})/${Divisor})`
  : `floor(${Inner}/${Divisor})`;

type RemoveAtoms<
  Atoms extends readonly string[],
  Removed extends readonly string[],
  Passed extends readonly string[] = readonly [],
> = Removed extends readonly [infer Wanted extends string, ...infer Others extends readonly string[]]
  ? Atoms extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
    ? First extends Wanted
      ? RemoveAtoms<readonly [...Passed, ...Rest], Others>
      : RemoveAtoms<Rest, Removed, readonly [...Passed, First]>
    : never
  : readonly [...Passed, ...Atoms];

type DivideByTerm<P extends Polynomial, By extends Term, Result extends Polynomial = readonly []> = P extends readonly [
  infer First extends Term,
  ...infer Rest extends Polynomial,
]
  ? [RemoveAtoms<First[0], By[0]>] extends [infer Atoms extends readonly string[]]
    ? [ExactDivideInteger<First[1], By[1]>] extends [infer Coefficient extends number]
      ? [Atoms] extends [never]
        ? never
        : [Coefficient] extends [never]
          ? never
          : DivideByTerm<Rest, By, AddTerm<Result, readonly [Atoms, Coefficient]>>
      : never
    : never
  : Result;

/** P / Q where Q is one term that divides P, or equals it; never otherwise. */
export type DividePolynomials<P extends Polynomial, Q extends Polynomial> = Q extends readonly [infer Only extends Term]
  ? DivideByTerm<P, Only>
  : [P, Q] extends [Q, P]
    ? One
    : never;

type PrintTerm<T extends Term, Coefficient extends string> = T[0] extends readonly []
  ? Coefficient
  : Coefficient extends "1"
    ? JoinText<T[0], "*">
    : `${Coefficient}*${JoinText<T[0], "*">}`;

type PrintTerms<P extends Polynomial, Result extends string = ""> = P extends readonly [
  infer First extends Term,
  ...infer Rest extends Polynomial,
]
  ? IsNegative<First[1]> extends true
    ? PrintTerms<Rest, `${Result}-${PrintTerm<First, `${NegateInteger<First[1]>}`>}`>
    : PrintTerms<Rest, `${Result}${Result extends "" ? "" : "+"}${PrintTerm<First, `${First[1]}`>}`>
  : Result;

/** A polynomial as a dimension: a number, or its canonical text. */
export type PrintPolynomial<P extends Polynomial> = [ConstantOf<P>] extends [never]
  ? P extends readonly [unknown, unknown]
    ? [FloorParts<P>] extends [never]
      ? PrintTerms<P>
      : FloorParts<P> extends readonly [infer Inner extends Polynomial, infer Divisor extends number]
        ? PrintTerms<FloorDividePolynomial<Inner, Divisor>>
        : never
    : PrintTerms<P>
  : ConstantOf<P>;

/** Reads sums, products and `floor(a/n)`; a plain symbol and a number go the short way. */
export type ParsePolynomial<Text extends string> = Text extends
  | `${string}+${string}`
  | `${string}-${string}`
  | `${string}*${string}`
  | `${string}(${string}`
  | `${string} ${string}`
  ? ParseSum<SplitTop<Text, "+" | "-">>
  : ParseAtom<Text>;

type ParseSum<Parts, Result extends Polynomial = readonly []> = Parts extends readonly [
  readonly [infer Sign, infer Product extends string],
  ...infer Rest,
]
  ? ParseSum<
      Rest,
      AddPolynomials<Result, ScalePolynomial<ParseProduct<SplitTop<Product, "*">>, Sign extends "-" ? -1 : 1>>
    >
  : Result;

type ParseProduct<Parts, Result extends Polynomial = One> = Parts extends readonly [
  readonly [string, infer Factor extends string],
  ...infer Rest,
]
  ? ParseProduct<Rest, MultiplyPolynomials<Result, ParseAtom<Factor>>>
  : Result;

type ParseAtom<Text extends string> = Text extends `${infer Value extends number}`
  ? AddTerm<readonly [], readonly [readonly [], Value]>
  : Text extends `floor(${infer Inside})`
    ? QuotientParts<Inside> extends readonly [infer Inner extends Polynomial, infer Divisor extends number]
      ? FloorDividePolynomial<Inner, Divisor>
      : never
    : Text extends `(${infer Inside})`
      ? ParsePolynomial<Inside>
      : readonly [readonly [readonly [Text], 1]];
