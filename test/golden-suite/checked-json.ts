// JSON of which nothing is believed: what is missing or of another kind is refused with the file's name and the place in it.
import { readFileSync } from "node:fs";

/** What is wrong with a folder or a file, in words for whoever gave it. */
export class GoldenFileError extends Error {
  override readonly name = "GoldenFileError";
}

/** Where in which file something stands. */
export type Place = readonly string[];

/** Refuses what stands there. */
export const refuse = (place: Place, why: string): never => {
  const [file = "", ...path] = place;
  throw new GoldenFileError(`${file}: ${path.length === 0 ? "this" : path.join(".")} ${why}`);
};

/** A record of JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** The record that stands there. */
export const record = (value: unknown, place: Place): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? // An object read from JSON has no other keys than texts.
      (value as Fields)
    : refuse(place, "is no record");

/** The number that stands there. */
export const number = (value: unknown, place: Place): number =>
  typeof value === "number" ? value : refuse(place, "is no number");

/** The text that stands there. */
export const text = (value: unknown, place: Place): string =>
  typeof value === "string" ? value : refuse(place, "is no text");

/** What a text of JSON holds; `file` is what errors call it. */
export const parseJson = (contents: string, file: string): unknown => {
  try {
    return JSON.parse(contents);
  } catch (error) {
    throw new GoldenFileError(`${file}: this is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The contents of a file. */
export const readText = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new GoldenFileError(`${path}: could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};
