// Arithmetic on natural numbers as literal types, exact as long as they print without an exponent. Numbers are taken as
// strings of digits with the lowest first, so that carries go the way the recursion goes. (Tuples as long as the number,
// the usual trick, end at about 10,000 elements; 768 * 50257 is an everyday shape.)
import type { Carry, Digit, DigitDifferences, DigitProducts, DigitSums, NextDigit } from "./digits.ts";

/** -1, 0 or 1 in words. */
export type Order = "less" | "equal" | "greater";

type Reverse<Text extends string, Result extends string = ""> = Text extends `${infer Head}${infer Tail}`
  ? Reverse<Tail, `${Head}${Result}`>
  : Result;

/** Drops zeros from the high end of digits. */
type Trim<Digits extends string> = Digits extends `${infer Low}0` ? Trim<Low> : Digits;

/** The digits of a number, lowest first; zero has none. */
type DigitsOf<N extends number> = N extends 0 ? "" : Reverse<`${N}`>;

/** The number of digits, lowest first. */
type NumberOf<Digits extends string> = Digits extends ""
  ? 0
  : Reverse<Digits> extends `${infer N extends number}`
    ? N
    : never;

type SumOfDigits<
  A extends string,
  B extends string,
  C extends Carry = "0",
  Result extends string = "",
> = A extends `${infer FirstA extends Digit}${infer RestA}`
  ? B extends `${infer FirstB extends Digit}${infer RestB}`
    ? DigitSums[C][FirstA][FirstB] extends `${infer Next extends Carry}${infer Sum}`
      ? SumOfDigits<RestA, RestB, Next, `${Result}${Sum}`>
      : never
    : C extends "0"
      ? `${Result}${A}`
      : SumOfDigits<A, "1", "0", Result>
  : B extends ""
    ? C extends "1"
      ? `${Result}1`
      : Result
    : C extends "0"
      ? `${Result}${B}`
      : SumOfDigits<B, "1", "0", Result>;

/** A - B, where A is not less than B. */
type DifferenceOfDigits<
  A extends string,
  B extends string,
  Borrow extends Carry = "0",
  Result extends string = "",
> = A extends `${infer FirstA extends Digit}${infer RestA}`
  ? B extends `${infer FirstB extends Digit}${infer RestB}`
    ? DigitDifferences[Borrow][FirstA][FirstB] extends `${infer Next extends Carry}${infer Rest}`
      ? DifferenceOfDigits<RestA, RestB, Next, `${Result}${Rest}`>
      : never
    : Borrow extends "0"
      ? `${Result}${A}`
      : DifferenceOfDigits<A, "1", "0", Result>
  : Trim<Result>;

type OrderOfDigit<A extends Digit, B extends Digit> = A extends B
  ? "equal"
  : "0123456789" extends `${string}${A}${string}${B}${string}`
    ? "less"
    : "greater";

/** The highest digit that differs decides; it is met last. */
type OrderOfDigits<
  A extends string,
  B extends string,
  Result extends Order = "equal",
> = A extends `${infer FirstA extends Digit}${infer RestA}`
  ? B extends `${infer FirstB extends Digit}${infer RestB}`
    ? OrderOfDigits<RestA, RestB, OrderOfDigit<FirstA, FirstB> extends infer O extends "less" | "greater" ? O : Result>
    : "greater"
  : B extends ""
    ? Result
    : "less";

/** Digits times one digit. */
type TimesDigit<
  A extends string,
  B extends Digit,
  C extends Digit = "0",
  Result extends string = "",
> = A extends `${infer First extends Digit}${infer Rest}`
  ? DigitProducts[First][B] extends `${infer Tens extends Digit}${infer Units extends Digit}`
    ? DigitSums["0"][Units][C] extends `${infer More extends Carry}${infer Product extends Digit}`
      ? DigitSums["0"][Tens][More] extends `0${infer Next extends Digit}`
        ? TimesDigit<Rest, B, Next, `${Result}${Product}`>
        : never
      : never
    : never
  : C extends "0"
    ? Result
    : `${Result}${C}`;

