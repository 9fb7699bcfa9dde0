// What is made of measured seconds.

/** The middle one, or the mean of the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return below === undefined || above === undefined ? Number.NaN : (below + above) / 2;
};

/**
 * The middle one of the ratios of what was measured in the same round, so that a busy machine slows both sides alike. Where one side
 * took part in fewer rounds, these count.
 */
export const medianRatio = (above: readonly number[], below: readonly number[]): number =>
  median(below.slice(0, above.length).map((value, round) => (above[round] ?? Number.NaN) / value));

/**
 * The power of x that y grows with: the slope of the line through the logarithms of both, by least squares. NaN of fewer than two
 * different x.
 */
export const growth = (points: readonly (readonly [x: number, y: number])[]): number => {
  const logarithms = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (of: (point: readonly [number, number]) => number): number =>
    logarithms.reduce((sum, point) => sum + of(point), 0) / logarithms.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  return mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
};

/**
 * The first thing that is wrong with results, in words; `undefined` if nothing is. They may be off by `tolerance`, a share of the
 * largest magnitude of what they should be.
 */
export const mismatch = (
  results: Readonly<Record<string, Float32Array>>,
  meaning: Readonly<Record<string, Float64Array>>,
  tolerance: number,
): string | undefined => {
  for (const [name, wanted] of Object.entries(meaning)) {
    const given = results[name];
    if (given?.length !== wanted.length) return `${name} has ${given?.length ?? "no"} elements, not ${wanted.length}`;
    const bound = tolerance * wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const at = wanted.findIndex((value, index) => !(Math.abs((given[index] ?? Number.NaN) - value) <= bound));
    if (at >= 0) return `${name}[${at}] is ${given[at]}, not ${wanted[at]}`;
  }
  return undefined;
};
