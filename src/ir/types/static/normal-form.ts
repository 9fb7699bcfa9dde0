// The normal form of symbolic dimensions in the type system: the same canonical text that ir/types/normal-form.ts computes at run time, which
// says what it is, so that a shape reads alike in the editor and in a message. Everyday expressions never come here: dims.ts works
// them out as text.
import type {
  AddIntegers,
  FloorDivideInteger,
  FloorDivision,
  IsNegative,
  MultiplyIntegers,
  NegateInteger,
} from "./integer.ts";
import type { DivideNaturals } from "./natural.ts";
import type {
  AddPolynomials,
  AddTerm,
  ConstantOf,
  DivideCoefficient,
  MultiplyPolynomials,
  One,
  Polynomial,
  RemoveAtoms,
  ScalePolynomial,
  Term,
} from "./polynomial.ts";
import type { JoinText, SplitTop } from "./text.ts";

/** Reads `inner/divisor`. */
export type QuotientParts<Inside extends string> =
  SplitTop<Inside, "/"> extends readonly [
    readonly [string, infer Inner extends string],
    readonly ["/", `${infer Divisor extends number}`],
  ]
    ? readonly [inner: ParsePolynomial<Inner>, divisor: Divisor]
    : never;

/** The text of a floored quotient. */
type FloorText<Inner extends string, Divisor extends number> = Inner extends
  | `${string}+${string}`
  | `${string}-${string}`
  ? `floor((${Inner})/${Divisor})`
  : `floor(${Inner}/${Divisor})`;

/** P as [whole, rest]: so many times the divisor, and coefficients from 0 up and below it. */
type SplitMultiples<
  P extends Polynomial,
  Divisor extends number,
  Whole extends Polynomial = readonly [],
  Rest extends Polynomial = readonly [],
> = P extends readonly [infer First extends Term, ...infer Others extends Polynomial]
  ? FloorDivision<First[1], Divisor> extends readonly [infer Quotient extends number, infer Left extends number]
    ? SplitMultiples<
        Others,
        Divisor,
        Quotient extends 0 ? Whole : readonly [...Whole, readonly [First[0], Quotient]],
        Left extends 0 ? Rest : readonly [...Rest, readonly [First[0], Left]]
      >
    : never
  : readonly [Whole, Rest];

/** floor(P / divisor) */
export type FloorDividePolynomial<P extends Polynomial, Divisor extends number> = Divisor extends 1
  ? P
  : SplitMultiples<P, Divisor> extends readonly [infer Whole extends Polynomial, infer Rest extends Polynomial]
    ? [ConstantOf<Rest>] extends [never]
      ? AddPolynomials<ProperQuotient<Rest, Divisor>, Whole>
      : Whole
    : never;

type Gcd<A extends number, B extends number> = B extends 0 ? A : Gcd<B, DivideNaturals<A, B>[1]>;

/** What divides a number and all coefficients but that of the constant. */
type DivisorOfAll<P extends Polynomial, With extends number> = With extends 1
  ? 1
  : P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
    ? DivisorOfAll<Rest, First[0] extends readonly [] ? With : Gcd<With, First[1]>>
    : With;

/** All coefficients divided, the rests dropped. */
type DivideAll<P extends Polynomial, By extends number> = {
  readonly [Position in keyof P]: readonly [P[Position][0], FloorDivideInteger<P[Position][1], By>];
} extends infer Divided extends Polynomial
  ? WithoutZero<Divided>
  : never;

/** Only the constant can have become 0. */
type WithoutZero<P extends Polynomial> = P extends readonly [
  ...infer Others extends Polynomial,
  readonly [readonly [], 0],
]
  ? Others
  : P;

/** The terms that hold a floored quotient, or those that do not. */
type WithFloors<
  P extends Polynomial,
  Wanted extends boolean,
  Result extends Polynomial = readonly [],
> = P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
  ? WithFloors<Rest, Wanted, HoldsFloor<First> extends Wanted ? readonly [...Result, First] : Result>
  : Result;

type HoldsFloor<T extends Term> = [Extract<T[0][number], `${string}floor(${string}`>] extends [never] ? false : true;

/** A symbol alone, and perhaps a number. */
type Simple =
  | readonly [readonly [readonly [string], 1]]
  | readonly [readonly [readonly [string], 1], readonly [readonly [], number]];