type ProductOfDigits<
  A extends string,
  B extends string,
  Zeros extends string = "",
  Sum extends string = "",
> = B extends `${infer First extends Digit}${infer Rest}`
  ? ProductOfDigits<
      A,
      Rest,
      `${Zeros}0`,
      First extends "0" ? Sum : SumOfDigits<Sum, `${Zeros}${First extends "1" ? A : TimesDigit<A, First>}`>
    >
  : Sum;

/** How often B goes into A, which is less than ten times, and what remains. */
type QuotientDigit<A extends string, B extends string, Count extends Digit = "0"> =
  OrderOfDigits<A, B> extends "less"
    ? readonly [quotient: Count, remainder: A]
    : QuotientDigit<DifferenceOfDigits<A, B>, B, NextDigit[Count & keyof NextDigit] & Digit>;

/** Long division: A highest digit first, B lowest first. */
type QuotientOfDigits<
  A extends string,
  B extends string,
  Remainder extends string = "",
  Quotient extends string = "",
> = A extends `${infer First}${infer Rest}`
  ? QuotientDigit<Trim<`${First}${Remainder}`>, B> extends readonly [
      infer Count extends Digit,
      infer Remains extends string,
    ]
    ? QuotientOfDigits<Rest, B, Remains, Quotient extends "" ? (Count extends "0" ? "" : Count) : `${Quotient}${Count}`>
    : never
  : readonly [quotient: Quotient extends "" ? "0" : Quotient, remainder: Remainder];

// What follows is for use. Each ends in `extends infer N extends number ? N : never`, which changes nothing but tells the
// checker at once that the result is a number: in code with open type parameters it would try out all branches otherwise.

/** A + B */
export type AddNaturals<A extends number, B extends number> = (
  number extends A | B
    ? number
    : A extends 0
      ? B
      : B extends 0
        ? A
        : NumberOf<SumOfDigits<DigitsOf<A>, DigitsOf<B>>>
) extends infer N extends number
  ? N
  : never;

/** A - B; never where that is below zero. */
export type SubtractNaturals<A extends number, B extends number> = (
  number extends A | B
    ? number
    : B extends 0
      ? A
      : OrderOfDigits<DigitsOf<A>, DigitsOf<B>> extends "less"
        ? never
        : NumberOf<DifferenceOfDigits<DigitsOf<A>, DigitsOf<B>>>
) extends infer N extends number
  ? N
  : never;

/** A * B */
export type MultiplyNaturals<A extends number, B extends number> = (
  number extends A | B
    ? number
    : A extends 0
      ? 0
      : B extends 0
        ? 0
        : A extends 1
          ? B
          : B extends 1
            ? A
            : NumberOf<ProductOfDigits<DigitsOf<A>, DigitsOf<B>>>
) extends infer N extends number
  ? N
  : never;

/** The order of A and B. */
export type CompareNaturals<A extends number, B extends number> = (
  number extends A | B
    ? Order
    : OrderOfDigits<DigitsOf<A>, DigitsOf<B>>
) extends infer O extends Order
  ? O
  : never;

type QuotientAndRemainder = readonly [quotient: number, remainder: number];

/** Quotient and remainder; never where B is 0. */
export type DivideNaturals<A extends number, B extends number> = (
  number extends A | B
    ? QuotientAndRemainder
    : B extends 0
      ? never
      : B extends 1
        ? readonly [quotient: A, remainder: 0]
        : QuotientOfDigits<`${A}`, DigitsOf<B>> extends readonly [
              `${infer Quotient extends number}`,
              infer Remainder extends string,
            ]
          ? readonly [quotient: Quotient, remainder: NumberOf<Remainder>]
          : never
) extends infer Result extends QuotientAndRemainder
  ? Result
  : never;
