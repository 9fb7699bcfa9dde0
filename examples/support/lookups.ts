// Rows of a letter and a digit in pairs, and questions for the digits of some of the letters.
import { randomNumbers } from "./random.ts";

const shuffled = (items: readonly number[], random: () => number): number[] =>
  items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** `rows` rows of so many pairs of different letters, and questions for half of them with their answers. */
export const lookups = (
  seed: number,
  rows: number,
  pairs: number,
): { readonly [name in "letter" | "digit" | "asked" | "wanted"]: Int32Array<ArrayBuffer> } => {
  const random = randomNumbers(seed);
  const all = range(rows).map(() => {
    const letter = shuffled(range(26), random).slice(0, pairs);
    const digit = letter.map(() => Math.floor(10 * random()));
    const places = shuffled(range(pairs), random).slice(0, pairs / 2);
    return {
      letter,
      digit,
      asked: places.map((place) => letter[place] ?? 0),
      wanted: places.map((place) => digit[place] ?? 0),
    };
  });
  const column = (name: "letter" | "digit" | "asked" | "wanted"): Int32Array<ArrayBuffer> =>
    Int32Array.from(all.flatMap((row) => row[name]));
  return { letter: column("letter"), digit: column("digit"), asked: column("asked"), wanted: column("wanted") };
};
