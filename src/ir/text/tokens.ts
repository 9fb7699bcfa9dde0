// The words of IR text, read one at a time. A token keeps its offsets; lines and columns are worked out only when
// somebody asks, because they are needed for errors alone. Strings are scanned by hand: a constant's may hold megabytes.
import { reject } from "../diagnostics/diagnostic.ts";
import { at, type Location } from "../diagnostics/location.ts";
import { isPlainName } from "../graph/print-node.ts";

/** What a token is: `word` (matmul), `number` (0.5), `string` ("a b"), `value` (%x), `name` (@main) or one character. */
type TokenKind = "word" | "number" | "string" | "value" | "name" | "character" | "end";

/** A word of the text. */
export interface Token {
  readonly kind: TokenKind;
  /** What it says: a string or a quoted name without quotes and escapes, `%` and `@` left out. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Walks over the tokens of a text. */
export interface TokenReader {
  /** The token that comes next. */
  readonly peek: () => Token;
  readonly next: () => Token;
  /** The next token if it is this word or character, else undefined. */
  readonly accept: (text: string) => Token | undefined;
  /** The next token, which must be this word or character. */
  readonly expect: (text: string) => Token;
  /** The next token, which must be of a kind; `what` names it for people. */
  readonly expectKind: (kind: TokenKind, what: string) => Token;
  /** The text as written. */
  readonly slice: (start: number, end: number) => string;
  readonly locate: (token: { readonly start: number }) => Location;
  /** Refuses the next token: W104. */
  readonly fail: (expected: string) => never;
}

const blank = /(?:\s|\/\/[^\n]*)*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const label = /[A-Za-z0-9_]+/y;

const longestShown = 40;

/** A piece of text for a message: short, on one line. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}...` : text);

/** Line and column of an offset, from the offsets at which lines start. */
const placeOf = (starts: readonly number[], offset: number): readonly [line: number, column: number] => {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return [low + 1, offset - (starts[low] ?? 0) + 1];
};

const lineStarts = (text: string): readonly number[] => {
  const starts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
};

/** Makes the function that finds the token from an offset on. */
const scanner = (text: string, locate: (start: number) => Location): ((offset: number) => Token) => {
  const run = (pattern: RegExp, offset: number): number => {
    pattern.lastIndex = offset;
    return pattern.test(text) ? pattern.lastIndex : offset;
  };

  /** The offset behind the closing quote of the string that starts here, and what it says. */
  const string = (start: number): readonly [end: number, says: string] => {
    const refuse = (found: string): never =>
      reject("W104", { expected: "a string as JSON writes it", found }, { location: locate(start) });
    let end = start + 1;
    for (; text[end] !== '"'; end++) {
      if (end >= text.length || text[end] === "\n") return refuse("a string without an end");
      if (text[end] === "\\") end++;
    }
    const written = text.slice(start, end + 1);
    try {
      // JSON gives a string for text in quotes.
      return [end + 1, JSON.parse(written) as string];
    } catch (error) {
      if (error instanceof SyntaxError) return refuse(quote(written));
      throw error;
    }
  };

  const marked = (kind: "value" | "name", start: number): Token => {
    if (text[start + 1] === '"') {
      const [end, says] = string(start + 1);
      // Quotes keep a user's name apart from the numbers of values: %"0" is not %0.
      return { kind, text: kind === "value" && !isPlainName(says) ? JSON.stringify(says) : says, start, end };
    }
    const end = run(label, start + 1);
    if (end === start + 1) {
      const expected = `a name behind ${text[start]}`;
      return reject("W104", { expected, found: found(text, start + 1) }, { location: locate(start) });
    }
    return { kind, text: text.slice(start + 1, end), start, end };
  };

  return (offset) => {
    const start = run(blank, offset);
    const first = text[start];
    if (first === undefined) return { kind: "end", text: "", start, end: start };
    if (first === "%") return marked("value", start);
    if (first === "@") return marked("name", start);
    if (first === '"') {
      const [end, says] = string(start);
      return { kind: "string", text: says, start, end };
    }
    for (const [kind, pattern] of [
      ["word", word],
      ["number", number],
    ] as const) {
      const end = run(pattern, start);
      if (end > start) return { kind, text: text.slice(start, end), start, end };
    }
    return { kind: "character", text: first, start, end: start + 1 };
  };
};

const found = (text: string, start: number): string =>
  start >= text.length
    ? "the end of the text"
    : quote(/^\S*/.exec(text.slice(start, start + longestShown + 1))?.[0] ?? "");

/** Reads a text from its beginning; `file` is its name in messages. */
export const tokenReader = (text: string, file: string): TokenReader => {
  let starts: readonly number[] | undefined;
  const locate = (start: number): Location => {
    return () => {
      starts ??= lineStarts(text);
      return at(file, ...placeOf(starts, start))();
    };
  };
  const scan = scanner(text, locate);
  let ahead: Token | undefined;
  let offset = 0;

  const peek = (): Token => {
    ahead ??= scan(offset);
    return ahead;
  };
  const next = (): Token => {
    const token = peek();
    offset = token.end;
    ahead = undefined;
    return token;
  };
  const fail = (expected: string): never => {
    const { kind, start, end } = peek();
    const what = kind === "end" ? "the end of the text" : quote(text.slice(start, end));
    return reject("W104", { expected, found: what }, { location: locate(start) });
  };
  const accept = (wanted: string): Token | undefined => {
    const { kind, text: says } = peek();
    return (kind === "word" || kind === "character") && says === wanted ? next() : undefined;
  };
  return {
    peek,
    next,
    accept,
    expect: (wanted) => accept(wanted) ?? fail(JSON.stringify(wanted)),
    expectKind: (kind, what) => (peek().kind === kind ? next() : fail(what)),
    slice: (start, end) => text.slice(start, end),
    locate: ({ start }) => locate(start),
    fail,
  };
};
