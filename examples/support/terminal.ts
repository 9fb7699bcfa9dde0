// Numbers as characters, for a look at them in a terminal.

const levelsOf = (values: readonly number[], characters: string, [low, high]: readonly [number, number]): string =>
  values
    .map((value) => {
      const level = Math.floor(((value - low) / (high - low)) * characters.length);
      return characters[Math.min(characters.length - 1, Math.max(0, level))];
    })
    .join("");

/** A curve as bars, one character for each number. */
export const sparkline = (values: readonly number[], range: readonly [low: number, high: number]): string =>
  levelsOf(values, "▁▂▃▄▅▆▇█", range);

/** Numbers from 0 to 1 as shades of grey, two characters for each. */
export const shades = (values: readonly number[]): string =>
  values.map((value) => levelsOf([value], " ░▒▓█", [0, 1]).repeat(2)).join("");
