// Calls of functions that are written for any extents: the symbols of a signature are found from the shapes that are given.
// A symbol is what the argument says in which it stands furthest back ("D" of x [B, T, D] rather than of w [D, F]), and of
// several such, the first by name: a rule that needs no order of the arguments, for a type does not know one. All others
// are compared with it. Of several mistakes the one of the first argument by name is told, so one mistake is one message.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, ResultOf, Tensor } from "../tensor.ts";
import type { IsUnknownRank, PrintShape, PrintType } from "./check.ts";
import type { CanonicalDim, Composite, IsUnknownDim, PolynomialOf, PrintDim, SameDim } from "./dims.ts";
import type { ParsePolynomial, QuotientParts } from "./normal-form.ts";
import type { Polynomial } from "./polynomial.ts";
import type { Bound, SubstituteDim, SubstituteShape } from "./substitution.ts";
import type { Precedes } from "./text.ts";

/** What a function takes, by name: an element type and the extents, such as `["f32", "B", 784]`. */
export type Signature = { readonly [argument: string]: readonly [dtype: DType, ...shape: Dim[]] };

/** The extents that a signature gives to an argument. */
export type Pattern<Entry> = Entry extends readonly [DType, ...infer P extends Dims] ? P : Dims;

/** The tensors of a signature, its symbols standing for themselves. */
export type SignatureTensors<S extends Signature> = {
  readonly [K in keyof S]: Tensor<CanonicalShape<Pattern<S[K]>>, S[K][0]>;
};

type CanonicalShape<P extends Dims> = { -readonly [Axis in keyof P]: CanonicalDim<P[Axis]> };

/** The symbols that stand alone in a shape. */
type Alone<P extends Dims> = P[number] extends infer D
  ? D extends string
    ? D extends Composite
      ? never
      : string extends D
        ? never
        : D
    : never
  : never;

/** The symbols that stand alone in some argument. */
type SymbolsOf<S extends Signature> = { readonly [K in keyof S]: Alone<Pattern<S[K]>> }[keyof S];

/** The last axis at which a symbol stands alone. */
type LastAxis<P extends Dims, Symbol> = P extends readonly [...infer Front extends Dims, infer Last]
  ? Last extends Symbol
    ? Front["length"]
    : LastAxis<Front, Symbol>
  : never;

