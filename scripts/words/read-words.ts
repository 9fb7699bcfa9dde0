// How words become values: by the table of a command, or not at all. citty and Node's parser let pass what a table does not allow.
import { parseArgs } from "node:util";
import { match } from "ts-pattern";
import { nearestName } from "../../src/ir/diagnostics/nearest.ts";
import {
  type Command,
  type Option,
  type Options,
  UsageError,
  type Values,
  type WholeNumber,
  withHelp,
} from "./command.ts";

/** How an option is written. */
const written = (name: string, { type }: Option): string => (type === "positional" ? name.toUpperCase() : `--${name}`);

/** A text as the name that it is; refused where it is none of them. */
export const oneOf = <N extends string>(option: string, text: string, names: readonly N[]): N => {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  const nearest = nearestName(text, names);
  const given = JSON.stringify(text);
  throw new UsageError(
    nearest === undefined
      ? `${option}: ${given} is none of ${names.join(", ")}`
      : `${option}: there is no ${given}; did you mean ${JSON.stringify(nearest)}?`,
  );
};

const wholeNumber = (option: string, text: string, { least = 0, most }: WholeNumber): number => {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return value;
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${option}: ${text} is no whole number ${range}`);
};

/** The value of an option, of the texts that were said for it. */
const valueOf = (name: string, option: Option, texts: readonly string[]): unknown => {
  const asName = (text: string, names: readonly string[]): string => oneOf(written(name, option), text, names);
  const last = texts.at(-1);
  return match(option)
    .with({ type: "boolean" }, () => last !== undefined)
    .with({ type: "list" }, () => texts)
    .with({ type: "positional" }, ({ oneOf: names }) => texts.map((text) => asName(text, names)))
    .with({ type: "names" }, ({ oneOf: names, default: unsaid = [] }) =>
      last === undefined ? unsaid : texts.flatMap((text) => text.split(",")).map((text) => asName(text, names)),
    )
    .with({ type: "number" }, (number) =>
      last === undefined ? number.default : wholeNumber(`--${name}`, last, number),
    )
    .with({ type: "string" }, ({ oneOf: names, default: unsaid }) =>
      last === undefined || names === undefined ? (last ?? unsaid) : asName(last, names),
    )
    .exhaustive();
};

/** An option as Node's parser gives it. */
interface Token {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** The text that was said for an option; empty for those that take none. */
const textOf = (name: string, option: Option, { value, inlineValue }: Token): string => {
  if (option.type === "boolean") {
    if (inlineValue === true) throw new UsageError(`--${name} takes no value`);
    return "";
  }
  // The next option is no value; a negative number may be meant for one.
  if (value === undefined || value === "" || (inlineValue !== true && /^-[^\d]/.test(value)))
    throw new UsageError(`--${name} needs a value. ${option.description}`);
  return value;
};

const unknown = (word: string, known: readonly string[]): UsageError => {
  const nearest = nearestName(word.replace(/^-+/, ""), known);
  const meant = nearest === undefined ? "--help lists them all" : `did you mean '--${nearest}'?`;
  return new UsageError(`Unknown option '${word}'; ${meant}`);
};

/** The texts that were said for each option; what is no option is refused. */
export const sortWords = (command: Command, words: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const all = Object.entries(withHelp(command.options));
  const [place] = all.find(([, { type }]) => type === "positional") ?? [];
  const named = new Map(all.filter(([name]) => name !== place));
  const types = [...named].map(([name, { type }]) => [name, { type: type === "boolean" ? type : "string" }] as const);
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const said = new Map<string, readonly string[]>();
  const say = (name: string, text: string): void => void said.set(name, [...(said.get(name) ?? []), text]);
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (place === undefined)
        throw new UsageError(
          `Unexpected argument '${token.value}'; options stand behind a --, as in npm run ${command.name} -- --help`,
        );
      say(place, token.value);
      continue;
    }
    const option = token.rawName.startsWith("--") ? named.get(token.name) : undefined;
    // The whole word: `-seed` comes as four options of a letter each.
    if (option === undefined) throw unknown(words[token.index]?.split("=")[0] ?? token.rawName, [...named.keys()]);
    say(token.name, textOf(token.name, option, token));
  }
  return said;
};

/** The values of all options, of the texts that were said for each. */
export const valuesOf = <O extends Options>(options: O, said: ReadonlyMap<string, readonly string[]>): Values<O> => {
  const values = Object.entries(options).map(([name, option]) => [name, valueOf(name, option, said.get(name) ?? [])]);
  // Each value was just made as its option says.
  return Object.fromEntries(values) as Values<O>;
};
