// What went wrong on the user's side: a code from the catalogue, what, where, why and how to fix it. Rules deep in the
// compiler `reject` with a code and values; whoever knows the place in the user's file adds it on the way up.
import { type Code, catalogue, type DetailsOf } from "./catalogue.ts";
import { isAssumed, type Location, whereCalled } from "./location.ts";

/** A further fact beside the message: an operand with its type and origin, a file, a value. */
export interface Note {
  /** What the fact is about: `left operand`, `defined`. */
  readonly label: string;
  /** The fact: a name with its type, a value. */
  readonly text: string;
  /** Where that was written. */
  readonly location?: Location;
}

/** One finding. */
export interface Diagnostic {
  /** Its code in docs/errors.md: `W203`. */
  readonly code: Code;
  /** One sentence: the operation, what differs, the full values. */
  readonly message: string;
  /** How to fix it. */
  readonly help: string;
  /** Where it was written, where that is known. */
  readonly location?: Location;
  /** Further facts. */
  readonly notes: readonly Note[];
  /** What the finding is about, in several lines, such as a program that shows it. */
  readonly report?: string;
}

/** Everything that is the user's to fix is thrown as this. */
export class WeftError extends Error {
  /** `WeftError`. */
  override readonly name = "WeftError";
  /** The code of the first finding. */
  readonly code: Code;
  /** All findings, at least one. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly [Diagnostic, ...Diagnostic[]], options?: ErrorOptions) {
    super(diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"), options);
    this.code = diagnostics[0].code;
    this.diagnostics = diagnostics;
  }
}

/** What may be known about a finding besides its code and values. */
export interface Context {
  readonly location?: Location | undefined;
  readonly notes?: readonly Note[];
  readonly report?: string;
  readonly cause?: unknown;
}

/** Longer sentences are copies of what a file holds, and are cut. */
const longestSentence = 10_000;

const brief = (sentence: string): string =>
  sentence.length <= longestSentence
    ? sentence
    : `${sentence.slice(0, longestSentence / 2)} [...] ${sentence.slice(-longestSentence / 10)}`;

/** Makes a finding from the catalogue. */
export const diagnostic = <C extends Code>(code: C, details: DetailsOf<C>, context: Context = {}): Diagnostic => {
  // One row of the table, its details chosen by the same code: TypeScript cannot follow that correlation.
  const row = catalogue[code] as {
    message: (details: DetailsOf<C>) => string;
    help: (details: DetailsOf<C>) => string;
  };
  return Object.freeze({
    code,
    message: brief(row.message(details)),
    help: brief(row.help(details)),
    ...(context.location === undefined ? {} : { location: context.location }),
    notes: context.notes ?? [],
    ...(context.report === undefined ? {} : { report: context.report }),
  });
};

/** The words of a command stand in no file. */
const hasNoFile = (code: Code): boolean => code.startsWith("W6");

/** A `WeftError` of one finding, to be thrown. Where nobody says the place, it is the line of the user's that led here. */
export const weftError = <C extends Code>(code: C, details: DetailsOf<C>, context: Context = {}): WeftError => {
  const location = context.location ?? (hasNoFile(code) ? undefined : whereCalled());
  return new WeftError(
    [diagnostic(code, details, { ...context, location })],
    context.cause === undefined ? undefined : { cause: context.cause },
  );
};

/** Refuses what a user wrote. */
export const reject = <C extends Code>(code: C, details: DetailsOf<C>, context: Context = {}): never => {
  throw weftError(code, details, context);
};

/** Whether somebody who knows has said where it is. */
export const isLocated = (error: WeftError): boolean => {
  const location = error.diagnostics[0]?.location;
  return location !== undefined && !isAssumed(location);
};

/** The same error with a place and further notes, where it had none: rules reject, builders know where. */
export const locate = (error: WeftError, location: Location | undefined, notes: readonly Note[] = []): WeftError => {
  const [first, ...rest] = error.diagnostics;
  if (first === undefined || isLocated(error) || location === undefined) return error;
  return new WeftError([{ ...first, location, notes: [...first.notes, ...notes] }, ...rest], { cause: error.cause });
};
