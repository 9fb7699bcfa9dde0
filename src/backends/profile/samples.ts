// What is made of measured times.

/** How many samples must bring nothing new before a run counts as warm, and what counts as nothing. */
const patience = { samples: 6, share: 0.02 } as const;

/** Whether the last samples are no faster than the fastest before them: engines have compiled what they were going to. */
export const isSettled = (samples: readonly number[]): boolean => {
  const [before, last] = [samples.slice(0, -patience.samples), samples.slice(-patience.samples)];
  return before.length > 0 && Math.min(...last) >= Math.min(...before) * (1 - patience.share);
};

/**
 * The mean of the faster half. What disturbs a run only ever adds to its time (Chen and Revels, "Robust benchmarking in noisy
 * environments", 2016), so the slower half says more of the machine than of the program. NaN of none.
 */
export const fasterHalfMean = (values: readonly number[]): number => {
  const kept = values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length / 2));
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
};

/** The value that a share of the values does not exceed, between two of them in proportion; NaN of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
};
