// The form of a code's sentence, with a blank for each value: `matmul: inner dimensions differ: {first} vs {second}`. It is what
// the sentence itself says of values that know nothing but their names.
import { type SentenceCode, sentences } from "../types/sentences.ts";
import { type Code, catalogue } from "./catalogue.ts";

/** A value of a name: as text, in a list or as a record it is its blank. */
const blank = (name: string): unknown => {
  const text = `{${name}}`;
  const answers: ReadonlyMap<string | symbol, unknown> = new Map<string | symbol, unknown>([
    [Symbol.toPrimitive, (hint: string) => (hint === "number" ? 2 : text)],
    [Symbol.iterator, () => [blank(`${name}[0]`), blank(`${name}[1]`)][Symbol.iterator]()],
    ["toJSON", () => text],
    ["length", 2],
  ]);
  return new Proxy(() => {}, {
    // A method of a value (`join`, `map`, `toFixed`) gives it as it is.
    get: (_, key) =>
      answers.has(key)
        ? answers.get(key)
        : typeof key === "string" && /^\d/.test(key)
          ? blank(`${name}[${key}]`)
          : blank(name),
    apply: () => blank(name),
    ownKeys: () => [],
  });
};

const blanks = new Proxy({}, { get: (_, name) => blank(String(name)) });

/** Sentences that reckon with their values. */
const byHand: Readonly<Partial<Record<Code, string>>> = {
  W126: "specialize: {op} gives a shape with an extent below 0: {shape} with {bindings}",
  W306: "{name}: element {position} is {index}, outside 0..{range}",
  W311: "the program needs {gigabytes} GiB of memory; 32-bit addresses reach 4 GiB",
  W314: "the program needs {bytes} bytes of memory, and memoryLimit is {limit} ({regions})",
  W316: "a thread has not done its part of the work for {seconds} s",
  W514: "{what}: epoch {epoch} gave no batch",
  W520: "{entry}: {name} is {value}, and there is room only from 0 to {range}",
};

const isShared = (code: Code): code is Code & SentenceCode => Object.hasOwn(sentences, code);

/** The sentence of a code with blanks. */
export const sentenceForm = (code: Code): string => {
  if (isShared(code)) return sentences[code];
  const written = byHand[code];
  if (written !== undefined) return written;
  // A row of the catalogue takes the values of its own code, and these stand for any.
  const { message } = catalogue[code] as { readonly message: (details: unknown) => string };
  return message(blanks);
};
