// The number of threads that a caller asks for.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";

/** More threads than most machines run; each has its own copy of scratch memory. */
export const mostThreads = 64;

/** Refuses numbers of threads that cannot be (W140). */
export const checkThreadCount = (what: string, threads: number): void => {
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return;
  const expected = `a whole number from 1 to ${mostThreads}`;
  reject("W140", { what, expected, given: inWords(threads), write: "threads: 2" });
};
