// What `spec`, `param` and `defineModel` are given, checked where it is written: a wrong dtype or extent is refused on the
// user's own line, and not when something else stumbles over it. Callers without a type checker are the reason.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Location } from "../ir/diagnostics/location.ts";
import { type Dim, normalizeDim } from "../ir/types/dim.ts";
import { type DType, dtypeNames, isDType } from "../ir/types/dtype.ts";

/** A dtype, or W140. */
export const checkedDType = (what: string, dtype: unknown, location: Location): DType =>
  typeof dtype === "string" && isDType(dtype)
    ? dtype
    : reject(
        "W140",
        { what, expected: "a dtype", given: inWords(dtype), write: `one of ${dtypeNames.join(", ")}` },
        { location },
      );

const checkedExtent = (what: string, extent: unknown, shape: readonly unknown[], location: Location): Dim => {
  const wrong = (): never =>
    reject("W209", { op: what, extent: String(extent), shape: `[${shape.map(String).join(", ")}]` }, { location });
  if (typeof extent === "number") return Number.isSafeInteger(extent) && extent >= 0 ? extent : wrong();
  if (typeof extent !== "string") return wrong();
  try {
    return normalizeDim(extent);
  } catch (error) {
    if (error instanceof SyntaxError) return wrong();
    throw error;
  }
};

/** A shape in canonical form: W140 where it is no list, W209 where an extent is none. */
export const checkedShape = (what: string, shape: unknown, location: Location): readonly Dim[] =>
  Array.isArray(shape)
    ? shape.map((extent: unknown) => checkedExtent(what, extent, shape, location))
    : reject(
        "W140",
        { what, expected: "a shape", given: inWords(shape), write: 'a list of extents, such as ["B", 784]' },
        { location },
      );

/** A function that a description must have. */
export const requireFunction = (what: string, value: unknown, write: string, location?: Location): void => {
  if (typeof value !== "function")
    reject("W140", { what, expected: "a function", given: inWords(value), write }, { location });
};

/** A record that a description must have. */
export const requireRecord = (what: string, value: unknown, write: string, location?: Location): void => {
  if (!isRecord(value)) reject("W140", { what, expected: "a record", given: inWords(value), write }, { location });
};
