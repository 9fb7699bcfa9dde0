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
  if (typeof name !== "string" || name === "" || name === "Object") return "a record";
  return `${/^([AEIO]|U(?!int))/.test(name) ? "an" : "a"} ${name}`;
};