type Axes = readonly [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** The first name of a union. */
type FirstName<Names extends string> = {
  [Name in Names]: true extends { [Other in Exclude<Names, Name>]: Precedes<Other, Name> }[Exclude<Names, Name>]
    ? never
    : Name;
}[Names];

type NamesAt<Deepest, Axis> = { [K in keyof Deepest]: Axis extends Deepest[K] ? K : never }[keyof Deepest] & string;

/** The argument that says what a symbol is, and the axis at which. */
type Deepest<Last, Left extends readonly number[] = Axes> = Left extends readonly [
  infer Axis extends number,
  ...infer Others extends readonly number[],
]
  ? [NamesAt<Last, Axis>] extends [never]
    ? Deepest<Last, Others>
    : readonly [argument: FirstName<NamesAt<Last, Axis>>, axis: Axis]
  : never;

/** For each symbol of a signature, where its extent is read. */
type Binders<S extends Signature> = {
  readonly [Symbol in SymbolsOf<S>]: Deepest<{ readonly [K in keyof S]: LastAxis<Pattern<S[K]>, Symbol> }>;
};

/** The shape of what is given. */
type ShapeOf<T> = T extends Tensor<infer S> ? S : Dims;

type ExtentAt<S extends Dims, Axis> =
  IsUnknownRank<S> extends true
    ? number
    : S[Axis & keyof S] extends infer Extent extends Dim // none where there are fewer axes, which is a mistake of its own
      ? Extent
      : number;

/** What symbols are in a call. */
type Bindings<S extends Signature, A> = {
  readonly [Symbol in keyof Binders<S> & string]: Binders<S>[Symbol] extends readonly [
    infer Name extends keyof A,
    infer Axis,
  ]
    ? ExtentAt<ShapeOf<A[Name]>, Axis>
    : number;
};

/** What sentences about an argument say of it. */
interface Told {
  readonly name: string;
  readonly argument: string;
}

/** Whether an extent may be another, unknown ones included. */
type MayBe<A extends Dim, B extends Dim> = true extends IsUnknownDim<A> | IsUnknownDim<B> ? true : SameDim<A, B>;

/** What sentences about an argument say of its types. */
type TypesOf<E extends DType, P extends Dims, D extends DType, S extends Dims> = {
  given: PrintType<S, D>;
  wanted: PrintType<CanonicalShape<P>, E>;
};

/** The first extent that is not the one of the signature. */
type ExtentMistake<
  T extends Told,
  Entry extends readonly unknown[],
  D extends DType,
  S extends Dims,
  By extends Bound,
  P extends Dims = Pattern<Entry>,
  Rest extends Dims = S,
> = P extends readonly [infer Wanted extends Dim, ...infer RestP extends Dims]
  ? Rest extends readonly [infer Given extends Dim, ...infer RestS extends Dims]
    ? MayBe<SubstituteDim<Wanted, By>, Given> extends true
      ? ExtentMistake<T, Entry, D, S, By, RestP, RestS>
      : Wanted extends number
        ? Sentence<"W258", T & TypesOf<Entry[0] & DType, Pattern<Entry>, D, S>>
        : Sentence<
            "W259",
            T & {
              extent: CanonicalDim<Wanted>;
              first: PrintDim<SubstituteDim<Wanted, By>>;
              second: PrintDim<Given>;
              given: PrintType<S, D>;
              wanted: PrintShape<CanonicalShape<Pattern<Entry>>>;
            }
          >
    : never
  : never;

/** What is wrong with an argument; never where nothing is. Nearly all fit at once, which costs little to see. */
type ArgumentMistake<T extends Told, Entry extends readonly unknown[], Given, By extends Bound> =
  Given extends Tensor<infer S, infer D>
    ? [Extract<D, Entry[0]>] extends [never]
      ? Sentence<"W258", T & TypesOf<Entry[0] & DType, Pattern<Entry>, D, S>>
      : [S] extends [SubstituteShape<Pattern<Entry>, By>]
        ? never
        : IsUnknownRank<S> extends true
          ? never
          : Pattern<Entry>["length"] extends S["length"]
            ? ExtentMistake<T, Entry, D, S, By>
            : Sentence<"W258", T & TypesOf<Entry[0] & DType, Pattern<Entry>, D, S>>
    : never;

/** What is wrong with each argument. */
type Mistakes<Name extends string, S extends Signature, A, By extends Bound = Bindings<S, A>> = {
  readonly [K in keyof A]: K extends keyof S
    ? ArgumentMistake<{ name: Name; argument: K & string }, S[K], A[K], By>
    : Sentence<"W260", { name: Name; argument: K & string }>;
};

/** The tensors that a call must be given where symbols are these. */
type Fitting<S extends Signature, By extends Bound> = {
  readonly [K in keyof S]: Tensor<SubstituteShape<Pattern<S[K]>, By>, S[K][0]>;
};

/** Whether all arguments fit, seen at once: nearly all calls go no other way, and this one costs least. */
type Fits<S extends Signature, A> = keyof A extends keyof S
  ? A extends Fitting<S, Bindings<S, A>>
    ? true
    : false
  : false;

/** The first argument by name of which something is wrong. */
type Mistaken<M> = FirstName<{ [K in keyof M]: [M[K]] extends [never] ? never : K }[keyof M] & string>;

/** The rule of an argument of a call: what is wrong with it, if it is the one to be told of. */
export type ArgumentRule<Name extends string, S extends Signature, A, K extends keyof A> =
  Fits<S, A> extends true
    ? []
    : Mistakes<Name, S, A> extends infer M
      ? K extends Mistaken<M> & keyof M
        ? M[K]
        : []
      : never;

/** Results with the extents of a call in the places of symbols. */
type Substituted<R, By extends Bound> =
  R extends Tensor<infer S, infer D> ? Tensor<SubstituteShape<S, By>, D> : { [K in keyof R]: Substituted<R[K], By> };

/** Results after a mistake, which fit whatever is wanted. */
type Unknown<R> = R extends Tensor ? ResultOf<unknown, DType> : { [K in keyof R]: ResultOf<unknown, DType> };

/** What a call gives: the results of the body at the extents of the call. */
export type ResultsOf<Name extends string, S extends Signature, A, R> =
  Fits<S, A> extends true
    ? Substituted<R, Bindings<S, A>>
    : [Mistaken<Mistakes<Name, S, A>>] extends [never]
      ? Substituted<R, Bindings<S, A>>
      : Unknown<R>;

/** The symbols in a polynomial. */
type SymbolsIn<P extends Polynomial> = P[number][0][number] extends infer Atom
  ? Atom extends `floor(${infer Inside})`
    ? QuotientParts<Inside> extends readonly [infer Inner extends Polynomial, unknown]
      ? SymbolsIn<Inner>
      : never
    : Atom extends `sign(${infer Inside})`
      ? SymbolsIn<ParsePolynomial<Inside>>
      : Atom
  : never;

type SymbolsOfShape<P extends Dims> = {
  readonly [Axis in keyof P]: P[Axis] extends Composite ? SymbolsIn<PolynomialOf<P[Axis]>> : never;
}[number];

/** Arguments with a symbol that stands alone in none. */
type Unbound<S extends Signature> = {
  [K in keyof S]: [Exclude<SymbolsOfShape<Pattern<S[K]>>, SymbolsOf<S>>] extends [never] ? never : K;
}[keyof S] &
  string;

/** The rule of a signature: each symbol stands alone in some argument, where its extent is read. */
export type SignatureRule<Name extends string, S extends Signature> = [Unbound<S>] extends [never]
  ? []
  : FirstName<Unbound<S>> extends infer K extends keyof S & string
    ? Sentence<
        "W261",
        {
          name: Name;
          symbol: FirstName<Exclude<SymbolsOfShape<Pattern<S[K]>>, SymbolsOf<S>> & string>;
          argument: K;
          given: PrintType<CanonicalShape<Pattern<S[K]>>, S[K][0]>;
        }
      >
    : never;
