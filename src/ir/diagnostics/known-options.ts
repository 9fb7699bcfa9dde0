// Options that no function has, refused where they are given: an option that is misspelt and ignored is a wrong result.
import { reject } from "./diagnostic.ts";
import { nearestName } from "./nearest.ts";

/** Refuses (W142) the first option whose name is not one of the known ones. What is no record is for others to refuse. */
export const requireKnownOptions = (what: string, options: unknown, known: readonly string[]): void => {
  if (typeof options !== "object" || options === null) return;
  const name = Object.keys(options).find((each) => !known.includes(each));
  if (name !== undefined) reject("W142", { what, name, nearest: nearestName(name, known), known });
};
