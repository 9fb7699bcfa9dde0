// How far results are from a reference.

/**
 * The largest distance of an element from its reference, relative to the largest magnitude in the reference. Infinite
 * where one of the two is finite and the other is not.
 */
export const relativeError = (values: ArrayLike<number>, reference: ArrayLike<number>): number => {
  let distance = 0;
  let magnitude = 0;
  for (let at = 0; at < values.length; at++) {
    const [value, wanted] = [values[at] ?? 0, reference[at] ?? 0];
    if (Object.is(value, wanted)) {
      if (Number.isFinite(wanted)) magnitude = Math.max(magnitude, Math.abs(wanted));
    } else if (Number.isFinite(value) && Number.isFinite(wanted)) {
      distance = Math.max(distance, Math.abs(value - wanted));
      magnitude = Math.max(magnitude, Math.abs(wanted));
    } else return Number.POSITIVE_INFINITY;
  }
  return distance === 0 ? 0 : distance / (magnitude === 0 ? 1 : magnitude);
};
