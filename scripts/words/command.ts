// What a command is that npm runs, as a table of what can be said of it: the types of its values follow from the table, as do its help and
// what is refused.

interface Described {
  readonly description: string;
}

interface Valued extends Described {
  /** What its value is called in the help. */
  readonly valueHint: string;
}

/** Said or not. */
interface Flag extends Described {
  readonly type: "boolean";
}

/** A text, or one of a few; of several the last. */
interface Text extends Valued {
  readonly type: "string";
  readonly oneOf?: readonly string[];
  readonly default?: string;
}

/** A whole number; of several the last. */
export interface WholeNumber extends Valued {
  readonly type: "number";
  /** 0 unless given. */
  readonly least?: number;
  readonly most?: number;
  readonly default?: number;
}

/** Texts, each with the option before it. */
interface Texts extends Valued {
  readonly type: "list";
}

/** Some of a few, with commas between, or each with the option before it. */
interface Names extends Valued {
  readonly type: "names";
  readonly oneOf: readonly string[];
  readonly default?: readonly string[];
}

/** Some of a few, without an option before them. */
interface Positional extends Described {
  readonly type: "positional";
  readonly oneOf: readonly string[];
}

/** What may be said of a command, and what holds where it is not. */
export type Option = Flag | Text | WholeNumber | Texts | Names | Positional;

export type Options = Readonly<Record<string, Option>>;

/** A text, or one of those that are allowed. */
type Word<O extends Option> = O extends { readonly oneOf: readonly (infer Name)[] } ? Name : string;

/** What an option without a default is where it is not said. */
type Unsaid<O extends Option> = O extends { readonly default: unknown } ? never : undefined;

type ValueOf<O extends Option> = O extends Flag
  ? boolean
  : O extends Texts | Names | Positional
    ? readonly Word<O>[]
    : (O extends WholeNumber ? number : Word<O>) | Unsaid<O>;

/** What was said for each option. */
export type Values<O extends Options> = { readonly [K in keyof O]: ValueOf<O[K]> };

/** Something that npm runs. */
export interface Command<O extends Options = Options> {
  /** As in `npm run NAME`. */
  readonly name: string;
  readonly description: string;
  readonly options: O;
  /** What may stand behind `npm run NAME --`, a line each. */
  readonly examples: readonly string[];
}

/** A command line that makes no sense. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What every command takes. */
export const withHelp = (options: Options): Options => ({
  ...options,
  help: { type: "boolean", description: "Show this help." },
});
