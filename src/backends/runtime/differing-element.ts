// Equality of results to the bit: what two backends are asked for.

/** The first element in which two arrays differ in bits, NaN being one class; undefined where they are the same. */
export const differingElement = (a: ArrayLike<number>, b: ArrayLike<number>): number | undefined => {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) if (!Object.is(a[at], b[at])) return at;
  return a.length === b.length ? undefined : shared;
};
