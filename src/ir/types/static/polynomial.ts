// Polynomials in the type system, calculated with as ir/types/polynomial.ts does at run time. Terms stand as they print: higher degrees
// first, then by text; the atoms of a term are sorted. Which atoms there are normal-form.ts says.
import type { AddIntegers, ExactDivideInteger, IsNegative, MultiplyIntegers, NegateInteger } from "./integer.ts";
import type { JoinText, Precedes } from "./text.ts";

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

/** A product without some of its atoms; never where one of them is not in it. */
export type RemoveAtoms<
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

/** A / B; never where B does not divide A. */
export type DivideCoefficient<A extends number, B extends number> =
  IsNegative<B> extends true ? ExactDivideInteger<NegateInteger<A>, NegateInteger<B>> : ExactDivideInteger<A, B>;

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

/** P / Q where Q divides P, by long division; never elsewhere. */
export type DividePolynomials<P extends Polynomial, Q extends Polynomial> = Q extends readonly [infer Only extends Term]
  ? DivideByTerm<P, Only>
  : [P, Q] extends [Q, P]
    ? One
    : LongDivision<P, Q>["result"];

/** (A record, so that it is not worked out where nothing is known yet.) */
interface LongDivision<P extends Polynomial, Q extends Polynomial> {
  readonly result: IsNegative<Q[0][1]> extends true
    ? DivisionSteps<ScalePolynomial<P, -1>, ScalePolynomial<Q, -1>>
    : DivisionSteps<P, Q>;
}

type DivisionSteps<
  P extends Polynomial,
  Q extends Polynomial,
  Result extends Polynomial = readonly [],
> = P extends readonly []
  ? Result
  : [DivideByTerm<readonly [P[0]], Q[0]>] extends [infer Step extends Polynomial]
    ? [Step] extends [never]
      ? never
      : DivisionSteps<SubtractPolynomials<P, MultiplyPolynomials<Q, Step>>, Q, AddPolynomials<Result, Step>>
    : never;
