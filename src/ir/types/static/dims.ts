// Arithmetic and comparison of dimensions as types. A dimension is a literal number, the text of a symbolic expression, or
// unknown: `number` or `string` itself. Unknown is compatible with everything and stays unknown (a gradual type); what
// is let through here is still checked when the graph is described. Each result passes through `infer Result extends Dim`,
// which changes nothing but tells the checker what it is: in code with open type parameters it would try all branches.
import type { Dim } from "../dim.ts";
import type { AddIntegers, FloorDivideInteger, IsNegative, MultiplyIntegers, NegateInteger } from "./integer.ts";
import type { MultiplyNaturals, SubtractNaturals } from "./natural.ts";
import type { FloorDividePolynomial, ParsePolynomial, PrintPolynomial, SignOfPolynomial } from "./normal-form.ts";
import type {
  AddPolynomials,
  AddTerm,
  DividePolynomials,
  MultiplyPolynomials,
  One,
  Polynomial,
  ScalePolynomial,
  SubtractPolynomials,
} from "./polynomial.ts";

/** Whether nothing is known of a dimension; one of several is unknown as well. */
export type IsUnknownDim<D extends Dim> = number extends D ? true : string extends D ? true : IsOneOf<D>;

/** Whether a dimension is a union, a choice of which only the run time knows, or what was cast to `never`. */
type IsOneOf<D extends Dim, All = D> = [D] extends [never]
  ? true
  : D extends unknown
    ? [All] extends [D]
      ? false
      : true
    : never;

/** Whether one of two dimensions is unknown. */
type IsEitherUnknown<A extends Dim, B extends Dim> = IsUnknownDim<A> extends true ? true : IsUnknownDim<B>;

/** A dimension in a message. */
export type PrintDim<D extends Dim> = IsUnknownDim<D> extends true ? "?" : `${D}`;

/** A known dimension as a polynomial. */
export type PolynomialOf<D extends Dim> = D extends number
  ? AddTerm<readonly [], readonly [readonly [], D]>
  : D extends string
    ? ParsePolynomial<D>
    : never;

/** The text of an expression, rather than of a symbol alone. */
export type Composite = `${string}${"+" | "-" | "*" | "(" | " "}${string}`;

/** The canonical text of a dimension as a user wrote it: "B*T" for "T*B". */
export type CanonicalDim<D extends Dim> = (
  D extends Composite
    ? PrintPolynomial<ParsePolynomial<D>>
    : D
) extends infer Result extends Dim
  ? Result
  : never;

/** A shape as a user wrote it, each dimension in its canonical text. */
export type CanonicalShape<S extends readonly Dim[]> = { -readonly [Axis in keyof S]: CanonicalDim<S[Axis]> };

/** Whether two dimensions may be the same: identical, or equal as expressions, or one of them unknown. */
export type SameDim<A extends Dim, B extends Dim> = [A] extends [B]
  ? true
  : [B] extends [A]
    ? true
    : IsEitherUnknown<A, B> extends true
      ? true
      : [Extract<A | B, Composite>] extends [never]
        ? false
        : [CanonicalDim<A>] extends [CanonicalDim<B>]
          ? true
          : false;

/**
 * The everyday expressions, `floor((T+a)/n)` down to the symbol alone, as [symbol, a, n]: of these sums and quotients are worked out
 * without reading them as polynomials, which costs fifty times as much. Undefined for any other.
 */
type LinearParts<Text extends string> = Text extends `floor(${infer Inside})`
  ? Inside extends `(${infer Sum})/${infer N extends number}`
    ? SumParts<Sum, N>
    : Inside extends `${infer S}/${infer N extends number}`
      ? SymbolParts<S, 0, N>
      : undefined
  : SumParts<Text, 1>;

type SumParts<Text extends string, N extends number> = Text extends `${infer S}+${infer A extends number}`
  ? SymbolParts<S, A, N>
  : Text extends `${infer S}-${infer A extends number}`
    ? SymbolParts<S, NegateInteger<A>, N>
    : SymbolParts<Text, 0, N>;

type SymbolParts<S extends string, A extends number, N extends number> = S extends
  | ""
  | Composite
  | `${string}${"/" | ")"}${string}`
  ? undefined
  : readonly [symbol: S, added: A, divisor: N];

type LinearText<S extends string, A extends number, N extends number> = N extends 1
  ? SumText<S, A>
  : A extends 0
    ? `floor(${S}/${N})`
    : `floor((${SumText<S, A>})/${N})`;

type SumText<S extends string, A extends number> = A extends 0
  ? S
  : `${A}` extends `-${infer N}`
    ? `${S}-${N}`
    : `${S}+${A}`;

/** floor((T+a)/n) + B = floor((T+a+nB)/n); never for what is not of this form. */
type AddToLinear<A extends string, B extends number> =
  LinearParts<A> extends readonly [infer S extends string, infer Added extends number, infer N extends number]
    ? LinearText<S, AddIntegers<Added, N extends 1 ? B : MultiplyIntegers<N, B>>, N>
    : never;

