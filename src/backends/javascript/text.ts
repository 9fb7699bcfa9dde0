// Pieces of JavaScript text with the precedence they hold together by, so that parentheses stand only where they must.

/** A piece of text and how tightly it holds together. */
export interface Text {
  readonly text: string;
  readonly level: number;
}

/** Precedence, from the loosest. */
export const level = {
  conditional: 0,
  or: 1,
  and: 2,
  bits: 3,
  equality: 4,
  relational: 5,
  shift: 6,
  sum: 7,
  product: 8,
  prefix: 9,
  atom: 10,
} as const;

/** A name, a call, an element: what never needs parentheses. */
export const atom = (text: string): Text => ({ text, level: level.atom });

/** The text, in parentheses if it holds together less tightly than asked for. */
export const within = (piece: Text, atLeast: number): string =>
  piece.level >= atLeast ? piece.text : `(${piece.text})`;

/** A call; its arguments are separated by commas, so they need no parentheses. */
export const call = (name: string, ...operands: readonly Text[]): Text =>
  atom(`${name}(${operands.map(({ text }) => text).join(", ")})`);

/** An operator that groups to the left. */
export const infix = (sign: string, at: number, left: Text, right: Text): Text => ({
  text: `${within(left, at)} ${sign} ${within(right, at + 1)}`,
  level: at,
});

/** An operator that people do not mix with others without parentheses. */
export const bitwise = (sign: string, left: Text, right: Text): Text => ({
  text: `${within(left, level.prefix)} ${sign} ${within(right, level.prefix)}`,
  level: level.bits,
});

/** Wraps a whole number to 32 bits. */
export const wrap = (piece: Text): Text => bitwise("|", piece, atom("0"));

/** A number that reads back as exactly this one. */
export const number = (value: number): Text => {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, level: text.startsWith("-") ? level.prefix : level.atom };
};
