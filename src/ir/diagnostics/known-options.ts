// Options that no function has, refused where they are given: an option that is misspelt and ignored is a wrong result.
import { reject } from "./diagnostic.ts";
import { inWords } from "./in-words.ts";
import { nearestName } from "./nearest.ts";

/** The names of a type of options; one that is left out, or is no option, does not compile. */
export const optionNames = <T>(names: { readonly [K in keyof Required<T>]: true }): readonly string[] =>
  Object.freeze(Object.keys(names));

/**
 * Refuses what is no record of options (W140), and the first option whose name is not one of the known ones (W142). `write` is the whole
 * call as it may be written, for functions that take nothing but options.
 */
export const requireKnownOptions = (what: string, options: unknown, known: readonly string[], write?: string): void => {
  if (typeof options !== "object" || options === null) {
    const some = known.slice(0, 2).map((name) => `${name}: ...`);
    const [expected, example] =
      write === undefined ? ["a record of options", `{ ${some.join(", ")} }`] : ["a record", write];
    return reject("W140", { what, expected, given: inWords(options), write: example });
  }
  const name = Object.keys(options).find((each) => !known.includes(each));
  if (name !== undefined) reject("W142", { what, name, nearest: nearestName(name, known), known });
};
