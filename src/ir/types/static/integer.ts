// Arithmetic on whole numbers of either sign as literal types: the sign is taken off, the rest is done on natural numbers.
import type { AddNaturals, CompareNaturals, DivideNaturals, MultiplyNaturals, SubtractNaturals } from "./natural.ts";

/** The natural number behind a minus sign; never for a number that is not below zero. */
type Magnitude<A extends number> = `${A}` extends `-${infer N extends number}` ? N : never;

/** Whether A is below zero. */
export type IsNegative<A extends number> = `${A}` extends `-${string}` ? true : false;

/** -A */
export type NegateInteger<A extends number> = (
  number extends A
    ? number
    : A extends 0
      ? 0
      : `${A}` extends `-${infer N extends number}`
        ? N
        : `-${A}` extends `${infer N extends number}`
          ? N
          : never
) extends infer N extends number
  ? N
  : never;

/** A - B for natural numbers, below zero where it must be. */
export type SubtractIntoInteger<A extends number, B extends number> = (
  CompareNaturals<A, B> extends "less"
    ? NegateInteger<SubtractNaturals<B, A>>
    : SubtractNaturals<A, B>
) extends infer N extends number
  ? N
  : never;

/** A + B */
export type AddIntegers<A extends number, B extends number> = (
  IsNegative<A> extends true
    ? IsNegative<B> extends true
      ? NegateInteger<AddNaturals<Magnitude<A>, Magnitude<B>>>
      : SubtractIntoInteger<B, Magnitude<A>>
    : IsNegative<B> extends true
      ? SubtractIntoInteger<A, Magnitude<B>>
      : AddNaturals<A, B>
) extends infer N extends number
  ? N
  : never;

/** A * B */
export type MultiplyIntegers<A extends number, B extends number> = (
  IsNegative<A> extends true
    ? IsNegative<B> extends true
      ? MultiplyNaturals<Magnitude<A>, Magnitude<B>>
      : NegateInteger<MultiplyNaturals<Magnitude<A>, B>>
    : IsNegative<B> extends true
      ? NegateInteger<MultiplyNaturals<A, Magnitude<B>>>
      : MultiplyNaturals<A, B>
) extends infer N extends number
  ? N
  : never;

/** The largest whole number not above A / B, for a natural B above 0. */
export type FloorDivideInteger<A extends number, B extends number> = (
  IsNegative<A> extends true
    ? DivideNaturals<Magnitude<A>, B> extends readonly [infer Quotient extends number, infer Remainder]
      ? NegateInteger<Remainder extends 0 ? Quotient : AddNaturals<Quotient, 1>>
      : never
    : DivideNaturals<A, B>[0]
) extends infer N extends number
  ? N
  : never;

/** A / B rounded down and what is left, for a natural B above 0. */
export type FloorDivision<A extends number, B extends number> =
  IsNegative<A> extends true
    ? DivideNaturals<Magnitude<A>, B> extends readonly [infer Quotient extends number, infer Rest extends number]
      ? Rest extends 0
        ? readonly [NegateInteger<Quotient>, 0]
        : readonly [NegateInteger<AddNaturals<Quotient, 1>>, SubtractNaturals<B, Rest>]
      : never
    : DivideNaturals<A, B>;

/** A / B for a natural B; never where B does not divide A. */
export type ExactDivideInteger<A extends number, B extends number> = (
  IsNegative<A> extends true
    ? DivideNaturals<Magnitude<A>, B> extends readonly [infer Quotient extends number, 0]
      ? NegateInteger<Quotient>
      : never
    : DivideNaturals<A, B> extends readonly [infer Quotient extends number, 0]
      ? Quotient
      : never
) extends infer N extends number
  ? N
  : never;
