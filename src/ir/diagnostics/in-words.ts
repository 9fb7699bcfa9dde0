// What a user gave, said in a few words: for messages about values of the wrong kind.
import { isUnknown } from "./unknown.ts";

/** A value in a few words: `"text"`, `3`, `a list`, `a Float64Array`, `a record`. */
export const inWords = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (isUnknown(value)) return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const name: unknown = value.constructor?.name;
  return typeof name !== "string" || name === "" || name === "Object" ? "a record" : withArticle(name);
};

/** The name of a class with its article: `an Int32Array`. */
export const withArticle = (name: string): string => `${/^([AEIO]|U(?!int))/.test(name) ? "an" : "a"} ${name}`;

/** A name as it stands in a sentence: as it is where it is a plain word or path, and quoted where that could mislead. */
export const plainName = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name));
