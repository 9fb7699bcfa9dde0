// What a command is, and how its words are read. citty parses; what it lets pass (options that do not exist, values left
// out, too many arguments) is refused here first, because a misspelt option that is ignored is a wrong result.
import { parseArgs } from "citty";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { nearestName } from "../ir/diagnostics/nearest.ts";
import type { Ui } from "./ui.ts";

/** One option or argument of a command. */
export interface Option {
  /** `positional` stands without a name; `list` may be given several times. */
  readonly type: "positional" | "string" | "boolean" | "list";
  readonly description: string;
  /** What its value is called in the help. */
  readonly valueHint?: string;
  /** A positional may be left out. */
  readonly optional?: true;
  /** The only values it may have. */
  readonly oneOf?: readonly string[];
}

export type Options = Readonly<Record<string, Option>>;

/** The type of an option's value. */
type ValueOf<O extends Option> = O["type"] extends "boolean"
  ? boolean
  : O["type"] extends "list"
    ? readonly string[]
    : O extends { readonly type: "positional"; readonly optional?: never }
      ? string
      : string | undefined;

/** What was said for each option. */
export type Values<O extends Options> = { readonly [K in keyof O]: ValueOf<O[K]> };

/** A command of `weft`. What it refuses it throws as a `WeftError`. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly options: O;
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly run: (values: Values<O>, ui: Ui) => Promise<void>;
}

/** A command whose options are no longer of interest: it runs on words. */
export interface AnyCommand extends Omit<Command, "run"> {
  readonly run: (words: readonly string[], ui: Ui) => Promise<void>;
}

/** Options that every command has. */
export const commonOptions: Options = {
  debug: { type: "boolean", description: "Show the whole stack of errors." },
  help: { type: "boolean", description: "Show this help." },
};

/** Words in groups: those with a name, as name and value, and the others. */
interface Sorted {
  readonly named: readonly (readonly [name: string, value: string])[];
  readonly positional: readonly string[];
}

const sortWords = (command: string, options: Options, words: readonly string[]): Sorted => {
  const named: (readonly [string, string])[] = [];
  const positional: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return { named, positional: [...positional, ...words.slice(at + 1)] };
    if (!word.startsWith("-") || word === "-") {
      positional.push(word);
      continue;
    }
    const [, dashes = "", name = "", given] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const option = word.startsWith("--") && Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined || option.type === "positional") {
      const names = Object.entries(options).flatMap(([known, { type }]) =>
        type === "positional" ? [] : [`--${known}`],
      );
      return reject("W602", { command, option: `${dashes}${name}`, nearest: nearestName(`--${name}`, names) });
    }
    if (option.type === "boolean") {
      if (given !== undefined) reject("W605", { option: `--${name}`, given, wanted: "no value" });
      named.push([name, ""]);
      continue;
    }
    const next = words[at + 1] ?? "";
    const value = given ?? (next.startsWith("-") ? "" : next);
    if (value === "") reject("W605", { option: `--${name}`, given: "", wanted: option.valueHint ?? "a value" });
    if (given === undefined) at++;
    named.push([name, value]);
  }
  return { named, positional };
};

const checkWords = (command: string, options: Options, { named, positional }: Sorted): void => {
  const places = Object.entries(options).filter(([, { type }]) => type === "positional");
  if (positional.length > places.length) reject("W604", { command, extra: positional.slice(places.length) });
  const missing = places.slice(positional.length).find(([, { optional }]) => optional !== true);
  if (missing !== undefined) reject("W603", { command, argument: missing[0].toUpperCase() });
  const given = new Set<string>();
  for (const [name, value] of named) {
    const { type, oneOf } = options[name] ?? {};
    if (given.has(name) && type === "string") reject("W606", { options: [`--${name}`, `--${name}`] });
    given.add(name);
    if (oneOf !== undefined && !oneOf.includes(value))
      reject("W605", { option: `--${name}`, given: value, wanted: oneOf.join(" or ") });
  }
};

const readWords = <O extends Options>(command: string, options: O, words: readonly string[]): Values<O> => {
  const sorted = sortWords(command, options, words);
  checkWords(command, options, sorted);
  const definitions = Object.entries(options).map(([name, { type, optional }]) => [
    name,
    { type: type === "list" ? "string" : type, ...(type === "positional" ? { required: optional !== true } : {}) },
  ]);
  // The definitions are citty's own words for the same options.
  const parsed = parseArgs([...words], Object.fromEntries(definitions) as Parameters<typeof parseArgs>[1]);
  const values = Object.entries(options).map(([name, { type }]): [string, unknown] => {
    if (type === "list") return [name, sorted.named.filter(([key]) => key === name).map(([, value]) => value)];
    // citty takes `--no-types` for the opposite of an option `types`.
    return [name, type === "boolean" ? sorted.named.some(([key]) => key === name) : parsed[name]];
  });
  // Each value was just made as its option's type says.
  return Object.fromEntries(values) as Values<O>;
};

/** Makes a command of its parts. */
export const defineCommand = <const O extends Options>(command: Command<O>): AnyCommand => {
  const options = { ...command.options, ...commonOptions };
  return { ...command, options, run: (words, ui) => command.run(readWords(command.name, options, words), ui) };
};
