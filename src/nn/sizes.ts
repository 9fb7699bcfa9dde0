// Sizes of layers, checked where a layer is written: callers without a type checker would else find out at some product of weights.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { captureLocation } from "../ir/diagnostics/location.ts";

/** Refuses (W278) sizes of a layer, by name, that are no whole numbers from 1 up. */
export const requireSizes = (layer: string, sizes: Readonly<Record<string, unknown>>): void => {
  for (const [what, size] of Object.entries(sizes))
    if (!Number.isSafeInteger(size) || Number(size) < 1)
      reject("W278", { name: layer, what, size: inWords(size) }, { location: captureLocation() });
};

/** The same for what is one size or a list of them: `5` or `[3, 5]`. */
export const requireEachSize = (layer: string, what: string, sizes: unknown): void => {
  if (!Array.isArray(sizes) || sizes.length === 0) return requireSizes(layer, { [what]: sizes });
  for (const size of sizes) requireSizes(layer, { [what]: size });
};