/** floor(floor((T+a)/n)/d) = floor((T+a)/nd); never for what is not of this form. */
type DivideLinear<A extends string, Divisor extends number> =
  LinearParts<A> extends readonly [infer S extends string, infer Added extends number, infer N extends number]
    ? LinearText<S, Added, N extends 1 ? Divisor : MultiplyNaturals<N, Divisor>>
    : never;

/** A + B */
export type AddDims<A extends Dim, B extends Dim> = (
  IsEitherUnknown<A, B> extends true
    ? number
    : [A, B] extends [infer X extends number, infer Y extends number]
      ? AddIntegers<X, Y>
      : B extends 0
        ? CanonicalDim<A>
        : A extends 0
          ? CanonicalDim<B>
          : [A, B] extends [infer Text extends string, infer N extends number]
            ? AddToLinear<Text, N> extends infer Sum extends Dim
              ? [Sum] extends [never]
                ? AddAsPolynomials<A, B>
                : Sum
              : never
            : AddAsPolynomials<A, B>
) extends infer Result extends Dim
  ? Result
  : never;

type AddAsPolynomials<A extends Dim, B extends Dim> = PrintPolynomial<AddPolynomials<PolynomialOf<A>, PolynomialOf<B>>>;

/** A - B, which may be below zero. */
export type SubtractDims<A extends Dim, B extends Dim> = (
  IsEitherUnknown<A, B> extends true
    ? number
    : B extends 0
      ? CanonicalDim<A>
      : [A, B] extends [infer X extends number, infer Y extends number]
        ? AddIntegers<X, NegateInteger<Y>>
        : B extends number
          ? AddDims<A, NegateInteger<B>>
          : PrintPolynomial<SubtractPolynomials<PolynomialOf<A>, PolynomialOf<B>>>
) extends infer Result extends Dim
  ? Result
  : never;

/** A * B */
export type MultiplyDims<A extends Dim, B extends Dim> = (
  IsEitherUnknown<A, B> extends true
    ? number
    : [A, B] extends [infer X extends number, infer Y extends number]
      ? MultiplyIntegers<X, Y>
      : PrintPolynomial<MultiplyPolynomials<PolynomialOf<A>, PolynomialOf<B>>>
) extends infer Result extends Dim
  ? Result
  : never;

/** floor(A / divisor), for a literal divisor above 0. */
export type FloorDivideDim<A extends Dim, Divisor extends number> = (
  IsEitherUnknown<A, Divisor> extends true
    ? number
    : A extends number
      ? FloorDivideInteger<A, Divisor>
      : [DivideLinear<A & string, Divisor>] extends [infer Quotient extends Dim]
        ? [Quotient] extends [never]
          ? PrintPolynomial<FloorDividePolynomial<PolynomialOf<A>, Divisor>>
          : Quotient
        : never
) extends infer Result extends Dim
  ? Result
  : never;

/** 1 where there is something along an axis, and 0 where its extent is 0. */
export type SignOfDim<A extends Dim> = (
  IsUnknownDim<A> extends true
    ? number
    : PrintPolynomial<SignOfPolynomial<PolynomialOf<A>>>
) extends infer Result extends Dim
  ? Result
  : never;

/** A / divisor where it goes evenly, for a literal divisor above 0; never where it does not. */
export type DivideDim<A extends Dim, Divisor extends number> = `${Divisor}` extends
  | "0"
  | `-${string}`
  | `${string}.${string}`
  ? never
  : DivideCounts<PolynomialOf<A>, PolynomialOf<Divisor>>;

/** A less one; never below zero. */
export type Decrement<A extends number> = SubtractNaturals<A, 1>;

/** Whether A is certainly above B: false where that depends on symbols. */
export type IsAbove<A extends Dim, B extends Dim> =
  SubtractDims<B, A> extends infer Difference extends number ? IsNegative<Difference> : false;

/** How many elements a shape has, as a polynomial; "unknown" where an extent is. */
export type CountElements<
  S extends readonly Dim[],
  Literal extends number = 1,
  Symbols extends Polynomial = One,
> = S extends readonly [infer First extends Dim, ...infer Rest extends readonly Dim[]]
  ? IsUnknownDim<First> extends true
    ? "unknown"
    : First extends number
      ? CountElements<Rest, MultiplyNaturals<Literal, First>, Symbols>
      : CountElements<Rest, Literal, MultiplyPolynomials<Symbols, PolynomialOf<First>>>
  : ScalePolynomial<Symbols, Literal>;

/** A count as a dimension. */
export type PrintCount<Count> = Count extends Polynomial ? PrintPolynomial<Count> : "?";

/** One count divided by another; never where it does not go. */
export type DivideCounts<A extends Polynomial, B extends Polynomial> = B extends readonly []
  ? never
  : [DividePolynomials<A, B>] extends [infer Quotient extends Polynomial]
    ? [Quotient] extends [never]
      ? never
      : PrintPolynomial<Quotient>
    : never;
