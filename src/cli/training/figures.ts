// Figures for people.

/** A figure in as many digits as people compare. */
export const printFigure = (value: number): string => {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (size >= 1e5 || size < 1e-4) return value.toExponential(2);
  return value.toFixed(size >= 1000 ? 0 : size >= 10 ? 2 : 4);
};

/** Figures in a row: `loss 0.4183, right 0.9062`; the numbers of step and epoch are left out. */
export const printFigures = (figures: Readonly<Record<string, number>>): string =>
  Object.entries(figures)
    .filter(([name]) => name !== "step" && name !== "epoch")
    .map(([name, value]) => `${name} ${printFigure(value)}`)
    .join(", ");

/** `12 s`, `3 min 05 s`, `2 h 14 min` */
export const printDuration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const two = (count: number): string => String(count).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
};
