// Arguments of the kind that a type checker would have asked for: W140 for callers who have none.
import { reject } from "./diagnostic.ts";
import { inWords } from "./in-words.ts";

/** Refuses what is not of a kind, with an example of what is. */
export const expect = (holds: boolean, what: string, expected: string, given: unknown, write: string): void => {
  if (!holds) reject("W140", { what, expected, given: inWords(given), write });
};

/** A record, and neither null nor a list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Refuses what is no list. */
export const expectList = (what: string, expected: string, given: unknown, write: string): void =>
  expect(Array.isArray(given), what, expected, given, write);
