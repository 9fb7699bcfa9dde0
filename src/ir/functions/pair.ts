// Options that are one number for height and width, or one for each.
import type { Pair, Sides } from "../types/static/windows.ts";

/** Both numbers of a pair. */
export const pairOf = (pair: Pair): readonly [height: number, width: number] =>
  typeof pair === "number" ? [pair, pair] : pair;

/** The four sides of padding. */
export const sidesOf = (padding: Sides): readonly [top: number, bottom: number, left: number, right: number] => {
  if (typeof padding !== "number" && padding.length === 4) return padding;
  const [vertical, horizontal] = pairOf(padding);
  return [vertical, vertical, horizontal, horizontal];
};
