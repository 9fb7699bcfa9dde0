// Reading what a case says in `config`. What cannot be understood is never guessed: it is thrown as `NotUnderstood`, and
// the case counts as failed.
import { type Arrays, type Config, type GoldenCase, given } from "./golden-case.ts";

/** A case says something that nobody here knows how to build. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";

  constructor(what: string) {
    super(`not understood: ${what}`);
  }
}

/** A field in words; "" where there is none. */
export const words = (config: Config, key: string): string => {
  const value = config[key];
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw new NotUnderstood(`${key} is ${JSON.stringify(value)}, no text`);
  return value;
};

/** A field that is a number; `otherwise` where there is none, and required where there is no `otherwise`. */
export const numeric = (config: Config, key: string, otherwise?: number): number => {
  const value = config[key] ?? otherwise;
  if (typeof value !== "number") throw new NotUnderstood(`${key} is ${JSON.stringify(value)}, no number`);
  return value;
};

/** A field that is true or false. */
export const flag = (config: Config, key: string, otherwise = false): boolean => {
  const value = config[key] ?? otherwise;
  if (typeof value !== "boolean") throw new NotUnderstood(`${key} is ${JSON.stringify(value)}, not true or false`);
  return value;
};

/** A field that is a list of numbers. */
export const numbers = (config: Config, key: string): readonly number[] => {
  const value = config[key];
  if (!Array.isArray(value) || !value.every((each) => typeof each === "number"))
    throw new NotUnderstood(`${key} is ${JSON.stringify(value)}, no list of numbers`);
  return value;
};

/** A field with a number for each of `axes`, or one for all of them. */
export const perAxis = (config: Config, key: string, axes: number, otherwise?: number): readonly number[] => {
  const value = config[key] ?? otherwise;
  const list = typeof value === "number" ? Array.from({ length: axes }, () => value) : numbers(config, key);
  if (list.length !== axes) throw new NotUnderstood(`${key} is ${JSON.stringify(value)} for ${axes} axes`);
  return list;
};

/** A field that holds fields. */
export const fields = (config: Config, key: string): Config => {
  const value = config[key];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new NotUnderstood(`${key} is ${JSON.stringify(value)}, no record`);
  // An object read from JSON has no other keys than texts.
  return value as Config;
};

/** The row of a table; what it has no row for is not understood. */
export const rowOf = <T>(table: Readonly<Record<string, T>>, name: string, what: string): T => {
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  if (row === undefined) throw new NotUnderstood(`${what} ${JSON.stringify(name)}`);
  return row;
};

/** The parts of a text that match in brackets; a text that does not match is not understood. */
export const parts = (text: string, pattern: RegExp, what: string): readonly string[] => {
  const match = pattern.exec(text);
  if (match === null) throw new NotUnderstood(`${what} ${JSON.stringify(text)}`);
  return match.slice(1).map((part) => part ?? "");
};

/** The shape of an input or parameter. */
export const shapeOf = (stored: GoldenCase, name: string): readonly number[] => given(stored, name).shape;

/** One extent of an input or parameter. */
export const extentOf = (stored: GoldenCase, name: string, axis: number): number => {
  const extent = shapeOf(stored, name).at(axis);
  if (extent === undefined) throw new NotUnderstood(`${name} has no axis ${axis}`);
  return extent;
};

/** How many members `prefix.0`, `prefix.1`, ... there are among the names of parameters. */
export const countOf = (parameters: Arrays, prefix: string): number => {
  let count = 0;
  while (Object.keys(parameters).some((name) => name.startsWith(`${prefix}.${count}.`))) count++;
  if (count === 0) throw new NotUnderstood(`no parameters ${prefix}.0`);
  return count;
};

/** The one input among those that have none of these names. */
export const otherInput = ({ inputs }: GoldenCase, ...taken: readonly string[]): string => {
  const [other, ...more] = Object.keys(inputs).filter((name) => !taken.includes(name));
  if (other === undefined || more.length > 0)
    throw new NotUnderstood(
      `the inputs ${Object.keys(inputs).join(", ")}, of which one beside ${taken.join(", ")} is wanted`,
    );
  return other;
};
