// How much a computation looks at, whatever the machine: elements that are iterated over or handed to methods of arrays, and
// look-ups in maps and sets. Where these grow faster than what is worked on, so does the time.

/** Methods of arrays that go through them, or copy them. */
const throughAll = [
  "every",
  "some",
  "filter",
  "map",
  "flatMap",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "forEach",
  "reduce",
  "includes",
  "indexOf",
  "join",
  "slice",
  "concat",
  "sort",
  "toSorted",
  "reverse",
  "toReversed",
] as const;

/** Each a property of a prototype, and what a call of it counts for. */
const counted: readonly (readonly [prototype: object, method: PropertyKey, visits: (self: unknown) => number])[] = [
  ...throughAll.map((method) => [Array.prototype, method, (self: unknown) => (self as unknown[]).length] as const),
  [Object.getPrototypeOf([][Symbol.iterator]()) as object, "next", () => 1],
  [Object.getPrototypeOf(new Map().entries()) as object, "next", () => 1],
  [Object.getPrototypeOf(new Set().values()) as object, "next", () => 1],
  ...(["get", "has", "set", "delete"] as const).map((method) => [Map.prototype, method, () => 1] as const),
  ...(["has", "add", "delete"] as const).map((method) => [Set.prototype, method, () => 1] as const),
];

/** Runs a computation; gives how much it looked at. */
export const countVisits = (run: () => unknown): number => {
  let visits = 0;
  const restores = counted.map(([prototype, method, visitsOf]) => {
    const original = Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor; // a method of the language
    const value = function (this: unknown, ...args: readonly unknown[]): unknown {
      visits += visitsOf(this);
      return Reflect.apply(original.value as () => unknown, this, args);
    };
    Object.defineProperty(prototype, method, { ...original, value });
    return () => Object.defineProperty(prototype, method, original);
  });
  try {
    run();
  } finally {
    // In this order: `for` itself goes by what is counted.
    for (const restore of restores) restore();
  }
  return visits;
};
