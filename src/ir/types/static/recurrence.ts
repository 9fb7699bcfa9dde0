// Shapes of a recurrence: states that stay as they are, sequences of one length. Tensors come in records, whose names have no
// order in the type system, so of several mistakes the one whose name is first in the alphabet is told.
import type { Dim } from "../dim.ts";
import type { DType } from "../dtype.ts";
import type { Sentence } from "../sentences.ts";
import type { Dims, Tensor } from "../tensor.ts";
import type { IsSameShape } from "./broadcasting.ts";
import type { IsUnknownRank, PrintType } from "./check.ts";
import type { SameDim } from "./dims.ts";
import type { Precedes } from "./text.ts";

/** The name before which there is none. */
type FirstName<Names extends string> = {
  readonly [Name in Names]: [Preceding<Names, Name>] extends [never] ? Name : never;
}[Names];

type Preceding<Names extends string, Name extends string> = {
  readonly [Other in Names]: Precedes<Other, Name> extends true ? Other : never;
}[Names];

type TypeOf<T> = [T] extends [Tensor<infer S, infer D>] ? PrintType<S, D> : "?";

/** Whether two tensors may be of one type; of what is no tensor nothing is known. */
type IsSameType<A, B> = [A] extends [Tensor<infer S, infer D>]
  ? [B] extends [Tensor<infer T, infer E>]
    ? DType extends D | E
      ? IsSameShape<S, T>
      : [D] extends [E]
        ? IsSameShape<S, T>
        : false
    : true
  : true;

/** The states that are not of their type after a step. */
type Changed<Before, After> = {
  readonly [Name in keyof Before & keyof After & string]: IsSameType<Before[Name], After[Name]> extends true
    ? never
    : Name;
}[keyof Before & keyof After & string];

/** The rule of the states of `scan`, before and after a step: those before it. */
export type CarryRule<Before, After> = [Exclude<keyof Before & string, keyof After>] extends [never]
  ? [Changed<Before, After>] extends [never]
    ? Before
    : FirstName<Changed<Before, After>> extends infer Name extends keyof Before & keyof After & string
      ? Sentence<"W275", { name: Name; before: TypeOf<Before[Name]>; after: TypeOf<After[Name]> }>
      : never
  : Sentence<"W274", { name: FirstName<Exclude<keyof Before & string, keyof After>> }>;

/** Whether a sequence may be as long as another one; one without axes is not even as long as itself. */
type IsAsLong<A, B> = [A] extends [Tensor<infer S>]
  ? [B] extends [Tensor<infer T>]
    ? true extends IsUnknownRank<S> | IsUnknownRank<T>
      ? true
      : [S, T] extends [readonly [infer Length extends Dim, ...Dims], readonly [infer Other extends Dim, ...Dims]]
        ? SameDim<Length, Other>
        : false
    : true
  : true;

type OtherLengths<X, First extends keyof X> = {
  readonly [Name in keyof X & string]: IsAsLong<X[First], X[Name]> extends true ? never : Name;
}[keyof X & string];

/** The rule of the sequences of `scan`: all of one length. */
export type SequencesRule<X> = [keyof X] extends [never]
  ? Sentence<"W273", object>
  : FirstName<keyof X & string> extends infer First extends keyof X & string
    ? [OtherLengths<X, First>] extends [never]
      ? X
      : FirstName<OtherLengths<X, First>> extends infer Name extends keyof X & string
        ? Sentence<"W272", { first: First; type: TypeOf<X[First]>; name: Name; other: TypeOf<X[Name]> }>
        : never
    : X;