/** A quotient whose numerator has coefficients from 0 up and below the divisor. */
type ProperQuotient<P extends Polynomial, Divisor extends number> = P extends Simple
  ? P[0][0][0] extends `${string}(${string}`
    ? LowestQuotient<P, Divisor>
    : FloorAtom<P, Divisor>
  : DivisorOfAll<P, Divisor> extends infer Common extends number
    ? Common extends 1
      ? LowestQuotient<P, Divisor>
      : ProperQuotient<DivideAll<P, Common>, FloorDivideInteger<Divisor, Common>>
    : never;

type FloorAtom<P extends Polynomial, Divisor extends number> = readonly [
  readonly [readonly [FloorText<PrintSum<P>, Divisor>], 1],
];

type LowestQuotient<P extends Polynomial, Divisor extends number> = P extends
  | readonly [readonly [readonly [`sign(${string})`], number]]
  | readonly [readonly [readonly [`sign(${string})`], number], readonly [readonly [], number]]
  ? QuotientOfSign<P, Divisor>
  : WithFloors<P, true> extends infer Floors extends Polynomial
    ? Floors extends readonly []
      ? FloorAtom<P, Divisor>
      : Floors extends readonly [readonly [readonly [`floor(${infer Inside})`], 1]]
        ? QuotientParts<Inside> extends readonly [infer Inner extends Polynomial, infer By extends number]
          ? FloorDividePolynomial<
              AddPolynomials<Inner, ScalePolynomial<WithFloors<P, false>, By>>,
              MultiplyIntegers<By, Divisor>
            >
          : never
        : DivisorOfAll<Floors, Divisor> extends infer Shared extends number
          ? Shared extends 1
            ? FloorAtom<P, Divisor>
            : FloorDividePolynomial<
                AddPolynomials<DivideAll<Floors, Shared>, FloorDividePolynomial<WithFloors<P, false>, Shared>>,
                FloorDivideInteger<Divisor, Shared>
              >
          : never
    : never;

/** A sign is 0 or 1, so a quotient of one is, too, or a multiple of it. */
type QuotientOfSign<P extends Polynomial, Divisor extends number> = P extends readonly [
  infer Sign extends Term,
  ...infer Constant extends Polynomial,
]
  ? AddTerm<readonly [], readonly [Sign[0], FloorDivideInteger<AddIntegers<Sign[1], ConstantOf<Constant>>, Divisor>]>
  : never;

/** The sign of an extent. */
export type SignOfPolynomial<P extends Polynomial> = [ConstantOf<P>] extends [never]
  ? P extends readonly [...unknown[], readonly [readonly [], number]]
    ? [Extract<`${P[number][1]}`, `-${string}`>] extends [never]
      ? One
      : SignAtom<P>
    : SignAtom<P>
  : ConstantOf<P> extends 0
    ? readonly []
    : IsNegative<ConstantOf<P>> extends true
      ? readonly [readonly [readonly [], -1]]
      : One;

type SignAtom<P extends Polynomial> = readonly [readonly [readonly [`sign(${PrintSum<P>})`], 1]];

/** How often a product counts. */
type CoefficientOf<P extends Polynomial, Atoms extends readonly string[]> = P extends readonly [
  infer First extends Term,
  ...infer Rest extends Polynomial,
]
  ? First[0] extends Atoms
    ? Atoms extends First[0]
      ? First[1]
      : CoefficientOf<Rest, Atoms>
    : CoefficientOf<Rest, Atoms>
  : never;

/** How often an atom is in a product. */
type DegreeOf<
  Atoms extends readonly string[],
  Atom extends string,
  Found extends readonly unknown[] = [],
> = Atoms extends readonly [infer First, ...infer Rest extends readonly string[]]
  ? DegreeOf<Rest, Atom, First extends Atom ? [...Found, First] : Found>
  : Found["length"];

/** What to add inside of a floor so that the term goes that stands beside it; never where there is none, or it does not go. */
type AddedInside<P extends Polynomial, T extends Term, Floor extends string> = [
  CoefficientOf<P, RemoveAtoms<T[0], readonly [Floor]>>,
] extends [infer Beside extends number]
  ? [Beside] extends [never]
    ? never
    : DivideCoefficient<Beside, MultiplyIntegers<T[1], DegreeOf<T[0], Floor>>>
  : never;

