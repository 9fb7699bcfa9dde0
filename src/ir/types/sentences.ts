// What is said of a mistake, once: the type checker puts these sentences into the editor (static/check.ts) and the run time
// throws them (diagnostics/catalogue), so what a user searches for is the same text in both places. `{name}` is a blank.
// Sentences go: operation, what differs, both values, the full shapes in parentheses.

export const sentences = {
  W202: "{op}: element types differ: {first} vs {second} ({left} and {right})",
  W203: "matmul: inner dimensions differ: {first} vs {second} ({left} x {right})",
  W205: "{op}: axis {axis} is outside a shape of {rank} axes ({shape})",
  W207: "{op}: extents {first} and {second} do not broadcast ({left} vs {right})",
  W230: "{op}: a tensor is expected, not {given}",
} as const;

/** A code whose sentence both know. */
export type SentenceCode = keyof typeof sentences;

/** The blanks of a sentence. */
type BlanksOf<Text extends string> = Text extends `${string}{${infer Blank}}${infer Rest}`
  ? Blank | BlanksOf<Rest>
  : never;

/** What goes into the blanks of a sentence. */
export type Blanks<C extends SentenceCode> = { readonly [Blank in BlanksOf<(typeof sentences)[C]>]: string | number };

type Filled<Text extends string, Values> = Text extends `${infer Before}{${infer Blank}}${infer Rest}`
  ? Blank extends keyof Values
    ? `${Before}${Values[Blank] & (string | number)}${Filled<Rest, Values>}`
    : never
  : Text;

/** A sentence as the type checker says it, with its code: `W203: matmul: inner dimensions differ: ...`. */
export type Sentence<
  C extends SentenceCode,
  Values extends Blanks<C>,
> = `${C}: ${Filled<(typeof sentences)[C], Values>}`;

/** A sentence as the run time says it, without its code. */
export const sentence = <C extends SentenceCode>(code: C, values: Blanks<C>): string => {
  // One row of blanks for each code: TypeScript does not follow that a name read off the sentence is one of its blanks.
  const given: Readonly<Record<string, string | number>> = values;
  return sentences[code].replaceAll(/\{(\w+)\}/g, (_, blank: string) => String(given[blank]));
};
