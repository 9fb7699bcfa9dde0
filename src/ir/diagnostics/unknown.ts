// What stands in the place of a value that could not be described, while a description goes on to find further mistakes. A
// user's program may do with it whatever it would have done with the real thing: take its shape, call it, take it apart.
// All of that gives the unknown again, and whatever is refused because of it mentions it, which is how a consequence is
// told from a mistake.

/** What the unknown is called in a sentence. No user writes it, and every sentence that has it in it is a consequence. */
const word = "\u27e8unknown\u27e9";

/** Taken apart into a list it has this many members: enough for any destructuring, and an end for loops. */
const members = 64;

const target = (): void => {};

/** Whether a number was made of the unknown, which is then NaN: what is refused for being NaN may be a consequence. */
let madeNumber = false;

const primitive = (hint: string): unknown => {
  if (hint !== "number") return word;
  madeNumber = true;
  return Number.NaN;
};

/** The members of `Object.prototype` and of iteration that answer for themselves. */
const own: ReadonlyMap<string | symbol, unknown> = new Map<string | symbol, unknown>([
  [Symbol.toPrimitive, primitive],
  [Symbol.iterator, () => Array.from({ length: members }, () => unknown)[Symbol.iterator]()],
  [Symbol.toStringTag, word],
  ["toString", () => word],
  ["toJSON", () => word],
  // A promise would be awaited for ever.
  ["then", undefined],
]);

/** The unknown. */
export const unknown: object = new Proxy(target, {
  get: (_, name) => (own.has(name) ? own.get(name) : unknown),
  has: () => true,
  apply: () => unknown,
  construct: () => unknown,
  set: () => true,
  ownKeys: () => [],
});

/** Whether a value is the unknown. */
export const isUnknown = (value: unknown): boolean => value === unknown;

/** Whether a sentence speaks of the unknown, or of a number made of it. */
export const speaksOfUnknown = (sentence: string): boolean =>
  sentence.includes(word) || (madeNumber && /\bNaN\b/.test(sentence));