/** The same with floor((x+n*added)/n) - added for floor(x/n). */
type ShiftFloor<
  P extends Polynomial,
  Floor extends string,
  Added extends number,
> = Floor extends `floor(${infer Inside})`
  ? QuotientParts<Inside> extends readonly [infer Inner extends Polynomial, infer By extends number]
    ? PutInstead<
        P,
        Floor,
        AddTerm<
          readonly [
            readonly [
              readonly [FloorText<PrintSum<AddTerm<Inner, readonly [readonly [], MultiplyIntegers<By, Added>]>>, By>],
              1,
            ],
          ],
          readonly [readonly [], NegateInteger<Added>]
        >
      >
    : never
  : never;

type PutInstead<
  P extends Polynomial,
  Floor extends string,
  Instead extends Polynomial,
  Result extends Polynomial = readonly [],
> = P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
  ? PutInstead<Rest, Floor, Instead, AddPolynomials<Result, PutInTerm<readonly [First], First[0], Floor, Instead>>>
  : Result;

type PutInTerm<
  P extends Polynomial,
  Atoms extends readonly string[],
  Floor extends string,
  Instead extends Polynomial,
> = Atoms extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
  ? First extends Floor
    ? PutInTerm<MultiplyPolynomials<WithoutAtom<P, Floor>, Instead>, Rest, Floor, Instead>
    : PutInTerm<P, Rest, Floor, Instead>
  : P;

/** Each term that has an atom without it, once; the others are as they were put in before. */
type WithoutAtom<P extends Polynomial, Atom extends string> = {
  readonly [Position in keyof P]: readonly [RemoveAtoms<P[Position][0], readonly [Atom]>, P[Position][1]];
};

/** Whether a list is shorter than another. */
type IsShorter<A extends readonly unknown[], B extends readonly unknown[]> = B extends readonly [
  ...{ readonly [Position in keyof A]: unknown },
  unknown,
  ...unknown[],
]
  ? true
  : false;

/** The polynomial with a constant inside of a floor where that makes it shorter; never where it does not. */
type Shifted<P extends Polynomial, Left extends Polynomial = P> = Left extends readonly [
  infer First extends Term,
  ...infer Rest extends Polynomial,
]
  ? [ShiftedBy<P, First, First[0]>] extends [infer Result extends Polynomial]
    ? [Result] extends [never]
      ? Shifted<P, Rest>
      : Result
    : never
  : never;

type ShiftedBy<P extends Polynomial, T extends Term, Atoms extends readonly string[]> = Atoms extends readonly [
  infer Atom extends string,
  ...infer Rest extends readonly string[],
]
  ? Atom extends `floor(${string}`
    ? [AddedInside<P, T, Atom>] extends [infer Added extends number]
      ? [Added] extends [never]
        ? ShiftedBy<P, T, Rest>
        : ShiftFloor<P, Atom, Added> extends infer Result extends Polynomial
          ? IsShorter<Result, P> extends true
            ? Result
            : ShiftedBy<P, T, Rest>
          : never
      : never
    : ShiftedBy<P, T, Rest>
  : never;

/** The canonical text of a polynomial with symbols. */
type PrintSum<P extends Polynomial> = P extends readonly [unknown]
  ? PrintTerms<P>
  : [Extract<P[number][0][number], `floor(${string}`>] extends [never]
    ? PrintTerms<P>
    : // Nothing is worked out for types that are still open.
      number extends P["length"]
      ? string
      : [Shifted<P>] extends [infer Result extends Polynomial]
        ? [Result] extends [never]
          ? PrintTerms<P>
          : PrintSum<Result>
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
export type PrintPolynomial<P extends Polynomial> = [ConstantOf<P>] extends [never] ? PrintSum<P> : ConstantOf<P>;

/** Reads sums, products and `floor(a/n)` and `sign(a)`; a plain symbol and a number go the short way. */
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
    : Text extends `sign(${infer Inside})`
      ? SignOfPolynomial<ParsePolynomial<Inside>>
      : Text extends `(${infer Inside})`
        ? ParsePolynomial<Inside>
        : readonly [readonly [readonly [Text], 1]];
