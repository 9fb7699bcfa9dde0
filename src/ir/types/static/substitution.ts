// What a dimension becomes where symbols stand for other dimensions: "B*T" at B = 8, T = "N+1" is "8*N+8". The same as
// `bindDim` gives at run time.
import type { Dim } from "../dim.ts";
import type { Dims } from "../tensor.ts";
import type { Composite, IsUnknownDim, PolynomialOf } from "./dims.ts";
import type {
  FloorDividePolynomial,
  ParsePolynomial,
  PrintPolynomial,
  QuotientParts,
  SignOfPolynomial,
} from "./normal-form.ts";
import type { AddPolynomials, MultiplyPolynomials, One, Polynomial, ScalePolynomial, Term } from "./polynomial.ts";

/** What symbols stand for. */
export type Bound = { readonly [symbol: string]: Dim };

/** An atom: a symbol, a floored quotient of a sum, or a sign of one. "unknown" where something in it is. */
type SubstituteAtom<Atom extends string, By extends Bound> = Atom extends `floor(${infer Inside})`
  ? QuotientParts<Inside> extends readonly [infer Inner extends Polynomial, infer Divisor extends number]
    ? SubstitutePolynomial<Inner, By> extends infer Result extends Polynomial
      ? FloorDividePolynomial<Result, Divisor>
      : "unknown"
    : never
  : Atom extends `sign(${infer Inside})`
    ? SubstitutePolynomial<ParsePolynomial<Inside>, By> extends infer Result extends Polynomial
      ? SignOfPolynomial<Result>
      : "unknown"
    : Atom extends keyof By
      ? IsUnknownDim<By[Atom]> extends true
        ? "unknown"
        : PolynomialOf<By[Atom]>
      : ParsePolynomial<Atom>;

type SubstituteProduct<
  Atoms extends readonly string[],
  By extends Bound,
  Result extends Polynomial = One,
> = Atoms extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
  ? SubstituteAtom<First, By> extends infer Factor extends Polynomial
    ? SubstituteProduct<Rest, By, MultiplyPolynomials<Result, Factor>>
    : "unknown"
  : Result;

type SubstitutePolynomial<
  P extends Polynomial,
  By extends Bound,
  Result extends Polynomial = readonly [],
> = P extends readonly [infer First extends Term, ...infer Rest extends Polynomial]
  ? SubstituteProduct<First[0], By> extends infer Product extends Polynomial
    ? SubstitutePolynomial<Rest, By, AddPolynomials<Result, ScalePolynomial<Product, First[1]>>>
    : "unknown"
  : Result;

/** The dimension with other dimensions in the places of its symbols; unknown where one of them is. */
export type SubstituteDim<D extends Dim, By extends Bound> = D extends keyof By
  ? By[D]
  : D extends Composite
    ? SubstituteExpression<D, By>
    : D;

type SubstituteExpression<D extends string, By extends Bound> =
  SubstitutePolynomial<ParsePolynomial<D>, By> extends infer Result extends Polynomial
    ? PrintPolynomial<Result> extends infer Extent extends Dim
      ? Extent
      : never
    : number;

/** The shape with other dimensions in the places of its symbols. */
export type SubstituteShape<S extends Dims, By extends Bound> = number extends S["length"]
  ? Dims
  : { -readonly [Axis in keyof S]: SubstituteDim<S[Axis], By> };
